"""The end of the evaluation report: definitions, methods, targets, what was left out, corrections, and the tables that
are too long to stand between pictures."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from core import clock
from core.periods import Period
from core.words import Arm, IndicatorRole, TargetKind, ValueState
from pilots import answer_report, wording
from pilots.answering import Answers
from pilots.evaluation import Evaluation, Measure
from pilots.pictures import parts
from reports.paper import Paper

Rows = list[list[object]]


def tell(report: Paper, evaluation: Evaluation, answers: Answers | None, digest: str) -> None:
    report.heading("附录：口径、方法与数据来源")
    _definitions(report, evaluation)
    _methods(report)
    _targets(report, evaluation)
    _left_out(report, evaluation)
    _corrections(report, evaluation)
    report.heading("附录：各地区明细")
    for measure in evaluation.measures:
        if measure.counties.dropna(subset=["value"]).empty:
            continue
        report.heading(f"{measure.indicator.name}（{measure.role.label}）", 2)
        caption = f"{measure.indicator.name}各期合计（分子 / 分母，已报 / 应报）"
        header, rows = trend_table(measure)
        report.table(header, rows, align="l" + "r" * (len(header) - 1), caption=caption)
        if measure.latest and measure.role is IndicatorRole.GOAL:
            latest = Period.parse(measure.latest).label
            report.table(*county_table(evaluation, measure), caption=f"各地区{latest}{measure.indicator.name}")
    if evaluation.goal is not None and answers is not None and answers.compared is not None:
        answer_report.tables(report, evaluation, evaluation.goal, answers.compared)
    report.heading("各地区报送", 2)
    report.table(*_returns_table(evaluation), caption="各地区报送情况（自登记以来）")
    report.text(f"数据指纹（SHA-256）：{digest}")


def _definitions(report: Paper, evaluation: Evaluation) -> None:
    report.heading("指标口径", 2)
    for measure in evaluation.measures:
        indicator = measure.indicator
        report.table(
            ["项目", "内容"],
            [
                ["指标", f"{indicator.code} {indicator.name}（第 {indicator.version} 版，{measure.role.label}）"],
                ["含义", indicator.meaning],
                ["计算公式", indicator.formula],
                ["方向", indicator.direction.label],
                ["地区汇总方式", indicator.combine_regions.label],
                ["数据来源", indicator.source],
                ["局限", indicator.limits or "–"],
            ],
            widths=(1, 4),
            align="ll",
            caption=f"{indicator.name}的口径",
        )


def _methods(report: Paper) -> None:
    report.heading("方法", 2)
    report.text(
        "合计一律为分子之和除以分母之和，不对百分数求平均；缺报不当作零，“不适用”不计入应报；"
        "草稿和退回的报送不进入合计。\n"
        "试点效果：每个地区先算试点后与试点前之差，再比较试点地区与对照地区，区间为韦尔奇 95% 区间，"
        "并以随机重排检验复核，两者不一致时标明“不稳健”。试点与对照各不少于 5 个才作因果判断，3 至 4 个只作初步判断，更少只作描述。\n"
        "两类地区之差用其自身的区间判断，不以“一类显著、另一类不显著”代替比较。"
        "地区类型按各期当日有效的名单划分；试点效果按启动日名单划分。"
    )


def _targets(report: Paper, evaluation: Evaluation) -> None:
    report.heading("基线与目标", 2)
    names: dict[str | None, str] = {unit.code: unit.name for unit in evaluation.units}
    report.table(
        ["指标", "类型", "数值", "自", "适用", "理由", "设定"],
        [
            [
                measure.indicator.name,
                TargetKind(target.kind).label,
                measure.indicator.show(target.value),
                Period.parse(target.from_period).label,
                names.get(target.region_code, "全部地区"),
                target.reason,
                f"{target.author}　{clock.beijing(target.set_at):%Y-%m-%d}",
            ]
            for measure in evaluation.measures
            for target in measure.targets
        ],
        caption="基线与目标",
    )


def _left_out(report: Paper, evaluation: Evaluation) -> None:
    report.heading("没有进入合计的数值", 2)
    report.text("缺报、退回、注明缺数或不适用的数不进入合计，也不当作零。")
    header, rows = left_out(evaluation)
    report.table(header, rows, align="llrl", caption="没有进入合计的数值")


def _corrections(report: Paper, evaluation: Evaluation) -> None:
    if not evaluation.restated:
        return
    report.heading("更正与补计", 2)
    report.text("各期数据冻结之后补报或更正的数；已冻结的数不改，从注明的那一期起按新数计算。本报告按更正后的数计算。")
    frame = wording.restated_rows(evaluation)
    late = frame[frame["类别"] == "补计"]
    if len(late):
        report.text(f"补计的 {len(late)} 个数按报送期列出地区和个数，每个数见同一编号的 Excel。")
        report.table(*caught_up(late), align="lrll", caption="各期冻结后补计的地区和个数")
    frame = frame if report.whole else frame[frame["类别"] != "补计"]
    if frame.empty:
        return
    header, rows = corrections(frame)
    report.table(header, rows, widths=(2, 1.6, 1, 5.8, 2.6, 2), align="l" * 6, caption="冻结后更正和补计的数")


def trend_table(measure: Measure) -> tuple[list[str], Rows]:
    """A row a period: the figure, and under it its parts and coverage, for each side and the comparison."""
    groups = measure.groups
    sides = [side for side in dict.fromkeys(groups.side) if side]
    columns = [(f"{side}试点", Arm.PILOT, side) for side in sides] + [("对照地区", Arm.COMPARISON, "")]
    cells = {(row.period, row.arm, row.side): row for row in groups.itertuples()}
    rows: Rows = []
    for period in sorted(groups.period.unique(), reverse=True):
        row: list[object] = [Period.parse(period).label]
        for _, arm, side in columns:
            cell = cells.get((period, arm.value, side))
            if cell is None:
                row.append(None)
                continue
            mark = ("（不完整）" if cell.incomplete else "") + ("（旧口径）" if cell.run else "")
            row.append(
                f"{measure.indicator.show(cell.value)}{mark}\n{parts(cell.n, cell.d)}，{cell.reported}/{cell.expected}"
            )
        rows.append(row)
    return ["报送期", *(title for title, _, _ in columns)], rows


def county_table(evaluation: Evaluation, measure: Measure) -> tuple[list[str], Rows]:
    frame = wording.county_rows(evaluation, measure).drop(columns=["code", "设区市"])
    return list(frame.columns), frame.to_numpy().tolist()


def _returns_table(evaluation: Evaluation) -> tuple[list[str], Rows]:
    due = evaluation.returns[evaluation.returns.due]
    counts = due.groupby(["code", "status"]).size().unstack(fill_value=0)
    rows: Rows = []
    for unit in evaluation.units:
        found = counts.loc[unit.code].to_dict() if unit.code in counts.index else {}
        kinds = [int(found.get(status, 0)) for status in ("on_time", "late", "returned", "missing")]
        rows.append([unit.name, unit.arm.label, sum(kinds), *kinds])
    return ["地区", "试点或对照", "应报", "按时", "迟报", "退回", "缺报"], rows


def left_out(evaluation: Evaluation) -> tuple[list[str], Rows]:
    """A row for each indicator and reason: how many, and of each county which periods."""
    names = {unit.code: unit.name for unit in evaluation.units}
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    due = evaluation.returns[evaluation.returns.due & evaluation.returns.status.isin(["missing", "returned"])]
    for row in due.itertuples():
        found.setdefault(("全部指标", row.label), {}).setdefault(names[row.code], []).append(row.period)
    for measure in evaluation.measures:
        absent = measure.counties[measure.counties.value.isna()]
        for row in absent.itertuples():
            key = measure.indicator.name, ValueState(row.state).label
            found.setdefault(key, {}).setdefault(names[row.code], []).append(row.period)
    rows: Rows = [
        [*key, sum(map(len, of.values())), "；".join(f"{name} {_periods(periods)}" for name, periods in of.items())]
        for key, of in found.items()
    ]
    return ["指标", "原因", "个数", "地区和报送期"], rows


def corrections(frame: pd.DataFrame) -> tuple[list[str], Rows]:
    """A row for what one county corrected of one period in one go."""
    together = ["报送期", "地区", "类别", "理由", "计入"]
    rows: Rows = []
    for (period, region, kind, reason, counted), part in frame.groupby(together, sort=False):
        late = kind == "补计"  # had not been counted at all
        changes = (
            f"{row.指标}：{row.更正后}" if late else f"{row.指标}：{row.冻结数} → {row.更正后}"
            for row in part.itertuples()
        )
        rows.append([period, region, kind, "\n".join(changes), reason, counted])
    return ["报送期", "地区", "类别", "补计的数；更正的数：冻结时 → 更正后", "理由", "计入"], rows


def caught_up(frame: pd.DataFrame) -> tuple[list[str], Rows]:
    """A row for what came late for one period and was taken in together: how many of which counties."""
    rows: Rows = []
    for (period, counted), part in frame.groupby(["报送期", "计入"], sort=False):
        places = part.groupby("地区", sort=False).size()
        rows.append([period, len(part), "、".join(f"{name} {count}" for name, count in places.items()), counted])
    return ["报送期", "个数", "地区和个数", "计入"], rows


def _periods(keys: Sequence[str]) -> str:
    return "、".join(Period.parse(key).label for key in sorted(set(keys)))
