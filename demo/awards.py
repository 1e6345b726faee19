"""Selections of the demo province: last year's and this year's special one from the call to the release, and this year's
while entries come in; by way of the services that people use. Only the clock is helped along: what was released months
ago is put there, with the evidence of then."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from awards import edition_service, entry_service, finalise_service, queries, round_service, stages
from awards.schemas import EditionIn, EntryIn, GradeIn, NoticeIn, RuleIn, TrackIn
from core import clock
from core.periods import Cadence, Period
from core.words import Arm, AwardStage, OrganisationKind, ReviewKind, Role, Side
from db.session import read, write
from db.tables import (
    AwardEntry,
    AwardNotice,
    AwardTurn,
    CollectionUnit,
    Edition,
    Organisation,
    Pilot,
    Region,
    ReviewEntry,
    RubricRow,
    RubricVersion,
)
from demo import evidence_then
from demo.panels import JUDGES, Stage
from panels import finalise_service as panel_ends
from panels import stages as panel_stages
from panels.rubric import Rubric
from regions import calendar, groups

CITY = ("shenhu", "沈湖", "湖州市社会工作部（演示）", "330500")
SERVICE, RISK = "民生服务", "风险防控"
# Last year's entries, all of one track: county, number of the pilot, title, how good the first and the final round found it.
ENTRIES = (
    ("330523", 4, "幸福里：家门口的一站服务", 90, 92),
    ("330521", 1, "诉求一码通办", 86, 84),
    ("331127", 4, "山区群众跑腿代办网", 79, 81),
    ("330523", 2, "危化品运输全程看得见", 84, 86),
)
# Of the special selection: teams without a demo account, by side of pilot 4's counties; the last enters pilot 2.
SPECIAL = (
    (True, "海岛山区共享服务圈", 84, 86),
    (True, "流动服务车进村", 82, 80),
    (True, "村社代办一本账", 76, 74),
    (False, "社区共享服务站", 88, 83),
    (False, "老城厢便民驿站", 80, 78),
)
TANKS = "园区危化品智控一张图"
RELEASED, SPECIAL_RELEASED = 10, 4  # months ago
TOLD = {
    "问题与需求": "群众同一件事多头登记、多次跑腿，基层重复派单、重复填报，需求来自热线工单和网格走访。",
    "做法与机制": "统一受理口径，按责任清单自动派单，部门限时办结；每月由数据核对办结质量，并据反馈改进版本。",
    "成效与佐证": "按时办结率和回访满意率持续上升，与同类对照地区相比有明显差距，指标值见冻结的证据包。",
    "复制推广条件": "需要完成责任清单确认和三类数据共享，县级投入以人员培训为主，一个季度内可以落地。",
}


def tell(actor_of: Callable[[str], Actor]) -> None:
    """Everything, in the order in which it would have happened."""
    li, chen = actor_of("liyan"), actor_of("chenshen")
    teams = {name: actor_of(username) for name, username in TEAMS.items()}
    city = _city()
    judges = [actor_of(username) for username, *_ in JUDGES[:5]]
    year = clock.today().year
    last = edition_service.create(li, asked(year - 1, -1, 1), nonce="demo-edition-1")
    pilots = pilots_by_number()
    entries = [
        (teams[county], pilots[pilot], SERVICE, title, first, final) for county, pilot, title, first, final in ENTRIES
    ]
    _finished(li, chen, judges, last, entries, RELEASED)
    this = edition_service.create(li, asked(year, -10, 20), nonce="demo-edition-2")
    _applying(li, teams, city, this)
    one = asked(year, -1, 1).model_copy(update={"name": f"{year} 年基层智治专题遴选推介"})
    special = edition_service.create(li, one, nonce="demo-edition-3")
    _finished(li, chen, judges, special, _special(pilots, teams["330523"]), SPECIAL_RELEASED)


TEAMS = {"330523": "wanganji", "330521": "zhaodeqing", "331127": "lanjingning"}


def _city() -> Actor:
    username, name, organisation, region = CITY
    where = accounts.add_organisation(
        OPERATOR, OrganisationIn(name=organisation, kind=OrganisationKind.DEPARTMENT, region_code=region)
    )
    account = AccountIn(
        username=username, name=name, role=Role.DEPARTMENT, organisation_id=where, password=secrets.token_urlsafe(24)
    )
    number = accounts.add_account(OPERATOR, account, demo=True)
    return Actor(number, None, name, Role.DEPARTMENT, where, organisation, region)


def asked(year: int, opens: int, closes: int) -> EditionIn:
    """An edition whose call opened and closes so many days from now."""
    with read() as session:
        rubric = session.exec(
            select(RubricVersion.id)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.AWARD)
        ).first()
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    grades = [GradeIn(name="最佳案例", places=1), GradeIn(name="优秀案例", places=1)]
    return EditionIn(
        year=year,
        name=f"{year} 年度基层智治遴选推介",
        intro="面向全省县（市、区）征集基层智治试点案例，用数据说话，重实效、可复制、可推广。",
        rubric_version_id=rubric or 0,
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        recommend_until=now + timedelta(days=closes + 10),
        rule=RuleIn(
            tracks=[
                TrackIn(name=SERVICE, grades=[grades[0], GradeIn(name="优秀案例", places=2)], kept=1, shortlist=4),
                TrackIn(name=RISK, grades=grades, shortlist=2),
            ],
            reference_on=date(year, 1, 1),
            city_quota=4,
            quality_floor=50,
            panel_weight=Decimal(80),
            objective_weight=Decimal(20),
            first_share=Decimal(40),
            per_entry=3,
        ),
    )


def enter(team: Actor, edition: int, pilot: int, track: str, title: str, *, submit: bool = True) -> int:
    data = EntryIn(track=track, title=title, narrative=TOLD)
    number = entry_service.start(team, edition, pilot, data)
    notes = [("佐证材料.txt", f"{title}：回访记录、数据截图和制度文件目录。\n".encode())] if submit else []
    entry_service.save(team, number, data, notes, submit=submit, seen_version=1)
    return number


Given = tuple[Actor, int, str, str, int, int]  # team, pilot, track, title, how good the rounds found it


def _special(pilots: Mapping[int, int], anji: Actor) -> list[Given]:
    """Entries of counties of both sides, some of which nobody signs in for."""
    with read() as session:
        units = [
            session.exec(
                select(CollectionUnit.region_code)
                .join(Pilot, col(Pilot.collection_id) == CollectionUnit.collection_id)
                .where(Pilot.id == pilots[number], CollectionUnit.arm == Arm.PILOT)
                .order_by(CollectionUnit.region_code)
            ).all()
            for number in (4, 2)
        ]
        member = groups.memberships(session, [code for codes in units for code in codes], clock.today())
    sides = {
        remote: [
            code for code in units[0] if code not in TEAMS and (member[code].side is Side.UNDERDEVELOPED) is remote
        ]
        for remote in (True, False)
    }
    found: list[Given] = [
        (_team(sides[remote].pop(0)), pilots[4], SERVICE, title, first, final)
        for remote, title, first, final in SPECIAL
    ]
    found.append((anji, pilots[4], SERVICE, "幸福里二期：服务点联网", 85, 87))
    tanks = next(code for code in units[1] if code not in TEAMS)
    return [*found, (_team(tanks), pilots[2], RISK, TANKS, 86, 88)]


def _team(code: str) -> Actor:
    with read() as session:
        where, name, short = session.exec(
            select(Organisation.id, Organisation.name, Region.short_name)
            .join(Region, col(Region.code) == Organisation.region_code)
            .where(Organisation.region_code == code, Organisation.kind == OrganisationKind.GOVERNMENT)
        ).one()
    account = AccountIn(
        username=f"team{code}",
        name=f"{short}专班",
        role=Role.COUNTY,
        organisation_id=where or 0,
        password=secrets.token_urlsafe(24),
    )
    number = accounts.add_account(OPERATOR, account)
    return Actor(number, None, account.name, Role.COUNTY, where, name, code)


def _finished(
    li: Actor, chen: Actor, judges: list[Actor], edition: int, entries: Sequence[Given], released: int
) -> None:
    """A selection that was released so many months ago, on evidence from before the notice."""
    step(li, edition, stages.CALL)
    levels = {}
    for team, pilot, track, title, first, final in entries:
        number = enter(team, edition, pilot, track, title)
        evidence_then.freeze(number, released + 2)
        entry_service.recommend(li, number, stages.RECOMMEND, seen_version=version(AwardEntry, number))
        levels[number] = {AwardStage.FIRST: first, AwardStage.FINAL: final}
    now = clock.now()
    _put(Edition, edition, closes_at=now - timedelta(minutes=2), recommend_until=now - timedelta(minutes=1))
    step(li, edition, stages.CLOSE_CALL)
    step(li, edition, stages.CLOSE_CITIES)
    for number in levels:
        entry_service.check(
            li, number, stages.QUALIFY, "材料齐全，证据已核。", seen_version=version(AwardEntry, number)
        )
    for stage in AwardStage:
        for review in round_service.begin(li, edition, stage, seen_version=version(Edition, edition)):
            judged(li, chen, judges, review, {key: level[stage] for key, level in levels.items()})
        if stage is AwardStage.FIRST:
            round_service.shortlist(li, edition, seen_version=version(Edition, edition))
    with read() as session:
        turns = session.exec(
            select(AwardTurn.entry_id)
            .where(AwardTurn.edition_id == edition)
            .order_by(AwardTurn.track, col(AwardTurn.position))
        ).all()
    for number in turns:
        round_service.call_up(li, number)
        round_service.end_turn(li, number)
    step(li, edition, stages.COMBINE)
    sign(li, chen, edition)
    day = Period.containing(clock.today(), Cadence.MONTH).shift(-released).start + timedelta(days=14)
    began = calendar.working_day_from(day, -6)
    dates = {"starts_on": began, "counted_from": began, "ends_on": calendar.notice_end(began).date}
    issued = clock.end_of_day(began) - timedelta(hours=15)
    with write() as session:
        session.execute(
            update(AwardNotice).where(col(AwardNotice.edition_id) == edition).values(**dates, issued_at=issued)
        )
    step(li, edition, stages.RELEASE, "公示期满，无异议。")
    _put(Edition, edition, released_at=clock.end_of_day(day) - timedelta(hours=14))
    with write() as session:
        for turn in session.exec(select(AwardTurn).where(AwardTurn.edition_id == edition)):
            turn.began_at = clock.now() - timedelta(minutes=12 * (5 - turn.position))
            turn.ended_at = turn.began_at + timedelta(minutes=7, seconds=11 * turn.position)


def sign(li: Actor, chen: Actor, edition: int) -> None:
    """Both signatures, and the notice from that day on."""
    step(li, edition, stages.DECIDE)
    result = finalise_service.propose(li, edition)
    watching = [*queries.supervisors(chen, edition)][-1]
    data = NoticeIn(starts_on=clock.today(), contact="研究院纪检室 0571-0000300", supervisor_id=watching)
    finalise_service.confirm(chen, edition, result, data, seen_version=version(Edition, edition))


def judged(li: Actor, chen: Actor, judges: list[Actor], review: int, levels: Mapping[int, int]) -> None:
    """A panel from its seats to its final result."""
    stage = panel(li, chen, judges, review)
    mark(stage, levels)
    stage.step(panel_stages.CLOSE)
    stage.step(panel_stages.SETTLE)
    panel_ends.confirm(chen, stage.id, panel_ends.propose(li, stage.id))


def panel(li: Actor, chen: Actor, judges: Sequence[Actor], review: int) -> Stage:
    """A panel from its seats to open scoring."""
    stage = Stage(li, chen, review)
    for judge in judges:
        stage.seat(judge)
    stage.schedule(1, 1)
    stage.step(panel_stages.CALL)
    stage.step(panel_stages.ASSIGN)
    stage.distribute()
    stage.step(panel_stages.OPEN)
    return stage


def mark(stage: Stage, levels: Mapping[int, int], but: int = 0) -> None:
    """Sheets of the entries whose level is given, without the last `but` of them."""
    with read() as session:
        body = session.exec(
            select(RubricVersion.body)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.AWARD)
        ).first()
        subjects = dict(
            session.exec(select(ReviewEntry.id, ReviewEntry.subject_id).where(ReviewEntry.review_id == stage.id)).all()
        )
    criteria = list(Rubric.from_json(body or {}).weights)
    pairs = [(entry, member) for entry, member, _ in stage.pairs() if (subjects[entry] or 0) in levels]
    for at, (entry, member) in enumerate(pairs[: len(pairs) - but]):
        level = levels[subjects[entry] or 0]
        marks = {code: level + (at + place) % 3 - 1 for place, code in enumerate(criteria)}
        stage.mark(entry, member, marks)


def _applying(li: Actor, teams: Mapping[str, Actor], city: Actor, edition: int) -> None:
    """One recommended, one waiting for its city, one that its county still writes."""
    step(li, edition, stages.CALL)
    pilots = pilots_by_number()
    first = enter(teams["330523"], edition, pilots[1], SERVICE, "民呼我为二期：全程可评")
    entry_service.recommend(city, first, stages.RECOMMEND, rank=1, seen_version=version(AwardEntry, first))
    enter(teams["330521"], edition, pilots[1], SERVICE, "诉求办理质量看得见")
    enter(teams["331127"], edition, pilots[3], RISK, "困难家庭变故早发现", submit=False)


def pilots_by_number() -> dict[int, int]:
    """Ids by their number in the demo province's story."""
    with read() as session:
        found = session.exec(select(Pilot.id).order_by(col(Pilot.id))).all()
    return {number: key or 0 for number, key in enumerate(found, start=1)}


def step(actor: Actor, edition: int, do: str, reason: str = "") -> None:
    edition_service.move(actor, edition, do, reason, seen_version=version(Edition, edition))


def version(table: Any, number: int) -> int:
    with read() as session:
        version: int = session.get_one(table, number).version
        return version


def _put(table: Any, number: int, **values: Any) -> None:
    with write() as session:
        session.execute(update(table).where(col(table.id) == number).values(**values))
