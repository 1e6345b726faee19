"""县域季度报告: one county, one quarter. Every figure is one that `county_quarter` read; nothing is computed here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from accounts.permissions import Actor, Permission
from core.numbers import MISSING, format_number
from core.periods import Period
from core.settings import settings
from core.words import Arm
from db.issuing import Issue
from metrics import corrected, pictures, quarter
from metrics.pictures import amount
from metrics.quality import Aspect
from metrics.quarter import Line, Month
from metrics.tracing import Point
from pilots import county_quarter
from pilots.county_quarter import CountyQuarter, Reader
from printing import compared
from printing.kinds import Batch, Identity, Kind, Subject
from printing.reasons import Cause, Source
from reports.paper import Face, Paper

_LAYOUT = 4  # part of the inputs: another layout is another document
_HEIGHT = 130  # of a picture: two indicators stand on a page
_AHEAD = 0.25  # share of a group's places that counts as in front, and likewise behind


def story(report: Paper, found: CountyQuarter, _: Issue) -> None:
    """The report's pages: first what a reader with one page should know."""
    _summary(report, found)
    report.heading("各项指标")
    if not found.lines:
        report.text("本季度没有要这个县报送的指标。")
    for line in found.lines:
        _line(report, found, line)
    _pilots(report, found)
    _quality(report, found)
    _open(report, found)
    _appendix(report, found)


def points(found: CountyQuarter) -> list[str]:
    """The quarter in plain sentences."""
    lines = found.lines
    known = [line for line in lines if line.value is not None]
    said = []
    if not lines:
        return ["本季度没有要这个县报送的指标。"]
    said.append(
        f"{found.quarter.label}，{found.name}应报 {len(lines)} 项指标，有数的 {len(known)} 项；"
        f"应报 {found.due} 份报送，按时 {found.in_time} 份。"
    )
    judged = [line for line in known if line.reached is not None]
    if judged:
        met = [line for line in judged if line.reached]
        said.append(
            f"有目标的 {len(judged)} 项中，{len(met)} 项达到目标"
            + (
                f"，没有达到的是{_names(found, [line for line in judged if not line.reached])}。"
                if len(met) < len(judged)
                else "。"
            )
        )
    placed = [line for line in known if line.place is not None and line.place.rank is not None and line.place.of > 1]
    front = [line for line in placed if _share(line) <= _AHEAD]
    back = [line for line in placed if _share(line) > 1 - _AHEAD]
    if front:
        said.append(f"在{found.group}中居前四分之一的：{_names(found, front)}。")
    if back:
        said.append(f"在{found.group}中居后四分之一的：{_names(found, back)}。")
    if found.together.total is not None:
        words = f"数据质量分 {format_number(found.together.total, 1)}（满分 100）"
        fixes = found.together.cheapest_fixes
        said.append(words + (f"，最省力的提高办法：{fixes[0].text}。" if fixes else "。"))
    waiting = [
        f"{len(items)} {what}"
        for items, what in (
            (found.returns, "份报送没有交齐"),
            (found.doubts, "处疑点没有答复"),
            (found.orders, "件督办没有办结"),
        )
        if items
    ]
    said.append(f"还要办：{'、'.join(waiting)}。" if waiting else "没有拖欠的报送、疑点和督办。")
    return said


def sentence(found: CountyQuarter, line: Line) -> str:
    """One indicator in a sentence: the figure, against a year ago, against its promise, its place."""
    show = line.indicator.show
    if line.value is None:
        return f"{found.quarter.label}没有可用的数（已报 {line.reported} / 应报 {line.expected} 期）。"
    words = f"{found.quarter.label}为 {show(line.value)}（{line.how}，已报 {line.reported} / 应报 {line.expected} 期）"
    if line.change is not None:
        words += f"，比上年同期 {_signed(line)}"
    if line.target is not None:
        words += f"；目标 {show(line.target)}，{'已达到' if line.reached else '尚未达到'}"
    if line.place is not None and line.place.rank is not None:
        words += (
            f"；{Period.parse(line.place_period).label}在{found.group} {line.place.of} 个有数的县中居{line.place.words}"
        )
    return words + "。"


