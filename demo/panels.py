"""Reviews of the demo province: one finished, one in scoring, one in discussion, one rehearsal; by way of the services
that people would use. Most judges cannot sign in: 孙评 and 周民政 show how it looks to them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import numpy as np
from sqlmodel import col, select

from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from core import clock
from core.words import MemberRole, ModerationOutcome, OrganisationKind, PanelRule, ReviewKind, Role
from db.session import read
from db.tables import Recusal, Review, ReviewEntry, RubricRow, RubricVersion, Sheet
from panels import (
    assignment_service,
    finalise_service,
    moderation_service,
    panel_queries,
    recusal_service,
    review_service,
    setup_service,
    sheet_service,
    stages,
    unlock_service,
)
from panels.moderation_service import ModerationIn
from panels.rubric import Rubric
from panels.schemas import AffiliationIn, EntryIn, MemberIn, ReviewIn, ScheduleIn
from panels.sheet_schemas import SheetIn

# Judges beside those of `demo.people`: username, name, university.
JUDGES = (
    ("judge_qian", "钱明理", "之江理工大学"),
    ("judge_zhao", "赵衡", "之江理工大学"),
    ("judge_xu", "徐知远", "钱塘财经大学"),
    ("judge_he", "何慎行", "东海师范大学"),
    ("judge_lu", "陆正", "浙东社会治理研究会"),
    ("judge_shen", "沈见微", "东海师范大学"),
    ("judge_xia", "夏初", "钱塘财经大学"),
    ("judge_tang", "汤新", "浙东社会治理研究会"),
)
# The finished selection: code, title, organisation (name or county code), summary, how good it is.
ENTRIES = (
    ("ZX-01", "流动人口“一件事”联办", "330523", "居住登记、子女入学、社保接续一次申请。", 91),
    ("ZX-02", "共享社·幸福里服务网点", "省供销合作社联合社", "村社网点集成代办、养老、家政服务。", 88),
    ("ZX-03", "独居老人数字关爱", "省民政厅", "水电异常预警，网格员上门核实。", 85),
    ("ZX-04", "危化品全链条风险智控", "省应急管理厅", "运输、储存、使用全程监测预警。", 85),
    ("ZX-05", "信访诉求一码通办", "330521", "来信来访统一赋码、全程可查。", 81),
    ("ZX-06", "山区群众跑腿代办网", "331127", "偏远村由网格员代办，全程留痕。", 80),
    ("ZX-07", "农房安全动态巡查", "省农业农村厅", "风险农房一户一档，暴雨前自动提醒。", 77),
    ("ZX-08", "基层报表一表通", "省数据局", "同一数据只报一次，自动生成各类报表。", 74),
)
_TIED = ("ZX-03", "ZX-04")


class Stage:
    """One review being told: its id, who runs it, its judges by name."""

    def __init__(self, staff: Actor, other: Actor, review_id: int) -> None:
        self.staff, self.other, self.id = staff, other, review_id
        self.people: dict[int, Actor] = {}

    def version(self) -> int:
        with read() as session:
            return session.get_one(Review, self.id).version

    def step(self, do: str, reason: str = "") -> None:
        review_service.move(self.staff, self.id, do, reason, seen_version=self.version())

    def schedule(self, opens: int, closes: float, reason: str = "") -> None:
        """From `opens` days ago to `closes` days from now, with half an hour's grace."""
        with read() as session:
            began = session.get_one(Review, self.id).opens_at
        now = clock.now().replace(second=0, microsecond=0)
        end = now + timedelta(days=closes)
        data = ScheduleIn(
            opens_at=began or now - timedelta(days=opens), closes_at=end, grace_until=end + timedelta(minutes=30)
        )
        review_service.set_schedule(self.staff, self.id, data, reason, seen_version=self.version())

    def enter(self, code: str, title: str, whose: str, summary: str, organisations: Mapping[str, int]) -> int:
        known = organisations.get(whose)
        data = EntryIn(
            code=code,
            title=title,
            summary=summary,
            organisation_id=known,
            organisation_name="" if known else whose,
        )
        return setup_service.add_entry(self.staff, self.id, data)

    def seat(self, actor: Actor, role: MemberRole = MemberRole.JUDGE) -> None:
        data = MemberIn(account_id=actor.account_id or 0, role=role)
        self.people[setup_service.add_member(self.staff, self.id, data)] = actor

    def decide_recusals(self, *, but: Sequence[int] = ()) -> None:
        """Somebody of staff whom it does not concern confirms what was found."""
        with read() as session:
            rows = session.exec(
                select(Recusal).where(Recusal.review_id == self.id, col(Recusal.decided_at).is_(None))
            ).all()
            found = [(row.id or 0, row.version) for row in rows if row.id not in but]
        for key, version in found:
            recusal_service.decide(self.other, key, confirmed=True, reason="", seen_version=version)

    def distribute(self) -> None:
        plan = assignment_service.plan(self.staff, self.id)
        shadows = {(entry, member) for entry in plan.entries for member in plan.shadows} - plan.blocked
        assignment_service.assign(self.staff, self.id, plan.proposed | shadows, seen_version=plan.version)

    def pairs(self) -> list[tuple[int, int, str]]:
        """(entry, member, entry's code) of what is assigned, in order."""
        given = panel_queries.assignments(self.staff, self.id)
        with read() as session:
            codes = dict(
                session.exec(select(ReviewEntry.id, ReviewEntry.code).where(ReviewEntry.review_id == self.id)).all()
            )
        return [(entry, member, codes[entry]) for entry, members in sorted(given.items()) for member in members]

    def mark(
        self, entry: int, member: int, marks: Mapping[str, int], *, submit: bool = True, comment: str = ""
    ) -> None:
        with read() as session:
            number = session.exec(
                select(Sheet.number)
                .where(Sheet.entry_id == entry, Sheet.member_id == member)
                .order_by(col(Sheet.id).desc())
            ).first()
        data = SheetIn(
            marks={code: Decimal(mark) for code, mark in marks.items()},
            reasons={code: "见评语。" for code, mark in marks.items() if mark < 60 or mark >= 95},
            comment=comment,
        )
        sheet_service.save(self.people[member], self.id, entry, data, seen=number or 0, submit=submit)


