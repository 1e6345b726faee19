"""Places and their groups on a day."""

import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from regions import queries
from regions.pages import fact_parts, parts
from regions.picture import group_map, on_grid
from web import charts, guard, widgets

actor = guard.current_actor()
widgets.header("地区与分组", "这一天，各县（市、区）属于哪个地区类型？")

loaded = queries.provinces()
provinces = {province.code: province.name for province in loaded}
if not provinces:
    widgets.empty("还没有载入任何省份。")
    parts.load_form(actor)
    st.stop()

first, second = st.columns(2)
home = list(provinces).index(queries.home_province(actor, loaded))
province = first.selectbox(
    "省份", list(provinces), home, provinces.__getitem__, key="regions_province", bind="query-params"
)
day = second.date_input(
    "日期", clock.today(), key="regions_day", bind="query-params", help="分组随时间变化；数据按所属日期的分组统计"
)
counties = queries.counties(province, day)
counts = queries.group_counts(counties)
sides = {count.name: count.side.label for count in counts if count.side and count.side.label != count.name}
widgets.figures([(count.name, f"{count.regions} 个", sides.get(count.name, "")) for count in counts])

placed = on_grid(counties)
if placed:
    title = f"{provinces[province]}地区类型（{day}）"
    charts.draw(
        lambda: group_map(placed, title),
        ("regions", title, tuple((county.code, county.group) for county in placed)),
        stretch=False,
        narrow=lambda: group_map(placed, title, width=charts.NARROW),
        describe=f"{provinces[province]}方格图：" + "，".join(f"{count.name} {count.regions} 个" for count in counts),
    )

spells = queries.membership_history(province)
listed, known, towns, history = st.tabs(["县（市、区）", "县情数据", "乡镇（街道）", "分组变动"], key="regions_tab")
with listed:
    parts.county_table(actor, counties)
with known:
    fact_parts.fact_table(actor, counties)
with towns:
    parts.town_table(counties)
with history:
    parts.history_table(actor, spells)

if may(actor, Permission.REGION_EDIT):
    st.subheader("维护", anchor=False)
    parts.join_form(actor, counties)
    parts.leave_form(actor, spells)
    parts.correct_form(actor, spells)
    fact_parts.fact_form(actor, counties)
    parts.load_form(actor)
