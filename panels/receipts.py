"""A judge's receipt on paper and in Excel: the marks as they are stored, his own and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from accounts.permissions import Actor
from core import clock
from core.tabular import Block, write_xlsx
from core.words import SheetState
from db import facts
from panels import sheet_queries
from panels.rubric import points
from panels.sheet_queries import OwnSheet, OwnSheets
from reports.kit import Report

ASIDE = "回避"


def pdf(actor: Actor, review_id: int) -> bytes:
    """The receipt with a line to sign on. It proves what was stored at that moment, so it is not numbered."""
    own = sheet_queries.own(actor, review_id)
    review = own.review
    report = Report(
        title="评分回执",
        subtitle=f"{review.code}　{review.name}",
        organisation=actor.name,
        digest=sheet_queries.receipt_digest(own),
        as_of=clock.now(),
        demo=facts.is_demo() or review.rehearsal,
        cover=False,
        contents=False,
    )
    report.facts(
        [
            ("评委", f"{actor.name}　{actor.organisation}"),
            ("评分标准", f"{review.rubric_name} 第 {review.rubric_number} 版　校验 {review.rubric_digest[:12] or '–'}"),
            ("应评", f"{len(own.asked)} 份"),
            ("已交", f"{own.done} 份"),
        ],
        columns=2,
    )
    header, rows = table(own)
    report.table(header, rows, caption="各项目评分（按存入的原样）")
    reasons = [
        [sheet.entry.code, item.name, sheet.reasons[item.code]]
        for sheet in own.sheets
        for item in review.rubric.criteria
        if sheet.reasons.get(item.code)
    ] + [[sheet.entry.code, "总评", sheet.comment] for sheet in own.sheets if sheet.comment]
    if reasons:
        report.table(["编号", "评分项", "理由或评语"], reasons, widths=(1, 2, 6), caption="理由和评语")
    report.note("回避和弃权不是零分，不计入该项目的得分；草稿在提交之前不计入。")
    report.signatures(["评委"])
    return report.bytes()


def xlsx(actor: Actor, review_id: int) -> bytes:
    """The same in Excel; marks are numbers there."""
    own = sheet_queries.own(actor, review_id)
    header, rows = table(own, say=lambda mark: Decimal(mark).scaleb(-2))
    review = own.review
    facts_of = [
        ["评审", f"{review.code} {review.name}"],
        ["评委", actor.name],
        ["评分标准", f"{review.rubric_name} 第 {review.rubric_number} 版"],
        ["校验码", sheet_queries.receipt_digest(own)],
        ["读取时间（北京时间）", clock.show(clock.now())],
    ]
    return write_xlsx([Block("评分回执", header, rows), Block("说明", ["项", "内容"], facts_of)], made_at=clock.now())


def table(own: OwnSheets, say: Callable[[int], object] = points) -> tuple[list[str], list[list[object]]]:
    """A row an entry: the marks as stored, in the order of the rubric. `say` shows a mark in hundredths."""
    criteria = own.review.rubric.criteria
    header = [
        "编号",
        "项目",
        "状态",
        *(f"{item.name}（{points(item.weight)}）" for item in criteria),
        "得分",
        "存入时间",
    ]
    rows = [_row(own, sheet, say) for sheet in own.sheets]
    rows += [[entry.code, entry.title, ASIDE, *([ASIDE] * len(criteria)), ASIDE, "–"] for entry in own.aside]
    return header, rows


def _row(own: OwnSheets, sheet: OwnSheet, say: Callable[[int], object]) -> list[object]:
    criteria = own.review.rubric.criteria
    marks: list[object] = [say(sheet.marks[item.code]) if item.code in sheet.marks else "–" for item in criteria]
    score: object = "–" if sheet.score is None else f"{float(sheet.score):.2f}"
    if sheet.state is SheetState.ABSTAINED:
        marks, score = [sheet.state.label] * len(criteria), sheet.state.label
    words = sheet.words + ("（逾期）" if sheet.late else "")
    return [sheet.entry.code, sheet.entry.title, words, *marks, score, clock.show(sheet.saved_at)]
