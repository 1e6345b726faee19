"""评审结果报告 with its 公正性说明 and the page to sign on, printed from a result as it was kept."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound
from core.words import SignatureKind
from db import facts
from panels import result_book, result_queries, review_queries
from panels.result_queries import FrozenView
from panels.review_queries import ReviewView
from reports.kit import Report


def result_pdf(actor: Actor, review_id: int, result_id: int) -> bytes:
    """A result that was put forward, as PDF. The same result gives the same bytes."""
    require(actor, Permission.REPORT_ISSUE)
    review = review_queries.review(actor, review_id)
    found = next((item for item in result_queries.frozen(actor, review_id) if item.id == result_id), None)
    if review is None or found is None:
        raise NotFound("没有找到这一号结果，或您无权查看。", "请刷新页面。")
    members = review_queries.members(actor, review_id)
    judges = [member.name for member in members if member.left_at is None and member.role.counts]
    return story(review, found, judges, demo=facts.is_demo())


def story(review: ReviewView, found: FrozenView, judges: list[str], *, demo: bool) -> bytes:
    """The report's pages. Every figure is one that was kept with the result; nothing is computed here."""
    report = Report(
        title="评审结果报告" + ("（演练）" if review.rehearsal else ""),
        subtitle=review.name,
        number=f"{review.code}-{found.number}",
        digest=found.digest,
        as_of=found.at,
        demo=demo,
    )
    report.heading("结果概要")
    for sentence in found.body["summary"]:
        report.text(sentence)
    if found.changes:
        report.note("；".join(found.changes), title="与上一号结果的差别")
    for sheet in result_book.tables_of(found.body):
        report.heading(sheet.name)
        if sheet.name == "把握程度":
            report.text("以下各项只说明名次有多大把握，不改变按既定规则算出的结果。")
        # On paper the code says which entry it is; the criteria need the room.
        kept = [at for at, name in enumerate(sheet.columns) if sheet.name != "各评委评分" or name != "项目"]
        report.table([sheet.columns[at] for at in kept], [[row[at] for at in kept] for row in sheet.rows])
    report.heading("签署")
    for signature in found.signatures:
        words = f"{signature.kind.label}：{signature.name}，北京时间 {clock.show(signature.at)}。"
        report.text(words + (f"理由：{signature.statement}" if signature.statement else ""))
    report.note("评委对结果有不同意见的，应书面说明理由；既不签字又不书面说明理由的，视为同意。")
    named = [item.name for item in found.signatures if item.kind is not SignatureKind.DISSENT]
    report.signatures([*(f"评委　{name}" for name in judges), *(f"主办人员　{name}" for name in named)])
    report.text(f"数据指纹（SHA-256）：{found.digest}")
    return report.bytes()
