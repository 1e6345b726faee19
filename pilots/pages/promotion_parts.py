"""The parts of the promotion page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import streamlit as st

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import AdoptionState
from pilots import promotion_service as service
from pilots import promotion_wording as wording
from pilots.promotion_queries import AdoptionView, Promotion
from pilots.schemas import AdoptionIn
from pilots.spreading import TIERS, Covariate
from pilots.stages import ADOPTION
from web import guard, widgets

COUNTY = "pilots/pages/county.py"


def factors(known: Sequence[Covariate]) -> tuple[str, ...]:
    """The covariates to compare by, from the address; all when nothing is chosen."""
    labels = {item.label: item.key for item in known}
    picked = st.session_state.get("promotion_by") or st.query_params.get_all("promotion_by")
    return tuple(labels[label] for label in picked if label in labels)


def day(days: Sequence[date]) -> date:
    """The day that the map shows: the end of a month, or today."""
    shown = {str(item): item for item in days}
    if len(shown) == 1:
        return days[0]
    picked = st.select_slider(
        "截至", list(shown), value=str(days[-1]), key="promotion_day", bind="query-params", help="拖动看逐月进展"
    )
    return shown[str(picked)]


def progress(actor: Actor, adoptions: Sequence[AdoptionView]) -> None:
    """The plan: what is late first, everything in a table, and the next step of one county."""
    if not adoptions:
        widgets.empty("还没有地区列入推广计划。请在下面的候选地区中选择。")
        return
    late = [view for view in adoptions if view.overdue]
    if late:
        st.warning(f"{len(late)} 个地区超过计划上线日期：{guard.plain('、'.join(view.region for view in late))}。")
    frame = wording.adoption_rows(adoptions)
    frame["状态"] = [
        widgets.shape("overdue" if view.overdue else view.state, label)
        for view, label in zip(adoptions, frame["状态"], strict=True)
    ]
    widgets.table(
        frame,
        "promotion_plan",
        open_page=COUNTY,
        addresses=[{"code": view.region_code} for view in adoptions],
        counties=widgets.to_counties(actor, [view.region_code for view in adoptions]),
    )
    movable = {
        view.id: view
        for view in adoptions
        if any(
            may(actor, Permission(step.permission), Subject(region_code=view.region_code))
            for step in ADOPTION.steps_from(view.state)
        )
    }
    with st.expander("登记进展", icon=":material/edit:", key="promotion_move"):
        number = st.selectbox(
            "地区",
            list(movable),
            None,
            lambda key: f"{movable[key].region}（{movable[key].state.label}）",
            placeholder="选择地区",
            key="promotion_move_county",
        )
        if number is not None:
            step_form(actor, movable[number])


def step_form(actor: Actor, view: AdoptionView) -> None:
    """What can be done with one county's adoption now, as of a day."""
    on = st.date_input(
        "发生日期", clock.today(), min_value=view.since, max_value=clock.today(), key=f"adoption_on_{view.id}"
    )

    def act(do: str, reason: str) -> None:
        with guard.show_errors():
            state = service.move(actor, view.id, do, reason, seen_version=view.version, on=on)
            widgets.flash(f"{view.region}现为“{state.label}”。")
            st.rerun()

    steps = [
        step
        for step in ADOPTION.steps_from(view.state)
        if may(actor, Permission(step.permission), Subject(region_code=view.region_code))
    ]
    widgets.steps(f"adoption_{view.id}", steps, act)


def candidates(actor: Actor, promotion: Promotion, known: Mapping[str, str]) -> None:
    """The candidates in order, filtered; choosing a row opens the county."""
    labels = {item.label: item.key for item in promotion.covariates}
    st.multiselect(
        "比较因素",
        list(labels),
        default=list(labels),  # always the same: a value equal to its default leaves the address
        key="promotion_by",
        bind="query-params",
        help="改变比较因素会改变距离、外推和顺序；一个也不选即全部采用。",
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input("搜索", placeholder="地区或设区市", key="promotion_search", bind="query-params")
        tier = st.selectbox("建议", ["全部", *TIERS], key="promotion_tier", bind="query-params")
        sides = ["全部", *sorted({item.group for item in promotion.candidates if item.group})]
        side = st.selectbox("地区类型", sides, key="promotion_side", bind="query-params")
        every = st.toggle("含已列入计划的", key="promotion_every", bind="query-params")
    frame = wording.candidate_rows(promotion)
    shown = [
        place
        for place, item in enumerate(promotion.candidates)
        if (every or item.code not in known)
        and search.strip() in f"{item.name}{item.city}"
        and tier in ("全部", item.tier)
        and side in ("全部", item.group)
    ]
    if not shown:
        st.info("没有符合条件的地区，请放宽筛选。")
        return
    states = [known.get(promotion.candidates[place].code, "未列入") for place in shown]
    frame = frame.iloc[shown].reset_index(drop=True)
    frame.insert(2, "进展", states)
    widgets.table(
        frame,
        "promotion_candidates",
        open_page=COUNTY,
        addresses=[{"code": promotion.candidates[place].code} for place in shown],
        counties=widgets.to_counties(actor, [promotion.candidates[place].code for place in shown]),
        help={"距离": "高尔距离，0 为相同；与最近 3 个见效地区的平均。", "外推": "超出见效地区范围的因素。"},
    )


def plan_form(actor: Actor, promotion: Promotion, already: Collection[str]) -> None:
    """Counties to put on the plan."""
    names = {
        item.code: f"{place}. {item.name}（{item.tier}）"
        for place, item in enumerate(promotion.candidates, start=1)
        if item.code not in already
    }
    if not names:
        st.caption("所有候选地区都已在推广计划中。")
        return
    with (
        st.expander("列入推广计划", icon=":material/add:", key="promotion_add"),
        st.form("promotion_form", enter_to_submit=False, border=False),
    ):
        codes = st.multiselect(
            "推广地区",
            list(names),
            format_func=names.__getitem__,
            key="promotion_codes",
            placeholder="按推荐顺序排列，可多选",
        )
        due = st.date_input("计划上线日期", None, key="promotion_due", format="YYYY-MM-DD")
        note = st.text_input("说明（存入记录）", max_chars=300, key="promotion_note")
        if st.form_submit_button("列入计划", type="primary", key="promotion_go"):
            with guard.show_errors(AdoptionIn):
                added = service.plan(actor, promotion.pilot.id, AdoptionIn(region_codes=codes, due_on=due, note=note))
                widgets.flash(f"已把 {added} 个地区列入推广计划，状态为“{AdoptionState.PLANNED.label}”。")
                st.rerun()
