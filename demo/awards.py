"""Annual selections of the demo province: last year's from the call to the release, and this year's while entries come
in; by way of the services that people use. Only the clock is helped along: what was called a year ago is put there."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from awards import edition_service, entry_service, finalise_service, round_service, stages
from awards.schemas import EditionIn, EntryIn, GradeIn, NoticeIn, RuleIn, TrackIn
from core import clock
from core.words import AwardStage, OrganisationKind, ReviewKind, Role
from db.session import read, write
from db.tables import (
    AwardEntry,
    AwardNotice,
    AwardTurn,
    Edition,
    Pilot,
    ReviewEntry,
    RubricRow,
    RubricVersion,
)
from demo.panels import JUDGES, Stage
from panels import finalise_service as panel_ends
from panels import stages as panel_stages
from panels.rubric import Rubric
from regions import calendar

CITY = ("shenhu", "沈湖", "湖州市社会工作部（演示）", "330500")
SERVICE, RISK = "民生服务", "风险防控"
# Last year's entries, all of one track: county, number of the pilot, title, how good the first and the final round found it.
ENTRIES = (
    ("330523", 4, "幸福里：家门口的一站服务", 90, 92),
    ("330521", 1, "诉求一码通办", 86, 84),
    ("331127", 4, "山区群众跑腿代办网", 79, 81),
    ("330523", 2, "危化品运输全程看得见", 84, 86),
)
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
    last = edition_service.create(li, _asked(year - 1, -1, 1), nonce="demo-edition-1")
    _finished(li, chen, teams, judges, last)
    this = edition_service.create(li, _asked(year, -10, 20), nonce="demo-edition-2")
    _applying(li, teams, city, this)


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


def _asked(year: int, opens: int, closes: int) -> EditionIn:
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


def _enter(team: Actor, edition: int, pilot: int, track: str, title: str, *, submit: bool = True) -> int:
    data = EntryIn(track=track, title=title, narrative=TOLD)
    number = entry_service.start(team, edition, pilot, data)
    notes = [("佐证材料.txt", f"{title}：回访记录、数据截图和制度文件目录。\n".encode())] if submit else []
    entry_service.save(team, number, data, notes, submit=submit, seen_version=1)
    return number


def _finished(li: Actor, chen: Actor, teams: Mapping[str, Actor], judges: list[Actor], edition: int) -> None:
    _step(li, edition, stages.CALL)
    pilots = _pilots()
    levels = {}
    for county, pilot, title, first, final in ENTRIES:
        number = _enter(teams[county], edition, pilots[pilot], SERVICE, title)
        entry_service.recommend(li, number, stages.RECOMMEND, seen_version=_version(AwardEntry, number))
        levels[number] = {AwardStage.FIRST: first, AwardStage.FINAL: final}
    now = clock.now()
    _put(Edition, edition, closes_at=now - timedelta(minutes=2), recommend_until=now - timedelta(minutes=1))
    _step(li, edition, stages.CLOSE_CALL)
    _step(li, edition, stages.CLOSE_CITIES)
    for number in levels:
        entry_service.check(
            li, number, stages.QUALIFY, "材料齐全，证据已核。", seen_version=_version(AwardEntry, number)
        )
    for stage in AwardStage:
        for review in round_service.begin(li, edition, stage, seen_version=_version(Edition, edition)):
            _judged(li, chen, judges, review, {key: level[stage] for key, level in levels.items()})
        if stage is AwardStage.FIRST:
            round_service.shortlist(li, edition, seen_version=_version(Edition, edition))
    for number in levels:
        round_service.call_up(li, number)
        round_service.end_turn(li, number)
    _step(li, edition, stages.COMBINE)
    _step(li, edition, stages.DECIDE)
    result = finalise_service.propose(li, edition)
    data = NoticeIn(starts_on=clock.today(), contact="研究院纪检室 0571-0000300")
    finalise_service.confirm(chen, edition, result, data, seen_version=_version(Edition, edition))
    began = calendar.working_day_from(clock.today(), -6)
    dates = {"starts_on": began, "counted_from": began, "ends_on": calendar.notice_end(began).date}
    with write() as session:
        session.execute(update(AwardNotice).where(col(AwardNotice.edition_id) == edition).values(**dates))
    _step(li, edition, stages.RELEASE, "公示期满，无异议。")
    with write() as session:
        for turn in session.exec(select(AwardTurn).where(AwardTurn.edition_id == edition)):
            turn.began_at = clock.now() - timedelta(minutes=12 * (5 - turn.position))
            turn.ended_at = turn.began_at + timedelta(minutes=7, seconds=11 * turn.position)


def _judged(li: Actor, chen: Actor, judges: list[Actor], review: int, levels: Mapping[int, int]) -> None:
    """A panel from its seats to its final result."""
    with read() as session:
        body = session.exec(
            select(RubricVersion.body)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.AWARD)
        ).first()
        subjects = dict(
            session.exec(select(ReviewEntry.id, ReviewEntry.subject_id).where(ReviewEntry.review_id == review)).all()
        )
    criteria = list(Rubric.from_json(body or {}).weights)
    stage = Stage(li, chen, review)
    for judge in judges:
        stage.seat(judge)
    stage.schedule(1, 1)
    stage.step(panel_stages.CALL)
    stage.step(panel_stages.ASSIGN)
    stage.distribute()
    stage.step(panel_stages.OPEN)
    for at, (entry, member, _) in enumerate(stage.pairs()):
        level = levels[subjects[entry] or 0]
        marks = {code: level + (at + place) % 3 - 1 for place, code in enumerate(criteria)}
        stage.mark(entry, member, marks)
    stage.step(panel_stages.CLOSE)
    stage.step(panel_stages.SETTLE)
    panel_ends.confirm(chen, stage.id, panel_ends.propose(li, stage.id))


def _applying(li: Actor, teams: Mapping[str, Actor], city: Actor, edition: int) -> None:
    """One recommended, one waiting for its city, one that its county still writes."""
    _step(li, edition, stages.CALL)
    pilots = _pilots()
    first = _enter(teams["330523"], edition, pilots[1], SERVICE, "民呼我为二期：全程可评")
    entry_service.recommend(city, first, stages.RECOMMEND, rank=1, seen_version=_version(AwardEntry, first))
    _enter(teams["330521"], edition, pilots[1], SERVICE, "诉求办理质量看得见")
    _enter(teams["331127"], edition, pilots[3], RISK, "困难家庭变故早发现", submit=False)


def _pilots() -> dict[int, int]:
    """Ids by their number in the demo province's story."""
    with read() as session:
        found = session.exec(select(Pilot.id).order_by(col(Pilot.id))).all()
    return {number: key or 0 for number, key in enumerate(found, start=1)}


def _step(actor: Actor, edition: int, do: str, reason: str = "") -> None:
    edition_service.move(actor, edition, do, reason, seen_version=_version(Edition, edition))


def _version(table: Any, number: int) -> int:
    with read() as session:
        version: int = session.get_one(table, number).version
        return version


def _put(table: Any, number: int, **values: Any) -> None:
    with write() as session:
        session.execute(update(table).where(col(table.id) == number).values(**values))
