"""The pilot evaluation report (试点评估报告): the same evaluation as the page, on paper."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from core.numbers import format_number
from core.words import Arm, IndicatorRole
from db.issuing import Issue
from pilots import (
    answer_report,
    answer_words,
    answering,
    pictures,
    queries,
    report_appendix,
    report_changes,
    supervision_queries,
    tolerance_report,
    transfer_queries,
    wording,
)
from pilots.answering import Answers
from pilots.evaluation import Evaluation, Measure
from pilots.freezing import frozen
from pilots.profile import Transfer
from pilots.supervision_queries import Tolerance
from printing import making
from printing.kinds import Batch, Identity, Kind, Subject, record_id
from printing.making import Made
from reports.paper import Face, Paper

LAYOUT = 9  # part of the inputs: another layout is another document
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
    goal = evaluation.goal
    answers = None if goal is None else answering.answer(evaluation, goal, found.transfer or Transfer())
    _summary(report, evaluation, answers)
    if goal is not None and answers is not None:
        answer_report.chapter(report, evaluation, goal, answers)
    for measure in evaluation.measures:
        _measure(report, evaluation, measure)
    _quality(report, evaluation)
    _design(report, evaluation)
    tolerance_report.tell(report, found.decided)
    report_appendix.tell(report, evaluation, answers, issued.digest)


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
    why=lambda found, since: report_changes.why(found.evaluation, since),
    causes=lambda found: report_changes.causes(found.evaluation),
    subjects=_subjects,
    batch=Batch("全部试点", "", lambda _: [Subject("", "全部试点")], lambda actor, _: _subjects(actor)),
)


def _summary(report: Paper, evaluation: Evaluation, answers: Answers | None) -> None:
    """One page in plain words, for whoever reads no further."""
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
    report.text(f"试点要改变什么：{pilot.promise}")
    if goal is not None and answers is not None:
        report.figures(wording.key_figures(evaluation, goal))
        report.facts(list(zip(answer_words.QUESTIONS, answers.sentences, strict=False)))
        report.note(
            "试点效果是试点地区前后之差减去对照地区前后之差，已扣除没有试点也会有的变化；"
            "95%区间是它可信的范围，包含 0 时不能说有变化。没有报的数不当作零。",
            title="怎样读",
        )
    report.page_break()


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
        report.heading("变化趋势", 2)
    report.chart(pictures.trend(evaluation, measure), f"{indicator.name}变化趋势（地区类型按各期当日名单）")
    if words := wording.restated_words(evaluation, measure):
        report.text(words)
    if measure.role is IndicatorRole.GOAL and not main:  # the first goal's answers are a chapter of their own
        report.text(wording.compare_words(measure))
        if measure.effect is not None:
            report.chart(pictures.effects(measure), "试点效果及95%可信范围")
    if main:
        report.heading("各地区最近一期", 2)
        report.chart(
            pictures.province(evaluation, measure, width=640), f"{indicator.name}分布（粗框为试点，虚框为对照）"
        )
    if main and measure.attained_by:
        report.heading("各试点地区", 2)
        report.chart(pictures.attainment(evaluation, measure, columns=2), "目标达成率")
    report.text("各期、各地区的数见附录。")


def _quality(report: Paper, evaluation: Evaluation) -> None:
    quality = evaluation.quality
    report.heading("数据质量与报送情况")
    report.text(
        f"数据质量分 {format_number(quality.total, 1)}（满分 100），由下列部分合成；质量分不参与指标计算，只决定能否下结论。"
    )
    report.table(
        ["部分", "符合 / 应有", "得分", "权重"],
        [
            [part.aspect.label, part.counted, format_number(part.points, 1), format_number(part.weight, 1)]
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
    if evaluation.restated:
        count = len(evaluation.restated)
        report.text(f"冻结之后更正和补计的数有 {count} 个，列在附录；本报告按更正后的数计算。")


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


def _lines(evaluation: Evaluation) -> dict[str, str]:
    """The key figures as printed, which the next report is compared with."""
    found = {"结论": evaluation.pilot.verdict.verdict.label if evaluation.pilot.verdict else "尚未作出"}
    for measure in evaluation.measures:
        for label, value, change in wording.key_figures(evaluation, measure):
            found[f"{measure.indicator.name}：{label}"] = f"{value}　{change}".strip()
    for part in evaluation.quality.parts:
        points = f"{format_number(part.points, 1)} / {format_number(part.weight, 1)}"
        found[f"数据质量：{part.aspect.label}"] = f"{points}（{part.counted}）"
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
            [
                *(measure.indicator.code, target.kind.value, str(target.value), target.from_period, target.region_code),
                *(target.reason, target.author, target.set_at.isoformat()),
            ]
            for measure in evaluation.measures
            for target in measure.targets
        ],
    }
