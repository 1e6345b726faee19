"""One entry and its sheet: what does this project deserve?"""

from functools import partial

import streamlit as st

from accounts import sessions
from core.words import EntryState, SheetState
from panels import review_queries, sheet_queries
from panels.pages import judging_parts as parts
from panels.pages import sheet_form
from web import guard, widgets

actor = guard.current_actor()
own = sheet_queries.own(actor, guard.parameter("review"))
review = own.review
entry_id = guard.parameter("entry")
aside = next((entry for entry in own.aside if entry.id == entry_id), None)
sheet = own.of(entry_id or 0)
if aside is not None:
    widgets.header(f"{aside.code}　{aside.title}", review.name, back=(parts.DESK, "我的评审"))
    st.warning("**回避**　您应当回避这个项目：看不到材料，也不评分。")
    st.page_link(
        parts.DECLARE, label="看看原因", icon=":material/arrow_forward:", query_params={"review": str(review.id)}
    )
    st.stop()
sheet = guard.found(sheet, "参评项目")
entry = sheet.entry
guard.found(entry if entry.openable else None, "参评项目")
widgets.header(
    f"{entry.code}　{entry.title}", "对照材料和评分标准，这个项目应得多少分？", back=(parts.DESK, "我的评审")
)

# -- where one is ---------------------------------------------------------------------
ids = [item.entry.id for item in own.sheets]
place = ids.index(entry.id)
following = own.unfinished_after(entry.id)
with st.container(horizontal=True, vertical_alignment="center", key="score_way"):
    for label, target, icon in (
        ("上一个", ids[place - 1] if place else None, ":material/chevron_left:"),
        ("下一个", ids[place + 1] if place + 1 < len(ids) else None, ":material/chevron_right:"),
        (
            "下一个未评完",
            following.entry.id if following and following.entry.id != entry.id else None,
            ":material/arrow_forward:",
        ),
    ):
        if target is not None:
            widgets.turn_to(label, f"score_to_{label}", icon=icon, review=str(review.id), entry=str(target))
    st.caption(f"第 {place + 1} / {len(ids)} 个　已交 {own.done} / {len(own.asked)}　{parts.deadline(own)}")

# A finger needs more room than a pointer.
st.html(
    "<style>@media (max-width: 640px) { .st-key-sheet [data-testid=stNumberInputField] { min-height: 44px; } }</style>"
)
left, right = st.columns([6, 5], gap="large")

# -- the entry ------------------------------------------------------------------------
with left:
    if entry.state is not EntryState.ACTIVE:
        st.warning(f"这个项目{entry.state.label}，不再评分。{guard.plain(entry.state_reason)}")
    if sheet.outdated and sheet.marked_number is not None:
        st.warning(f"您评的是第 {sheet.marked_number} 版材料，现为第 {entry.number} 版。请核对改动，需要时修改评分。")
        for field, then, now in sheet_queries.entry_changes(actor, review.id, entry.id, sheet.marked_number):
            st.markdown(f"**{field}**　{guard.plain(then)} → {guard.plain(now)}")
    st.markdown(guard.plain(entry.summary) or "没有简介，请看附件。")
    facts = [("申报单位", entry.whose), ("所在地区", entry.region), ("团队", "、".join(entry.team))]
    for name, text in facts:
        if text:
            st.markdown(f"**{name}**　{guard.plain(text)}")
    if review.blind and not entry.whose:
        st.caption("匿名评审：不显示申报单位、地区和团队。")
    files = review_queries.entry_files(actor, review.id, entry.id)
    st.markdown(f"**证明材料**（{len(files)}）")
    if not files:
        st.caption("没有附件。")
    widgets.attachments(
        files, lambda number: review_queries.entry_file(sessions.fresh(actor), number), f"entry_{entry.id}"
    )

# -- the sheet ------------------------------------------------------------------------
with right:
    with st.container(border=True, key="sheet"):
        if sheet.open and parts.scoring(own):
            sheet_form.draw(actor, own, sheet)
        else:
            if sheet.open and sheet.state is not SheetState.SUBMITTED:
                st.info(f"现在不能评分：{parts.deadline(own)}。")
            sheet_form.unsaved(own, sheet)
            sheet_form.stored(own, sheet)
            sheet_form.ask_unlock(actor, own, sheet)
            sheet_form.versions(partial(sheet_queries.savings, actor, review.id, entry.id), own)
    parts.spread(own, entry.id)
