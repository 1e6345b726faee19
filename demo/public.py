"""What the demo province shows the public: two released pilots with stars and words, one of which waits to be read."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import col, select

from accounts.permissions import Actor
from core.words import PilotState, RatingState
from db.session import read
from db.tables import Pilot, PilotVerdict
from pilots import public_ratings, release_queries, release_service

_RATINGS = (
    (
        (5, "反映的事当天就有人来看，办完还回访。"),
        (4, ""),
        (5, ""),
        (3, "老人不大会用，希望村里有人帮着办。"),
        (2, "转了两次才找到负责的部门。"),
    ),
    ((4, "手机上能查到办到哪一步，方便多了。"), (5, ""), (3, "排队时间还是长，能不能提前约。")),
)


def tell(actor_of: Callable[[str], Actor]) -> None:
    """Release what two pilots came to; all words but the newest have been read."""
    chen = actor_of("chenshen")
    with read() as session:
        found = session.exec(
            select(Pilot.id)
            .where(
                col(Pilot.id).in_(select(PilotVerdict.pilot_id)),
                col(Pilot.state).in_((PilotState.PROMOTING, PilotState.FINISHED)),
            )
            .order_by(col(Pilot.id))
            .limit(2)
        ).all()
    for at, pilot_id in enumerate(found):
        release_service.release(chen, pilot_id or 0)
        for number, (stars, words) in enumerate(_RATINGS[at]):
            public_ratings.rate(pilot_id or 0, stars, words, f"demo-{at}-{number}", f"demo-{number}")
    for row in release_queries.ratings(chen, RatingState.WAITING)[1:]:
        release_service.moderate(chen, row.id, True, seen_version=row.version)
