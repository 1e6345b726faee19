"""What people without accounts think of released pilots."""

import pandas as pd
import streamlit as st

from core import clock
from core.words import RatingState
from pilots import release_queries, release_service
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("公众评价", "群众怎么看公布的试点，哪些话可以公开？")

released = ask(release_queries.summary, actor)
if not released:
    widgets.empty(
        "还没有公布的试点。在试点页作出结论后，可以在“对公众”一节公布。",
        page="pilots/pages/pilots.py",
        label="查看试点",
    )
else:
    widgets.table(
        pd.DataFrame(
            {
                "试点": [row.content["name"] for row in released],
                "结论": [row.content["verdict"] for row in released],
                "平均": [row.average for row in released],
                "评价": [row.rated for row in released],
                "公布": [clock.show(row.released_at) for row in released],
            }
        ),
        "ratings_pilots",
        open_page="pilots/pages/pilot.py",
        ids=[row.pilot_id for row in released],
    )

crowds = ask(release_queries.crowds, actor)
if crowds:
    st.subheader("同一网络集中评价", anchor=False)
    st.caption(
        f"同一天从同一网络对同一试点评价 {release_queries.CROWD} 次以上的。办事大厅的公用网络可能如此，"
        "有人清除浏览器记录反复评价也如此；认为不实的，可以不计入。"
    )
for crowd in crowds[:20]:
    name = f"{crowd.pilot_id}_{crowd.day:%Y%m%d}_{crowd.network[:12]}"
    with st.container(border=True, key=f"crowd_{name}"):
        state = ("done", "计入") if crowd.counted else ("stopped", "不计入")
        st.markdown(
            f"{widgets.badge(*state)}　**{guard.plain(crowd.pilot)}**　{crowd.ratings} 次，平均 {crowd.average} 星　"
            f"{clock.show(crowd.first_at)} 至 {clock.show(crowd.last_at)}"
        )
        with st.popover("不计入…" if crowd.counted else "重新计入…", key=f"crowd_ask_{name}_{crowd.counted}"):
            reason = st.text_input("理由", key=f"crowd_reason_{name}_{crowd.counted}")
            if st.button("确定", key=f"crowd_do_{name}_{crowd.counted}"):
                with guard.show_errors():
                    done = release_service.count(
                        actor, crowd.pilot_id, crowd.network, crowd.day, not crowd.counted, reason
                    )
                    widgets.flash(f"{done} 次评价{'不再计入' if crowd.counted else '重新计入'}。")
                    st.rerun()

TONES = {RatingState.WAITING: "pending", RatingState.SHOWN: "done", RatingState.HIDDEN: "stopped"}
st.subheader("意见", anchor=False)
states = {state.label: state for state in RatingState}
chosen = st.segmented_control("状态", list(states), default=RatingState.WAITING.label, key="ratings_state")
rows = ask(release_queries.ratings, actor, states.get(chosen or ""))
if not rows:
    st.info("没有等待审阅的意见。" if chosen == RatingState.WAITING.label else "这里还没有意见。")
for row in rows[:50]:
    with st.container(border=True, key=f"rating_{row.id}"):
        covered = f"　已遮盖个人信息 {row.masked} 处" if row.masked else ""
        st.markdown(
            f"{widgets.badge(TONES[row.state], row.state.label)}　{'★' * row.stars}{'☆' * (5 - row.stars)}　"
            f"**{guard.plain(row.pilot)}**　{clock.show(row.at)}{covered}"
        )
        st.markdown(guard.plain(row.comment))
        if row.reason:
            st.caption(guard.plain(f"{row.decided_by}：{row.reason}"))
        with st.container(horizontal=True):
            if row.state is not RatingState.SHOWN and st.button(
                "公开", key=f"rating_show_{row.id}_{row.version}", icon=":material/visibility:"
            ):
                with guard.show_errors():
                    release_service.moderate(actor, row.id, True, seen_version=row.version)
                    widgets.flash("这条意见已公开。")
                    st.rerun()
            if row.state is not RatingState.HIDDEN:
                with st.popover("不公开…", key=f"rating_hide_ask_{row.id}_{row.version}"):
                    reason = st.text_input("理由", key=f"rating_reason_{row.id}_{row.version}")
                    if st.button("不公开", key=f"rating_hide_{row.id}_{row.version}"):
                        with guard.show_errors():
                            release_service.moderate(actor, row.id, False, reason, seen_version=row.version)
                            widgets.flash("这条意见不公开，打分仍然计入。")
                            st.rerun()
if len(rows) > 50:
    st.caption(f"只列最近的 50 条，共 {len(rows)} 条。")
