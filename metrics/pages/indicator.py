"""One definition, in plain words: what it means, its versions, who uses it."""

import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.periods import Period
from metrics import compliance, defined, definition_queries
from metrics.pages import defining
from metrics.wording import facts_of
from printing.pages import parts as report_parts
from web import guard, widgets

actor = guard.current_actor()
indicator = guard.found(defined.indicator(guard.parameter("id") or 0), "指标")
versions = definition_queries.versions(actor, indicator.code)
widgets.header(
    f"{indicator.code}　{indicator.name}",
    "这个指标说的是什么，怎么算，有什么局限？",
    back=("metrics/pages/indicators.py", "全部指标"),
)
newest = versions[0].indicator
if newest.id != indicator.id:
    st.warning(f"这是第 {indicator.version} 版口径，现行的是第 {newest.version} 版。用旧口径报的数仍按旧口径解释。")
    widgets.turn_to("查看现行口径", "indicator_newest", icon=":material/update:", id=str(newest.id))
elif indicator.valid_from and Period.parse(indicator.valid_from).start > clock.today():
    st.info(f"第 {indicator.version} 版从{Period.parse(indicator.valid_from).label}起报送；在那以前仍按上一版。")
defining.warn(compliance.warning(indicator), indicator.compliance_note)
with st.container(border=True):
    st.markdown(f"**{guard.plain(indicator.meaning)}**")
    st.markdown(f"怎么算：{guard.plain(indicator.formula)}")
    with st.container(horizontal=True):
        if newest.id == indicator.id and may(actor, Permission.INDICATOR_EDIT):
            st.page_link(
                "metrics/pages/define.py",
                label="出新版" if versions[0].used else "修改口径",
                icon=":material/edit:",
                query_params={"id": str(indicator.id)},
            )
        label = f"{indicator.code}_{indicator.name}_第{indicator.version}版"
        report_parts.downloads(actor, "indicator", str(indicator.id), label, name="下载口径", primary=False)

rows = dict(facts_of(indicator)[1:])
if (source := definition_queries.source(actor, indicator)) is not None:
    rows["数据资源"] = f"{source.name}（{source.provider}）"
rows["局限与偏差"] = indicator.limits or "没有登记"
rows["口径版本"] = f"第 {indicator.version} 版；数值用过的口径不再修改，只出新版"
st.table({name: guard.plain(text) for name, text in rows.items()}, border="horizontal")
if source is not None and may(actor, Permission.SCENARIO_READ):
    st.page_link(
        "scenarios/pages/resources.py",
        label=guard.plain(f"查看数据资源：{source.name}"),
        icon=":material/database:",
        query_params={"resources_q": source.name},
    )

st.subheader("谁在用", anchor=False)
defining.uses(definition_queries.uses(actor, indicator.code))
defining.index_systems(definition_queries.index_systems(actor, indicator.code))
st.markdown("**最近一期的数**（点开看怎么来的）")
defining.latest(definition_queries.latest(actor, indicator.code))

st.subheader("历次版本", anchor=False)
defining.versions(versions, indicator.id)
