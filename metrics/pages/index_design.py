"""Designing an index system: which indicators, how they weigh, and what comes of it before it is kept."""

import json
from typing import Any

import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from core.errors import Invalid
from core.periods import Period
from core.words import Aggregation, Weighting, WeightScope
from metrics import composite, composite_queries, composite_service
from metrics.composite import Design
from metrics.composite_service import SystemIn
from metrics.pages import index_forms as forms
from metrics.pages import index_parts
from web import guard, keep, widgets
from web.keep import ask

actor = guard.current_actor()
require(actor, Permission.INDEX_DESIGN)
editing = guard.parameter("id")
old = guard.found(composite_queries.system(actor, editing), "指标体系") if editing else None
newest = old.versions[0] if old else None
of = editing or 0  # another system is another set of widgets
DRAFT, SEEN = f"index_draft_{of}", f"index_seen_{of}"
if f"index_name_{of}" not in st.session_state:  # opened afresh
    for key in (DRAFT, SEEN):
        st.session_state.pop(key, None)
    widgets.spend_nonce("index")
seen = st.session_state.setdefault(SEEN, old.version if old else 0)
widgets.header(
    f"修订“{old.name}”" if old else "新建指标体系",
    "用哪些指标、各占多重、怎样合成一个数？保存前先看试算结果。",
    back=("metrics/pages/index_systems.py", "全部指标体系"),
)
choices = ask(composite_queries.collections, actor)
if not choices:
    widgets.empty(
        "还没有提交过数据的报送任务。试点或考核有了数据，才能计算指标体系。",
        page="metrics/pages/returns.py",
        label="查看报送",
    )
    st.stop()

st.subheader("一、名称与方法", anchor=False)
left, right = st.columns(2)
name = left.text_input(
    "名称", old.name if old else "", max_chars=60, key=f"index_name_{of}", placeholder="例如：基层智治效能指数"
)
purpose = right.text_input("用途（可不填）", old.purpose if old else "", max_chars=300, key=f"index_purpose_{of}")
ids = list(choices)
collection_id = left.selectbox(
    "数据来自哪项报送任务",
    ids,
    ids.index(newest.collection_id) if newest and newest.collection_id in ids else 0,
    choices.__getitem__,
    key=f"index_collection_{of}",
)
start = newest.design if newest else None
ways = list(Aggregation)
aggregation = right.selectbox(
    "合成方法",
    ways,
    ways.index(start.aggregation if start else Aggregation.WEIGHTED_SUM),
    lambda item: item.label,
    key=f"index_aggregation_{of}",
)
right.caption(index_parts.AGGREGATIONS[aggregation])
offered = [item for item in Weighting if item is not Weighting.FULL_MARKS or aggregation is Aggregation.THRESHOLD]
weighting = left.selectbox(
    "赋权方法",
    offered,
    offered.index(start.weighting) if start and start.weighting in offered else 0,
    lambda item: item.label,
    key=f"index_weighting_{aggregation}_{of}",
)
left.caption(index_parts.METHODS[weighting])
settings: dict[str, object] = {}
if weighting is Weighting.COMBINED:
    people = [item for item in Weighting if item.is_subjective]
    settings["subjective"] = left.selectbox(
        "主观权重怎么来",
        people,
        people.index(start.subjective) if start else 0,
        lambda item: item.label,
        key=f"index_subjective_{of}",
    )
    settings["alpha"] = str(
        right.slider(
            "主观权重所占份额", 0, 100, int(start.alpha * 100) if start else 50, 5, "%d%%", key=f"index_alpha_{of}"
        )
        / 100
    )
if weighting in (Weighting.ENTROPY, Weighting.COMBINED):
    scopes = list(WeightScope)
    settings["scope"] = right.selectbox(
        "熵权的计算范围",
        scopes,
        scopes.index(start.scope) if start else 0,
        lambda item: item.label,
        key=f"index_scope_{of}",
    )

st.subheader("二、指标", anchor=False)
indicators = ask(composite_queries.choosable, actor, collection_id)
draft: dict[str, Any] | None = st.session_state.get(DRAFT)
if draft is None or draft["collection"] != collection_id:
    kept = start if newest and newest.collection_id == collection_id else None
    draft = {
        "collection": collection_id,
        "criteria": kept.criteria if kept else (),
        "weights": kept.weights if kept else {},
        "judgements": kept.judgements if kept else (),
    }
    st.session_state[DRAFT] = draft
