"""Reads about what the public is shown of scenarios, for those who release it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

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


@dataclass(frozen=True)
class Outdated:
    """A scenario that the public sees as it is no more: the titles of the parts that changed, none when the scenario is not
    in a state any more in which it may be released."""

    scenario_id: int
    code: str
    name: str
    changes: Sequence[str]


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


def outdated(actor: Actor) -> list[Outdated]:
    """The scenarios of which the public sees something else than a release would show now, by code."""
    require(actor, Permission.SCENARIO_RELEASE)
    with read() as session:
        shown = {row.scenario_id: row for row in publishing.shown(session, ScenarioRelease)}
        rows = session.exec(select(Scenario).where(col(Scenario.id).in_(shown)).order_by(Scenario.code)).all()
        contents = _contents(session, rows)
        found = []
        for row in rows:
            number = row.id or 0
            content = contents.get(number)
            changes = scenario_releasing.changes(shown[number].content, content) if content else []
            if content is None or changes:
                found.append(Outdated(number, row.code, row.name, changes))
        return found


def gather(session: Session, scenario_id: int) -> dict[str, Any]:
    """What a release would keep, read in the caller's transaction. Refused unless the scenario was approved."""
    row = session.get(Scenario, scenario_id)
    if row is None:
        raise NotFound("没有找到这个场景。", "请回到场景列表重新选择。")
    content = _contents(session, [row]).get(scenario_id)
    if content is None:
        raise WrongState(f"场景当前为“{row.state.label}”，不能对公众发布。", "场景论证通过、版本定稿后才能发布。")
    return content


def _contents(session: Session, rows: Sequence[Scenario]) -> dict[int, dict[str, Any]]:
    """By scenario what a release would keep, of those that may be released; as many queries for many as for one."""
    approved = [row.id or 0 for row in rows if row.state in stages.PAST_APPROVAL]
    newest = (
        select(func.max(ScenarioVersion.id))
        .where(col(ScenarioVersion.scenario_id).in_(approved), col(ScenarioVersion.frozen_at).is_not(None))
        .group_by(col(ScenarioVersion.scenario_id))
    )
    versions = {
        version.scenario_id: version
        for version in session.exec(select(ScenarioVersion).where(col(ScenarioVersion.id).in_(newest)))
        if version.content is not None
    }
    full = _in_full(session, {str((version.content or {}).get("lead", "")) for version in versions.values()})
    of = list(versions)
    needs, data, adopted = _needs(session, of), _data(session, of), _adopted(session, of)
    return {
        row.id or 0: scenario_releasing.content(
            row.code,
            version.label,
            {**content, "lead": full.get(str(content.get("lead", "")), str(content.get("lead", "")))},
            needs[row.id or 0],
            data[row.id or 0],
            adopted[row.id or 0],
        )
        for row in rows
        if (version := versions.get(row.id or 0)) is not None
        for content in [version.content or {}]
    }


def _in_full(session: Session, short: Collection[str]) -> dict[str, str]:
    """Organisations' full names for the short ones that dossiers use, where just one is called so."""
    found: dict[str, list[str]] = {}
    for name, said in session.exec(
        select(Organisation.name, Organisation.short_name).where(col(Organisation.short_name).in_(short))
    ):
        found.setdefault(said, []).append(name)
    return {said: names[0] for said, names in found.items() if len(names) == 1}


def _needs(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[Asked]]:
    found: dict[int, list[Asked]] = defaultdict(list)
    for number, row in session.exec(
        select(ScenarioNeed.scenario_id, Need)
        .join(Need, col(Need.id) == ScenarioNeed.need_id)
        .where(col(ScenarioNeed.scenario_id).in_(scenario_ids))
        .order_by(Need.code)
    ):
        found[number].append(Asked(row.code, row.title, row.description, row.people))
    return found


def _data(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[Used]]:
    found: dict[int, list[Used]] = defaultdict(list)
    for number, purpose, row, provider in session.exec(
        select(ScenarioData.scenario_id, ScenarioData.purpose, DataResource, Organisation.name)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .join(Organisation, col(Organisation.id) == DataResource.provider_id)
        .where(col(ScenarioData.scenario_id).in_(scenario_ids))
        .order_by(col(ScenarioData.id))
    ):
        found[number].append(
            Used(row.name, provider, purpose, row.sharing, row.security_level, row.personal_information)
        )
    return found


def _adopted(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[Adopted]]:
    """Counties that are live, by the first day on which any pilot of the scenario was; groups are today's."""
    since: dict[tuple[int, str], date] = {}
    for number, code, day in session.exec(
        select(Pilot.scenario_id, Adoption.region_code, col(AdoptionStep.day))
        .join(Adoption, col(Adoption.pilot_id) == Pilot.id)
        .join(AdoptionStep, col(AdoptionStep.adoption_id) == Adoption.id)
        .where(
            col(Pilot.scenario_id).in_(scenario_ids),
            Adoption.state == AdoptionState.LIVE,
            AdoptionStep.state == AdoptionState.LIVE,
        )
        .order_by(col(AdoptionStep.day))
    ):
        since.setdefault((number, code), day)
    codes = {code for _, code in since}
    names = dict(session.exec(select(Region.code, Region.name).where(col(Region.code).in_(codes))).all())
    member = groups.memberships(session, sorted(codes), clock.today())
    found: dict[int, list[Adopted]] = defaultdict(list)
    for (number, code), day in since.items():
        found[number].append(Adopted(code, names[code], member[code].name if code in member else "", day))
    return found
