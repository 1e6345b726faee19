"""How scoring goes: who has handed in what, who waits for an unlocked sheet. Never a mark."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, Subject, may, require
from core import clock
from core.words import ReviewState, SheetState
from panels import progress_queries, stages, unlock_service
from panels.pages import running
from panels.progress_queries import NOT_BEGUN, STEPPED_ASIDE, UnlockView
from web import guard, keep, widgets

SHAPES = {"已提交": "●", "弃权": "◇", STEPPED_ASIDE: "■", "草稿": "◐", "已解锁": "◐", NOT_BEGUN: "○", "作废": "×"}

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "谁交了、谁没交，还来得及吗？", "panels/pages/review_progress.py")
if view.state not in stages.JUDGED:
    widgets.empty("评分还没有开始。")
    st.stop()
progress = keep.ask(progress_queries.progress, actor, view.id)
unlocks = keep.ask(progress_queries.unlocks, actor, view.id)
share = f"{progress.done * 100 // progress.expected}%" if progress.expected else "–"
late = sum(cell.late for cell in progress.cells.values())
widgets.figures(
    [
        ("已交评分表", f"{progress.done} / {progress.expected}", share),
        ("没有动笔", f"{sum(cell.words == NOT_BEGUN for cell in progress.cells.values())} 份", ""),
        ("回避", f"{sum(cell.words == STEPPED_ASIDE for cell in progress.cells.values())} 份", "不计入应交"),
        ("宽限期内交的", f"{late} 份", ""),
    ]
)
st.caption(f"{running.window(view)}。评分结束之前，主办人员也看不到分数、平均分和名次。")


def answer(item: UnlockView) -> None:
    with st.container(border=True, key=f"unlock_{item.id}"):
        st.markdown(f"**{guard.plain(item.judge)}**　{guard.plain(item.entry)}　:orange-badge[◐ 申请解锁]")
        st.caption(guard.plain(f"{item.reason}　（{item.asked_by}，{clock.show(item.asked_at)}）"))
        if item.own or not may(actor, Permission.SHEET_UNLOCK, Subject()):
            st.caption("须由申请人以外的另一位研究院人员答复。")
            return

        def given(granted: bool, words: str) -> str:
            unlock_service.answer(actor, item.id, granted=granted, words=words, seen_version=item.version)
            return "已同意，评委可以修改后重新提交。" if granted else "已答复不同意。"

        running.yes_or_no(f"unlock_{item.id}", "同意解锁", "不同意", given)


waiting = [item for item in unlocks if item.granted is None]
if waiting:
    st.subheader(f"等待答复的解锁申请（{len(waiting)}）", anchor=False)
    for item in waiting:
        answer(item)

st.subheader("评委", anchor=False)
running.draw(
    pd.DataFrame(
        [
            (
                judge.name,
                judge.role.label,
                f"{judge.done} / {judge.expected}",
                "　".join(f"{SHAPES.get(words, '○')} {words} {count}" for words, count in sorted(judge.counts.items())),
                clock.show(judge.last),
            )
            for judge in progress.judges
        ],
        columns=["评委", "身份", "已交 / 应交", "各种状态", "最近一次保存（北京）"],
    ),
    f"progress_judges_{view.id}_{len(progress.judges)}",
)

st.subheader("逐个项目", anchor=False)
names = {judge.member_id: judge.name for judge in progress.judges}
rows = []
for entry, (code, title) in progress.entries.items():
    row: dict[str, str] = {"编号": code, "项目": title}
    for member, name in names.items():
        cell = progress.cells.get((entry, member))
        notes = ("（迟）" if cell.late else "") + ("（旧版）" if cell.stale else "") if cell else ""
        row[name] = f"{SHAPES.get(cell.words, '○')} {cell.words}{notes}" if cell else ""
    rows.append(row)
running.draw(pd.DataFrame(rows), f"progress_cells_{view.id}_{len(rows)}")
st.caption("● 已提交　◐ 草稿或已解锁　○ 未动笔　◇ 弃权　■ 回避。空白：没有分配。弃权和回避既不是 0 分，也不算没交。")

open_to_ask = {
    cell.sheet_id: f"{names[cell.member_id]}　{' '.join(progress.entries[cell.entry_id])}"
    for cell in progress.cells.values()
    if cell.sheet_id and cell.state in (SheetState.SUBMITTED, SheetState.ABSTAINED)
}
if open_to_ask and view.state in (ReviewState.SCORING, ReviewState.MODERATING):
    with st.popover("代评委申请解锁…", key="unlock_ask_open"):
        st.caption("评委交后发现填错的，由一人申请、另一人同意；改前改后的分数都保留。")
        sheet = st.selectbox("评分表", list(open_to_ask), None, open_to_ask.__getitem__, key="unlock_ask_sheet")
        reason = st.text_input("理由（必填）", key="unlock_ask_reason")
        if st.button("申请解锁", key="unlock_ask", type="primary", disabled=sheet is None) and sheet:
            with guard.show_errors():
                unlock_service.ask(actor, sheet, reason)
                widgets.flash("已申请，等另一人答复。")
                st.rerun()
done = [item for item in unlocks if item.granted is not None]
if done:
    with st.expander("已答复的解锁申请", key="unlock_done"):
        running.draw(
            pd.DataFrame(
                [
                    (
                        item.judge,
                        item.entry,
                        item.reason,
                        item.asked_by,
                        "● 同意" if item.granted else "■ 不同意",
                        f"{item.decided_by}　{clock.show(item.decided_at)}",
                        item.answer or "–",
                    )
                    for item in done
                ],
                columns=["评委", "项目", "理由", "申请", "答复", "答复人", "说明"],
            ),
            f"unlock_done_{view.id}_{len(done)}",
        )