def _summary(report: Paper, found: CountyQuarter) -> None:
    report.heading("本季度要点")
    for words in points(found):
        report.text(words)
    judged = [line for line in found.lines if line.reached is not None]
    report.figures(
        [
            ("参加试点", f"{sum(arm is Arm.PILOT for _, arm in found.pilots)} 个", f"另作对照 {sum(arm is not Arm.PILOT for _, arm in found.pilots)} 个"),
            ("达到目标", f"{sum(bool(line.reached) for line in judged)} / {len(judged)}" if judged else "–", "有目标的指标"),
            ("按时报送", f"{found.in_time} / {found.due}" if found.due else "–", "份"),
            ("数据质量分", MISSING if found.together.total is None else format_number(found.together.total, 1), "满分 100"),
        ]
    )  # fmt: skip
    if found.lines:
        report.table(*_overview(found), caption=f"{found.quarter.label}各项指标一览（已报、应报为期数）")
        report.note("名次只在同一地区类型内比较；括号里是考虑偶然波动后可能的名次。", title="")


def _overview(found: CountyQuarter) -> tuple[list[str], list[list[object]]]:
    rows: list[list[object]] = [
        [
            _name(found, line),
            line.indicator.show(line.value),
            _signed(line),
            MISSING if line.target is None else line.indicator.show(line.target),
            MISSING if line.place is None else line.place.words,
            f"{line.reported} / {line.expected}",
        ]
        for line in found.lines
    ]
    return ["指标", "本季度", "比上年同期", "目标", "同类名次", "已报 / 应报"], rows


def _line(report: Paper, found: CountyQuarter, line: Line) -> None:
    indicator = line.indicator
    report.heading(_name(found, line), 2)
    report.text(f"{line.choice.collection}：{sentence(found, line)}")
    if not report.whole and any(month.value is not None for month in line.months):  # a workbook has the figures
        report.chart(_picture(found, line), f"{indicator.name}各期（线为基线和目标）")
    shown = line.months if report.whole else [month for month in line.months if _inside(found, month)]
    rows = [_month(line, month) for month in reversed(shown)]
    header = ["报送期", "数值", indicator.n_label or "分子", indicator.d_label or "分母", "状态"]
    if not indicator.kind.has_denominator:
        header, rows = [*header[:2], header[4]], [[*row[:2], row[4]] for row in rows]
    report.table(header, rows, caption=f"{indicator.name}各期数值")


def _month(line: Line, month: Month) -> list[object]:
    mark = "（旧口径）" if month.run else ""
    shown = line.indicator.show(month.value)
    return [Period.parse(month.period).label + mark, shown, amount(month.n), amount(month.d), month.state]


def _picture(found: CountyQuarter, line: Line) -> Any:
    trend = [Point(month.period, month.n, month.d, month.value, 1, 1, segment=str(month.run)) for month in line.months]
    return pictures.trend(
        line.indicator, trend, line.targets, found.name, region_code=found.code, width=640, height=_HEIGHT
    )


def _pilots(report: Paper, found: CountyQuarter) -> None:
    report.heading("参加的试点")
    if not found.pilots:
        report.text("本季度没有参加试点，也没有作对照。")
        return
    report.table(
        ["试点", "作用", "状态", "起止", "结论"],
        [
            [
                view.name,
                arm.label,
                view.state.label,
                f"{view.start_on} 至 {view.end_on}",
                view.verdict.verdict.label if view.verdict else "尚未作出",
            ]
            for view, arm in found.pilots
        ],
        caption=f"{found.quarter.label}参加的试点",
    )