with st.form("index_criteria_form", enter_to_submit=False):
    edited = forms.criteria_table(
        indicators, draft["criteria"], aggregation, f"index_table_{of}_{collection_id}_{aggregation}"
    )
    st.caption("勾选要用的指标。维度可不填；同一维度的指标先在维度内分权重，再乘以维度的权重。")
    taken = st.form_submit_button("核对指标，去定权重", key="index_take")
if taken:
    with guard.show_errors():
        draft["criteria"] = forms.read_criteria(edited, indicators, aggregation)
        st.rerun()
if not draft["criteria"]:
    st.info("先勾选指标，再点“核对指标，去定权重”。")
    st.stop()


st.subheader("三、权重", anchor=False)
design = Design.model_validate(
    {
        "criteria": draft["criteria"],
        "aggregation": aggregation,
        "weighting": weighting,
        "weights": draft["weights"],
        "judgements": draft["judgements"],
        **settings,
    }
)
names = forms.node_names(design.criteria, indicators)
families = composite.families(design.criteria)
shape = hash(tuple(families))
if design.judging is None:
    st.caption("权重由数据或满分决定，不用填写。")
elif design.judging is Weighting.GIVEN:
    with st.form("index_weights_form", enter_to_submit=False):
        table = forms.weights_table(design, names, f"index_given_{of}_{collection_id}_{shape}")
        if st.form_submit_button("核对权重", key="index_weigh"):
            with guard.show_errors():
                draft["weights"] = forms.read_weights(table)
                st.rerun()
else:
    with st.form("index_judge_form", enter_to_submit=False):
        st.caption(
            "只填右上半边：这一行的项比这一列的项重要几倍。同样重要填 1，稍重要 3，明显重要 5，强烈重要 7，极端重要 9；反过来填 1/3、1/5。"
        )
        tables = {}
        for parent, children in families.items():
            if len(children) > 1:
                st.markdown(f"**{guard.plain(parent or '最上一层')}**")
                tables[parent] = forms.judgement_table(
                    design, children, names, f"index_pairs_{of}_{collection_id}_{shape}_{parent}"
                )
        if st.form_submit_button("核对两两比较", key="index_judge_check"):
            draft["judgements"] = [
                item for parent, table in tables.items() for item in forms.read_judgements(table, families[parent])
            ]
            st.rerun()

st.subheader("四、试算", anchor=False)
problems = composite.problems(design)
if problems:
    with guard.show_errors():
        raise Invalid(problems, "改好后再核对。")
    st.stop()
periods = ask(composite_queries.periods, actor, collection_id)
period = st.selectbox(
    "用哪一期的数试算", periods, 0, lambda key: Period.parse(key).label, key=f"index_trial_{of}_{collection_id}"
)
tried = ("index_trial", actor.account_id, collection_id, json.dumps(design.as_json(), sort_keys=True), period)
outcome = guard.found(
    keep.kept(
        (*tried, keep.version(), clock.today()),
        lambda: composite_queries.trial(actor, collection_id, design, period, period),
    ),
    "试算结果",
)
st.caption("还没有保存。保存后可以换报送期、跨期计算、冻结结果。")
index_parts.warnings(outcome)
index_parts.preview(outcome, design)
index_parts.weights(outcome)

st.subheader("五、保存", anchor=False)
with st.form("index_save_form", enter_to_submit=False, border=False):
    reason = (
        st.text_input("修订理由", max_chars=300, key=f"index_reason_{of}", placeholder="例如：增加群众满意度")
        if old
        else ""
    )
    if st.form_submit_button("保存为新版本" if old else "保存", key="index_save", type="primary"):
        with guard.show_errors(SystemIn):
            data = SystemIn(name=name, purpose=purpose)
            if old:
                composite_service.revise(actor, old.id, data, collection_id, design, reason, seen_version=seen)
                number = old.id
            else:
                number = composite_service.create(actor, data, collection_id, design, nonce=widgets.nonce("index"))
                widgets.spend_nonce("index")
            st.session_state.pop(DRAFT, None)
            widgets.flash("指标体系已保存。")
            st.switch_page(index_parts.PAGE, query_params={"id": str(number)})
