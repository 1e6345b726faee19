"""Comparison units that were registered only when the pilot was under way.

Whom a pilot is compared with is settled before anybody knows results (`collecting.join` refuses others now). Those
that came in before it did go on reporting and are seen, but stand in no comparison and in no sum of the comparison
units; whoever leaves them out names them with `WHY`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from datetime import date

from sqlmodel import Session, col, select

from core import clock
from core.words import Arm
from db.tables import CollectionUnit, Pilot

WHY = "试点启动后才登记的对照，不计入比较"


def of(session: Session, collection_ids: Several[int]) -> dict[int, dict[str, date]]:
    """The latecomers among the comparison units of pilots, by collection and code, with the day they joined."""
    rows = session.exec(
        select(CollectionUnit, Pilot)
        .join(Pilot, col(Pilot.collection_id) == CollectionUnit.collection_id)
        .where(
            col(CollectionUnit.collection_id).in_(list(collection_ids)),
            CollectionUnit.arm == Arm.COMPARISON,
            col(CollectionUnit.joined_on).is_not(None),
        )
    )
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for unit, pilot in rows:
        if (
            unit.joined_on is not None
            and max(unit.joined_on, clock.beijing(unit.registered_at).date()) > pilot.start_on
        ):
            found[unit.collection_id][unit.region_code] = unit.joined_on
    return dict(found)
