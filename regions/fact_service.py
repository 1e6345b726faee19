"""Command about figures of places: take in a file of them."""

from __future__ import annotations

import hashlib

from sqlmodel import col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid
from core.numbers import to_micro
from core.settings import settings
from core.tabular import open_table
from core.words import RegionLevel
from db import audit
from db.session import write
from db.tables import Region, RegionFact
from regions import facts


def take_in(actor: Actor, content: bytes, filename: str) -> int:
    """Add the figures of a file that are new or another than those known; returns how many. All findings
    at once, and nothing is stored while there are any."""
    require(actor, Permission.REGION_EDIT)
    book = open_table(content, filename, limit_mb=settings().upload_mb)
    with write() as session:
        counties = (RegionLevel.COUNTY, RegionLevel.ZONE)
        names = dict(session.exec(select(Region.code, Region.name).where(col(Region.level).in_(counties))).all())
        found, problems = facts.read(book, names, clock.today())
        if problems:
            raise Invalid(problems, "有错误，没有保存任何内容；请改正后重新上传。")
        known = {
            (row.region_code, row.name, row.as_of): (row.value, row.unit, row.source)
            for row in session.exec(
                select(RegionFact)
                .where(col(RegionFact.name).in_({fact.name for fact in found}))
                .order_by(col(RegionFact.id))
            )
        }
        fresh = [
            fact
            for fact in found
            if known.get((fact.region_code, fact.name, fact.as_of)) != (to_micro(fact.value), fact.unit, fact.source)
        ]
        session.add_all(
            RegionFact(
                region_code=fact.region_code,
                name=fact.name,
                unit=fact.unit,
                as_of=fact.as_of,
                value=to_micro(fact.value),
                source=fact.source,
                entered_by=actor.account_id,
                entered_at=clock.now(),
            )
            for fact in fresh
        )
        audit.record(
            session,
            actor.account_id,
            "region:facts",
            "region",
            None,
            {"names": sorted({fact.name for fact in found}), "added": len(fresh), "rows": len(found)}
            | {"file": filename, "digest": hashlib.sha256(content).hexdigest()},
        )
        return len(fresh)
