"""One rubric: what it asks, its versions, and what it would have made of last year's marks."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from core.words import PanelRule
from panels import result_book, rubric_queries, rubric_service
from panels.pages import running
from panels.rubric import points
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.RUBRIC_EDIT)
found = guard.found(keep.ask(rubric_queries.rubric, actor, guard.parameter("id")), "评分标准")
widgets.header(found.name, "评什么，各占多少，各档什么意思？", back=("panels/pages/rubrics.py", "全部评分标准"))
numbers = {version.number: version for version in found.versions}
chosen = st.selectbox(
    "版本",
    list(numbers),
    format_func=lambda number: f"第 {number} 版（{'已冻结' if numbers[number].frozen_at else '草稿'}）",
    key="rubric_version",
    width=260,
)
version = numbers[chosen]
rubric = version.rubric

with st.container(border=True):
    if version.frozen_at:
        st.markdown(widgets.badge("locked", f"北京时间 {clock.show(version.frozen_at)} 随评分开始冻结"))
        st.caption(f"校验码 {version.digest}")
    else:
        st.markdown(widgets.badge("draft", "草稿，评分开始时冻结"))
        for problem in rubric.problems():
            st.markdown(f":orange-badge[◐ 还不能用]　{guard.plain(problem)}")
    st.caption(
        f"{found.kind.label}　{guard.plain(version.by)}，{clock.show(version.created_at)}　{guard.plain(version.reason)}"
    )
    if version is found.newest:
        if version.frozen_at is None:
            st.page_link(
                "panels/pages/rubric_edit.py",
                label="修改",
                icon=":material/edit:",
                query_params={"id": str(found.id)},
            )
        else:
            with st.popover("起草新版…", key="rubric_revise_ask"):
                reason = st.text_input("为什么修订（必填）", key="rubric_revise_reason")
                if st.button("起草新版", key="rubric_revise", type="primary"):
                    with guard.show_errors():
                        number = rubric_service.revise_rubric(actor, found.id, reason)
                        widgets.flash(f"已起草第 {number} 版，改好后即可选用；已评的分数不受影响。")
                        st.switch_page("panels/pages/rubric_edit.py", query_params={"id": str(found.id)})

st.subheader(f"评分项（权重合计 {points(sum(rubric.weights.values()))}）", anchor=False)
names = list(dict.fromkeys(level.name for criterion in rubric.criteria for level in criterion.levels))
running.draw(
    pd.DataFrame(
        [
            {
                "评分项": criterion.name,
                "权重": points(criterion.weight),
                "分值": f"{points(criterion.low)}–{points(criterion.high)}，每档 {points(criterion.step)}",
                "看什么": criterion.words or "–",
                **{
                    name: next(
                        (
                            f"{points(level.lowest)} 分起：{level.words}"
                            for level in criterion.levels
                            if level.name == name
                        ),
                        "–",
                    )
                    for name in names
                },
                "须写理由": "；".join(
                    words
                    for words in (
                        f"低于 {points(criterion.reason_below)} 分" if criterion.reason_below is not None else "",
                        f"{points(criterion.reason_from)} 分及以上" if criterion.reason_from is not None else "",
                    )
                    if words
                )
                or "–",
            }
            for criterion in rubric.criteria
        ]
    ),
    f"rubric_{version.id}_{len(rubric.criteria)}",
)

st.subheader("用往年的评分试算", anchor=False)
st.caption("发布通知之前看一看：如果当时用这一版的权重或别的规则，名次会怎样。只试算，不改变任何结果。")
past = keep.ask(rubric_queries.finished, actor, rubric)
if not past:
    st.caption("还没有用同样的评分项评过、已定稿的评审可以试算。")
    st.stop()
rules = list(PanelRule)
first, second = st.columns(2)
review_id = first.selectbox("已定稿的评审", list(past), format_func=past.__getitem__, key="replay_review")
rule = second.selectbox("计分规则", rules, 1, running.label, key="replay_rule")
with guard.show_errors():
    rows = keep.ask(rubric_queries.replay, actor, review_id, rubric, rule)
    moved = sum(row.before != row.after for row in rows)
    st.markdown(f"{len(rows)} 个项目里，{moved} 个名次会变。")
    running.draw(
        pd.DataFrame(
            {
                "项目": row.entry,
                "当时得分": result_book.shown(row.score),
                "当时名次": f"第 {row.before} 名" if row.before else "不排名",
                "试算名次": f"第 {row.after} 名" if row.after else "不排名",
                "变动": "–"
                if row.before == row.after or not row.before or not row.after
                else f"{'上升' if row.after < row.before else '下降'} {abs(row.after - row.before)}",
            }
            for row in rows
        ),
        f"replay_{version.id}_{review_id}_{rule}",
    )