def tell(actor_of: Callable[[str], Actor], organisations: Mapping[str, int]) -> None:
    """Everything, in the order in which it would have happened."""
    li, chen = actor_of("liyan"), actor_of("chenshen")
    judges = _judges(actor_of)
    rng = np.random.default_rng(20_260_201)
    _finished(rng, li, chen, judges, actor_of("zhouminzheng"), organisations)
    _scoring(rng, li, chen, judges, actor_of("sunping"), organisations)
    _discussed(rng, li, chen, judges, organisations)
    _rehearsal(li, chen, judges, actor_of("sunping"))


def _judges(actor_of: Callable[[str], Actor]) -> list[Actor]:
    universities: dict[str, int] = {}
    for username, name, university in JUDGES:
        if university not in universities:
            universities[university] = accounts.add_organisation(
                OPERATOR, OrganisationIn(name=university, kind=OrganisationKind.SOCIAL)
            )
        accounts.add_account(
            OPERATOR,
            AccountIn(
                username=username,
                name=name,
                role=Role.JUDGE,
                organisation_id=universities[university],
                password=secrets.token_urlsafe(24),
            ),
        )
    return [actor_of(username) for username, *_ in JUDGES]


def _open(staff: Actor, other: Actor, kind: ReviewKind, name: str, **rule: object) -> tuple[Stage, Rubric]:
    with read() as session:
        version, body = session.exec(
            select(RubricVersion.id, RubricVersion.body)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == kind)
        ).one()
    data = ReviewIn.model_validate({"name": name, "kind": kind, "rubric_version_id": version} | rule)
    number = review_service.create_review(staff, data, nonce=f"demo-{name}")
    return Stage(staff, other, number), Rubric.from_json(body)


def _spread(rng: np.random.Generator, rubric: Rubric, level: float) -> dict[str, int]:
    """Marks about a level, one for every criterion."""
    return {criterion.code: int(np.clip(round(level + rng.normal(0, 3)), 0, 100)) for criterion in rubric.criteria}


