"""What an effect is made of: the four means, and behind each the counties with the way to their own figures."""

from __future__ import annotations

from collections.abc import Hashable

import pyarrow as pa
import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.periods import Period
from core.words import Arm
from metrics.pages.values import FIGURE, address
from pilots import answer_tables
from pilots.basis import Basis, County, basis
from pilots.causes import Method
from pilots.evaluation import Evaluation, Measure
from web import guard, keep, widgets

PARAMETER = "basis"  # in the address: the section is opened
_HOW = {
    Method.BEFORE_AFTER: "效果 =（试点后平均 − 试点前平均）−（对照后平均 − 对照前平均）；每个地区先算自己的前后平均，再对地区求平均。",
    Method.STAGGERED: "各地区分批启动：每批只与当时尚未启动的地区比较，再按批次加权，所以下面的平均不能直接相减得到效果。",
    Method.MATCHED: "没有试点前的数：按地区类型配对加权比较试点后的平均，下面的平均不能直接相减得到效果。",
    Method.NONE: "试点与对照没有可比的前后数据，没有算出效果。",
}
_SHOWN = {
    "试点·前": (Arm.PILOT, False),
    "试点·后": (Arm.PILOT, True),
    "对照·前": (Arm.COMPARISON, False),
    "对照·后": (Arm.COMPARISON, True),
}


def draw(actor: Actor, evaluation: Evaluation, measure: Measure, of: tuple[Hashable, ...]) -> None:
    """`of` names all that the evaluation depends on besides data and day."""
    at = (*of, keep.version(), clock.today())
    found = keep.kept(("basis", *at), lambda: basis(evaluation, measure))
    with st.expander(
        "这个效果由哪些数算成",
        icon=":material/search:",
        expanded=PARAMETER in st.query_params,
        key="effect_basis",
    ):
        st.caption(guard.plain(_HOW[found.method]))
        if found.rows:
            st.dataframe(
                keep.kept(
                    ("basis_means", *at),
                    lambda: pa.Table.from_pandas(answer_tables.means(measure, found), preserve_index=False),
                ),
                hide_index=True,
                width="stretch",
                key="basis_means",
            )
        named = st.segmented_control("哪一个平均", list(_SHOWN), default=next(iter(_SHOWN)), key="basis_side")
        arm, after = _SHOWN[named or next(iter(_SHOWN))]
        frame, counties = answer_tables.made_of(measure, found, arm=arm, after=after)
        st.caption("每一行是一个地区自己的平均；打开可看到它包括的各期，以及每一期的分子、分母、来源和修改。")
        shown = [county for county in counties if _periods(county, after)]
        kept = frame[[bool(_periods(county, after)) for county in counties]]
        widgets.table(
            pa.Table.from_pandas(kept, preserve_index=False),
            f"basis_{measure.indicator.id}_{arm.value}_{after}",
            open_page=FIGURE,
            addresses=[way(evaluation, measure, found, county, after=after) for county in shown],
            counties=widgets.to_counties(actor, [county.unit.code for county in shown]),
        )
        absent = [county.unit.name for county in counties if not _periods(county, after)]
        if absent:
            st.caption(f"没有可以计入的期：{guard.plain('、'.join(absent))}。")


def way(evaluation: Evaluation, measure: Measure, found: Basis, county: County, *, after: bool) -> dict[str, str]:
    """The address under which a county's mean is told."""
    periods = _periods(county, after)
    query = address(evaluation.pilot.collection_id, measure.indicator.id, county.unit.code, periods[-1])
    query["since"] = periods[0]
    first, end = found.skipped
    if first < end and periods[0] < first < periods[-1]:
        query["without"] = f"{first}:{Period.parse(end).shift(-1)}"
    return query


def _periods(county: County, after: bool) -> list[str]:
    return list((county.after if after else county.before).periods)
