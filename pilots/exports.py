"""A pilot's figures as a file for Excel."""

from __future__ import annotations

import pandas as pd

from accounts.permissions import Actor
from core.errors import NotFound
from core.numbers import from_micro, round_half_up
from core.tabular import write_csv
from core.words import ValueState
from pilots import county_queries, feedback_queries, inspection_queries, order_queries, queries


def csv(actor: Actor, pilot_id: int) -> bytes:
    """Every county's every period as a CSV that Excel opens, with the parts of each figure."""
    evaluation = queries.evaluate(actor, pilot_id)
    if evaluation is None:
        raise NotFound("没有找到这个试点。", "请从试点列表重新进入。")
    names = {unit.code: unit for unit in evaluation.units}
    rows = [
        [
            measure.indicator.code,
            measure.indicator.name,
            row.code,
            names[row.code].name,
            names[row.code].arm.label,
            row.period,
            None if pd.isna(row.n) else from_micro(int(row.n)),
            None if pd.isna(row.d) else from_micro(int(row.d)),
            None if pd.isna(row.own) else round_half_up(float(row.own), measure.indicator.decimals),
            versions[row.indicator_id],
            ValueState(row.state).label,
            "待审核" if row.unapproved else "",
        ]
        for measure in evaluation.measures
        for versions in [{version.id: f"第{version.version}版" for version in measure.versions}]
        for row in measure.counties.itertuples()
    ]
    header = [
        "指标代码",
        "指标",
        "地区代码",
        "地区",
        "试点或对照",
        "报送期",
        "分子",
        "分母",
        "数值",
        "口径",
        "状态",
        "审核",
    ]
    return write_csv(header, rows)


def returns_csv(actor: Actor, pilot_id: int) -> bytes:
    """Behind the strips of a pilot's page: every county's every return, whether it was due and in time."""
    evaluation = queries.evaluate(actor, pilot_id)
    if evaluation is None:
        raise NotFound("没有找到这个试点。", "请从试点列表重新进入。")
    names = {unit.code: unit for unit in evaluation.units}
    rows = [
        [
            row.code,
            names[row.code].name,
            names[row.code].arm.label,
            row.period,
            row.label,
            "是" if row.due else "否",
            "是" if row.on_time else "否",
        ]
        for row in evaluation.returns.itertuples()
    ]
    return write_csv(["地区代码", "地区", "试点或对照", "报送期", "状态", "已到期", "按时"], rows)


def county_csv(actor: Actor, code: str) -> bytes:
    """A county's newest figures with their places inside its group."""
    rows = [
        [
            value.choice.collection,
            value.choice.name,
            value.period,
            value.shown,
            value.change,
            value.place.words if value.place else None,
            value.place.of if value.place else None,
        ]
        for value in county_queries.values(actor, code)
    ]
    return write_csv(["报送", "指标", "报送期", "数值", "比上年同期", "同类中的名次", "同类有数的县"], rows)


def feedback_csv(actor: Actor, pilot_id: int | None = None) -> bytes:
    """The feedback an actor sees, of one pilot or of all, with its answers."""
    rows = [
        [
            view.pilot,
            view.kind.label,
            view.region,
            view.source,
            view.text,
            view.received_on,
            view.answer,
            view.answered_by,
            view.answered_on,
            view.waited,
            view.iteration,
        ]
        for view in feedback_queries.feedback(actor, pilot_id=pilot_id)
    ]
    header = [
        *("试点", "来自", "地区", "反馈人和渠道", "反馈内容", "收到日期"),
        *("答复", "答复人", "答复日期", "等待工作日", "迭代"),
    ]
    return write_csv(header, rows)


def orders_csv(actor: Actor) -> bytes:
    """The board: every alert without an order, every order and every inspection that an actor sees."""
    rows: list[list[object]] = [
        [
            "预警",
            "",
            view.state.label,
            view.pilot,
            view.alert.words,
            "",
            view.alert.action.label,
            None,
            view.waiting or None,
        ]
        for view in order_queries.alerts(actor)
        if not view.orders
    ]
    rows += [
        [
            "督办单",
            view.code,
            view.state.label,
            view.pilot,
            view.title,
            view.organisation,
            view.action.label,
            view.due_on,
            view.overdue or None,
        ]
        for view in order_queries.orders(actor)
    ]
    rows += [
        [
            "检查",
            "、".join(code for _, code in view.orders),
            view.state.label,
            view.pilot,
            f"{view.content}　{view.finding}".strip(),
            "",
            "",
            view.due_on,
            view.waited or None,
        ]
        for view in inspection_queries.inspections(actor)
    ]
    header = ["类别", "编号", "状态", "试点", "事项", "被督办单位", "措施", "期限", "已等或超期（工作日）"]
    return write_csv(header, rows)
