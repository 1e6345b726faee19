"""The five questions on paper: the sentences, pictures and tables of the evaluation page."""

from __future__ import annotations

import pandas as pd

from pilots import answer_pictures, answer_tables, pictures, starts
from pilots import answer_words as words
from pilots.answering import Answers, Compared
from pilots.basis import basis
from pilots.evaluation import Evaluation, Measure
from pilots.starts import Averages
from reports.paper import Paper

_ONE_COLUMN = 12  # places that the picture of distances shows below each other


def chapter(report: Paper, evaluation: Evaluation, measure: Measure, found: Answers) -> None:
    """A heading a question; nothing is computed here that the page does not show."""
    report.heading("五个问题")
    if evaluation.stretch is not None and len(evaluation.stretches) > 1:
        report.text(
            f"本章只评估“{evaluation.stretch.label}”；试点前指 {evaluation.pilot.start_on} 以前，其他阶段的数不计入。"
        )
    report.text(f"以下按目标指标“{measure.indicator.name}”逐一回答。")
    _question(report, 1, found)
    if found.compared is None:
        return
    compared = found.compared
    _question(report, 2, found)
    _distance(report, evaluation, measure, compared)
    _question(report, 3, found)
    for warning in (words.robust_words(measure.effect), words.simpson_words(measure.indicator, compared.strata)):
        if warning:
            report.note(warning, title="注意")
    report.text(f"比较方法：{measure.cause.method.label}。{measure.cause.reason}")
    if measure.cause.pre_periods >= words.PRE_TREND_PERIODS:
        report.chart(answer_pictures.before(evaluation, measure, compared.before), "试点与对照地区各期平均")
    if measure.effect is not None:
        _table(report, answer_tables.means(measure, basis(evaluation, measure)), "效果由哪些平均算成")
        _table(report, answer_tables.effects(measure), "效果、区间与检验", (2.2, 2.6, 2.7, 1.5, 1.6, 1.3, 2.4))
    if compared.starts is not None:
        _starts(report, measure, compared.starts)
    _question(report, 4, found)
    if measure.effect is not None:
        report.chart(pictures.effects(measure), "试点效果及95%可信范围")
    if len(compared.gap):
        report.chart(
            answer_pictures.gap_course(evaluation, measure, compared.gap), "发达地区与山区海岛县之差（带为95%区间）"
        )
    _question(report, 5, found)
    report.chart(answer_pictures.profile(compared.profile), "可复制性（虚框为没有数据的部分）")
    _table(report, answer_tables.profile(compared.profile), "可复制性各部分", (1.6, 1.4, 4))


def _question(report: Paper, number: int, found: Answers) -> None:
    """The sentence, then those that qualify it; warnings are printed by the chapter, as notes."""
    report.heading(words.QUESTIONS[number - 1], 2)
    report.text(found.sentences[number - 1])
    notes = [note for note in found.notes[number - 1] if not note.startswith(("不稳健", "总体与分组"))]
    if notes:
        report.text("".join(notes))


def _starts(report: Paper, measure: Measure, found: Averages) -> None:
    report.chart(starts.since_picture(measure, found), "分批启动：按启动后的时间对齐的平均效果（竖线为95%区间）")
    _table(report, starts.since_table(measure, found), "按启动后的时间", (2, 3.2, 1.4))
    report.chart(starts.calendar_picture(measure, found), "分批启动：各报送期的平均效果（带为95%区间）")
    _table(report, starts.calendar_table(measure, found), "按报送期", (2, 3.2, 1.4))


def _distance(report: Paper, evaluation: Evaluation, measure: Measure, compared: Compared) -> None:
    rows = compared.distance.rows
    tall = len(rows) > _ONE_COLUMN  # so tall a picture begins a page; the other fills the one before
    if compared.small is not None and tall:
        report.chart(answer_pictures.funnel(evaluation, measure, compared.small), "小地方的高低，多少是偶然")
    if len(rows):
        picture = answer_pictures.distance(evaluation, measure, compared.distance, columns=2 if tall else 1)
        report.chart(picture, "各试点地区从自己的起点走了多远")
    if compared.small is not None and not tall:
        report.chart(answer_pictures.funnel(evaluation, measure, compared.small), "小地方的高低，多少是偶然")


def tables(report: Paper, evaluation: Evaluation, measure: Measure, compared: Compared) -> None:
    """The long tables behind the pictures, for the appendix."""
    report.heading("五个问题的明细", 2)
    if len(compared.distance.rows):
        _table(report, answer_tables.distance(evaluation, measure, compared.distance), "离自己的起点")
    if compared.small is not None:
        frame = answer_tables.small_places(evaluation, measure, compared.small)
        _table(report, frame, "收缩后的值与波动范围", (1.7, 2, 1.4, 1.4, 2.4, 2.5, 1.8))
    if len(compared.gap):
        _table(report, answer_tables.gap_course(measure, compared.gap), "两类地区之差", (1.6, 3.2, 1.2, 3.2, 1.2))


def _table(report: Paper, frame: pd.DataFrame, caption: str, widths: tuple[float, ...] = ()) -> None:
    report.table(list(frame.columns), frame.to_numpy().tolist(), widths=widths, caption=caption)
