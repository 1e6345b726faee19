"""What the pages about supervision share: plans, alerts and orders as cards, tables and forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Actor
from core import clock
from core.numbers import parse_number
from core.settings import settings
from core.validation import checked
from core.words import (
    AlertState,
    PilotState,
    SupervisionAction,
    SupervisionMode,
    SupervisionState,
    WatchBasis,
    WatchSide,
    Word,
)
from pilots import order_queries, order_service, supervision_queries, supervision_service
from pilots.inspection_queries import InspectionView
from pilots.order_queries import AlertView, OrderView
from pilots.queries import PilotView
from pilots.supervision_queries import Plan, Supervised
from pilots.supervision_rules import FULL_INSTEAD
from pilots.supervision_schemas import OrderIn, PlanIn, TriggerIn
from web import guard, widgets
from web.guard import plain
from web.keep import ask

W = TypeVar("W", bound=Word)
ORDER, ALERT = "pilots/pages/order.py", "pilots/pages/alert.py"
LADDER = " → ".join(action.label for action in SupervisionAction)


def plan_card(plan: Plan, found: Supervised) -> None:
    """One edition of a plan."""
    with st.container(border=True):
        st.markdown(f"**{plan.mode.label}**　监管单位：{plain(plan.organisation)}　{plan.start_on} 至 {plan.end_on}")
        st.markdown(f"地域边界　{plain(plan.area)}  \n人员边界　{plain(plan.people)}  \n数据边界　{plain(plan.data)}")
        if plan.mode is SupervisionMode.FULL:
            st.info(FULL_INSTEAD.format(domain=found.domain))
        elif plan.triggers:
            st.markdown(
                "\n".join(f"- {plain(item.words)}　触发后：**{item.data.action.label}**" for item in plan.triggers)
            )
            st.caption("各试点地区提交的数值达到触发线，即时生成预警。等于触发线算触发；缺报、草稿不触发。")
        else:
            st.caption("没有设触发条件，发现问题可直接下达督办单。")
        st.caption(plain(f"第 {plan.edition} 版　{clock.show(plan.at)}　{plan.by}　理由：{plan.reason}"))


def waits(days: int, word: str) -> str:
    return f"{word} {days} 个工作日" if days else "–"


def alert_table(actor: Actor, alerts: Sequence[AlertView], key: str, *, of_pilot: bool = False) -> None:
    """Alerts; a row opens the alert."""
    columns: dict[str, list[object]] = {
        "状态": [widgets.shape(alert_tone(view), view.state.label) for view in alerts],
        "等待": [waits(view.waiting, "已等") for view in alerts],
    }
    if not of_pilot:
        columns["试点"] = [view.pilot for view in alerts]
    columns |= {
        "地区": [view.alert.region for view in alerts],
        "报送期": [view.alert.period_label for view in alerts],
        "触发条件": [view.alert.threshold for view in alerts],
        "报送值": [view.alert.value for view in alerts],
        "应采取": [view.alert.action.label for view in alerts],
        "更正": ["更正后不再触发" if view.alert.eased else "更正过" if view.alert.notes else "–" for view in alerts],
        "督办单": ["、".join(code for _, code in view.orders) or "–" for view in alerts],
        "触发日期": [clock.beijing(view.alert.at).date() for view in alerts],
    }
    widgets.table(
        pd.DataFrame(columns),
        key,
        open_page=ALERT,
        ids=[view.alert.id for view in alerts],
        counties=widgets.to_counties(actor, [view.alert.region_code for view in alerts]),
    )


def alert_tone(view: AlertView) -> str:
    """How an alert's state looks: red while nobody has acted."""
    return {AlertState.OPEN: "overdue", AlertState.ORDERED: "replied"}.get(view.state, "approved")


def order_tone(view: OrderView) -> str:
    """How an order's state looks: red only when it is late or goes up the ladder."""
    if view.overdue:
        return "overdue"
    return {SupervisionState.OPEN: "replied", SupervisionState.CLOSED: "approved"}.get(view.state, str(view.state))


def order_table(orders: Sequence[OrderView], key: str, *, of_pilot: bool = False) -> None:
    """Orders; a row opens the order."""
    columns: dict[str, list[object]] = {
        "状态": [widgets.shape(order_tone(view), view.state.label) for view in orders],
        "超期": [waits(view.overdue, "超期") for view in orders],
        "编号": [view.code for view in orders],
        "事项": [view.title for view in orders],
        "被督办单位": [view.organisation for view in orders],
        "措施": [view.action.label for view in orders],
        "回复期限": [f"{view.due_on}{'（暂算）' if view.due_provisional else ''}" for view in orders],
    }
    if not of_pilot:
        columns["试点"] = [view.pilot for view in orders]
    columns["下达日期"] = [clock.beijing(view.issued_at).date() for view in orders]
    widgets.table(pd.DataFrame(columns), key, open_page=ORDER, ids=[view.id for view in orders])


