"""评审结果报告 with its 公正性说明 and the page to sign on, printed from a result as it was kept."""

from __future__ import annotations

from typing import Any

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound
from core.words import SignatureKind
from db import facts, issuing
from db.issuing import Issue
from panels import result_book, result_queries, review_queries
from panels.result_queries import FrozenView
from panels.review_queries import ReviewView
from reports.kit import Report

_LAYOUT = 1  # part of the inputs: another layout is another document


def result_pdf(actor: Actor, review_id: int, result_id: int) -> bytes:
    """A result that was put forward, as PDF. The same result gives the same bytes."""
    require(actor, Permission.REPORT_ISSUE)
    review = review_queries.review(actor, review_id)
    found = next((item for item in result_queries.frozen(actor, review_id) if item.id == result_id), None)
    if review is None or found is None:
        raise NotFound("没有找到这一号结果，或您无权查看。", "请刷新页面。")
    members = review_queries.members(actor, review_id)
    judges = [member.name for member in members if member.left_at is None and member.role.counts]
    issued = issuing.issue(
        actor.account_id,
        kind="review",
        mark="PS",
        entity="review",
        subject_id=review_id,
        title=f"评审结果报告　{review.name}",
        inputs=_inputs(review, found, judges),
        lines=_lines(found),
        as_of=found.at,
    )
    return story(review, found, judges, issued, demo=facts.is_demo())


def _inputs(review: ReviewView, found: FrozenView, judges: list[str]) -> dict[str, Any]:
    """What is printed: the result as it was kept, under its own hash, and who signed or has to."""
    return {
        "layout": _LAYOUT,
        "review": [review.code, review.name, review.rehearsal],
        "result": [found.number, found.digest, list(found.changes)],
        "signed": [[item.kind.value, item.name, item.at.isoformat(), item.statement] for item in found.signatures],
        "judges": judges,
    }


def _lines(found: FrozenView) -> dict[str, str]:
    """The places, which the next result is compared with."""
    first = result_book.tables_of(found.body)[0]
    at = {name: place for place, name in enumerate(first.columns)}
    return {
        f"{row[at['编号']]} {row[at['项目']]}": f"名次 {row[at['名次']]}　得分 {row[at['得分']]}" for row in first.rows
    }


def story(review: ReviewView, found: FrozenView, judges: list[str], issued: Issue, *, demo: bool) -> bytes:
    """The report's pages. Every figure is one that was kept with the result; nothing is computed here."""
    report = Report(
        title="评审结果报告" + ("（演练）" if review.rehearsal else ""),
        subtitle=review.name,
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
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
    report.text(f"结果编号：{review.code}-{found.number}。结果指纹（SHA-256）：{found.digest}")
    report.restated(issued.restates, [(line.label, line.before, line.after) for line in issued.changes])
    return report.bytes()
