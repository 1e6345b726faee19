"""The parts of the page about places."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import Side
from regions import queries, service
from regions.queries import MembershipView, RegionView
from regions.schemas import MembershipIn
from web import guard, widgets


def county_table(actor: Actor, counties: Sequence[RegionView]) -> None:
    """The counties; a name leads to the county's page, for whoever may see them all."""
    widgets.table(
        pd.DataFrame(
            {
                "代码": county.code,
                "名称": county.name,
                "设区市": county.parent or "–",
                "地区类型": county.group or "未分组",
            }
            for county in counties
        ),
        "regions_counties",
        counties=widgets.to_counties(actor, [county.code for county in counties], "名称"),
    )


def town_table(counties: Sequence[RegionView]) -> None:
    names = {county.code: f"{county.name}（{county.parent}）" if county.parent else county.name for county in counties}
    chosen = st.selectbox(
        "县（市、区）", list(names), None, names.__getitem__, placeholder="选择一个", key="regions_county",
        bind="query-params",
    )  # fmt: skip
    if chosen is None:
        return
    towns = queries.towns(chosen)
    if not towns:
        widgets.empty("没有载入该地区的乡镇（街道）。")
        return
    st.caption(f"共 {len(towns)} 个。")
    widgets.table(pd.DataFrame({"代码": town.code, "名称": town.name} for town in towns), "regions_towns")


def history_table(actor: Actor, history: Sequence[MembershipView]) -> None:
    if not history:
        widgets.empty("还没有分组记录。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "地区": spell.region,
                "设区市": spell.city or "–",
                "地区类型": spell.group,
                "开始": str(spell.valid_from or "–"),
                "结束": str(spell.valid_to or "至今"),
                "依据": spell.source,
            }
            for spell in history
        ),
        "regions_history",
        counties=widgets.to_counties(actor, [spell.region_code for spell in history]),
    )


def join_form(actor: Actor, counties: Sequence[RegionView]) -> None:
    names = {county.code: county.name for county in counties}
    with (
        st.expander("加入地区类型", icon=":material/add:", key="regions_join"),
        st.form("regions_join_form", enter_to_submit=False, border=False),
    ):
        left, right = st.columns(2)
        code = left.selectbox(
            "地区", list(names), None, names.__getitem__, placeholder="选择地区", key="regions_join_code"
        )
        name = right.text_input("地区类型", max_chars=40, key="regions_join_name", help="例如：山区海岛县")
        side = left.selectbox("对比时归入", list(Side), 1, _label, key="regions_join_side")
        starts = right.date_input("开始日期", None, key="regions_join_from")
        source = st.text_input("依据", max_chars=300, key="regions_join_source", help="文件名称和文号")
        st.caption("以往的数据仍按当时的分组统计。")
        if st.form_submit_button("加入", key="regions_join_submit", type="primary"):
            with guard.show_errors(MembershipIn):
                service.add_membership(
                    actor,
                    MembershipIn.model_validate(
                        {"region_code": code, "name": name, "side": side, "valid_from": starts, "source": source}
                    ),
                )
                _done("已记录。")


def leave_form(actor: Actor, history: Sequence[MembershipView]) -> None:
    current = {spell.id: f"{spell.region}：{spell.group}" for spell in history if spell.valid_to is None}
    with (
        st.expander("退出地区类型", icon=":material/remove:", key="regions_leave"),
        st.form("regions_leave_form", enter_to_submit=False, border=False),
    ):
        left, right = st.columns(2)
        spell = left.selectbox(
            "记录", list(current), None, current.__getitem__, placeholder="选择地区", key="regions_leave_id"
        )
        last_day = right.date_input("最后一天（含）", clock.today(), key="regions_leave_day")
        source = st.text_input("依据", max_chars=300, key="regions_leave_source", help="文件名称和文号")
        if st.form_submit_button("退出", key="regions_leave_submit", type="primary"):
            if spell is None:
                st.error("请选择地区。")
            else:
                with guard.show_errors():
                    service.end_membership(actor, spell, last_day, source)
                    _done("已记录。")


def correct_form(actor: Actor, history: Sequence[MembershipView]) -> None:
    """A spell that was recorded wrongly; for a region that really left there is `leave_form`."""
    spells = {spell.id: spell for spell in history}
    with st.expander("更正录错的记录", icon=":material/edit:", key="regions_correct"):
        number = st.selectbox(
            "记录",
            list(spells),
            None,
            lambda chosen: _spell(spells[chosen]),
            placeholder="选择要更正的记录",
            key="regions_correct_id",
        )
        if number is None:
            st.caption("只更正录错的名称、日期和依据；真的加入或退出请用上面两项。更正后，有关各期的汇总随之重算。")
            return
        spell = spells[number]
        with st.form(f"regions_correct_form_{number}", enter_to_submit=False, border=False):
            left, right = st.columns(2)
            name = left.text_input("地区类型", spell.group, max_chars=40, key=f"regions_correct_name_{number}")
            side = right.selectbox(
                "对比时归入", list(Side), list(Side).index(spell.side), _label, key=f"regions_correct_side_{number}"
            )
            starts = left.date_input("开始日期", spell.valid_from, key=f"regions_correct_from_{number}")
            ends = right.date_input("结束日期（含）", spell.valid_to, key=f"regions_correct_to_{number}")
            source = st.text_input("依据", spell.source, max_chars=300, key=f"regions_correct_source_{number}")
            reason = st.text_input("更正理由", max_chars=300, key=f"regions_correct_reason_{number}")
            if st.form_submit_button("更正", key=f"regions_correct_submit_{number}", type="primary"):
                with guard.show_errors(MembershipIn):
                    entered = {
                        "region_code": spell.region_code,
                        "name": name,
                        "side": side,
                        "valid_from": starts,
                        "valid_to": ends,
                        "source": source,
                    }
                    service.correct_membership(actor, number, MembershipIn.model_validate(entered), reason)
                    _done("已更正，有关各期的汇总已重算。")


def load_form(actor: Actor) -> None:
    if not may(actor, Permission.REGION_EDIT):
        return
    with (
        st.expander("载入其他省份", icon=":material/download:", key="regions_load"),
        st.form("regions_load_form", enter_to_submit=False, border=False),
    ):
        province = st.selectbox("省份", queries.loadable(), None, placeholder="选择省份", key="regions_load_name")
        st.caption("载入设区市和县（市、区）的名称与代码；分组由人员按文件登记。")
        if st.form_submit_button("载入", key="regions_load_submit", type="primary"):
            if province is None:
                st.error("请选择省份。")
            else:
                with guard.show_errors(), st.spinner(f"正在载入{province}……", show_time=True):
                    added = service.load(actor, province)
                    _done(f"已载入{province}，新增 {added} 个地区。")


def _spell(spell: MembershipView) -> str:
    return f"{spell.region}：{spell.group}（{spell.valid_from or '起'} 至 {spell.valid_to or '今'}）"


def _label(side: Side) -> str:
    return side.label


def _done(message: str) -> None:
    widgets.flash(message)
    st.rerun()
