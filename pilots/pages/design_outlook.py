"""While a pilot is being designed: what is known of its regions, and how small a change it could show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from core.numbers import format_number
from core.periods import Cadence, Period
from core.words import GovernanceLevel, IndicatorRole
from metrics.model import Indicator
from metrics.schemas import IndicatorPick
from pilots import design_queries, detectable
from pilots.design_queries import LOOK_BACK
from pilots.detectable import Outlook
from web import guard, keep, widgets

_TONES = {"causal": "green", "indicative": "orange", "descriptive": "red"}


def draw(
    actor: Actor,
    indicators: Mapping[int, Indicator],
    names: Mapping[str, str],
    pilots: set[str],
    *,
    level: GovernanceLevel,
    start_on: date,
    pre_periods: int,
    picks: Sequence[IndicatorPick],
) -> None:
    """`names` are the regions chosen, by code; those not in `pilots` are for comparison."""
    goals = [pick for pick in picks if pick.role is IndicatorRole.GOAL and pick.indicator_id in indicators]
    with st.container(border=True, key="design_outlook"):
        st.markdown("**这个设计能看出多小的变化？**")
        left, middle, right = st.columns([2, 1, 1])
        ids = list(indicators)
        with left:
            number = st.selectbox(
                "按哪个目标指标估算",
                ids,
                ids.index(goals[0].indicator_id) if goals else 0,
                lambda found: f"{indicators[found].code} {indicators[found].name}",
                key="design_outlook_indicator",
            )
        indicator = indicators[number]
        unit = "个百分点" if indicator.unit == "%" else indicator.unit
        known = next((pick.smallest_change for pick in goals if pick.indicator_id == number), None)
        with middle:
            matters = st.number_input(
                f"最小有意义变化（{unit}）",
                min_value=0.0,
                value=None if known is None else float(known),
                key=f"design_outlook_matters_{number}",
                help="小于它的变化不值得推广。保存设计时以下面指标表中填写的为准。",
            )
        start = Period.containing(start_on, Cadence.MONTH)
        first = str(start.shift(-pre_periods))
        history = keep.ask(
            design_queries.history, actor, number, level, str(start.shift(-max(LOOK_BACK, pre_periods))), str(start)
        )
        found = history.spread(list(names)) if history else None
        with right:
            if found is None:
                guess = st.number_input(
                    f"各地区平时的起伏（{unit}）",
                    min_value=0.0,
                    value=None,
                    key=f"design_outlook_sd_{number}",
                    help="各地区前后两段时间变化的标准差。没有历史数据时按经验估计，例如 3。",
                )
                found = None if guess is None else (float(guess), "填写的估计值")
            else:
                st.metric(f"各地区平时的起伏（{unit}）", format_number(found[0], indicator.decimals))
        outlook = Outlook(
            indicator=indicator,
            n_pilots=len(pilots),
            n_comparisons=len(names) - len(pilots),
            sd=found[0] if found else None,
            sd_from=found[1] if found else "",
            matters=matters or None,
        )
        say(outlook)
        if names and history is not None:
            _regions(actor, history.periods(list(names), first), names, pilots, pre_periods)


def say(outlook: Outlook) -> None:
    """The sentences, the first with the strength of what may be said."""
    first, *rest = detectable.sentences(outlook)
    if outlook.n_pilots and outlook.n_comparisons:
        shape = {"causal": "●", "indicative": "◐", "descriptive": "■"}[outlook.strength]
        words, _, more = first.partition("：")
        st.markdown(f":{_TONES[outlook.strength]}-badge[{shape} {guard.plain(words)}]　{guard.plain(more)}")
    else:
        st.markdown(guard.plain(first))
    for sentence in rest:
        st.markdown(guard.plain(sentence))


def _regions(
    actor: Actor, counts: Mapping[str, int], names: Mapping[str, str], pilots: set[str], pre_periods: int
) -> None:
    having = sum(count > 0 for count in counts.values())
    with st.expander(f"各地区试点前的数据（{having} / {len(names)} 个已有）", key="design_outlook_regions"):
        widgets.table(
            pd.DataFrame(
                {
                    "地区": name,
                    "作用": "试点" if code in pilots else "对照",
                    "已有期数": counts[code],
                    "启动后补报": f"试点前 {pre_periods} 期",
                }
                for code, name in names.items()
            ),
            "design_outlook_table",
            counties=widgets.to_counties(actor, list(names)),
        )
        st.caption("已有期数来自其他报送任务，只作参考；评估一律用本试点报送的数据，启动后各地区先补报试点前各期。")
