"""评审结果报告 with its 公正性说明 and the page to sign on, printed from a result as it was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound
from core.words import ReviewState, SignatureKind
from db.issuing import Issue
from panels import panel_queries, result_book, result_queries, review_queries
from panels.result_book import Sheet
from panels.result_queries import FrozenView
from panels.review_queries import ReviewView
from printing import compared, making
from printing.kinds import Identity, Kind, Subject, record_id
from reports.paper import Face, Paper

_LAYOUT = 3  # part of the inputs: another layout is another document
# Shares of the columns of marks, which are short.
_WIDE = {"编号": 2.5, "项目": 3.0, "评委": 1.5, "得分": 1.4, "是否计入": 1.1}
_GROUNDS = ("更正评分", "合议", "更换评委", "回避　")
_CAPTIONS = {
    "把握程度": "名次的可能范围",
    "换一种算法": "换一种算法，名次会不会变",
    "评委宽严": "各评委的宽严，去掉一位名次会不会变",
}
_PUT_FORWARD = (ReviewState.FINALISING, ReviewState.FINAL)


@dataclass(frozen=True)
class Kept:
    """A result as it was kept, with the review and who has to sign."""

    review: ReviewView
    found: FrozenView
    judges: list[str]


def result_pdf(actor: Actor, review_id: int, result_id: int) -> bytes:
    """A result that was put forward, as PDF. The same result gives the same bytes."""
    require(actor, Permission.REPORT_ISSUE)
    found = next((item for item in result_queries.frozen(actor, review_id) if item.id == result_id), None)
    if found is None:
        raise NotFound("没有找到这一号结果，或您无权查看。", "请刷新页面。")
    return making.make(actor, RESULT, f"{review_id}:{found.number}").data


def load(actor: Actor, subject: str) -> Kept:
    """By the review's number the newest result, by 评审:第几号 that one."""
    given, _, which = subject.partition(":")
    review_id = record_id(given, "评审编号")
    review = review_queries.review(actor, review_id)
    results = result_queries.frozen(actor, review_id)
    found = next((item for item in results if which in ("", str(item.number))), None)
    if review is None or found is None:
        raise NotFound("没有找到这一号结果，或您无权查看。", "评审提请定稿后才有结果；已有的见评审的“定稿”页。")
    members = panel_queries.members(actor, review_id)
    judges = [member.name for member in members if member.left_at is None and member.role.counts]
    return Kept(review, found, judges)


def _identity(_: Actor, kept: Kept) -> Identity:
    return Identity(
        subject_id=kept.review.id,
        title=f"评审结果报告　{kept.review.name}",
        inputs=_inputs(kept.review, kept.found, kept.judges),
        lines=_lines(kept.found),
        as_of=kept.found.at,
    )


def _inputs(review: ReviewView, found: FrozenView, judges: list[str]) -> dict[str, Any]:
    """What is printed: the result as it was kept, under its own hash, and who signed or has to."""
    return {
        "layout": _LAYOUT,
        "review": [review.code, review.name, review.rehearsal],
        "result": [found.number, found.digest, list(found.changes)],
        "organisation": found.organisation,
        "signed": [[item.kind.value, item.name, item.at.isoformat(), item.statement] for item in found.signatures],
        "judges": judges,
    }


def _lines(found: FrozenView) -> dict[str, str]:
    """The places, what is said of fairness and every mark, which the next result is compared with."""
    first, fairness, *_ = result_book.tables_of(found.body)
    at = {name: place for place, name in enumerate(first.columns)}
    places = {
        f"{row[at['编号']]} {row[at['项目']]}": f"名次 {row[at['名次']]}　得分 {row[at['得分']]}" for row in first.rows
    }
    return places | compared.listed("公正性说明", fairness.columns, fairness.rows) | _mark_lines(found)


