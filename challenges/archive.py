"""Everything about one challenge as one archive: papers, tables, files, and the hash of each."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence

from accounts.permissions import Actor, Permission, require
from challenges import contract_report, queries, report, work_queries
from challenges.views import BidView, ChallengeView
from challenges.work_queries import Work
from core import clock, uploads
from core.errors import NotFound
from core.tabular.writing import write_csv
from core.words import BidMilestoneState
from db.files import Attached
from panels import report as panel_report
from panels import result_queries

_AS_OLD = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same challenge gives the same bytes


def archive_zip(actor: Actor, challenge_id: int) -> bytes:
    """A ZIP with the public notices, contracts, acceptances of milestones and results of both panels (PDF), bids,
    milestones with their figures, acceptance, tolerance, questions and objections (CSV), the files that the actor may
    read, and `校验.csv` with the SHA-256 of each. Bids are in it once they are sealed, the names of objectors and
    their evidence never."""
    require(actor, Permission.CHALLENGE_RUN)
    view = queries.challenge(actor, challenge_id)
    work = work_queries.work(actor, challenge_id)
    if view is None or work is None:
        raise NotFound("没有找到这个榜单，或您无权查看。", "请回到榜单列表重新选择。")
    parts = {
        "榜单.csv": write_csv(("事项", "内容"), report.challenge_facts(view)),
        "论证.csv": write_csv(
            ("专家", "单位", "是否建议发榜", "意见"),
            [
                (item.name, item.organisation, {True: "建议", False: "不建议", None: "未写"}[item.support], item.opinion)
                for item in view.opinions
            ],
        ),
        "答疑.csv": write_csv(
            ("提问", "答复", "答复时间（北京时间）"),
            [(item.text, item.answer, clock.show(item.answered_at)) for item in view.questions],
        ),
        "揭榜申请.csv": _bids(view),
        "里程碑.csv": _milestones(view),
        "异议.csv": write_csv(
            ("收到时间（北京时间）", "内容", "结论", "答复", "超期（日）"),
            [
                (clock.show(item.filed_at), item.text, {True: "成立", False: "不成立", None: "待答复"}[item.upheld], item.answer, item.late)
                for item in view.objections
            ],
        ),
    }  # fmt: skip
    for notice in view.notices:
        parts[f"公示第{notice.number}号.pdf"] = report.notice_pdf(actor, challenge_id, notice.number)
    parts |= _after_award(actor, view, work)
    for at, bid in enumerate(view.bids, start=1):
        folder = f"附件/{at:02d}_{uploads.clean_name(bid.organisation)}"
        if bid.id in work.contracts:
            parts |= _files(actor, f"{folder}/任务书", work.contracts[bid.id].files)
        for decision in work.tolerances.get(bid.id, ()):
            parts |= _files(actor, f"{folder}/容错认定", decision.files)
        parts |= _files(actor, f"{folder}/申请", bid.files)
        for milestone in bid.milestones:
            parts |= _files(actor, f"{folder}/里程碑{milestone.number}", milestone.files)
    hashes = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in parts.items()]
    parts["校验.csv"] = write_csv(("文件", "字节数", "SHA-256"), hashes)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(zipfile.ZipInfo(f"{view.row.code}/{name}", _AS_OLD), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _after_award(actor: Actor, view: ChallengeView, work: Work) -> dict[str, bytes]:
    """Papers and tables of what followed the award; nothing before it."""
    parts: dict[str, bytes] = {}
    for name, review in (("评审结果", view.review), ("验收评审结果", work.acceptance)):
        for result in result_queries.frozen(actor, review[0]) if review else ():
            parts[f"{name}第{result.number}号.pdf"] = panel_report.result_pdf(
                actor, review[0] if review else 0, result.id
            )
    for bid in view.bids:
        whose = uploads.clean_name(bid.organisation)
        if bid.contract is not None:
            parts[f"任务书_{whose}.pdf"] = contract_report.contract_pdf(actor, bid.id)
        for item in bid.milestones:
            if item.state in (BidMilestoneState.PASSED, BidMilestoneState.PAID):
                paper = contract_report.milestone_pdf(actor, bid.id, item.number)
                parts[f"验收单_{whose}_里程碑{item.number}.pdf"] = paper
    if parts:
        parts["指标佐证.csv"] = _figures(view, work)
        parts["验收与容错.csv"] = _conclusions(view, work)
    return parts


def _figures(view: ChallengeView, work: Work) -> bytes:
    return write_csv(
        ("单位", "里程碑", "承诺的指标", "数值", "分子", "分母", "口径版本", "地区", "期别", "试点", "附上人", "校验码", "报送系统现值"),
        [
            (
                bid.organisation, item.number, figure.promise, figure.content["value"], figure.content["n"],
                figure.content["d"], figure.content["version"], figure.content["place"], figure.content["label"],
                figure.content["pilot"], figure.by, figure.digest, figure.now or "未变",
            )
            for bid in view.bids
            for item in bid.milestones
            for figure in work.figures.get(item.id, ())
        ],
    )  # fmt: skip


def _conclusions(view: ChallengeView, work: Work) -> bytes:
    """One line a winner: how it signed, was accepted, was tolerated, what became of it."""
    scenarios = {made.bid_id: made for made in work.outcomes}

    def line(bid: BidView) -> tuple[object, ...]:
        contract, decided, made = work.contracts[bid.id], work.tolerances.get(bid.id, ()), scenarios.get(bid.id)
        return (
            bid.organisation,
            contract.sign_due_on,
            contract.signed_on,
            work.scores.get(bid.id, ""),
            bid.state.label,
            bid.reason,
            decided[0].outcome.label if decided else "",
            "；".join(
                f"{item.condition.label}：{item.verdict.label}（{item.finding}）" for item in decided[0].conditions
            )
            if decided
            else "",
            decided[0].by if decided else "",
            made.scenario if made else "",
            "、".join(name for _, name, _ in made.pilots) if made else "",
        )

    return write_csv(
        (
            "单位", "签订期限", "签订日期", "验收评审平均分", "状态", "最近的结论", "容错认定", "五个条件", "认定人", "成果场景",
            "由此发起的试点",
        ),
        [line(bid) for bid in view.bids if bid.id in work.contracts],
    )  # fmt: skip


def _files(actor: Actor, folder: str, attached: Sequence[Attached]) -> dict[str, bytes]:
    return {f"{folder}/{item.id}_{item.name}": queries.file(actor, item.id) for item in attached}


def _bids(view: ChallengeView) -> bytes:
    def line(bid: BidView) -> tuple[object, ...]:
        return (
            bid.organisation,
            bid.credit_code,
            bid.state.label,
            bid.title,
            bid.plan,
            bid.goals,
            "、".join(bid.team),
            f"{clock.beijing(bid.submitted_at):%Y-%m-%d %H:%M:%S}" if bid.submitted_at else "",
            bid.number,
            bid.digest,
            bid.rank,
            bid.place,
            bid.reason,
        )

    return write_csv(
        (
            "单位", "统一社会信用代码", "状态", "方案", "技术方案", "承诺的指标", "团队", "提交时间（北京时间）", "提交次数",
            "校验码", "评审名次", "候选顺位", "最近的结论",
        ),
        [line(bid) for bid in view.bids],
    )  # fmt: skip


def _milestones(view: ChallengeView) -> bytes:
    return write_csv(
        ("单位", "序号", "里程碑", "期限", "原期限", "付款比例（%）", "金额（元）", "状态", "成果", "初核", "复核", "支付日期"),
        [
            (
                bid.organisation, item.number, item.title, item.due_on, item.extended_from, f"{item.share / 100:.2f}",
                f"{item.amount // 100}.{item.amount % 100:02d}", item.state.label, item.evidence, item.first_by,
                item.second_by, item.paid_on,
            )
            for bid in view.bids
            for item in bid.milestones
        ],
    )  # fmt: skip


def file_name(view: ChallengeView) -> str:
    return f"揭榜档案_{view.row.code}_{clock.today():%Y%m%d}.zip"
