"""A judge's receipt on paper and in Excel: the marks as they are stored, his own and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import Forbidden
from core.tabular import Block, write_xlsx
from core.words import SheetState
from db.issuing import Issue
from panels import sheet_queries
from panels.rubric import points
from panels.sheet_queries import OwnSheet, OwnSheets
from printing import making
from printing.kinds import Identity, Kind, Subject, record_id
from reports.paper import Face, Paper

ASIDE = "回避"
_WIDE = {"编号": 2.4, "项目": 3.2, "状态": 1.3, "得分": 1.3, "存入时间": 2.5}  # shares of the columns


@dataclass(frozen=True)
class Own:
    """A judge's own sheets, and who he is."""

    actor: Actor
    own: OwnSheets


def pdf(actor: Actor, review_id: int) -> bytes:
    """The receipt with a line to sign on. It proves what was stored at that moment, so it is not numbered."""
    return making.make(actor, KIND, str(review_id)).data


def _load(actor: Actor, subject: str) -> Own:
    if actor.account_id is None:
        raise Forbidden("评分回执只由评委本人下载。", "请评委登录后在“我的评审”里下载；全部评委的签字页见 marks。")
    return Own(actor, sheet_queries.own(actor, record_id(subject, "评审编号")))


def _identity(_: Actor, of: Own) -> Identity:
    return Identity(0, "评分回执", numbered=False, digest=sheet_queries.receipt_digest(of.own))


def _face(of: Own) -> Face:
    review = of.own.review
    return Face(
        "评分回执",
        f"{review.code}　{review.name}",
        of.actor.name,
        official=True,
        rehearsal=review.rehearsal,
    )


def story(report: Paper, of: Own, _: Issue) -> None:
    own, actor, review = of.own, of.actor, of.own.review
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
    if not report.whole:  # on paper the code stands above the title; the criteria need the room
        header, rows = header[1:], [[f"{row[0]}\n{row[1]}", *row[2:]] for row in rows]
    widths = [_WIDE.get(name, 1.5) for name in header]
    report.table(header, rows, widths=widths, caption="各项目评分（按存入的原样）")
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


KIND = Kind(
    key="receipt",
    name="评分回执",
    permission=Permission.REVIEW_READ,
    mark="HZ",
    entity="review",
    asks="评审编号",
    load=_load,
    identity=_identity,
    face=_face,
    story=story,
    label=lambda of: f"{of.own.review.code}_{of.actor.name}",
    subjects=lambda actor: [
        Subject(str(item.review.id), f"{item.review.code} {item.review.name}") for item in sheet_queries.calls(actor)
    ],
)


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