def _mark_lines(found: FrozenView) -> dict[str, str]:
    sheet = next(item for item in result_book.tables_of(found.body) if item.name == "各评委评分")
    order = [sheet.columns.index(name) for name in ("评委", "编号")]
    order += [at for at, name in enumerate(sheet.columns) if at not in order and name != "项目"]
    rows = [[row[at] for at in order] for row in sheet.rows]
    return compared.table("评分", [sheet.columns[at] for at in order], rows, keys=2)


def why(kept: Kept, since: datetime) -> list[str]:
    """Who put the new result forward and who signed it since; the corrections and meetings that it rests on, and what
    they changed, stand in the result itself."""
    found = kept.found
    said = []
    for item in found.signatures:
        if item.at >= since:
            reason = f"，理由：{item.statement.rstrip('。')}" if item.statement else ""
            said.append(
                f"北京时间 {clock.show(item.at)}，{item.name}{item.kind.label}第 {found.number} 号结果{reason}。"
            )
    fairness = next(item for item in result_book.tables_of(found.body) if item.name == "公正性说明")
    grounds = [f"{name}：{words}" for name, words in fairness.rows if str(name).startswith(_GROUNDS)]
    return [*said, *grounds, *(f"与上一号结果相比：{words}" for words in found.changes)]


def _face(kept: Kept) -> Face:
    review = kept.review
    title = f"“{review.name}”评审结果报告" + ("（演练）" if review.rehearsal else "")
    return Face(title, organisation=_organ(kept), official=True, rehearsal=review.rehearsal)


def _organ(kept: Kept) -> str:
    return f"{kept.found.organisation}评审组"


def story(report: Paper, kept: Kept, _: Issue) -> None:
    """The report's pages. Every figure is one that was kept with the result; nothing is computed here."""
    review, found = kept.review, kept.found
    tables = {sheet.name: sheet for sheet in result_book.tables_of(found.body)}
    report.addressee(found.organisation or "主办单位")
    report.text(
        f"“{review.name}”已按事先公布的评分标准和计分规则完成评审，形成第 {found.number} 号结果"
        f"（{review.code}-{found.number}），现报告如下。"
    )
    report.heading("评审结果")
    _places(report, tables["评审结果"])
    report.text("\n".join(found.body["summary"]))
    if found.changes:
        report.note("；".join(found.changes), title="与上一号结果的差别")
    report.heading("公正性说明")
    fairness = tables["公正性说明"]
    report.table(fairness.columns, fairness.rows, widths=(1, 3.6), align="ll", caption="规则、回避、更正和合议")
    report.text("名次有多大把握、换一种算法名次会不会变、各评委的评分，见附件；它们不改变按既定规则算出的结果。")
    report.heading("签署")
    for signature in found.signatures:
        words = f"{signature.kind.label}：{signature.name}，北京时间 {clock.show(signature.at)}。"
        report.text(words + (f"理由：{signature.statement}" if signature.statement else ""))
    report.attachments(["名次的把握程度", "各评委评分", "签字页"])
    report.closing(_organ(kept), clock.beijing(max([found.at, *(item.at for item in found.signatures)])).date())
    report.annex("名次的把握程度")
    for name, caption in _CAPTIONS.items():
        report.heading(name)
        report.table(tables[name].columns, tables[name].rows, caption=caption)
    report.annex("各评委评分")
    _all_marks(report, tables["各评委评分"])
    _to_sign(report, kept)


def _places(report: Paper, sheet: Sheet) -> None:
    """On paper what is said of an entry and the keys that decided between equal scores stand below the table."""
    at = {name: place for place, name in enumerate(sheet.columns)}
    if report.whole:
        report.table(sheet.columns, sheet.rows, caption="名次、得分和名次依据")
        return
    shown = ("名次", "编号", "项目", "申报单位", "得分", "有效评分", "名次依据")
    rows = [[row[at[name]] for name in shown] for row in sheet.rows]
    report.table(shown, rows, align="rlllrrl", caption="名次、得分和名次依据")
    keys = sheet.columns[len(shown) + 1 :]
    if keys:
        tied = [[row[at["编号"]], *row[len(shown) + 1 :]] for row in sheet.rows if row[at["名次"]] is not None]
        report.table(["编号", *keys], tied, caption="同分时依次比较的各项")
    said: dict[str, list[str]] = {}
    for row in sheet.rows:
        if row[at["说明"]]:
            said.setdefault(str(row[at["说明"]]), []).append(str(row[at["编号"]]))
    report.text("\n".join(f"{'、'.join(codes)}：{words}。" for words, codes in said.items()))


