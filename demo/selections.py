"""Three more selections of this year in the demo province: one in its final, whose first entry has been heard; one on
notice, with a level of government whose places were full, paused by an objection that nobody answered in time; one with a
tie at the line of its shortlist, which waits for a vote."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from accounts.permissions import Actor
from awards import edition_service, entry_service, objection_service, round_service, stages
from awards.schemas import EditionIn, GradeIn, LevelIn, TrackIn
from core import clock
from core.words import AwardStage, EditionNature, GovernanceLevel
from db.session import read
from db.tables import AwardEntry, AwardTurn, Edition
from demo import awards, past
from demo.awards import TEAMS, enter, step, version
from demo.panels import JUDGES

REFORM, BURDEN, SMALL = "数字化改革", "基层减负", "微创新"


@dataclass(frozen=True)
class Told:
    """An entry: county, number of its pilot, title, how good the first round found it."""

    county: str
    pilot: int
    title: str
    level: int


IN_FINAL = (
    Told("330523", 1, "民呼我为：一件事由一个单位管到底", 88),
    Told("330521", 1, "热线与网格并单办理", 85),
    Told("331127", 1, "山区诉求就近办结", 82),
    Told("330523", 2, "园区风险一图感知", 78),
)
# The same parts of the same pilots: what is read of them at that moment is read once.
ON_NOTICE = (
    Told("330523", 1, "村社底表一次填报", 91),
    Told("330521", 1, "派单回访不再另报", 87),
    Told("331127", 1, "山区网格报表合并", 80),
)

TIED = (
    Told("330523", 1, "一枚二维码管到底", 88),
    Told("330521", 1, "回访话术一句话", 84),
    Told("331127", 1, "村口代办时间表", 84),
)


@dataclass(frozen=True)
class People:
    li: Actor
    chen: Actor
    teams: Mapping[str, Actor]
    judges: Sequence[Actor]


def tell(actor_of: Callable[[str], Actor]) -> None:
    """Everything, in the order in which it would have happened."""
    teams = {county: actor_of(username) for county, username in TEAMS.items()}
    judges = [actor_of(username) for username, *_ in JUDGES[:5]]
    people = People(actor_of("liyan"), actor_of("chenshen"), teams, judges)
    year = clock.today().year
    with past.ago(days=50):
        special = edition_service.create(people.li, _special(year), nonce="demo-edition-4")
        _called(people, special, REFORM, IN_FINAL)
        burden = edition_service.create(people.li, _burden(year), nonce="demo-edition-5")
        _called(people, burden, BURDEN, ON_NOTICE)
        small = edition_service.create(people.li, _small(year), nonce="demo-edition-6")
        _called(people, small, SMALL, TIED)
    _in_final(people, actor_of("sunping"), special)
    _on_notice(people, actor_of("zhouminzheng"), burden)
    with past.ago(days=2):
        _judged(people, small, TIED)


def _special(year: int) -> EditionIn:
    grades = [GradeIn(name="示范项目", places=1), GradeIn(name="优秀项目", places=1)]
    changes = {
        "name": f"{year} 年度数字化改革专项评价",
        "nature": EditionNature.APPRAISAL,
        "intro": "对已见成效的数字化改革试点作专项评价，终评现场演示。",
    }
    return _asked(year, changes, TrackIn(name=REFORM, grades=grades, kept=1, shortlist=3), with_final=True)


def _burden(year: int) -> EditionIn:
    quotas = [LevelIn(level=GovernanceLevel.COUNTY, most=2), LevelIn(level=GovernanceLevel.TOWN, kept=1)]
    track = TrackIn(name=BURDEN, grades=[GradeIn(name="优秀案例", places=3)], shortlist=4, levels=quotas)
    changes = {
        "name": f"{year} 年度基层减负案例遴选",
        "intro": "征集为基层减负增效的做法，乡镇（街道）可由所在县（市、区）申报。",
    }
    return _asked(year, changes, track, with_final=False)


def _small(year: int) -> EditionIn:
    track = TrackIn(name=SMALL, grades=[GradeIn(name="优秀案例", places=1)], shortlist=2)
    changes = {
        "name": f"{year} 年度基层微创新案例遴选",
        "intro": "征集花钱少、见效快、一看就会的小改进。",
    }
    return _asked(year, changes, track, with_final=False)


def _asked(year: int, changes: Mapping[str, object], track: TrackIn, *, with_final: bool) -> EditionIn:
    usual = awards.asked(year, 0, 30)
    rule = usual.rule.model_copy(update={"tracks": [track], "with_final": with_final})
    return usual.model_copy(update={**changes, "rule": rule})


def _called(people: People, edition: int, track: str, entries: Sequence[Told]) -> None:
    """The call goes out, counties hand in, and staff write down what the cities recommended on paper."""
    step(people.li, edition, stages.CALL)
    known = awards.pilots_by_number()
    for told in entries:
        number = enter(people.teams[told.county], edition, known[told.pilot], track, told.title)
        entry_service.recommend(people.li, number, stages.RECOMMEND, seen_version=version(AwardEntry, number))


def _judged(people: People, edition: int, entries: Sequence[Told]) -> None:
    """From the end of the call to the first round's final result."""
    step(people.li, edition, stages.CLOSE_CALL)
    step(people.li, edition, stages.CLOSE_CITIES)
    levels = dict(zip(_entries(edition), (told.level for told in entries), strict=True))
    for number in levels:
        seen = version(AwardEntry, number)
        entry_service.check(people.li, number, stages.QUALIFY, "材料齐全，证据已核。", seen_version=seen)
    for review in round_service.begin(people.li, edition, AwardStage.FIRST, seen_version=version(Edition, edition)):
        awards.judged(people.li, people.chen, list(people.judges), review, levels)