def order_badge(view: OrderView) -> str:
    """The state of an order, with how late its reply is."""
    late = f"　:red-badge[■ 超期 {view.overdue} 个工作日]" if view.overdue else ""
    return widgets.badge(order_tone(view), view.state.label) + late


def summary(actor: Actor, pilot: PilotView) -> None:
    """On the pilot's own page: what supervision has open, and the decision on errors of one that failed."""
    waiting = [view for view in ask(order_queries.alerts, actor, pilot_id=pilot.id) if view.state is AlertState.OPEN]
    orders = ask(order_queries.orders, actor, pilot_id=pilot.id)
    overdue = [view for view in orders if view.overdue]
    running = [view for view in orders if view.state is not SupervisionState.CLOSED]
    decided = ask(supervision_queries.decisions, actor, pilot.id)
    parts = []
    if waiting:
        parts.append(f":red-badge[■ 待处置预警 {len(waiting)} 条]")
    if running:
        late = f"，超期 {len(overdue)} 份" if overdue else ""
        parts.append(
            f":{'red' if overdue else 'orange'}-badge[{'■' if overdue else '◐'} 督办中 {len(running)} 份{late}]"
        )
    if decided:
        parts.append(f"容错认定　{widgets.badge(decided[0].outcome, decided[0].outcome.label)}")
    elif pilot.state is PilotState.STOPPED:
        parts.append(":red-badge[■ 缺容错认定]")
    if parts:
        with st.container(horizontal=True, vertical_alignment="center", key="pilot_supervision"):
            st.markdown("　".join(parts), width="content")
            widgets.link(
                "pilots/pages/supervision.py",
                "去监管页",
                icon=":material/policy:",
                query={"id": str(pilot.id)},
            )


def issue_form(
    actor: Actor, pilot: PilotView, alert: AlertView | None, inspection: InspectionView | None = None
) -> None:
    """A form for an order, on an alert, on an inspection or on what was found otherwise."""
    name = f"issue_{alert.alert.id if alert else f'seen{inspection.id}' if inspection else 'new'}"
    organisations = accounts.queries.organisations(actor)
    ids = [item.id for item in organisations]
    wanted = order_queries.organisation_for(actor, alert.alert.region_code) if alert else None
    least = list(SupervisionAction).index(alert.alert.action) if alert else 0
    with st.form(f"{name}_form", border=False):
        left, middle, right = st.columns([3, 2, 2])
        organisation = left.selectbox(
            "被督办单位",
            ids,
            index=ids.index(wanted) if wanted in ids else None,
            format_func=lambda found: next(item.name for item in organisations if item.id == found),
            key=f"{name}_organisation",
            placeholder="输入单位名称查找",
        )
        action = middle.selectbox(
            "措施", list(SupervisionAction)[least:], format_func=_label, key=f"{name}_action", help=LADDER
        )
        days = right.number_input(
            "回复期限（工作日）", min_value=1, max_value=60, value=settings().supervision_days, key=f"{name}_days"
        )
        title = st.text_input(
            "事项", value=f"{alert.alert.region}{alert.alert.indicator}触发预警" if alert else "", key=f"{name}_title"
        )
        demand = st.text_area(
            "要求",
            value=inspection.finding if inspection else "",
            placeholder="例如：查明原因，提出整改措施和时限，附佐证材料。",
            key=f"{name}_demand",
        )
        st.caption("措施为“暂停”的，试点随即暂停；为“退出”的，试点随即终止（须先有容错认定）。")
        if st.form_submit_button("下达督办单", key=f"{name}_go", type="primary"):
            with guard.show_errors(OrderIn):
                data = checked(
                    OrderIn,
                    pilot_id=pilot.id,
                    hit_id=alert.alert.id if alert else None,
                    inspection_id=inspection.id if inspection else None,
                    organisation_id=organisation,
                    title=title,
                    demand=demand,
                    action=action,
                    due_days=int(days),
                )
                number = order_service.issue(actor, data, nonce=widgets.nonce(name))
                widgets.spend_nonce(name)
                widgets.flash("督办单已下达，被督办单位在工作台和督办台账中可以看到。")
                st.switch_page(ORDER, query_params={"id": str(number)})


