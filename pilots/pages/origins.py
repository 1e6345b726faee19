"""Ways from a pilot's figures to where they come from: under the tiles, and behind the picture of the trend."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import pyarrow as pa
import streamlit as st

from core.numbers import format_exact, from_micro
from core.periods import Period
from core.words import Arm
from metrics.pages.values import FIGURE, address
from pilots.evaluation import Evaluation, Measure
from pilots.pages import basis_parts, parts
from web import guard, keep, widgets


def of_tiles(evaluation: Evaluation, measure: Measure, at: tuple[Hashable, ...]) -> None:
    """Links to the sums of the newest complete period: the pilots', their comparison units', by side. `at` names
    all that the evaluation depends on."""
    if measure.latest is None or evaluation.own_only:
        return
    latest = measure.latest
    ways = keep.kept(
        ("tile_origins", *at),
        lambda: [
            (f"{arm.label}{side}的来历", _address(evaluation, measure, arm, side, latest))
            for arm, side in _sums(measure, latest)
        ],
    )
    with st.container(horizontal=True, key="pilot_origins"):
        for label, query in ways:
            widgets.link(FIGURE, guard.plain(label), icon=":material/search:", query=query)
        if measure.effect is not None:
            widgets.link(
                parts.EVALUATION,
                "试点效果和两类之差的来历",
                icon=":material/search:",
                query={
                    "id": str(evaluation.pilot.id),
                    "evaluation_indicator": f"{measure.indicator.name}·{measure.role.label}",
                    basis_parts.PARAMETER: "1",
                },
            )


def of_trend(evaluation: Evaluation, measure: Measure, at: tuple[Hashable, ...]) -> None:
    """Every figure of the trend as a table; a row leads to the counties behind it."""
    if measure.groups.empty or evaluation.own_only:
        return
    frame, addresses = keep.kept(("trend_origins", *at), lambda: _trend(evaluation, measure))
    with st.expander("图里的每个数（点开可看来历）", icon=":material/search:", key="pilot_trend_figures"):
        widgets.table(frame, f"pilot_trend_{measure.indicator.id}", open_page=FIGURE, addresses=addresses)


def _trend(evaluation: Evaluation, measure: Measure) -> tuple[pa.Table, list[dict[str, str]]]:
    rows = measure.groups.sort_values(["period", "arm", "side"], ascending=[False, False, True])
    frame = pd.DataFrame(
        {
            "报送期": Period.parse(row.period).label,
            "哪些地区": f"{Arm(row.arm).label}{row.side}",
            "数值": measure.indicator.show(row.value),
            "分子合计": _amount(row.n),
            "分母合计": _amount(row.d),
            "已报 / 应报": f"{row.reported} / {row.expected}",
            "完整": "◐ 不完整" if row.incomplete else "● 完整",
        }
        for row in rows.itertuples()
    )
    addresses = [
        _address(evaluation, measure, Arm(row.arm), row.side, row.period, row.indicator_id) for row in rows.itertuples()
    ]
    return pa.Table.from_pandas(frame, preserve_index=False), addresses


def _sums(measure: Measure, period: str) -> list[tuple[Arm, str]]:
    rows = measure.groups[measure.groups.period == period]
    found = {(Arm(row.arm), row.side) for row in rows.itertuples()}
    return sorted(found, key=lambda pair: (pair[0] is not Arm.PILOT, pair[1]))


def _amount(micro: int | None) -> str:
    return "–" if micro is None or micro is pd.NA else format_exact(from_micro(int(micro)))


def _address(
    evaluation: Evaluation, measure: Measure, arm: Arm, side: str, period: str, indicator_id: int | None = None
) -> dict[str, str]:
    pilot = evaluation.pilot
    number = int(indicator_id) if indicator_id is not None else _asked(measure, period)
    return address(pilot.collection_id, number, pilot.province_code, period, side, arm.value)


def _asked(measure: Measure, period: str) -> int:
    """The version by which a period was reported."""
    rows = measure.groups[measure.groups.period == period]
    return int(rows.indicator_id.iloc[0]) if len(rows) else measure.indicator.id