def _shortlisted(people: People, edition: int, entries: Sequence[Told]) -> None:
    _judged(people, edition, entries)
    round_service.shortlist(people.li, edition, seen_version=version(Edition, edition))


def _in_final(people: People, sun: Actor, edition: int) -> None:
    """One has shown what it has, with all its sheets but one; the second is on; one waits."""
    with past.ago(days=6):
        _shortlisted(people, edition, IN_FINAL)
    with past.ago(hours=1):
        (review,) = round_service.begin(people.li, edition, AwardStage.FINAL, seen_version=version(Edition, edition))
        stage = awards.panel(people.li, people.chen, [*people.judges[:4], sun], review)
    with read() as session:
        first, second, *_ = session.exec(
            select(AwardTurn.entry_id).where(AwardTurn.edition_id == edition).order_by(col(AwardTurn.position))
        ).all()
    with past.ago(minutes=14):
        round_service.call_up(people.li, first)
    with past.ago(minutes=6):
        round_service.end_turn(people.li, first)
        awards.mark(stage, {first: 86}, but=1)
    with past.ago(minutes=3):
        round_service.call_up(people.li, second)


def _on_notice(people: People, objector: Actor, edition: int) -> None:
    """A list with a level that was full, and an objection to it whose answer is late."""
    with past.ago(days=9):
        _shortlisted(people, edition, ON_NOTICE)
        step(people.li, edition, stages.COMBINE)
        awards.sign(people.li, people.chen, edition)
    with past.ago(days=6):
        objection_service.file(
            objector,
            edition,
            "该项目所报的填报时长与我单位统计口径不一致，减负成效可能被高估，请核实。",
            [("口径比对.txt", "两种口径下的填报时长比对表（演示数据）。".encode())],
            _entries(edition)[0],
            nonce="demo-objection",
        )
    objection_service.escalate(people.li)


def _entries(edition: int) -> list[int]:
    with read() as session:
        query = select(AwardEntry.id).where(AwardEntry.edition_id == edition).order_by(col(AwardEntry.id))
        return [key or 0 for key in session.exec(query)]
