"""Who judges what: is the plan even, complete, free of conflicts and connected?"""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core.words import ReviewState
from panels import assignment_service
from panels.pages import running
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "谁评哪个项目，分得均不均、能不能比？", "panels/pages/review_assign.py")
changeable = view.state in (ReviewState.ASSIGNING, ReviewState.SCORING)
if view.state in (ReviewState.PREPARING, ReviewState.RECUSING):
    widgets.empty("还没有到分配：先请评委申报回避，认定之后进入分配。")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    seed = st.number_input(
        "方案编号", 0, 9999, 0, key="assign_seed", width=140, help="换一个编号，得到另一个同样好的方案。"
    )
    afresh = st.checkbox("不管现有分配，重新分", key="assign_afresh")
plan = keep.ask(assignment_service.plan, actor, view.id, seed=int(seed), afresh=afresh)
people = {**plan.members, **plan.shadows}


def take(pairs: frozenset[tuple[int, int]], words: str) -> None:
    with guard.show_errors():
        changed = assignment_service.assign(actor, view.id, pairs, seen_version=plan.version)
        widgets.flash(f"{words}，改动 {changed} 处。")
        st.rerun()


with st.container(border=True, key="plan_check"):
    if not plan.current:
        st.markdown(":orange-badge[◐ 还没有分配]　采用下面的方案，或在表里逐个打勾。")
    elif plan.findings:
        for line in plan.findings:
            st.markdown(f":orange-badge[◐ 方案检查]　{guard.plain(line)}")
    else:
        st.markdown(
            ":green-badge[● 方案检查通过]　每个项目评委足数，没有应回避的，工作量均匀，评委之间都有共同评的项目，可以互相校正宽严。"
        )
    if changeable and (plan.added or plan.dropped):
        words = [f"增加 {plan.entries[entry]}—{people[member]}" for entry, member in sorted(plan.added)]
        words += [f"减去 {plan.entries[entry]}—{people[member]}" for entry, member in sorted(plan.dropped)]
        st.markdown(
            f"**建议改动 {len(words)} 处**　" + guard.plain("；".join(words[:12]) + ("……" if len(words) > 12 else ""))
        )
        for line in plan.proposed_findings:
            st.caption(f"按建议改动之后仍有：{guard.plain(line)}")
        if st.button("采用建议的方案", key="assign_take", type="primary"):
            kept = {pair for pair in plan.current if pair[1] in plan.shadows}
            take(plan.proposed | kept, "已采用方案")

frame = pd.DataFrame(
    {
        "项目": list(plan.entries.values()),
        **{
            name: [
                None if (entry, member) in plan.blocked else (entry, member) in plan.current for entry in plan.entries
            ]
            for member, name in people.items()
        },
    },
    index=list(plan.entries),
)
loads = "　".join(f"{name} {plan.load.get(member, 0)}" for member, name in people.items())
st.caption(
    f"各评委的项目数：{guard.plain(loads)}。空白格是应回避的，不能打勾。见习评委不参加自动分配，需要时逐个打勾。"
)
edited = st.data_editor(
    frame,
    key=f"assign_{view.id}_{view.version}_{len(plan.current)}",
    hide_index=True,
    width="stretch",
    disabled=["项目"] if changeable else True,
    column_config={
        "项目": st.column_config.TextColumn(pinned=True),
        **{
            name: st.column_config.CheckboxColumn(f"{name}（见习）" if member in plan.shadows else name)
            for member, name in people.items()
        },
    },
    alt="项目与评委的分配",
)
wanted = frozenset(
    (int(entry), member)
    for entry, row in edited.iterrows()
    for member, name in people.items()
    if row[name] is True or row[name] == 1
)
if changeable and wanted != plan.current:
    if st.button("保存手工改动", key="assign_save", type="primary"):
        take(wanted, "已保存")
elif changeable:
    st.caption("改动打勾后可以保存；保存时会再查一遍回避。")