def _all_marks(report: Paper, sheet: Sheet) -> None:
    """On paper the code says which entry it is; the criteria need the room."""
    shown = [at for at, name in enumerate(sheet.columns) if report.whole or name != "项目"]
    columns = [sheet.columns[at] for at in shown]
    rows = [[row[at] for at in shown] for row in sheet.rows]
    report.table(columns, rows, widths=[_WIDE.get(name, 1.1) for name in columns], caption="计入结果的评分")


def _to_sign(report: Paper, kept: Kept) -> None:
    found = kept.found
    report.annex("签字页")
    report.text(f"结果编号：{kept.review.code}-{found.number}。结果指纹（SHA-256）：{found.digest}")
    report.text("评委对结果有不同意见的，应书面说明理由；既不签字又不书面说明理由的，视为同意。")
    named = [item.name for item in found.signatures if item.kind is not SignatureKind.DISSENT]
    report.signatures([*(f"评委　{name}" for name in kept.judges), *(f"主办人员　{name}" for name in named)])


def _marks_identity(_: Actor, kept: Kept) -> Identity:
    return Identity(
        subject_id=kept.review.id,
        title=f"评分表　{kept.review.name}",
        inputs=_inputs(kept.review, kept.found, kept.judges),
        lines=_mark_lines(kept.found),
        as_of=kept.found.at,
    )


def _marks_face(kept: Kept) -> Face:
    review = kept.review
    return Face("评分表（签字页）", review.name, kept.found.organisation, official=True, rehearsal=review.rehearsal)


def marks_story(report: Paper, kept: Kept, _: Issue) -> None:
    """For every judge the marks that the result was computed from, with a line to sign on."""
    sheet = next(item for item in result_book.tables_of(kept.found.body) if item.name == "各评委评分")
    judge = sheet.columns.index("评委")
    columns = [name for name in sheet.columns if name != "评委"]
    names = list(dict.fromkeys(row[judge] for row in sheet.rows))
    report.text(f"结果编号：{kept.review.code}-{kept.found.number}。评分按存入的原样列出；回避和弃权不是零分。")
    for at, name in enumerate(names):
        if at:
            report.page_break()
        report.heading(f"评委　{name}", numbered=False)
        rows = [[cell for place, cell in enumerate(row) if place != judge] for row in sheet.rows if row[judge] == name]
        widths = [_WIDE.get(column, 1.1) for column in columns]
        report.table(columns, rows, widths=widths, caption=f"{name}的评分")
        report.signatures([f"评委　{name}"])


def _subjects(actor: Actor) -> list[Subject]:
    rows = review_queries.reviews(actor)
    return [Subject(str(row.id), f"{row.code} {row.name}") for row in rows if row.state in _PUT_FORWARD]


def _label(kept: Kept) -> str:
    return f"{kept.review.name}_第{kept.found.number}号"


RESULT = Kind(
    key="review",
    name="评审结果报告",
    permission=Permission.REPORT_ISSUE,
    mark="PS",
    entity="review",
    asks="评审编号（第几号结果写 编号:号）",
    load=load,
    identity=_identity,
    face=_face,
    story=story,
    label=_label,
    why=why,
    subjects=_subjects,
)
MARKS = Kind(
    key="marks",
    name="评分表",
    permission=Permission.REPORT_ISSUE,
    mark="PF",
    entity="review",
    asks="评审编号（第几号结果写 编号:号）",
    load=load,
    identity=_marks_identity,
    face=_marks_face,
    story=marks_story,
    label=_label,
    why=why,
    subjects=_subjects,
)
