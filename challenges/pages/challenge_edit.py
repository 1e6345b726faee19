"""Writing a challenge: a new one, or a draft."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import streamlit as st

from challenges import queries, service
from challenges.schemas import ChallengeIn
from core import clock
from core.words import ChallengeState
from web import guard, widgets

actor = guard.current_actor()
number = guard.parameter("id")
view = guard.found(queries.challenge(actor, number), "榜单") if number else None
widgets.header(
    "修改榜单" if view else "起草榜单",
    "求解什么难题，达到什么指标，给什么支持？",
    back=("challenges/pages/challenge.py", "回到榜单") if view else ("challenges/pages/challenges.py", "全部榜单"),
    query={"id": str(view.row.id)} if view else None,
)
if view and view.row.state is not ChallengeState.DRAFT:
    widgets.empty(f"榜单已进入“{view.row.state.label}”，不能修改；论证中的可以先退回修改。")
    st.stop()

needs, scenarios = queries.origins(actor)
rounds = sorted({row.round for row in queries.challenges(actor) if row.round}, reverse=True)
deadline = clock.beijing(view.row.deadline if view else clock.now() + timedelta(days=30))
with st.form(f"challenge_{view.version if view else 0}", enter_to_submit=False):
    values: dict[str, object] = {
        "title": st.text_input("榜单名称", view.row.title if view else "", max_chars=60, key="challenge_title"),
        "round": st.selectbox(
            "批次（一起发榜的填同一批，可以新写）",
            rounds,
            index=rounds.index(view.row.round) if view and view.row.round else None,
            accept_new_options=True,
            placeholder="如 2026 年第一批",
            key="challenge_round",
        )
        or "",
        "need_id": st.selectbox(
            "关联需求",
            list(needs),
            index=list(needs).index(view.need_id) if view and view.need_id in needs else None,
            format_func=lambda key: needs[key],
            placeholder="需求和场景至少选一项",
            key="challenge_need",
        ),
        "scenario_id": st.selectbox(
            "关联场景",
            list(scenarios),
            index=list(scenarios).index(view.scenario_id) if view and view.scenario_id in scenarios else None,
            format_func=lambda key: scenarios[key],
            placeholder="需求和场景至少选一项",
            key="challenge_scenario",
        ),
    }
    for name, label, most in (
        ("background", "背景", 2000),
        ("difficulties", "难题", 2000),
        ("indicators", "要达到的指标", 2000),
        ("content", "揭榜内容", 4000),
        ("data_offered", "提供的数据", 1000),
        ("eligibility", "申报条件", 2000),
    ):
        values[name] = st.text_area(label, getattr(view, name) if view else "", max_chars=most, key=f"challenge_{name}")
    with st.container(horizontal=True):
        funding = st.number_input(
            "资金（万元，0 为面议）",
            min_value=0.0,
            value=float(Decimal(view.funding_fen) / 1_000_000) if view else 0.0,
            step=10.0,
            format="%.2f",
            key="challenge_funding",
        )
        values["winners"] = st.selectbox(
            "方式",
            [1, 2, 3],
            index=view.row.winners - 1 if view else 0,
            format_func=lambda count: "单家揭榜" if count == 1 else f"赛马（{count} 家）",
            key="challenge_winners",
        )
        values["places"] = st.number_input("承诺的试点名额", 0, 100, view.places if view else 1, key="challenge_places")
    with st.container(horizontal=True):
        day = st.date_input("截止日期（北京时间）", deadline.date(), format="YYYY-MM-DD", key="challenge_day")
        at = st.time_input(
            "截止时刻（不含该时刻）", deadline.time() if view else time(17), step=900, key="challenge_time"
        )
    values["contact"] = st.text_input(
        "联系人和联系方式", view.contact if view else "", max_chars=100, key="challenge_contact"
    )
    if st.form_submit_button("保存", key="challenge_save", type="primary"):
        with guard.show_errors(ChallengeIn):
            data = ChallengeIn.model_validate(
                values
                | {
                    "funding": Decimal(str(funding)),
                    "deadline": datetime.combine(day, at, tzinfo=clock.BEIJING),
                }
            )
            if view:
                service.edit(actor, view.row.id, data, seen_version=view.version)
                saved = view.row.id
            else:
                saved = service.create(actor, data, nonce=widgets.nonce("challenge"))
                widgets.spend_nonce("challenge")
            widgets.flash("榜单已保存为草稿。")
            st.switch_page("challenges/pages/challenge.py", query_params={"id": str(saved)})
