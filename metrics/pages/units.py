"""Who reports in a collection: who joined later, who left early and why."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core import clock
from core.errors import Invalid
from core.periods import Period
from core.words import Arm, CollectionKind
from metrics import round_service, unit_queries
from metrics.schemas import UnitPick
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
found = guard.found(ask(unit_queries.membership, actor, guard.parameter("id") or 0), "报送任务")
widgets.header(
    "参加地区",
    f"{found.collection}：哪些地区从什么时候报到什么时候，谁中途加入、谁提前退出？",
    back=("metrics/pages/rounds.py", "报送进度"),
)
if found.pilot_id is not None:
    st.page_link(
        "pilots/pages/pilot.py",
        label="查看试点",
        icon=":material/science:",
        query_params={"id": str(found.pilot_id)},
    )
left = [unit for unit in found.units if unit.left_on is not None]
joined = [unit for unit in found.units if unit.joined_on is not None]
widgets.figures(
    [
        ("参加地区", f"{len(found.units)} 个", ""),
        ("中途加入", f"{len(joined)} 个", ""),
        ("提前退出", f"{len(left)} 个", ""),
        ("应报", f"{sum(unit.owed for unit in found.units):,} 份", "退出后不再应报的不计"),
    ]
)
if not found.units:
    widgets.empty("这项报送任务还没有地区。", page="pilots/pages/pilots.py", label="查看试点")


def span(unit: unit_queries.UnitView) -> str:
    if unit.left_on is not None:
        return f"■ 已退出（{unit.left_on} 止）" if unit.left_on < clock.today() else f"◐ 将退出（{unit.left_on} 止）"
    late = "，不计入比较" if unit.late else ""
    return f"◐ {unit.joined_on} 加入{late}" if unit.joined_on is not None else "● 全程参加"


widgets.table(
    pd.DataFrame(
        {
            "地区": unit.region,
            "类别": unit.arm.label,
            "参加情况": span(unit),
            "首期": Period.parse(unit.first_period).label,
            "末期": Period.parse(unit.last_period).label,
            "已报 / 应报": f"{unit.handed_in} / {unit.owed}",
            "退出理由": unit.left_reason or "–",
        }
        for unit in found.units
    ),
    "units_table",
    counties=widgets.to_counties(actor, [unit.region_code for unit in found.units]),
    help={"已报 / 应报": "应报包括还没有到期的各期"},
)

if may(actor, Permission.COLLECTION_DESIGN) and found.units:
    first, second = st.columns(2)
    with first.container(border=True, height="stretch"):
        st.markdown("**中途加入**")
        st.caption(
            "从加入当天所在的那一期起，到这项任务的末期止，各期自动列入应报；以前各期不补。对照地区在试点启动前登记，启动后不能加入。"
        )
        code = st.selectbox(
            "地区", list(found.others), None, found.others.__getitem__, key="join_region", placeholder="请选择"
        )
        arm = Arm.MEMBER if found.kind is CollectionKind.ASSESSMENT else Arm.PILOT
        on = st.date_input("加入日期", clock.today(), key="join_on")
        if st.button("确认加入", key="join_go", type="primary"):
            with guard.show_errors(UnitPick):
                if code is None:
                    raise Invalid(["请选择地区"])
                owed = round_service.join(actor, found.collection_id, UnitPick(region_code=code, arm=arm), on)
                widgets.flash(f"{found.others[code]}已加入，从 {on} 起应报 {owed} 期。")
                st.rerun()
    with second.container(border=True, height="stretch"):
        st.markdown("**提前退出**")
        st.caption("退出日期之后结束的各期不再应报；已经填过的仍然保留，照常计入。")
        staying = {unit.region_code: unit.region for unit in found.units if unit.left_on is None}
        leaving = st.selectbox(
            "地区", list(staying), None, staying.__getitem__, key="leave_region", placeholder="请选择"
        )
        until = st.date_input("最后一天（含）", clock.today(), key="leave_on")
        reason = st.text_area("理由（必填）", key="leave_reason", max_chars=300)
        with st.popover("退出…", key="leave_ask"):
            st.warning("退出以后，这个地区以后各期不再列入应报，报送率的分母随之变化。")
            if st.button("确认退出", key="leave_go", type="primary"):
                with guard.show_errors():
                    if leaving is None:
                        raise Invalid(["请选择地区"])
                    done = round_service.leave(actor, found.collection_id, leaving, until, reason)
                    kept = f"；已填过的 {len(done.kept)} 期仍保留" if done.kept else ""
                    widgets.flash(f"{staying[leaving]}已退出，取消应报 {done.dropped} 期{kept}。")
                    st.rerun()
