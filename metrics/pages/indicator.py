"""One definition, in plain words."""

import streamlit as st

from metrics import overview, queries
from metrics.pages.wording import COMBINES, DIRECTIONS, KINDS, bounds, sides
from web import guard, widgets

actor = guard.current_actor()
indicator = guard.found(queries.indicator(guard.parameter("id") or 0), "指标")
versions = overview.versions(indicator.code)
users = overview.users(actor, indicator.id)
widgets.header(
    f"{indicator.code}　{indicator.name}",
    "这个指标说的是什么，怎么算，有什么局限？",
    back=("metrics/pages/indicators.py", "全部指标"),
)
newest, newest_version = versions[0]
if newest != indicator.id:
    st.warning(f"这是第 {indicator.version} 版口径，现行的是第 {newest_version} 版。用旧口径报的数仍按旧口径解释。")
    st.page_link(
        "metrics/pages/indicator.py", label="查看现行口径", icon=":material/update:", query_params={"id": str(newest)}
    )
with st.container(border=True):
    st.markdown(f"**{guard.plain(indicator.meaning)}**")
    st.markdown(f"怎么算：{guard.plain(indicator.formula)}")

facts = [
    ("填什么", sides(indicator)),
    ("类型", f"{indicator.kind.label}：{KINDS[indicator.kind]}"),
    ("方向", f"{indicator.direction.label}：{DIRECTIONS[indicator.direction]}"),
    ("单位与小数", f"{indicator.unit or '无单位'}，保留 {indicator.decimals} 位小数，四舍五入"),
    ("多地怎么合成", f"{indicator.combine_regions.label}：{COMBINES[indicator.combine_regions]}"),
    ("多期怎么合成", f"{indicator.combine_time.label}：{COMBINES[indicator.combine_time]}"),
    ("周期", indicator.cadence.label),
    ("必须在什么范围", bounds(indicator, indicator.hard_min, indicator.hard_max, "没有限制") + "；超出的不能保存"),
    (
        "通常在什么范围",
        bounds(indicator, indicator.plausible_min, indicator.plausible_max, "没有规定") + "；超出的会提醒核对",
    ),
    ("数据来源", indicator.source or "–"),
    ("怎么采集", indicator.collected_by or "–"),
    ("佐证材料", "要求提供" if indicator.evidence_required else "不要求"),
    ("局限与偏差", indicator.limits or "没有登记"),
    ("口径版本", f"第 {indicator.version} 版；数值用过的口径不再修改，只出新版"),
]
st.table({name: guard.plain(text) for name, text in facts}, border="horizontal")

others = [(number, version) for number, version in versions if number != indicator.id]
if others:
    st.subheader("其他版本", anchor=False)
    for number, version in others:
        st.page_link("metrics/pages/indicator.py", label=f"第 {version} 版", query_params={"id": str(number)})

st.subheader("谁在用", anchor=False)
for user in users:
    label = guard.plain(f"{user.collection}（{user.role.label}）")
    if user.pilot_id is None:
        st.page_link(
            "metrics/pages/assessment.py",
            label=label,
            icon=":material/leaderboard:",
            query_params={"assessment_id": user.collection},
        )
    else:
        st.page_link(
            "pilots/pages/pilot.py",
            label=label,
            icon=":material/science:",
            query_params={"id": str(user.pilot_id)},
        )
if not users:
    st.caption("没有您可以查看的报送任务在用这个指标。")
