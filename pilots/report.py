"""The pilot evaluation report (试点评估报告): the same evaluation as the page, on paper."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from core.numbers import format_number
from core.periods import Period
from core.words import Arm, IndicatorRole, TargetKind, ValueState
from db.issuing import Issue
from pilots import (
    answer_report,
    pictures,
    queries,
    supervision_queries,
    tolerance_report,
    transfer_queries,
    wording,
)
from pilots.evaluation import Evaluation, Measure
from pilots.freezing import frozen
from pilots.pictures import parts
from pilots.profile import Transfer
from pilots.supervision_queries import Tolerance
from printing import making
from printing.kinds import Batch, Identity, Kind, Subject, record_id
from printing.making import Made
from reports.paper import Face, Paper

LAYOUT = 5  # part of the inputs: another layout is another document
_STRIP_ROWS = 26  # as many counties as fit on a page


@dataclass(frozen=True)
class Inputs:
    """Everything the report prints, read once."""

    evaluation: Evaluation
    transfer: Transfer | None
    decided: Tolerance | None


def issue(actor: Actor, pilot_id: int) -> Made:
    """Print the report. While the figures stand still, printing again gives the same number and the
    same bytes; when a figure has changed, a new number."""
    return making.make(actor, KIND, str(pilot_id))


def load(actor: Actor, subject: str) -> Inputs:
    pilot_id = record_id(subject, "试点编号")
    evaluation = queries.evaluate(actor, pilot_id)
    if evaluation is None:
        raise NotFound("没有找到这个试点。", "请从试点列表重新进入。")
    decided = next(iter(supervision_queries.decisions(actor, pilot_id)), None)
    return Inputs(evaluation, transfer_queries.transfer(actor, pilot_id), decided)


def _identity(_: Actor, found: Inputs) -> Identity:
    evaluation = found.evaluation
    return Identity(
        subject_id=evaluation.pilot.id,
        title=f"试点评估报告　{evaluation.pilot.name}",
        inputs=_inputs(evaluation, found.transfer) | tolerance_report.inputs(found.decided),
        lines=_lines(evaluation),
        as_of=evaluation.as_of,
    )


def _face(found: Inputs) -> Face:
    pilot = found.evaluation.pilot
    return Face("试点评估报告", pilot.name, pilot.lead)


def story(report: Paper, found: Inputs, issued: Issue) -> None:
    """The report's pages. Every figure is one that the evaluation holds; nothing is computed here."""
    evaluation = found.evaluation
    _summary(report, evaluation)
    if evaluation.goal is not None:
        answer_report.chapter(report, evaluation, evaluation.goal, found.transfer)
    for measure in evaluation.measures:
        _measure(report, evaluation, measure)
    _quality(report, evaluation)
    _design(report, evaluation)
    _appendix(report, evaluation, issued.digest)
    tolerance_report.tell(report, found.decided)


def _subjects(actor: Actor) -> list[Subject]:
    return [Subject(str(view.id), view.name) for view in queries.pilots(actor)]


KIND = Kind(
    key="pilot",
    name="试点评估报告",
    permission=Permission.REPORT_ISSUE,
    mark="PG",
    entity="pilot",
    asks="试点编号",
    load=load,
    identity=_identity,
    face=_face,
    story=story,
    label=lambda found: found.evaluation.pilot.name,
    subjects=_subjects,
    batch=Batch("全部试点", "", lambda _: [Subject("", "全部试点")], lambda actor, _: _subjects(actor)),
)


def _summary(report: Paper, evaluation: Evaluation) -> None:
    pilot, goal = evaluation.pilot, evaluation.goal
    report.heading("结论摘要")
    if pilot.verdict is not None:
        word = pilot.verdict.title
        report.text(f"结论：{word}。{pilot.verdict.sentence}")
        if pilot.verdict.overruled_reason:
            report.note(pilot.verdict.overruled_reason, title="本结论由人工作出，与系统规则不同，理由")
        report.text(f"下一步：{pilot.verdict.next_step}责任单位：{pilot.verdict.owner}。")
        report.text(f"结论于北京时间 {clock.show(pilot.verdict.decided_at)} 作出，依据规则 {pilot.verdict.rule}。")
        if (
            evaluation.decision
            and evaluation.decision.verdict is not pilot.verdict.verdict
            and not pilot.verdict.overruled_reason
        ):
            report.note(f"结论作出后数据有更新，按现有数据系统规则给出“{evaluation.decision.title}”，请重新作出结论。")
    elif evaluation.decision is not None:
        report.text(
            f"尚未正式作出结论。按现有数据，系统规则给出“{evaluation.decision.title}”：{evaluation.decision.sentence}"
        )
    else:
        report.text("试点没有目标指标，不能评估。")
    if goal is not None:
        report.figures(wording.key_figures(evaluation, goal))
    report.text(f"试点要改变什么：{pilot.promise}")


