"""What the judge's pages share: the head of a review, progress, the list of entries, one's own marks as a picture."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import EntryState, MemberRole, ReviewState, SheetState
from panels import own_picture, receipts, sheet_service
from panels.sheet_queries import OwnSheet, OwnSheets
from panels.windows import Phase
from web import charts, guard, widgets

SCORE, DECLARE, RECEIPT, DESK = (f"panels/pages/{name}.py" for name in ("score", "declare", "receipt", "judging"))


def head(own: OwnSheets) -> None:
    """Name, state, time left."""
    review = own.review
    role = review.standing.viewer.role
    marks = [widgets.badge(review.state, review.state.label)]
    if review.rehearsal:
        marks.append(":orange-badge[演练：不计入任何结果]")
    if role is MemberRole.SHADOW:
        marks.append(":gray-badge[见习评委：评分不计入结果]")
    st.markdown(f"**{guard.plain(review.name)}**　{'　'.join(marks)}")
    st.caption(
        f"{review.code}　评分标准：{guard.plain(review.rubric_name)} 第 {review.rubric_number} 版　{deadline(own)}"
    )


def deadline(own: OwnSheets) -> str:
    """When it closes, in 北京时间, and how long that is."""
    review, now = own.review, clock.now()
    if review.state is ReviewState.MODERATING:
        return "合议中"
    phase = review.phase(now)
    if phase is Phase.UNSET or review.opens_at is None or review.closes_at is None:
        return "评分时间待定"
    if phase is Phase.BEFORE:
        return f"北京时间 {clock.show(review.opens_at)} 开始评分"
    if phase is Phase.OPEN:
        return f"北京时间 {clock.show(review.closes_at)} 截止，还有{left(now, review.closes_at)}"
    if phase is Phase.GRACE and review.grace_until is not None:
        return f"已过截止时间，宽限至北京时间 {clock.show(review.grace_until)}，此间提交会注明“逾期”"
    return f"已于北京时间 {clock.show(review.closes_at)} 截止"


def left(now: datetime, until: datetime) -> str:
    """The time until an instant, in the two largest units."""
    minutes = int((until - now).total_seconds() // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f" {days} 天 {hours} 小时"
    return f" {hours} 小时 {minutes % 60} 分" if hours else f" {minutes} 分钟"


def declaring(own: OwnSheets) -> None:
    """The first thing asked of a judge."""
    if own.review.standing.declared_at is None:
        st.markdown("请先逐项说明是否需要回避；说明之后才会分配项目。")
        label, icon = "去申报回避", ":material/arrow_forward:"
    else:
        st.markdown(
            f"已于北京时间 {clock.show(own.review.standing.declared_at)} 申报完毕，等待分配项目。如有遗漏，可以补报。"
        )
        label, icon = "查看或补报", ":material/edit:"
    st.page_link(DECLARE, label=label, icon=icon, query_params={"review": str(own.review.id)})


def progress(actor: Actor, own: OwnSheets) -> None:
    """How far one is, the way to the next unfinished sheet, and handing in what is whole."""
    asked, done, review = len(own.asked), own.done, own.review
    if not asked:
        st.markdown("没有分配给您的项目。")
        return
    st.progress(
        done / asked, text=f"已交 {done} / {asked} 份" + (f"，另有 {len(own.ready)} 份评完待提交" if own.ready else "")
    )
    following = own.unfinished_after(None)
    with st.container(horizontal=True):
        if following is not None and scoring(own):
            st.page_link(
                SCORE,
                label="继续评分" if any(sheet.number for sheet in own.sheets) else "开始评分",
                icon=":material/arrow_forward:",
                query_params={"review": str(review.id), "entry": str(following.entry.id)},
                width="content",
            )
            hand_in(actor, own)
        if any(sheet.number for sheet in own.sheets):
            st.page_link(
                RECEIPT,
                label="评分回执",
                icon=":material/receipt_long:",
                query_params={"review": str(review.id)},
                width="content",
            )
        st.page_link(
            DECLARE,
            label=f"回避（{len(own.aside)}）" if own.aside else "申报回避",
            icon=":material/block:",
            query_params={"review": str(review.id)},
            width="content",
        )


def scoring(own: OwnSheets) -> bool:
    """Whether sheets are taken now; the service asks again."""
    state = own.review.state
    return state is ReviewState.MODERATING or (state is ReviewState.SCORING and own.review.phase(clock.now()).takes)


def hand_in(actor: Actor, own: OwnSheets) -> None:
    """Submit everything that is whole, after a look at how much that is."""
    if not own.ready:
        return
    with st.popover(f"提交全部评完的 {len(own.ready)} 份…", key=f"hand_in_{own.review.id}_ask"):
        rest = len(own.asked) - own.done - len(own.ready)
        st.warning(
            f"将提交 {len(own.ready)} 份，提交后不能自行修改（需要时可申请解锁）。"
            + (f"还有 {rest} 份没有评完，不在其中。" if rest else "")
        )
        if st.button("确认提交", key=f"hand_in_{own.review.id}", type="primary"):
            with guard.show_errors():
                outcome = sheet_service.submit_all(
                    actor, own.review.id, {sheet.entry.id: sheet.number for sheet in own.ready}
                )
                names = {sheet.entry.id: sheet.entry.code for sheet in own.sheets}
                widgets.flash(f"已提交 {len(outcome.submitted)} 份，请核对回执。")
                for entry_id, why in outcome.left:
                    widgets.flash(f"{names[entry_id]} 没有提交：{why}")
                st.switch_page(RECEIPT, query_params={"review": str(own.review.id)})


def listing(own: OwnSheets) -> None:
    """Every entry with where its sheet stands; the row opens it. 回避 is said, not left blank."""
    rows = [
        {
            "编号": sheet.entry.code,
            "项目": sheet.entry.title,
            "单位": sheet.entry.whose or "匿名评审",
            "评分": _sign(sheet),
            "得分": None if sheet.score is None else round(float(sheet.score), 2),
            "提醒": f"您评的是第 {sheet.marked_number} 版，现为第 {sheet.entry.number} 版" if sheet.outdated else "",
        }
        for sheet in own.sheets
    ]
    rows += [
        {"编号": entry.code, "项目": entry.title, "单位": "", "评分": "✕ 回避", "得分": None, "提醒": ""}
        for entry in own.aside
    ]
    review = str(own.review.id)
    widgets.table(
        pd.DataFrame(rows),
        f"judging_{own.review.id}",
        open_page=SCORE,
        addresses=[{"review": review, "entry": str(sheet.entry.id)} for sheet in own.sheets]
        + [{"review": review, "entry": str(entry.id)} for entry in own.aside],
        help={"得分": "满分 100，按评分标准的权重合成；评完全部评分项才有。"},
    )


_SIGNS = {
    SheetState.SUBMITTED: "●",
    SheetState.UNLOCKED: "◐",
    SheetState.ABSTAINED: "○",
    SheetState.RECUSED: "✕",
    SheetState.VOID: "✕",
}


def _sign(sheet: OwnSheet) -> str:
    if sheet.entry.state is not EntryState.ACTIVE:
        return f"✕ {sheet.words}"
    late = "（逾期）" if sheet.late else ""
    return f"{_SIGNS.get(sheet.state, '◐' if sheet.marks else '○')} {sheet.words}{late}"


def spread(own: OwnSheets, entry_id: int | None = None) -> None:
    """One's own scores beside one another: are they as far apart as the entries are?"""
    scored = [sheet for sheet in own.sheets if sheet.score is not None]
    if len(scored) < 2:
        return
    values = tuple(
        (sheet.entry.code, round(float(sheet.score or 0), 2), sheet.entry.id == entry_id) for sheet in scored
    )
    charts.draw(
        lambda: own_picture.own_scores(values),
        ("own_scores", own.review.id, values),
        describe="我给各项目的得分：" + "，".join(f"{code} {score}" for code, score, _ in values),
    )
    st.caption("只有您自己的评分。别人的评分在您全部交齐、评审进入合议之后才能看到。")


def marks_table(own: OwnSheets) -> pd.DataFrame:
    """The marks as they are stored: a row an entry, a column a criterion."""
    header, rows = receipts.table(own)
    return pd.DataFrame(rows, columns=header)