def _finished(
    rng: np.random.Generator,
    li: Actor,
    chen: Actor,
    judges: Sequence[Actor],
    department: Actor,
    organisations: Mapping[str, int],
) -> None:
    """A selection that is over: a recusal, a judge replaced, a shadow judge, a sheet corrected, a tie on the cut."""
    stage, rubric = _open(
        li,
        chen,
        ReviewKind.AWARD,
        "上年度基层智治场景遴选终评",
        rule=PanelRule.DROP_EXTREMES,
        per_entry=5,
        quorum=3,
        places=3,
        tie_keys=["effect", "@median"],
    )
    for code, title, whose, summary, _ in ENTRIES:
        stage.enter(code, title, whose, summary, organisations)
    for number, judge in enumerate([*judges[:6], department]):
        stage.seat(judge, MemberRole.LEAD if number == 0 else MemberRole.JUDGE)
    stage.seat(judges[7], MemberRole.SHADOW)
    stage.schedule(20, 2)
    setup_service.record_affiliation(
        li,
        judges[1].account_id or 0,
        AffiliationIn(organisation_id=organisations["省数据局"], until=clock.today() - timedelta(days=400)),
    )
    with read() as session:
        first = session.exec(select(ReviewEntry.id).where(ReviewEntry.review_id == stage.id)).first() or 0
    notes = "附：近 12 个月办件量与满意度统计、流程图、部门确认函。\n".encode()
    setup_service.attach_files(li, stage.id, first, [("佐证材料目录.txt", notes)])
    stage.step(stages.CALL)
    for judge in stage.people.values():
        recusal_service.finish_declaring(judge, stage.id)
    stage.decide_recusals()
    stage.step(stages.ASSIGN)
    stage.distribute()
    stage.step(stages.OPEN)
    level = {code: quality for code, *_, quality in ENTRIES}
    lenient = dict(zip(stage.people, rng.normal(0, 2.5, len(stage.people)), strict=True))
    gone = list(stage.people)[4]
    done: list[tuple[int, int]] = []

    def mark(entry: int, member: int, code: str) -> None:
        if code in _TIED:
            marks = dict.fromkeys(rubric.weights, level[code])
        else:
            marks = _spread(rng, rubric, level[code] + lenient.get(member, 0.0))
        stage.mark(entry, member, marks, comment="机制清楚，建议补充与对照地区的比较。")
        done.append((entry, member))

    pairs = stage.pairs()
    for entry, member, code in pairs:
        if member != gone or code in ("ZX-01", "ZX-02"):
            mark(entry, member, code)
    new = setup_service.replace_member(
        li, stage.id, gone, MemberIn(account_id=judges[6].account_id or 0), "因公出国，不能按时完成评审"
    )
    stage.people[new] = judges[6]
    for entry, member, code in stage.pairs():
        if member == new:
            mark(entry, member, code)
    _correct(stage, rubric, done)
    stage.schedule(0, 0.01, "评委已经交齐，提前结束评分")
    stage.step(stages.CLOSE)
    with read() as session:
        tied = session.exec(
            select(ReviewEntry.id, ReviewEntry.code).where(
                ReviewEntry.review_id == stage.id, col(ReviewEntry.code).in_(_TIED)
            )
        ).all()
    for entry_id, _ in tied:
        moderation_service.record(
            judges[0],
            stage.id,
            entry_id or 0,
            ModerationIn(
                present=[judge.name for judge in stage.people.values()],
                discussion="两个项目同分，各项比较也相同。合议认为两项都达到入选水平，建议并列入选，报审定会议决定。",
                outcome=ModerationOutcome.KEEP,
            ),
            flags=["同分，名额界线正好在其中"],
        )
    stage.step(stages.SETTLE)
    result = finalise_service.propose(li, stage.id)
    finalise_service.dissent(judges[3], stage.id, "对 ZX-07 的评价仍有保留：巡查频次没有数据佐证，建议入库观察一年。")
    finalise_service.confirm(chen, stage.id, result)


def _correct(stage: Stage, rubric: Rubric, done: Sequence[tuple[int, int]]) -> None:
    """One sheet is unlocked by two people and handed in again."""
    entry, member = done[-1]
    with read() as session:
        sheet = session.exec(select(Sheet.id).where(Sheet.entry_id == entry, Sheet.member_id == member)).one()
    request = unlock_service.ask(stage.people[member], sheet or 0, "把“可复制推广性”的分填到了“安全合规”一栏")
    unlock_service.answer(stage.other, request, granted=True, words="", seen_version=1)
    stage.mark(entry, member, dict.fromkeys(rubric.weights, 76), comment="已更正填错的两项。")