def _measure(report: Paper, evaluation: Evaluation, measure: Measure) -> None:
    """A chapter an indicator: the first goal in full, other goals with their comparison, the rest as a trend."""
    indicator = measure.indicator
    report.heading(f"{indicator.name}（{measure.role.label}）")
    if measure.counties.dropna(subset=["value"]).empty:
        report.text("这个指标还没有任何数据。")
        return
    main = measure is evaluation.goal
    if not main:
        report.figures(wording.key_figures(evaluation, measure)[:4])
    if main:
        report.heading("各地区最近一期", 2)
        report.chart(
            pictures.province(evaluation, measure, width=640), f"{indicator.name}分布（粗框为试点，虚框为对照）"
        )
        report.heading("变化趋势", 2)
    report.chart(pictures.trend(evaluation, measure), f"{indicator.name}变化趋势（地区类型按各期当日名单）")
    if words := wording.restated_words(evaluation, measure):
        report.text(words)
    if measure.role is IndicatorRole.GOAL:
        if main:
            report.heading("发达地区与山区海岛县比较", 2)
        report.text(wording.compare_words(measure))
        if measure.effect is not None:
            report.chart(pictures.effects(measure), "试点效果及95%可信范围")
    if main and measure.attained_by:
        report.heading("各试点地区", 2)
        report.chart(pictures.attainment(evaluation, measure, columns=2), "目标达成率")
    report.table(*_trend_table(measure), caption=f"{indicator.name}各期合计（分子 / 分母，已报 / 应报）")
    if main and measure.latest:
        report.table(
            *_county_table(evaluation, measure), caption=f"各地区{Period.parse(measure.latest).label}{indicator.name}"
        )


def _trend_table(measure: Measure) -> tuple[list[str], list[list[object]]]:
    """A row a period: the figure, and under it its parts and coverage, for each side and the comparison."""
    groups = measure.groups
    sides = [side for side in dict.fromkeys(groups.side) if side]
    columns = [(f"{side}试点", Arm.PILOT, side) for side in sides] + [("对照地区", Arm.COMPARISON, "")]
    cells = {(row.period, row.arm, row.side): row for row in groups.itertuples()}
    rows: list[list[object]] = []
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


def _county_table(evaluation: Evaluation, measure: Measure) -> tuple[list[str], list[list[object]]]:
    frame = wording.county_rows(evaluation, measure).drop(columns=["code", "设区市"])
    return list(frame.columns), frame.to_numpy().tolist()


def _quality(report: Paper, evaluation: Evaluation) -> None:
    quality = evaluation.quality
    report.heading("数据质量与报送情况")
    report.text(
        f"数据质量分 {format_number(quality.total, 1)}（满分 100），由下列部分合成；质量分不参与指标计算，只决定能否下结论。"
    )
    report.table(
        ["部分", "符合 / 应有", "得分", "权重"],
        [
            [part.aspect.label, f"{part.n} / {part.m}", format_number(part.points, 1), format_number(part.weight, 1)]
            for part in quality.parts
        ],
        caption="数据质量构成",
    )
    if quality.cheapest_fixes:
        report.text("提高质量分最省力的办法：" + "；".join(fix.text for fix in quality.cheapest_fixes) + "。")
    count = sum(unit.arm is Arm.PILOT for unit in evaluation.units)
    for first in range(0, count, _STRIP_ROWS):
        report.chart(
            pictures.completeness(evaluation, Arm.PILOT, first=first, most=_STRIP_ROWS), "试点地区最近12期报送情况"
        )
    report.table(*_returns_table(evaluation), caption="各地区报送情况（自登记以来）")
    if evaluation.restated:
        report.heading("更正与补计", 2)
        report.text(
            "各期数据冻结之后补报或更正的数；已冻结的数不改，从注明的那一期起按新数计算。本报告按更正后的数计算。"
        )
        frame = wording.restated_rows(evaluation)
        report.table(list(frame.columns), frame.to_numpy().tolist(), caption="冻结后更正和补计的数")


def _returns_table(evaluation: Evaluation) -> tuple[list[str], list[list[object]]]:
    due = evaluation.returns[evaluation.returns.due]
    counts = due.groupby(["code", "status"]).size().unstack(fill_value=0)
    rows: list[list[object]] = []
    for unit in evaluation.units:
        found = counts.loc[unit.code].to_dict() if unit.code in counts.index else {}
        kinds = [int(found.get(status, 0)) for status in ("on_time", "late", "returned", "missing")]
        rows.append([unit.name, unit.arm.label, sum(kinds), *kinds])
    return ["地区", "试点或对照", "应报", "按时", "迟报", "退回", "缺报"], rows


