"""The final (路演) for its chair: whose turn it is, how long already, who has handed in."""

from collections.abc import Callable

import streamlit as st

from accounts.permissions import Actor, Permission, require
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
turns = final_queries.turns(actor, view.row.id)
if not turns:
    widgets.empty("还没有路演次序。开始终评时抽签产生。")
    st.stop()


def minutes(seconds: int) -> str:
    return f"{seconds // 60} 分 {seconds % 60:02d} 秒"


def clocked(turn: TurnView) -> str:
    """How a turn stands, and how long it took of how long it may."""
    if turn.out:
        return widgets.badge("closed", turn.out)
    if turn.began_at is None:
        return widgets.badge("waiting", f"第 {turn.position} 个")
    words = f"{minutes(turn.seconds(clock.now()))} / {view.rule.minutes} 分"
    if turn.ended_at is not None:
        return widgets.badge("approved", f"已结束　{words}")
    late = turn.seconds(clock.now()) > view.rule.minutes * 60
    return widgets.badge("overdue" if late else "running", f"{'超时' if late else '进行中'}　{words}")


def do(command: Callable[[Actor, int], None], entry: int) -> None:
    with guard.show_errors():
        command(guard.current_actor(), entry)
        st.rerun(scope="fragment")


def now_on(mine: list[TurnView]) -> None:
    """Who is on and how much time is left, in letters that can be read from the chair; what comes next."""
    on = next((turn for turn in mine if turn.runs), None)
    after = next((turn for turn in mine if turn.waits), None)
    with st.container(border=True, key="final_now"):
        if on is not None:
            st.markdown(f"### {guard.plain(f'{on.position}. {on.code} {on.title}')}")
            left = view.rule.minutes * 60 - on.seconds(clock.now())
            widgets.figures(
                [
                    ("剩余", minutes(left), f"共 {view.rule.minutes} 分")
                    if left >= 0
                    else ("时间到", f"超时 {minutes(-left)}", f"共 {view.rule.minutes} 分"),
                    ("评分表", f"{on.given} / {on.asked}", on.organisation),
                ]
            )
        elif after is None:
            st.markdown(f"**全部路演结束**　{widgets.badge('approved', '已结束')}")
        with st.container(horizontal=True):
            if after is not None:
                words = "结束并请下一个" if on else "开始路演"
                label = guard.plain(f"{words}：{after.position}. {after.title}")
                if st.button(label, key="final_next", type="primary"):
                    do(round_service.call_up, after.entry_id)
            if on is not None and st.button("结束", key="final_end", type="secondary" if after else "primary"):
                do(round_service.end_turn, on.entry_id)


@st.fragment(run_every="2s" if view.row.state is EditionState.FINAL else None)
def live(track: str) -> None:
    """Drawn anew every two seconds while the final goes on; the clock is the server's, so any window shows the same."""
    mine = [turn for turn in final_queries.turns(guard.current_actor(), view.row.id) if turn.track == track]
    given, asked = sum(turn.given for turn in mine), sum(turn.asked for turn in mine)
    st.subheader(guard.plain(track), anchor=False)
    goes_on = view.row.state is EditionState.FINAL
    if goes_on:
        now_on(mine)
    st.caption(f"已交评分表 {given} / {asked} 份；评分结束前任何人看不到分数。")
    on = any(turn.runs for turn in mine)
    after = next((turn for turn in mine if turn.waits), None)
    last = max((turn for turn in mine if turn.ended_at), key=lambda turn: turn.ended_at or clock.now(), default=None)
    for turn in mine:
        with st.container(border=True, key=f"turn_{turn.entry_id}"):
            st.markdown(
                f"**{turn.position}. {guard.plain(f'{turn.code} {turn.title}')}**　{clocked(turn)}　"
                f"{guard.plain(turn.organisation)}　评分 {turn.given} / {turn.asked}"
            )
            if not goes_on:
                continue
            key = f"turn_{turn.entry_id}"
            if turn.waits and turn is not after and not on and st.button("提前到现在", key=f"{key}_begin"):
                do(round_service.call_up, turn.entry_id)
            if turn.runs and st.button("点错了，退回等候", key=f"{key}_undo", type="tertiary", icon=":material/undo:"):
                do(round_service.undo_turn, turn.entry_id)
            if (
                turn is last
                and not on
                and st.button("还没有结束，继续计时", key=f"{key}_undo", type="tertiary", icon=":material/undo:")
            ):
                do(round_service.undo_turn, turn.entry_id)


shown = list(dict.fromkeys(turn.track for turn in turns))
chosen = shown[0]
if len(shown) > 1:
    chosen = (
        st.segmented_control("赛道", shown, default=chosen, key="final_track", required=True, bind="query-params")
        or chosen
    )
live(chosen)
mine = [turn for turn in turns if turn.track == chosen]
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
