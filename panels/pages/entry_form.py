"""The fields of an entry, for a new one and for one that is there."""

from __future__ import annotations

import streamlit as st

import accounts.queries
from accounts.permissions import Actor
from panels.review_queries import EntryView
from panels.schemas import EntryIn
from web import guard, keep


def draw(actor: Actor, entry: EntryView | None) -> EntryIn | None:
    """The form; what was entered once its button is pressed and nothing is wrong with it."""
    key = f"entry_{entry.id}_{entry.version}" if entry else "entry_new"
    units = {unit.id: unit.name for unit in keep.ask(accounts.queries.organisations, actor)}
    places = keep.ask(accounts.queries.region_choices, actor)
    by_name = {name: number for number, name in units.items()}
    by_region = {name.split("（")[0]: code for code, name in places.items()}
    chosen = by_name.get(entry.whose) if entry else None
    at = by_region.get(entry.region) if entry else None
    with st.form(f"{key}_form", enter_to_submit=False, border=False):
        first, second = st.columns([1, 3])
        code = first.text_input("编号", entry.code if entry else "", key=f"{key}_code")
        title = second.text_input("项目名称", entry.title if entry else "", key=f"{key}_title")
        first, second, third = st.columns(3)
        unit = first.selectbox(
            "申报单位",
            list(units),
            list(units).index(chosen) if chosen else None,
            units.__getitem__,
            key=f"{key}_unit",
            placeholder="系统里没有的填右边",
        )
        other = second.text_input(
            "单位名称（左边没有时）", "" if chosen or not entry else entry.whose, key=f"{key}_name"
        )
        credit = third.text_input(
            "统一社会信用代码", entry.credit_code if entry else "", key=f"{key}_credit", placeholder="18 位，用来查回避"
        )
        first, second = st.columns(2)
        region = first.selectbox(
            "所在县（市、区）",
            list(places),
            list(places).index(at) if at else None,
            places.__getitem__,
            key=f"{key}_region",
            placeholder="可不选",
        )
        team = second.text_input("团队成员（用顿号隔开）", "、".join(entry.team) if entry else "", key=f"{key}_team")
        summary = st.text_area("简介", entry.summary if entry else "", key=f"{key}_summary", height=120)
        sent = st.form_submit_button("保存项目", key=f"{key}_save", type="primary")
    if not sent:
        return None
    given: list[EntryIn] = []
    with guard.show_errors(EntryIn):
        item = EntryIn(
            code=code,
            title=title,
            summary=summary,
            organisation_id=unit,
            organisation_name=other,
            credit_code=credit,
            region_code=region,
            team=[name.strip() for name in team.replace("，", "、").split("、")],
        )
        given.append(item)
    return given[0] if given else None
