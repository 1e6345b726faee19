"""One review: where does it stand, and what is to be done next?"""

from datetime import datetime

import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from core.words import ReviewState
from panels import panel_queries, review_queries, review_service, stages
from panels.outcome import key_name
from panels.pages import running
from panels.schemas import ScheduleIn
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "走到哪一步了，下一步做什么？", running.HOME)


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = review_service.move(actor, view.id, do, reason, seen_version=view.version)
        widgets.flash(f"已“{do}”，评审现为“{state.label}”。")
        st.rerun()


with st.container(border=True):
    st.markdown(f"{widgets.badge(view.state, view.state.label)}　{guard.plain(stages.NEXT[view.state])}")
    steps = [step for step in stages.REVIEW.steps_from(view.state) if step.do in stages.BUTTONS]
    if view.released_at is not None:
        st.caption(f"结果已于北京时间 {clock.show(view.released_at)} 发布，只能因异议成立而重开。")
        steps = []
    widgets.steps("review", steps, act)
    if view.state is ReviewState.FINALISING:
        st.page_link(
            "panels/pages/review_end.py", label="去定稿", icon=":material/verified:", query_params={"id": str(view.id)}
        )
    if view.state in stages.EDITABLE:
        st.page_link(
            "panels/pages/review_edit.py",
            label="修改评审要求",
            icon=":material/edit:",
            query_params={"id": str(view.id)},
        )

entries = keep.ask(review_queries.entries, actor, view.id)
members = keep.ask(panel_queries.members, actor, view.id)
seated = [member for member in members if member.left_at is None]
aside = [item for item in keep.ask(panel_queries.recusals, actor, view.id) if item.state.blocks]
widgets.figures(
    [
        ("参评项目", f"{len(entries)} 个", ""),
        (
            "计分的评委",
            f"{sum(member.role.counts for member in seated)} 人",
            f"见习 {sum(not m.role.counts for m in seated)} 人",
        ),
        ("每个项目的评委", f"{view.per_entry} 位", f"有效评分不少于 {view.quorum} 份"),
        ("回避", f"{len(aside)} 条", f"待认定 {sum(item.decided_at is None for item in aside)} 条"),
    ]
)

left, right = st.columns(2, gap="large")
with left:
    st.subheader("怎样计分", anchor=False)
    running.facts(
        [
            ("编号与类别", f"{view.code}　{view.kind.label}"),
            ("计分规则", view.rule.label),
            ("同分时依次比较", "、".join(key_name(view.rubric, name) for name in view.tie_keys) or "不比较，并列"),
            ("入选名额", f"{view.places} 个" if view.places else "不设"),
            ("匿名评审", "是，评委看不到申报单位、地区和团队" if view.blind else "否"),
        ]
    )
    st.page_link(
        "panels/pages/rubric.py",
        label=guard.plain(f"{view.rubric_name}（第 {view.rubric_number} 版）"),
        icon=":material/checklist:",
        query_params={"id": str(view.rubric_id)},
    )
    if view.rule_digest:
        st.caption(f"评分开始时冻结，规则校验码 {view.rule_digest[:16]}…，评分标准校验码 {view.rubric_digest[:16]}…")
with right:
    st.subheader("评分时间", anchor=False)
    st.markdown(guard.plain(running.window(view)))
    st.caption("截止的那一刻起不再收；宽限期内交的会注明。改时间对正在评分的评委立即生效。")
    if view.state in stages.OPEN_LISTS | {ReviewState.SCORING}:
        started = view.state is ReviewState.SCORING

        def local(at: datetime | None) -> datetime | None:
            return clock.beijing(at).replace(tzinfo=None) if at else None

        with st.popover("定评分时间…", icon=":material/schedule:", key="schedule_ask"):
            opens = st.datetime_input("开始（北京时间）", local(view.opens_at), key="schedule_opens", disabled=started)
            closes = st.datetime_input("截止（北京时间）", local(view.closes_at), key="schedule_closes")
            grace = st.datetime_input("宽限至（可不填）", local(view.grace_until), key="schedule_grace")
            reason = st.text_input("理由" + ("（必填）" if started else ""), key="schedule_reason")
            if st.button("保存时间", key="schedule_save", type="primary"):
                with guard.show_errors(ScheduleIn):
                    given = {
                        name: at.replace(tzinfo=clock.BEIJING) if at else None
                        for name, at in (("opens_at", opens), ("closes_at", closes), ("grace_until", grace))
                    }
                    if started:
                        given["opens_at"] = view.opens_at
                    data = ScheduleIn.model_validate(given)
                    review_service.set_schedule(actor, view.id, data, reason, seen_version=view.version)
                    widgets.flash("评分时间已保存。")
                    st.rerun()
