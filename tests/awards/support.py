"""An edition on its way. What a golden file says is told through the services that people use; only entries that were
handed in and recommended, and the accounts of those who cannot sign in, are put into the database directly."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from awards import edition_service, entry_service, finalise_service, loading, round_service, stages
from awards.schemas import EditionIn, GradeIn, NoticeIn, RuleIn, TrackIn
from core import clock
from core.words import (
    AwardEntryState,
    AwardStage,
    CollectionKind,
    EditionNature,
    GovernanceLevel,
    MemberRole,
    OrganisationKind,
    PilotState,
    Role,
)
from db.session import read, write
from db.tables import (
    Account,
    AwardEntry,
    AwardPack,
    AwardResult,
    Collection,
    Edition,
    Organisation,
    PanelMember,
    Pilot,
    Review,
    ReviewAssignment,
    ReviewEntry,
    ScenarioVersion,
    Sheet,
)
from panels import finalise_service as panel_ends
from panels import review_service, setup_service, sheet_service
from panels import stages as panel_stages
from panels.schemas import MemberIn, ScheduleIn
from panels.sheet_schemas import SheetIn
from pilots import freezing
from regions import groups
from tests.panels.support import WEIGHTS, actor_of, rubric_version
from tests.pilots.support import approved_scenario
from tests.support import Cast

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def rule_in(**changes: Any) -> RuleIn:
    values: dict[str, Any] = {
        "tracks": [
            TrackIn(
                name="民生服务",
                grades=[GradeIn(name="最佳案例", places=1), GradeIn(name="优秀案例", places=2)],
                kept=1,
                shortlist=4,
            )
        ],
        "reference_on": date(2026, 1, 1),
        "per_entry": 5,
        "quorum": 3,
        "quality_floor": 0,
    }
    return RuleIn(**{**values, **changes})


def edition_in(rubric: int, **changes: Any) -> EditionIn:
    now = clock.now()
    values: dict[str, Any] = {
        "year": 2026,
        "name": "2026 年度基层智治遴选推介",
        "nature": EditionNature.SELECTION,
        "rubric_version_id": rubric,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=10),
        "recommend_until": now + timedelta(days=20),
        "rule": rule_in(),
    }
    return EditionIn(**{**values, **changes})


def pack(share: int | None, county: str = "某县") -> dict[str, Any]:
    """Evidence as small as can be, with what the objective part needs."""
    return {
        "layout": 1,
        "as_of": "2026-06-01T00:00:00+00:00",
        "pilot": {"code": "SD-1", "name": "试点", "scenario": "场景", "scenario_version": "v1.0"},
        "county": {"code": "330523", "name": county},
        "since": "2025-07",
        "measures": [
            {
                "indicator": "SX01",
                "name": "按时办结率",
                "version": 1,
                "role": "goal",
                "cadence": "month",
                "baseline": "80",
                "target": "90",
                "latest": "2026-05",
                "shown": "88.0%",
                "periods": 10,
                "attained": share,
                "values": [],
            }
        ],
        "quality": {"total": "90/1", "shown": "90.0", "parts": []},
        "verdict": None,
        "lacking": [],
    }


@dataclass
class Selection:
    """An edition and its people. `entries` by code; `judges` by name."""

    cast: Cast
    id: int
    entries: dict[str, int] = field(default_factory=dict)
    judges: dict[str, Actor] = field(default_factory=dict)

    def row(self) -> Edition:
        with read() as session:
            return session.get_one(Edition, self.id)

    def put(self, **values: Any) -> None:
        with write() as session:
            session.execute(update(Edition).where(col(Edition.id) == self.id).values(**values))

    def step(self, do: str, reason: str = "情况属实", actor: Actor | None = None) -> None:
        edition_service.move(actor or self.cast.li_staff, self.id, do, reason, seen_version=self.row().version)

    def state_of(self, code: str) -> AwardEntryState:
        with read() as session:
            return session.get_one(AwardEntry, self.entries[code]).state

    def version_of(self, code: str) -> int:
        with read() as session:
            return session.get_one(AwardEntry, self.entries[code]).version

    def close_call(self) -> None:
        now = clock.now()
        self.put(closes_at=now - timedelta(minutes=2), recommend_until=now - timedelta(minutes=1))
        self.step(stages.CLOSE_CALL)
        self.step(stages.CLOSE_CITIES)

    def qualify_all(self) -> None:
        for code, number in self.entries.items():
            if self.state_of(code) is AwardEntryState.RECOMMENDED:
                version = self.version_of(code)
                entry_service.check(self.cast.li_staff, number, stages.QUALIFY, "材料齐全", seen_version=version)

    def begin(self, stage: AwardStage) -> None:
        round_service.begin(self.cast.li_staff, self.id, stage, seen_version=self.row().version)

    def review(self, stage: AwardStage, track: str) -> int:
        with read() as session:
            return loading.reviews_of(session, self.id)[stage, track]

    def judge(self, review_id: int, marks: Mapping[str, Mapping[str, Any]], *, settle: bool = True) -> None:
        """A review from its panel to its final result. `marks`: judge → entry's code → a mark or one a criterion."""
        self.prepare(review_id, marks)
        for name, given in marks.items():
            self.hand_in(review_id, name, given)
        if settle:
            self.settle(review_id)

    def prepare(self, review_id: int, names: Iterable[str]) -> None:
        """A review's panel seated, everybody judging everything, scoring open."""
        now = clock.now()
        window = ScheduleIn(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=7))
        version = self._version(review_id)
        review_service.set_schedule(self.cast.li_staff, review_id, window, "", seen_version=version)
        for name in names:
            self.seat(review_id, name)
        for do in (panel_stages.CALL, panel_stages.ASSIGN):
            self.panel_step(review_id, do)
        self.assign(review_id)
        self.panel_step(review_id, panel_stages.OPEN)

    def seat(self, review_id: int, name: str) -> int:
        judge = self.judges.get(name) or person(name, Role.JUDGE)
        self.judges[name] = judge
        data = MemberIn(account_id=judge.account_id or 0, role=MemberRole.JUDGE)
        return setup_service.add_member(self.cast.li_staff, review_id, data)

    def assign(self, review_id: int) -> None:
        """Everybody of the panel judges everything."""
        with write() as session:
            members = session.exec(select(PanelMember.id).where(PanelMember.review_id == review_id)).all()
            entries = session.exec(select(ReviewEntry.id).where(ReviewEntry.review_id == review_id)).all()
            session.add_all(
                ReviewAssignment(entry_id=entry or 0, member_id=member or 0, review_id=review_id, at=clock.now())
                for member in members
                for entry in entries
            )

    def hand_in(self, review_id: int, name: str, given: Mapping[str, Any]) -> None:
        with read() as session:
            codes = dict(
                session.exec(select(ReviewEntry.code, ReviewEntry.id).where(ReviewEntry.review_id == review_id)).all()
            )
            account = self.judges[name].account_id
            numbers = dict(
                session.exec(
                    select(Sheet.entry_id, Sheet.number)
                    .join(PanelMember, col(PanelMember.id) == Sheet.member_id)
                    .where(Sheet.review_id == review_id, PanelMember.account_id == account)
                ).all()
            )
        for code, mark in given.items():
            each = mark if isinstance(mark, list) else [mark] * len(WEIGHTS)
            data = SheetIn(marks={key: Decimal(str(value)) for key, value in zip(WEIGHTS, each, strict=True)})
            entry = codes[code] or 0
            sheet_service.save(self.judges[name], review_id, entry, data, seen=numbers.get(entry, 0), submit=True)

    def settle(self, review_id: int) -> None:
        self.panel_step(review_id, panel_stages.CLOSE)
        self.finish(review_id)

    def finish(self, review_id: int) -> None:
        self.panel_step(review_id, panel_stages.SETTLE)
        number = panel_ends.propose(self.cast.li_staff, review_id)
        panel_ends.confirm(self.cast.chen_staff, review_id, number)

    def panel_step(self, review_id: int, do: str) -> None:
        review_service.move(self.cast.li_staff, review_id, do, "情况属实", seen_version=self._version(review_id))

    def _version(self, review_id: int) -> int:
        with read() as session:
            return session.get_one(Review, review_id).version

    def sign(self) -> int:
        """Two signatures and the notice; returns the notice's number."""
        result = finalise_service.propose(self.cast.li_staff, self.id)
        watching = self.cast.admin.account_id or 0
        data = NoticeIn(starts_on=clock.today(), contact="研究院 0571-0000300", supervisor_id=watching)
        return finalise_service.confirm(self.cast.chen_staff, self.id, result, data, seen_version=self.row().version)

    def listed(self) -> list[list[Any]]:
        """[track, code, grade, rank] of the newest list, those without a grade too."""
        with read() as session:
            newest = session.exec(
                select(AwardResult).where(AwardResult.edition_id == self.id).order_by(col(AwardResult.number).desc())
            ).first()
            assert newest is not None
            return [[line["track"], line["code"], line["grade"], line["rank"]] for line in newest.body["lines"]]


