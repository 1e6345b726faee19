"""On paper: the contract (任务书) that a winner signs, and the record of a milestone's acceptance (里程碑验收单)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.permissions import Actor, Permission
from challenges import queries, rules, work_queries
from challenges.evidence import Tied
from challenges.views import BidView, ChallengeView, MilestoneView
from challenges.work_queries import Work
from core import clock
from core.errors import NotFound, WrongState
from core.words import BidMilestoneState, BidState
from db.issuing import Issue
from printing import compared, making
from printing.kinds import Identity, Kind, Subject, record_id
from printing.reasons import Cause, Source
from reports.paper import Face, Paper

TEMPLATE = 1  # its number stands among what is hashed: other words are another paper
# What every contract says, after its own parts. {data}, {places}, {race} are the challenge's.
CLAUSES = (
    ("数据与试点", "甲方提供：{data}。数据只用于本任务，遵守保密协议和数据安全规定，任务结束后按要求删除。{places}"),
    ("付款", "资金按里程碑支付，比例合计 100%。里程碑经两人先后核查通过后才支付对应款项；未通过的不支付。"),
    (
        "核查与整改",
        "乙方提交成果和佐证材料后由甲方核查；不符合要求的可以整改一次，整改后仍不符合的判为不通过，任务终止{race}。",
    ),
    ("延期", "每个里程碑可以申请延期一次，延长不超过一年，须书面说明理由并经甲方同意。"),
    ("验收与容错", "全部里程碑通过后由甲方组织验收评审。未能完成任务的，由未参与的人员按五个条件作出容错认定。"),
    ("成果", "成果的知识产权归属和使用由双方另行约定；甲方可以在全省基层治理范围内无偿使用和推广。"),
)


_MILESTONES = ("序号", "里程碑", "考核指标", "完成期限", "付款比例", "金额")
_PROMISED = ("承诺的指标", "数值", "分子 / 分母", "口径", "地区、期别和试点")


@dataclass(frozen=True)
class Signed:
    """A contract, drafted or signed, and whose it is."""

    view: ChallengeView
    bid: BidView
    facts: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[str]]

    @property
    def draft(self) -> bool:
        return self.bid.contract is not None and self.bid.contract[1] is None


@dataclass(frozen=True)
class Passed:
    """A milestone that two people passed, with the figures beside its promises."""

    view: ChallengeView
    bid: BidView
    item: MilestoneView
    figures: Sequence[Tied]
    facts: Sequence[tuple[str, str]]
    promised: Sequence[Sequence[str]]
    files: Sequence[Sequence[str]]


def contract_pdf(actor: Actor, bid_id: int) -> bytes:
    """The contract with one winner, with its page to sign. A draft says so."""
    return making.make(actor, CONTRACT, str(bid_id)).data


def milestone_pdf(actor: Actor, bid_id: int, number: int) -> bytes:
    """The acceptance of one milestone: what was promised, what was reported, who passed it, what is paid for it."""
    return making.make(actor, MILESTONE, f"{bid_id}:{number}").data


def _contract(actor: Actor, subject: str) -> Signed:
    bid_id = record_id(subject, "揭榜申请编号")
    view, bid, work = _bid(actor, bid_id)
    contract = work.contracts.get(bid_id)
    if bid.contract is None or contract is None:
        raise NotFound("还没有起草任务书。", "请先登记金额、任务内容和里程碑。")
    amount, signed_on, _ = bid.contract
    said = [
        ("榜单", f"{view.row.code}　{view.row.title}"),
        ("甲方（发榜单位）", view.row.organisation),
        ("乙方（揭榜单位）", bid.organisation),
        ("乙方统一社会信用代码", bid.credit_code),
        ("方案名称", bid.title),
        ("项目团队", "、".join(bid.team)),
        ("合同金额", rules.money(amount)),
        ("签订期限", f"{contract.sign_due_on}" if contract.sign_due_on else "–"),
        ("签订日期", f"{signed_on}" if signed_on else "尚未签订"),
    ]
    return Signed(view, bid, said, [_planned(item) for item in bid.milestones])


def _contract_identity(_: Actor, of: Signed) -> Identity:
    content = of.bid.contract[2] if of.bid.contract else ""
    return Identity(
        subject_id=of.bid.id,
        title=f"揭榜任务书　{of.view.row.title}",
        inputs={
            "layout": 1,
            "template": TEMPLATE,
            "facts": of.facts,
            "content": content,
            "asked": of.view.indicators,
            "promised": of.bid.goals,
            "milestones": of.rows,
            "clauses": _clauses(of.view),
        },
        lines=compared.together(
            dict(of.facts),
            {"任务内容": content, "榜单要求的指标": of.view.indicators, "乙方承诺的指标": of.bid.goals},
            compared.table("里程碑", _MILESTONES, of.rows),
            compared.pairs("约定", _clauses(of.view)),
        ),
    )


def _contract_story(paper: Paper, of: Signed, _: Issue) -> None:
    view, bid = of.view, of.bid
    amount, _day, content = bid.contract or (0, None, "")
    if of.draft:
        paper.note("本任务书尚未签订，供双方核对、签字盖章使用；签订后在系统登记日期。", title="草案")
    paper.heading("双方与项目")
    paper.facts(of.facts)
    paper.heading("任务内容")
    paper.text(content)
    paper.heading("指标")
    paper.facts([("榜单要求的指标", view.indicators), ("乙方承诺的指标", bid.goals)])
    paper.heading("里程碑与付款")
    paper.table(
        _MILESTONES,
        [*of.rows, ["", "合计", "", "", "100%", rules.money(amount)]],
        widths=(0.8, 2, 4.4, 1.9, 1.5, 2),
        align="clllrr",
        caption="里程碑、考核指标和付款",
    )
    paper.heading("约定")
    for number, (name, words) in enumerate(_clauses(view), start=1):
        paper.text(f"{number}. {name}。{words}")
    paper.page_break()
    paper.heading("签署")
    paper.text("双方已阅读并同意上述全部内容。本任务书一式四份，双方各执两份，自双方签字盖章之日起生效。")
    paper.facts([("甲方（盖章）", view.row.organisation), ("乙方（盖章）", bid.organisation)])
    paper.signatures(["甲方负责人", "乙方负责人", "乙方项目负责人"])


def _milestone(actor: Actor, subject: str) -> Passed:
    """By the bid's number and the milestone's: 申请:序号."""
    given, _, which = subject.partition(":")
    view, bid, work = _bid(actor, record_id(given, "揭榜申请编号"))
    item = next((found for found in bid.milestones if str(found.number) == which), None)
    if item is None:
        raise NotFound("没有找到这个里程碑。", "请刷新页面。")
    if item.state not in (BidMilestoneState.PASSED, BidMilestoneState.PAID):
        raise WrongState(f"里程碑当前为“{item.state.label}”，还没有验收单。", "复核通过后可以下载。")
    figures = work.figures.get(item.id, ())
    said = [
        ("榜单", f"{view.row.code}　{view.row.title}"),
        ("揭榜单位", bid.organisation),
        ("里程碑", f"{item.number}. {item.title}"),
        ("完成期限", f"{item.due_on}" + (f"（由 {item.extended_from} 延期）" if item.extended_from else "")),
        ("完成情况", item.evidence),
        ("整改", "整改一次后通过" if item.rectified else "未经整改"),
        ("初核", item.first_by),
        ("复核", item.second_by),
        ("应付款项", f"{rules.money(item.amount) if item.amount else '0 万元'}（{item.share / 100:.2f}%）"),
    ]
    attached = [[file.name, file.added_by, f"{clock.beijing(file.added_at):%Y-%m-%d}"] for file in item.files]
    return Passed(view, bid, item, figures, said, _promised(item, figures), attached)


def _milestone_identity(_: Actor, of: Passed) -> Identity:
    return Identity(
        subject_id=of.item.id,
        title=f"里程碑验收单　{of.view.row.title}　{of.item.title}",
        inputs={
            "layout": 1,
            "facts": of.facts,
            "promised": of.promised,
            "digests": [figure.digest for figure in of.figures],
            "files": of.files,
        },
        lines=compared.together(
            dict(of.facts),
            compared.table("承诺的指标", _PROMISED, of.promised),
            compared.listed("佐证材料", ("文件", "提交人", "日期"), of.files),
        ),
    )


def _milestone_story(paper: Paper, of: Passed, _: Issue) -> None:
    paper.facts(of.facts)
    paper.heading("承诺的指标与报送的数值")
    if of.promised:
        paper.table(
            _PROMISED,
            of.promised,
            widths=(3.6, 1.5, 2, 1.4, 4),
            align="lrrll",
            caption="承诺的指标与报送的数值",
        )
        paper.note(
            "数值在核查时从报送系统取出并冻结；之后的更正不改变本单，差别在系统的里程碑页显示。没有数值的由佐证材料说明。"
        )
    else:
        paper.text("本里程碑没有约定量化指标，由佐证材料说明。")
    paper.heading("佐证材料")
    paper.table(["文件", "提交人", "日期"], of.files, widths=(6, 2, 2), align="lll", caption="佐证材料")
    paper.signatures(["初核人", "复核人", "揭榜单位负责人"])


def _contracts(actor: Actor) -> list[Subject]:
    return [
        Subject(str(bid.id), f"{view.row.code} {bid.organisation}")
        for view, bid in _winners(actor)
        if bid.contract is not None
    ]


def _milestones(actor: Actor) -> list[Subject]:
    return [
        Subject(f"{bid.id}:{item.number}", f"{view.row.code} {bid.organisation} {item.title}")
        for view, bid in _winners(actor)
        for item in bid.milestones
        if item.state in (BidMilestoneState.PASSED, BidMilestoneState.PAID)
    ]


def _winners(actor: Actor) -> list[tuple[ChallengeView, BidView]]:
    views = [queries.challenge(actor, row.id) for row in queries.challenges(actor)]
    return [(view, bid) for view in views if view for bid in (view.bids or ([view.mine] if view.mine else []))]


def _face(title: str, view: ChallengeView, bid: BidView) -> Face:
    return Face(title, f"{view.row.code}　{bid.organisation}", view.row.organisation, cover=False, contents=False)


_CHANGES = {"milestone:extend", "milestone:figure", "milestone:move"}


def _contract_causes(of: Signed) -> list[Source]:
    changes = {"contract:draft", "contract:sign"}
    return [
        Cause("challenge", {of.view.row.id}, changes, {"bid": of.bid.id}, persons=False),
        Cause("bid", {of.bid.id}, {"contract:extend"}, persons=False),
        Cause("bid_milestone", {item.id for item in of.bid.milestones}, {"milestone:extend"}, persons=False),
    ]


CONTRACT = Kind(
    key="challenge_contract",
    name="揭榜任务书",
    permission=Permission.CHALLENGE_READ,
    mark="RW",
    entity="bid",
    asks="揭榜申请编号",
    load=_contract,
    identity=_contract_identity,
    face=lambda of: _face("揭榜任务书", of.view, of.bid),
    story=_contract_story,
    label=lambda of: f"{of.view.row.code}_{of.bid.organisation}",
    causes=_contract_causes,
    subjects=_contracts,
    word=True,
)
MILESTONE = Kind(
    key="challenge_milestone",
    name="里程碑验收单",
    permission=Permission.CHALLENGE_READ,
    mark="LC",
    entity="bid_milestone",
    asks="揭榜申请编号:里程碑序号",
    load=_milestone,
    identity=_milestone_identity,
    face=lambda of: _face("里程碑验收单", of.view, of.bid),
    story=_milestone_story,
    label=lambda of: f"{of.view.row.code}_{of.bid.organisation}_里程碑{of.item.number}",
    causes=lambda of: [Cause("bid_milestone", {of.item.id}, _CHANGES, persons=False)],
    subjects=_milestones,
)


def _bid(actor: Actor, bid_id: int) -> tuple[ChallengeView, BidView, Work]:
    """A winner's bid for staff and its own organisation."""
    challenge_id = queries.challenge_of(actor, bid_id)
    view, work = queries.challenge(actor, challenge_id), work_queries.work(actor, challenge_id or 0)
    mine = [*view.bids, *([view.mine] if view.mine else [])] if view else []
    bid = next((item for item in mine if item.id == bid_id), None)
    if view is None or work is None or bid is None or bid.state is BidState.DRAFT:
        raise NotFound("没有找到这份揭榜申请，或您无权查看。", "请回到榜单重新选择。")
    return view, bid, work


