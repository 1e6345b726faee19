"""Baselines and targets of a collection: what was promised, by whom, and what it was before."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.periods import Period, span
from core.validation import checked
from core.words import TargetKind
from metrics import target_queries, target_service
from metrics.pages import defining
from metrics.schemas import TargetIn
from web import guard, widgets

actor = guard.current_actor()
found = guard.found(target_queries.promises(actor, guard.parameter("id") or 0), "报送任务")
widgets.header("基线与目标", f"{found.collection}：从哪里出发，答应做到多少，改过没有？")
if found.pilot_id is not None:
    st.page_link(
        "pilots/pages/pilot.py",
        label="查看试点",
        icon=":material/science:",
        query_params={"id": str(found.pilot_id)},
    )

_SIGNS = {target_queries.IN_FORCE: "● 现行", target_queries.REPLACED: "○ 原有", target_queries.COMING: "◐ 未到期"}
missing = [
    item.indicator.name
    for item in found.asked
    if not item.until_period and not any(line.indicator.id == item.indicator.id for line in found.lines)
]
if missing and actor.is_staff:
    st.caption(f"还没有设定基线和目标的指标：{guard.plain('、'.join(missing))}。")
if found.lines:
    widgets.table(
        pd.DataFrame(
            {
                "指标": f"{line.indicator.name}（第 {line.indicator.version} 版）",
                "类型": line.target.kind.label,
                "数值": line.indicator.show(line.target.value),
                "地区": line.region,
                "从哪一期起": Period.parse(line.target.from_period).label,
                "现行": _SIGNS[line.standing],
                "理由": line.target.reason,
                "设定人": line.target.author,
                "设定时间（北京）": clock.show(line.target.set_at),
            }
            for line in found.lines
        ),
        f"targets_{len(found.lines)}",
    )
    st.caption("改动不会抹掉原来的：旧线仍画在每一张图和评估报告里，虚线样式不同，注明“原”。")
else:
    widgets.empty("还没有设定基线和目标。" + ("请在下面设定。" if actor.is_staff else "设定后会在这里看到。"))

if may(actor, Permission.COLLECTION_DESIGN) and found.asked:
    st.subheader("设定或调整", anchor=False)
    periods = [str(period) for period in span(Period.parse(found.first), Period.parse(found.last))]
    now = str(Period.containing(clock.today(), found.cadence))
    asked = {item.indicator.id: item for item in found.asked}
    with st.container(border=True):
        first, second, third = st.columns([3, 1, 2])
        number = first.selectbox(
            "指标",
            list(asked),
            0,
            lambda key: f"{asked[key].indicator.name}（第 {asked[key].indicator.version} 版）",
            key="target_indicator",
        )
        kind = second.selectbox("类型", list(TargetKind), 1, lambda item: item.label, key="target_kind")
        region = third.selectbox(
            "地区", list(found.regions), None, found.regions.__getitem__, key="target_region", placeholder="全部地区"
        )
        chosen = asked[number]
        fitting = [
            key
            for key in periods
            if chosen.from_period <= key and (not chosen.until_period or key <= chosen.until_period)
        ]
        left, right = st.columns(2)
        problems: list[str] = []
        with left:
            value = defining.amount(f"数值（{chosen.indicator.unit or '无单位'}）", None, "target_value", problems)
        start = right.selectbox(
            "从哪一期起",
            fitting,
            fitting.index(now) if now in fitting else 0,
            lambda key: Period.parse(key).label,
            key="target_from",
        )
        reason = st.text_area("理由（必填）", key="target_reason", max_chars=300)
        if st.button("确认设定", key="target_go", type="primary"):
            with guard.show_errors(TargetIn):
                if problems:
                    st.error(guard.plain(problems[0]))
                else:
                    data = checked(
                        TargetIn,
                        indicator_id=number,
                        kind=kind,
                        value=value,
                        from_period=start,
                        region_code=region,
                        reason=reason.strip(),
                    )
                    target_service.set_line(actor, found.collection_id, data)
                    widgets.flash("已设定，原来的线保留在图中。")
                    st.rerun()