def selection(cast: Cast, rule: RuleIn | None = None, **changes: Any) -> Selection:
    """An edition in 申报, its rule frozen."""
    data = edition_in(rubric_version(cast.li_staff), rule=rule or rule_in(), **changes)
    found = Selection(cast, edition_service.create(cast.li_staff, data, nonce=f"edition-{data.year}"))
    found.step(stages.CALL)
    return found


def person(name: str, role: Role, organisation_id: int | None = None) -> Actor:
    """Somebody who never signs in."""
    with write() as session:
        if organisation_id is None:
            body = Organisation(name=f"{name}所在的大学", kind=OrganisationKind.SOCIAL)
            session.add(body)
            session.flush()
            organisation_id = body.id
        account = Account(
            username=f"u_{name}",
            name=name,
            role=role,
            organisation_id=organisation_id or 0,
            password_hash="",
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        number = account.id or 0
    return actor_of(number)


def city(name: str = "湖州推荐人", region: str = "330500") -> Actor:
    """Somebody of a city's office, which recommends its counties' entries."""
    with write() as session:
        body = Organisation(name=f"{name}单位", kind=OrganisationKind.DEPARTMENT, region_code=region)
        session.add(body)
        session.flush()
        number = body.id
    return replace(person(name, Role.DEPARTMENT, number), region_code=region)


def some_pilots(cast: Cast, count: int = 1) -> list[int]:
    """Pilots to hang entries on, a county's second entry on the second; nothing was measured."""
    scenario = approved_scenario(cast)
    return [_pilot(cast, scenario, number) for number in range(1, count + 1)]


def _pilot(cast: Cast, scenario: int, number: int) -> int:
    with write() as session:
        version = session.exec(select(ScenarioVersion.id).where(ScenarioVersion.scenario_id == scenario)).first()
        collection = Collection(name="报送", kind=CollectionKind.PILOT)
        session.add(collection)
        session.flush()
        row = Pilot(
            code=f"SD-2025-{number:04d}",
            name="试点",
            scenario_id=scenario,
            scenario_version_id=version or 0,
            collection_id=collection.id or 0,
            province_code="330000",
            level=GovernanceLevel.COUNTY,
            state=PilotState.RUNNING,
            lead_organisation_id=cast.li_staff.organisation_id or 0,
            promise="减少重复投诉。",
            start_on=date(2025, 7, 1),
            end_on=date(2026, 6, 30),
            created_by=cast.li_staff.account_id or 0,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return row.id or 0


def recommended(told: Selection, given: Sequence[Mapping[str, Any]], pilots: Sequence[int]) -> None:
    """Entries that were handed in and recommended: {"code", "track", "county", "title", "objective"} each."""
    at = datetime(2026, 6, 1, tzinfo=clock.BEIJING)
    with write() as session:
        member = groups.memberships(session, [item["county"] for item in given], date(2026, 1, 1))
        seen: Counter[str] = Counter()
        for item in given:
            seen[item["county"]] += 1
            side = member[item["county"]]
            body = Organisation(
                name=f"{item['county']}专班{item['code']}", kind=OrganisationKind.GOVERNMENT, region_code=item["county"]
            )
            session.add(body)
            session.flush()
            row = AwardEntry(
                edition_id=told.id,
                code=item["code"],
                track=item["track"],
                title=item["title"],
                pilot_id=pilots[seen[item["county"]] - 1],
                organisation_id=body.id or 0,
                region_code=item["county"],
                city_code=f"{item['county'][:4]}00",
                group_name=side.name,
                remote=side.side.value == "underdeveloped",
                objective=item.get("objective"),
                state=AwardEntryState.RECOMMENDED,
                number=1,
                submitted_at=at,
                recommended_by=told.cast.li_staff.account_id,
                created_by=told.cast.li_staff.account_id or 0,
                created_at=at,
            )
            session.add(row)
            session.flush()
            content = pack(item.get("objective"), item["county"])
            session.add(
                AwardPack(
                    entry_id=row.id or 0, number=1, content=content, digest=freezing.digest(content), at=clock.now()
                )
            )
            told.entries[item["code"]] = row.id or 0