def _quality(report: Paper, found: CountyQuarter) -> None:
    report.heading("数据质量")
    if found.together.total is None:
        report.text("本季度没有到期的报送，不评质量分。")
        return
    report.text(
        f"数据质量分 {format_number(found.together.total, 1)}（满分 100）。质量分不参与指标计算，只说明数是否完整、及时、可信。"
    )
    report.table(
        ["部分", "符合 / 应有", "得分", "权重"],
        [
            [part.aspect.label, f"{format_number(part.n, 2) if part.n % 1 else part.n} / {part.m}", format_number(part.points, 1), format_number(part.weight, 1)]
            for part in found.together.parts
        ],
        caption="质量分的构成",
    )  # fmt: skip
    timely = next((part for part in found.together.parts if part.aspect is Aspect.TIMELINESS), None)
    if timely is not None and timely.n != found.in_time:
        report.text("“及时性”只计按时报送、现在有效的报送；按时交了又被退回的，交齐之前不计。")
    if len(found.quality) > 1:
        report.table(
            ["报送任务", "质量分"],
            [[name, MISSING if part.total is None else format_number(part.total, 1)] for name, part in found.quality],
            caption="各项报送的质量分",
        )
    if found.together.cheapest_fixes:
        report.text("提高质量分最省力的办法：" + "；".join(fix.text for fix in found.together.cheapest_fixes) + "。")


def _open(report: Paper, found: CountyQuarter) -> None:
    report.heading("还要办的事")
    if not (found.returns or found.doubts or found.orders or found.alerts):
        report.text("没有拖欠的报送、没有待答复的疑点，也没有未结的督办。")
        return
    if found.returns:
        report.table(
            ["报送任务", "报送期", "状态", "截止日期"],
            [[view.collection, view.label, view.state.label, str(view.due_on)] for view in found.returns],
            caption="没有交齐的报送",
        )
    if found.doubts:
        report.table(
            ["指标", "报送期", "报的数", "疑点"],
            [[view.indicator, view.label, view.value, view.message] for view in found.doubts],
            widths=(2, 1.4, 1.2, 4),
            caption="待答复的疑点",
        )
    if found.alerts:
        report.table(
            ["指标", "报送期", "报的数", "触发条件", "状态"],
            [
                [
                    view.alert.indicator,
                    Period.parse(view.alert.period).label,
                    view.alert.value,
                    view.alert.threshold,
                    view.state.label,
                ]
                for view in found.alerts
            ],
            caption="本季度的预警",
        )
    if found.orders:
        report.table(
            ["督办单", "事项", "承办单位", "状态", "期限"],
            [[view.code, view.title, view.organisation, view.state.label, str(view.due_on)] for view in found.orders],
            caption="未结的督办",
        )


def _appendix(report: Paper, found: CountyQuarter) -> None:
    report.heading("附录：口径与方法")
    if found.lines:
        report.table(
            ["指标", "版本", "计算公式", "数据来源"],
            [
                [
                    f"{line.indicator.code} {line.indicator.name}",
                    f"第 {line.indicator.version} 版",
                    line.indicator.formula,
                    line.indicator.source or None,
                ]
                for line in {line.indicator.id: line for line in found.lines}.values()
            ],
            widths=(2, 0.8, 3, 2),
            caption="指标口径",
        )
    absent = [
        [line.indicator.name, Period.parse(month.period).label, month.state]
        for line in found.lines
        for month in line.months
        if month.value is None and _inside(found, month)
    ]
    report.table(["指标", "报送期", "原因"], absent, caption="本季度没有计入的数")
    report.text(
        "季度的数按各指标口径规定的方法由各期合成，不对百分数求平均；缺报不当作零，“不适用”不计入应报。"
        "旧口径的数按登记的系数换算后才合在一起，不可比的不合。\n"
        f"名次按准确值在同一地区类型（{found.group}）内排列，相等的并列；可能的名次由各县自身的误差推得，95%。"
        "地区类型按各期最后一天有效的名单划分。\n"
        f"质量分低于 {format_number(settings().quality_floor, 0)} 时，不宜据以下结论。"
    )


def _inside(found: CountyQuarter, month: Month) -> bool:
    return bool(quarter.inside(found.quarter, [month.period]))


def _signed(line: Line) -> str:
    if line.change is None:
        return MISSING
    unit = "个百分点" if line.indicator.unit == "%" else line.indicator.unit
    return line.indicator.show(line.change, signed=True, unit=False) + unit