def plan_form(actor: Actor, pilot: PilotView, found: Supervised) -> None:
    """The next edition of a plan, starting from the one that counts."""
    old = found.plan
    organisations = accounts.queries.organisations(actor)
    ids = [item.id for item in organisations]
    full = found.mode is SupervisionMode.FULL
    if full:
        st.info(FULL_INSTEAD.format(domain=found.domain))
    indicators = {
        f"{item.code} {item.name}（{item.unit}）": item.code for item in supervision_queries.indicators(actor, pilot.id)
    }
    with st.form("plan_form", border=False, enter_to_submit=False):
        left, middle, right = st.columns([2, 1, 1])
        organisation = left.selectbox(
            "监管单位",
            ids,
            index=ids.index(old.organisation_id) if old and old.organisation_id in ids else None,
            format_func=lambda found: next(item.name for item in organisations if item.id == found),
            key="plan_organisation",
            placeholder="输入单位名称查找",
        )
        start = middle.date_input(
            "监管开始", value=old.start_on if old else pilot.start_on, format="YYYY-MM-DD", key="plan_start"
        )
        end = right.date_input(
            "监管结束", value=old.end_on if old else pilot.end_on, format="YYYY-MM-DD", key="plan_end"
        )
        area = st.text_input("地域边界", value=old.area if old else "", key="plan_area", placeholder="在哪些地方试")
        people = st.text_input("人员边界", value=old.people if old else "", key="plan_people", placeholder="涉及哪些人")
        data = st.text_input(
            "数据边界", value=old.data if old else "", key="plan_data", placeholder="用哪些数据，不用哪些"
        )
        table = None if full else _trigger_table(old, indicators)
        reason = st.text_input("理由", key="plan_reason", placeholder="随设计登记，或为什么修改")
        if st.form_submit_button("保存监管方案", key="plan_save", type="primary"):
            problems: list[str] = []
            triggers = [] if table is None else _triggers(table, indicators, problems)
            if problems:
                st.error("\n".join(f"- {plain(problem)}" for problem in problems))
                return
            with guard.show_errors(PlanIn):
                plan = checked(
                    PlanIn,
                    organisation_id=organisation,
                    area=area,
                    people=people,
                    data=data,
                    start_on=start,
                    end_on=end,
                    triggers=triggers,
                    reason=reason,
                )
                edition = supervision_service.set_plan(actor, pilot.id, plan, seen_edition=old.edition if old else 0)
                widgets.flash(f"监管方案第 {edition} 版已保存。")
                st.rerun()


def _trigger_table(old: Plan | None, indicators: dict[str, str]) -> pd.DataFrame:
    named = {code: label for label, code in indicators.items()}
    rows = [
        (
            named.get(item.data.code, item.data.code),
            item.data.basis.label,
            item.data.side.label,
            f"{item.data.threshold.normalize():f}",
            item.data.action.label,
        )
        for item in (old.triggers if old else ())
    ] or [("", WatchBasis.VALUE.label, WatchSide.BELOW.label, "", SupervisionAction.REMIND.label)]
    st.caption(
        "触发条件：哪个指标、看数值还是看比上期的变化、哪个方向、到多少就触发。下降 5 写 −5，方向选“达到或低于”。"
    )
    return st.data_editor(
        pd.DataFrame(rows, columns=["指标", "看什么", "方向", "触发线", "触发后"], dtype="str"),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key="plan_triggers",
        column_config={
            "指标": st.column_config.SelectboxColumn(options=list(indicators), width="large"),
            "看什么": st.column_config.SelectboxColumn(options=[item.label for item in WatchBasis]),
            "方向": st.column_config.SelectboxColumn(options=[item.label for item in WatchSide]),
            "触发线": st.column_config.TextColumn(help="按指标单位填写，如 80（不是 0.8）。"),
            "触发后": st.column_config.SelectboxColumn(options=[item.label for item in SupervisionAction]),
        },
    )


def _triggers(table: pd.DataFrame, indicators: dict[str, str], problems: list[str]) -> list[TriggerIn]:
    found = []
    for position, row in enumerate(table.to_dict("records"), start=1):
        code, limit = indicators.get(str(row["指标"] or "")), str(row["触发线"] or "").strip()
        if code is None and not limit:
            continue
        reading = parse_number(limit.replace("%", "").replace("％", "").replace("−", "-"))
        if code is None or reading.value is None:
            problems.append(f"触发条件第 {position} 行：{reading.error or '请选择指标并填写触发线'}")
            continue
        found.append(
            TriggerIn(
                code=code,
                basis=_named(WatchBasis, row["看什么"], WatchBasis.VALUE),
                side=_named(WatchSide, row["方向"], WatchSide.BELOW),
                threshold=reading.value,
                action=_named(SupervisionAction, row["触发后"], SupervisionAction.REMIND),
            )
        )
    return found


def _named(kind: type[W], label: object, default: W) -> W:
    return next((item for item in kind if item.label == label), default)


def _label(word: Word) -> str:
    return word.label
