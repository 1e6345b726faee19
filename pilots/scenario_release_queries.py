"""Reads about what the public is shown of scenarios, for those who release it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound, WrongState
from core.words import AdoptionState
from db.session import read
from db.tables import (
    Adoption,
    AdoptionStep,
    DataResource,
    Need,
    Organisation,
    Pilot,
    Region,
    Scenario,
    ScenarioData,
    ScenarioNeed,
    ScenarioRelease,
    ScenarioVersion,
)
from pilots import freezing, publishing, scenario_releasing
from pilots.scenario_releasing import Adopted, Asked, Used
from regions import groups
from scenarios import stages


@dataclass(frozen=True)
class ScenarioReleaseView:
    id: int
    digest: str
    released_by: str
    released_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    version: int


@dataclass(frozen=True)
class Releasing:
    """A scenario before the public: what would be released (`content`, `digest`), what is shown now and in which parts
    it differs (`changes`), all releases, newest first. `held_back` says why it cannot be released; content is empty then."""

    scenario_id: int
    code: str
    name: str
    held_back: str
    content: dict[str, Any]
    digest: str
    changes: Sequence[str]
    releases: Sequence[ScenarioReleaseView]

    @property
    def shown(self) -> ScenarioReleaseView | None:
        return next((row for row in self.releases if row.withdrawn_at is None), None)

    @property
    def same(self) -> bool:
        """Whether the public sees just this already."""
        return self.shown is not None and self.shown.digest == self.digest


def releasing(actor: Actor, scenario_id: int) -> Releasing | None:
    """What releasing a scenario would show; None when there is no such scenario."""
    require(actor, Permission.SCENARIO_RELEASE)
    with read() as session:
        row = session.get(Scenario, scenario_id)
        if row is None:
            return None
        rows = publishing.history(session, ScenarioRelease, scenario_id)
        held_back, content = "", {}
        try:
            content = gather(session, scenario_id)
        except WrongState as refusal:
            held_back = str(refusal)
        shown = next((item for item, _ in rows if item.withdrawn_at is None), None)
        return Releasing(
            scenario_id,
            row.code,
            row.name,
            held_back,
            content,
            freezing.digest(content),
            scenario_releasing.changes(shown.content if shown else None, content),
            [
                ScenarioReleaseView(
                    item.id or 0,
                    item.digest,
                    who,
                    item.released_at,
                    item.withdrawn_at,
                    item.withdrawn_reason,
                    item.version,
                )
                for item, who in rows
            ],
        )


def gather(session: Session, scenario_id: int) -> dict[str, Any]:
    """What a release would keep, read in the caller's transaction. Refused unless the scenario was approved."""
    row = session.get(Scenario, scenario_id)
    if row is None:
        raise NotFound("没有找到这个场景。", "请回到场景列表重新选择。")
    version = session.exec(
        select(ScenarioVersion)
        .where(ScenarioVersion.scenario_id == scenario_id, col(ScenarioVersion.frozen_at).is_not(None))
        .order_by(col(ScenarioVersion.id).desc())
    ).first()
    if row.state not in stages.PAST_APPROVAL or version is None or version.content is None:
        raise WrongState(f"场景当前为“{row.state.label}”，不能对公众发布。", "场景论证通过、版本定稿后才能发布。")
    return scenario_releasing.content(
        row.code,
        version.label,
        {**version.content, "lead": _in_full(session, str(version.content.get("lead", "")))},
        _needs(session, scenario_id),
        _data(session, scenario_id),
        _adopted(session, scenario_id),
    )


def _in_full(session: Session, name: str) -> str:
    """An organisation's full name for the short one that dossiers use, where just one is called so."""
    found = session.exec(select(Organisation.name).where(Organisation.short_name == name)).all()
    return found[0] if len(found) == 1 else name


def _needs(session: Session, scenario_id: int) -> list[Asked]:
    rows = session.exec(
        select(Need)
        .join(ScenarioNeed, col(ScenarioNeed.need_id) == Need.id)
        .where(ScenarioNeed.scenario_id == scenario_id)
        .order_by(Need.code)
    )
    return [Asked(row.code, row.title, row.description, row.people) for row in rows]


def _data(session: Session, scenario_id: int) -> list[Used]:
    rows = session.exec(
        select(ScenarioData.purpose, DataResource, Organisation.name)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .join(Organisation, col(Organisation.id) == DataResource.provider_id)
        .where(ScenarioData.scenario_id == scenario_id)
        .order_by(col(ScenarioData.id))
    )
    return [
        Used(row.name, provider, purpose, row.sharing, row.security_level, row.personal_information)
        for purpose, row, provider in rows
    ]


def _adopted(session: Session, scenario_id: int) -> list[Adopted]:
    """Counties that are live, by the first day on which any pilot of the scenario was; groups are today's."""
    since: dict[str, date] = {}
    for code, day in session.exec(
        select(Adoption.region_code, col(AdoptionStep.day))
        .join(Pilot, col(Pilot.id) == Adoption.pilot_id)
        .join(AdoptionStep, col(AdoptionStep.adoption_id) == Adoption.id)
        .where(
            Pilot.scenario_id == scenario_id,
            Adoption.state == AdoptionState.LIVE,
            AdoptionStep.state == AdoptionState.LIVE,
        )
        .order_by(col(AdoptionStep.day))
    ):
        since.setdefault(code, day)
    names = dict(session.exec(select(Region.code, Region.name).where(col(Region.code).in_(since))).all())
    member = groups.memberships(session, list(since), clock.today())
    return [Adopted(code, names[code], member[code].name if code in member else "", day) for code, day in since.items()]
