"""The final (路演) for its chair: whose turn it is, how long already, who has handed in."""

import streamlit as st

from accounts.permissions import Permission, require
from awards import final_queries, queries, round_service
from awards.views import TurnView
from core import clock
from core.words import EditionState
from web import guard, widgets

actor = guard.current_actor()
require(actor, Permission.EDITION_RUN)
view = guard.found(queries.edition(actor, guard.parameter("id")), "年度遴选")
widgets.header(
    f"{view.row.name}　路演",
    "轮到谁、还剩多久，评委交齐了吗？",
    back=("awards/pages/edition.py", "回到年度"),
    query={"id": str(view.row.id)},
)
if not final_queries.turns(actor, view.row.id):
    widgets.empty("还没有路演次序。开始终评时抽签产生。")
    st.stop()


def clocked(turn: TurnView) -> str:
    """How long a turn has run, of how long it may."""
    if turn.began_at is None:
        return widgets.badge("waiting", f"第 {turn.position} 个")
    seconds = int(((turn.ended_at or clock.now()) - turn.began_at).total_seconds())
    words = f"{seconds // 60} 分 {seconds % 60:02d} 秒 / {view.rule.minutes} 分"
    if turn.ended_at is not None:
        return widgets.badge("approved", f"已结束　{words}")
    late = seconds > view.rule.minutes * 60
    return widgets.badge("overdue" if late else "running", f"{'超时' if late else '进行中'}　{words}")


@st.fragment(run_every="2s" if view.row.state is EditionState.FINAL else None)
def live(tracks: list[str]) -> None:
    """Drawn anew every two seconds while the final goes on."""
    turns = final_queries.turns(guard.current_actor(), view.row.id)
    for track in tracks:
        mine = [turn for turn in turns if turn.track == track]
        given, asked = sum(turn.given for turn in mine), sum(turn.asked for turn in mine)
        st.subheader(guard.plain(track), anchor=False)
        st.caption(f"已交评分表 {given} / {asked} 份；评分结束前任何人看不到分数。")
        for turn in mine:
            with st.container(border=True, key=f"turn_{turn.entry_id}"):
                st.markdown(
                    f"**{turn.position}. {guard.plain(f'{turn.code} {turn.title}')}**　{clocked(turn)}　"
                    f"{guard.plain(turn.organisation)}　评分 {turn.given} / {turn.asked}"
                )
                if view.row.state is not EditionState.FINAL:
                    continue
                if turn.began_at is None and st.button("开始路演", key=f"turn_{turn.entry_id}_begin"):
                    with guard.show_errors():
                        round_service.call_up(guard.current_actor(), turn.entry_id)
                        st.rerun(scope="fragment")
                if turn.began_at and not turn.ended_at and st.button("结束", key=f"turn_{turn.entry_id}_end"):
                    with guard.show_errors():
                        round_service.end_turn(guard.current_actor(), turn.entry_id)
                        st.rerun(scope="fragment")


shown = list(dict.fromkeys(turn.track for turn in final_queries.turns(actor, view.row.id)))
chosen = st.segmented_control("赛道", shown, default=shown[0], key="final_track", label_visibility="collapsed")
live([chosen or shown[0]])
mine = [turn for turn in final_queries.turns(actor, view.row.id) if turn.track == chosen]
if view.row.state is EditionState.FINAL and mine and not any(turn.began_at for turn in mine):
    with st.popover("调整次序…"):
        names = {turn.entry_id: f"{turn.code} {turn.title}" for turn in mine}
        order = st.multiselect("按先后选择全部项目", list(names), format_func=lambda key: names[key], key="final_order")
        reason = st.text_input("理由（必填）", key="final_reason")
        if st.button("调整次序", key="final_reorder", type="primary"):
            with guard.show_errors():
                round_service.reorder(actor, view.row.id, mine[0].track, order, reason)
                widgets.flash("次序已调整。")
                st.rerun()
st.caption("次序由规则校验码抽签得出，谁都可以重新核对；调整须在第一个项目开始前，并写明理由。")