def _scoring(
    rng: np.random.Generator,
    li: Actor,
    chen: Actor,
    judges: Sequence[Actor],
    sun: Actor,
    organisations: Mapping[str, int],
) -> None:
    """A challenge that is being scored: some are done, some have begun, one asks to unlock, one steps aside."""
    stage, rubric = _open(
        li,
        chen,
        ReviewKind.CHALLENGE,
        "“独居老人预警”榜单方案评审",
        per_entry=5,
        quorum=3,
        places=1,
        tie_keys=["match"],
    )
    for code, title, whose, summary, _ in _BIDS:
        stage.enter(code, title, whose, summary, organisations)
    for judge in (sun, *judges[:4]):
        stage.seat(judge)
    stage.schedule(2, 5)
    stage.step(stages.CALL)
    for judge in stage.people.values():
        recusal_service.finish_declaring(judge, stage.id)
    stage.step(stages.ASSIGN)
    stage.distribute()
    stage.step(stages.OPEN)
    level = {code: quality for code, *_, quality in _BIDS}
    mine = next(member for member, judge in stage.people.items() if judge is sun)
    for entry, member, code in stage.pairs():
        marks = _spread(rng, rubric, level[code])
        if member == mine:
            if code in ("JB-01", "JB-02"):
                stage.mark(entry, member, marks, comment="方案对得上榜单指标。")
            elif code == "JB-03":
                stage.mark(entry, member, dict(list(marks.items())[:3]), submit=False)
        elif judges.index(stage.people[member]) < 3 or code < "JB-04":
            stage.mark(entry, member, marks)
    other = next(member for member, judge in stage.people.items() if judge is judges[0])
    with read() as session:
        sheet = session.exec(select(Sheet.id).where(Sheet.member_id == other).order_by(col(Sheet.id))).first()
        late = session.exec(
            select(ReviewEntry.id).where(ReviewEntry.review_id == stage.id, ReviewEntry.code == "JB-05")
        ).one()
    unlock_service.ask(judges[0], sheet or 0, "附件里的检测报告看漏了，想改“技术可行性”")
    recusal_service.declare(judges[3], stage.id, late or 0, "去年为该公司做过一次培训")


_BIDS = (
    ("JB-01", "多源感知融合预警方案", "云栖数智有限公司（演示）", "水电、燃气、门磁多源融合，分级预警。", 88),
    ("JB-02", "低成本水电用量预警方案", "湖畔物联有限公司（演示）", "利用既有智能水表，不新装设备。", 84),
    ("JB-03", "社区主动关怀机器人方案", "钱江智能有限公司（演示）", "语音机器人每日问候，异常转人工。", 76),
    ("JB-04", "穿戴设备健康监测方案", "山海健康科技有限公司（演示）", "手环监测心率和跌倒。", 72),
    ("JB-05", "网格排查加算法研判方案", "数智治理科技有限公司（演示）", "网格日常走访与算法研判互相校验。", 82),
)


def _discussed(
    rng: np.random.Generator, li: Actor, chen: Actor, judges: Sequence[Actor], organisations: Mapping[str, int]
) -> None:
    """A standing review in discussion: one entry on which judges part."""
    stage, rubric = _open(
        li, chen, ReviewKind.AWARD, "第一季度数改案例入库评审", rule=PanelRule.MEAN, per_entry=5, quorum=4, places=2
    )
    ids = [
        stage.enter(code, title, whose, summary, organisations)
        for code, title, whose, summary in (
            ("AL-01", "电动车充电隐患闭环处置", "330521", "感知设备报警、网格处置、消防复核。"),
            ("AL-02", "殡葬服务一站办", "330523", "惠民补助免申即享。"),
            ("AL-03", "夜市经济柔性执法", "331127", "首违不罚清单与数字巡查结合。"),
        )
    ]
    for judge in judges[:5]:
        stage.seat(judge)
    stage.schedule(3, 1)
    stage.step(stages.CALL)
    stage.step(stages.ASSIGN)
    stage.distribute()
    stage.step(stages.OPEN)
    apart = {ids[2]: [92, 90, 88, 61, 60], ids[0]: [86, 84, 85, 83, 87], ids[1]: [80, 79, 82, 78, 81]}
    for entry, levels in apart.items():
        for member, level in zip(stage.people, levels, strict=True):
            stage.mark(entry, member, _spread(rng, rubric, level))
    stage.step(stages.CLOSE)


def _rehearsal(li: Actor, chen: Actor, judges: Sequence[Actor], sun: Actor) -> None:
    """A rehearsal with invented entries, waiting to be assigned."""
    stage, _ = _open(li, chen, ReviewKind.AWARD, "年度遴选评分演练", rehearsal=True, per_entry=3, quorum=2, places=1)
    for number in range(1, 7):
        stage.enter(
            f"YL-{number}", f"演练项目{number}", f"演练单位{number * 111}号", "用来熟悉评分页面的虚构项目。", {}
        )
    for judge in (sun, *judges[:4]):
        stage.seat(judge)
    stage.schedule(0, 3)
    stage.step(stages.CALL)
    recusal_service.finish_declaring(sun, stage.id)
    stage.step(stages.ASSIGN)