def _planned(item: MilestoneView) -> list[str]:
    amount = rules.money(item.amount) if item.amount else "0 万元"
    return [str(item.number), item.title, item.indicators or "–", f"{item.due_on}", f"{item.share / 100:.2f}%", amount]


def _promised(item: MilestoneView, figures: Sequence[Tied]) -> list[list[str]]:
    """One line a promise, with its figure where one was tied."""
    by_promise: Mapping[str, Tied] = {figure.promise: figure for figure in figures}
    lines = []
    for promise in rules.promises(item.indicators):
        figure = by_promise.get(promise)
        if figure is None:
            lines.append([promise, "–", "–", "–", "–"])
            continue
        said = figure.content
        parts = f"{said['n']} / {said['d']}" if said["d"] else str(said["n"])
        where = f"{said['place']}，{said['label']}，{said['pilot']}"
        lines.append([promise, said["value"], parts, f"{said['indicator']} v{said['version']}", where])
    return lines


def _clauses(view: ChallengeView) -> list[tuple[str, str]]:
    data = view.data_offered.strip("。 ") or "双方另行商定的数据"
    places = f"承诺提供 {view.places} 个试点名额。" if view.places else ""
    race = "；赛马的为淘汰，其余单位继续" if view.row.winners > 1 else ""
    return [(name, words.format(data=data, places=places, race=race)) for name, words in CLAUSES]
