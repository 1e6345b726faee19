"""What a review asks: rubric, rule, sizes, ties. Only before recusals are called for."""

import streamlit as st

from accounts.permissions import Permission, require
from core.words import PanelRule, ReviewKind
from panels import review_queries, review_service, rubric_queries, stages
from panels.outcome import MEDIAN_KEY, key_name
from panels.pages import running
from panels.schemas import ReviewIn
from panels.scores import FEWEST_TO_DROP
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
number = guard.parameter("id")
old = guard.found(keep.ask(review_queries.review, actor, number), "评审") if number else None
widgets.header(
    f"修改评审要求　{old.name}" if old else "发起评审",
    "按什么标准、什么规则评，多少人评才算数？",
    back=("panels/pages/reviews.py", "全部评审"),
)
if old and old.state not in stages.EDITABLE:
    st.warning(f"评审已进入“{old.state.label}”，评分标准和计分规则不能再改。需要修改时请先退回筹备。")
    st.page_link(running.HOME, label="回到评审", query_params={"id": str(old.id)})
    st.stop()

versions = {
    version.id: (found, version)
    for found in keep.ask(rubric_queries.rubrics, actor)
    for version in found.versions
    if version is found.newest or (old and version.id == old.rubric_version_id)
}
if not versions:
    widgets.empty("还没有评分标准。", page="panels/pages/rubrics.py", label="去编制评分标准")
    st.stop()
kinds, rules = list(ReviewKind), list(PanelRule)
key = f"review_edit_{old.id if old else 0}"
name = st.text_input("评审名称", old.name if old else "", max_chars=60, key=f"{key}_name")
first, second = st.columns(2)
kind = first.selectbox("类别", kinds, kinds.index(old.kind) if old else 1, running.label, key=f"{key}_kind")
ids = list(versions)
rubric_id = second.selectbox(
    "评分标准",
    ids,
    ids.index(old.rubric_version_id) if old else 0,
    lambda i: (
        f"{versions[i][0].name}（第 {versions[i][1].number} 版，{'已冻结' if versions[i][1].frozen_at else '草稿'}）"
    ),
    key=f"{key}_rubric",
)
rubric = versions[rubric_id][1].rubric
first, second, third, fourth = st.columns(4)
rule = first.selectbox(
    "计分规则", rules, rules.index(old.rule) if old else 1, running.label, key=f"{key}_rule",
    help="去掉最高最低分至少要 5 份有效评分，不足时取平均并注明。",
)  # fmt: skip
per_entry = second.number_input("每个项目的评委数", 1, 99, old.per_entry if old else 5, key=f"{key}_per_entry")
quorum = third.number_input(
    "有效评分不少于", 1, 99, old.quorum if old else 3, key=f"{key}_quorum", help="少于这个数没有有效结果，不排名。"
)
places = fourth.number_input("入选名额（可不填）", 1, 10_000, old.places if old else None, key=f"{key}_places")
if rule is PanelRule.DROP_EXTREMES and per_entry < FEWEST_TO_DROP:
    st.caption(f"◐ 每个项目只有 {per_entry} 位评委，少于 {FEWEST_TO_DROP} 位，去不掉最高最低分，将直接取平均并注明。")
codes = [*rubric.weights, MEDIAN_KEY]
keys = st.multiselect(
    "同分时依次比较（按选择的先后）",
    codes,
    [code for code in old.tie_keys if code in codes] if old else [],
    lambda code: key_name(rubric, code),
    key=f"{key}_ties_{rubric_id}",
    placeholder="不选则并列",
    help="比较完仍相同的并列，不抽签；名额界线正好在其中时由合议决定。",
)
with st.container(horizontal=True):
    blind = st.checkbox("匿名评审：评委看不到申报单位、地区和团队", old.blind if old else False, key=f"{key}_blind")
    rehearsal = st.checkbox(
        "演练：项目是虚构的", old.rehearsal if old else False, key=f"{key}_rehearsal", disabled=old is not None
    )
if st.button("保存" if old else "发起评审", key=f"{key}_save", type="primary"):
    with guard.show_errors(ReviewIn):
        data = ReviewIn.model_validate(
            {
                "name": name, "kind": kind, "rubric_version_id": rubric_id, "rule": rule, "per_entry": per_entry,
                "quorum": quorum, "places": places, "tie_keys": keys, "blind": blind, "rehearsal": rehearsal,
            }
        )  # fmt: skip
        if old:
            review_service.edit_review(actor, old.id, data, seen_version=old.version)
            number = old.id
        else:
            number = review_service.create_review(actor, data, nonce=widgets.nonce("review"))
            widgets.spend_nonce("review")
        widgets.flash("评审要求已保存。")
        st.switch_page(running.HOME, query_params={"id": str(number)})
