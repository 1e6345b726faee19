"""What the demo province shows the public: five scenarios, one of which was withdrawn; two pilots with stars and words, one
of which waits to be read, and a crowd of ratings that do not count."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import col, select

from accounts.permissions import Actor
from core.words import PilotState, RatingState
from db.session import read
from db.tables import Need, Pilot, PilotVerdict, Scenario, ScenarioNeed
from pilots import (
    public_ratings,
    release_queries,
    release_service,
    scenario_release_queries,
    scenario_release_service,
)
from scenarios import need_service
from scenarios.schemas import NeedIn

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


# Scenarios that the public is shown, the last of which was withdrawn again.
SCENARIOS = ("民呼我为", "危化品全链条安全风险智控", "共享社·幸福里", "综合查一次", "污水管网数字孪生")
CHANGED, MORE = "危化品全链条安全风险智控", "夜间和节假日尤其难以掌握。"
CROWD = "十次评价都来自一台电脑，间隔几秒，核实不是群众所评。"
WITHDRAWN = "监测设备改造还没有完成，完成后再公布。"


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
    # From one network, as if one browser had forgotten its cookie each time
    for number in range(release_queries.CROWD):
        public_ratings.rate(found[-1] or 0, 5, "", f"demo-crowd-{number}", "demo-crowd")
    [crowd] = release_queries.crowds(chen)
    release_service.count(chen, crowd.pilot_id, crowd.network, crowd.day, False, CROWD)
    for row in release_queries.ratings(chen, RatingState.WAITING)[1:]:
        release_service.moderate(chen, row.id, True, seen_version=row.version)
    _scenarios(chen)


def _scenarios(chen: Actor) -> None:
    with read() as session:
        known = dict(session.exec(select(Scenario.name, Scenario.id)).all())
    for name in SCENARIOS:
        view = scenario_release_queries.releasing(chen, known[name] or 0)
        assert view is not None
        number = scenario_release_service.release(chen, view.scenario_id, seen_digest=view.digest)
    scenario_release_service.withdraw(chen, number, WITHDRAWN, seen_version=1)
    _told_again(chen, known[CHANGED] or 0)


def _told_again(chen: Actor, scenario_id: int) -> None:
    """What a released scenario answers is put more exactly since: what the public sees is not the newest any more."""
    with read() as session:
        need = session.exec(
            select(Need)
            .join(ScenarioNeed, col(ScenarioNeed.need_id) == Need.id)
            .where(ScenarioNeed.scenario_id == scenario_id)
        ).one()
        said = NeedIn.model_validate({name: getattr(need, name) for name in NeedIn.model_fields})
    data = said.model_copy(update={"description": f"{said.description}{MORE}"})
    need_service.edit_need(chen, need.id or 0, data, seen_version=need.version)