def _share(line: Line) -> float:
    assert line.place is not None and line.place.rank is not None
    return (line.place.rank - 0.5) / line.place.of


def _name(found: CountyQuarter, line: Line) -> str:
    """The indicator, and for which collection where several ask for it."""
    twice = sum(other.indicator.name == line.indicator.name for other in found.lines) > 1
    return f"{line.indicator.name}（{line.choice.collection}）" if twice else line.indicator.name


def _names(found: CountyQuarter, lines: Iterable[Line]) -> str:
    return "、".join(f"“{_name(found, line)}”" for line in lines)


# -- what it is ----------------------------------------------------------------------------


def _load(actor: Actor, subject: str) -> CountyQuarter:
    return Reader(actor).county(subject)


def _identity(_: Actor, found: CountyQuarter) -> Identity:
    inputs = json.loads(json.dumps(asdict(found), default=str, sort_keys=True))
    for moving in (*inputs["alerts"], *inputs["orders"]):
        # Days waited so far are not printed and grow by themselves; whose an order is depends on who asks.
        for key in ("waiting", "overdue", "mine"):
            moving.pop(key, None)
    return Identity(
        subject_id=int(found.code),
        title=f"县域季度报告　{found.name}　{found.quarter.label}",
        inputs={"layout": _LAYOUT, "found": inputs},
        lines=_lines(found),
        cut=str(found.quarter),
    )


def _lines(found: CountyQuarter) -> dict[str, str]:
    """The key figures as printed, which the next report of the quarter is compared with."""
    total = found.together.total
    return compared.together(
        compared.table(found.quarter.label, *_overview(found)),
        *(
            {
                f"{_name(found, line)}：{Period.parse(month.period).label}": line.indicator.show(month.value)
                + (f"（{amount(month.n)} / {amount(month.d)}）" if month.n is not None and month.d is not None else "")
                + f"　{month.state}"
                for month in line.months
                if _inside(found, month)
            }
            for line in found.lines
        ),
        {f"试点结论：{view.name}": view.verdict.title if view.verdict else "尚未作出" for view, _ in found.pilots},
        {"数据质量分": MISSING if total is None else format_number(total, 1)},
    )


def _why(found: CountyQuarter, since: datetime) -> list[str]:
    return [
        words
        for line in {(line.choice.collection_id, line.indicator.id): line for line in found.lines}.values()
        for words in corrected.targets(
            line.indicator,
            [target for target in line.targets if target.region_code in (None, found.code)],
            since,
        )
    ]


def _causes(found: CountyQuarter) -> list[Source]:
    """The county's own corrections; places may be others because groups or definitions changed."""
    return [
        corrected.values({line.choice.collection_id for line in found.lines}, [found.code]),
        corrected.groups(),
        corrected.definitions({line.indicator.id for line in found.lines}),
        Cause("pilot", {view.id for view, _ in found.pilots}, {"pilot:judge", "pilot:move"}, reasons=False),
        Cause("order", {view.id for view in found.orders}, {"order:issue", "order:move"}),
    ]


def _face(found: CountyQuarter) -> Face:
    return Face("县域季度报告", f"{found.city}{found.name}　{found.quarter.label}", found.name)


def _subjects(actor: Actor) -> list[Subject]:
    return [item for group in county_quarter.quarters(actor)[:1] for item in county_quarter.counties(actor, group.id)]


KIND = Kind(
    key="county",
    name="县域季度报告",
    permission=Permission.COUNTY_READ,
    mark="XJ",
    entity="region",
    asks="县代码:季度，如 330523:2026Q3",
    load=_load,
    identity=_identity,
    face=_face,
    story=story,
    label=lambda found: f"{found.name}_{found.quarter.label}",
    why=_why,
    causes=_causes,
    subjects=_subjects,
    batch=Batch(
        "一个季度的全部县",
        "季度，如 2026Q3",
        county_quarter.quarters,
        county_quarter.counties,
        loader=lambda actor: Reader(actor, many=True).county,
    ),
)