def _design(report: Paper, evaluation: Evaluation) -> None:
    pilot = evaluation.pilot
    report.heading("试点设计")
    report.facts(
        [
            ("试点编号", pilot.code),
            ("场景与版本", f"{pilot.scenario} {pilot.scenario_version}"),
            ("牵头单位", pilot.lead),
            ("层级", pilot.level.label),
            ("起止日期", f"{pilot.start_on} 至 {pilot.end_on}"),
            ("状态", pilot.state.label),
            ("试点地区", f"{pilot.pilots} 个"),
            ("对照地区", f"{pilot.comparisons} 个（启动前登记）"),
        ],
        columns=2,
    )
    for arm in (Arm.PILOT, Arm.COMPARISON):
        names = "、".join(unit.name for unit in evaluation.units if unit.arm is arm)
        report.text(f"{arm.label}：{names}。")
    if words := wording.late_words(evaluation):
        report.text(words)
    goal = evaluation.goal
    if goal is not None and goal.detectable is not None:
        shown = format_number(goal.detectable, goal.indicator.decimals)
        report.text(
            f"按登记的试点和对照地区，本设计能看出的最小变化约为 {shown}{pictures.effect_unit(goal.indicator)}。"
        )


def _appendix(report: Paper, evaluation: Evaluation, digest: str) -> None:
    report.heading("附录：口径、方法与数据来源")
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
        )
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
    )
    report.heading("没有进入合计的数值", 2)
    report.table(*_excluded(evaluation))
    report.heading("方法", 2)
    report.text(
        "合计一律为分子之和除以分母之和，不对百分数求平均；缺报不当作零，“不适用”不计入应报；"
        "草稿和退回的报送不进入合计。\n"
        "试点效果：每个地区先算试点后与试点前之差，再比较试点地区与对照地区，区间为 韦尔奇 95% 区间，"
        "并以随机重排检验复核，两者不一致时标明“不稳健”。试点与对照各不少于 5 个才作因果判断，3 至 4 个只作初步判断，更少只作描述。\n"
        "两类地区之差用其自身的区间判断，不以“一类显著、另一类不显著”代替比较。"
        "地区类型按各期当日有效的名单划分；试点效果按启动日名单划分。"
    )
    report.text(f"数据指纹（SHA-256）：{digest}")


def _excluded(evaluation: Evaluation) -> tuple[list[str], list[list[object]]]:
    names = {unit.code: unit.name for unit in evaluation.units}
    rows: list[list[object]] = []
    due = evaluation.returns[evaluation.returns.due & evaluation.returns.status.isin(["missing", "returned"])]
    rows += [[names[row.code], Period.parse(row.period).label, "全部指标", row.label] for row in due.itertuples()]
    for measure in evaluation.measures:
        absent = measure.counties[measure.counties.value.isna()]
        rows += [
            [names[row.code], Period.parse(row.period).label, measure.indicator.name, _state_words(row.state)]
            for row in absent.itertuples()
        ]
    return ["地区", "报送期", "指标", "原因"], rows


def _state_words(state: str) -> str:

    return ValueState(state).label


def _lines(evaluation: Evaluation) -> dict[str, str]:
    """The key figures as printed, which the next report is compared with."""
    found = {"结论": evaluation.pilot.verdict.verdict.label if evaluation.pilot.verdict else "尚未作出"}
    for measure in evaluation.measures:
        for label, value, change in wording.key_figures(evaluation, measure):
            found[f"{measure.indicator.name}：{label}"] = f"{value}　{change}".strip()
    return found


def _inputs(evaluation: Evaluation, transfer: Transfer | None) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    pilot = evaluation.pilot
    return frozen(evaluation) | {
        "as_of": "",
        "evidence": "",  # says until when to go on, which moves with the calendar
        "decision": None
        if evaluation.decision is None
        else [evaluation.decision.rule_id, evaluation.decision.sentence],
        "layout": LAYOUT,
        "transfer": None if transfer is None else asdict(transfer),
        "pilot": [
            pilot.code,
            pilot.name,
            pilot.state.value,
            pilot.promise,
            pilot.lead,
            str(pilot.start_on),
            str(pilot.end_on),
        ],
        "verdict": None if pilot.verdict is None else [pilot.verdict.id, pilot.verdict.inputs_hash],
        "restated": wording.restated_rows(evaluation).to_numpy().tolist(),
        "returns": evaluation.returns.astype(str).to_numpy().tolist(),
        **({"late": [[unit.code, str(unit.joined_on)] for unit in evaluation.late]} if evaluation.late else {}),
        "targets": [
            [measure.indicator.code, target.kind.value, str(target.value), target.from_period, target.region_code]
            for measure in evaluation.measures
            for target in measure.targets
        ],
    }
