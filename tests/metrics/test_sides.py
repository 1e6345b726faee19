"""Two groups side by side: figures and errors on plain frames, sentences for each case and its neighbour, and
the list of counties as it was on the day."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core.numbers import MICRO
from core.words import Arm, Combine, Direction, Kind, Side, TargetKind
from db import issuing
from db.session import read
from db.tables import ReportIssue, Rollup
from metrics import gap_exports as exports
from metrics import gap_queries as queries
from metrics import gap_wording, sides
from metrics.figure_panel import ListChange, Panel, Unit
from metrics.model import Indicator
from metrics.queries import TargetView
from regions import queries as regions_queries
from regions import service as regions
from tests.conftest import Page

RATE = Indicator(
    id=1, code="SX01", version=1, name="按时办结率", meaning="", formula="", kind=Kind.RATIO, unit="%",
    n_label="", d_label="", n_unit="", d_unit="", factor=100, decimals=2, direction=Direction.HIGHER,
    hard_min=None, hard_max=None, plausible_min=None, plausible_max=None,
    combine_time=Combine.RATIO, combine_regions=Combine.RATIO,
)  # fmt: skip
DEVELOPED, MOUNTAIN = Side.DEVELOPED.label, Side.UNDERDEVELOPED.label
Groups = Mapping[str, Sequence[tuple[int, int] | None]]


def panel(periods: Mapping[str, Groups], indicator: Indicator = RATE) -> Panel:
    """period → side → (n, d) of each county, None for one that owed and did not report."""
    rows, owed = [], []
    for period, groups in periods.items():
        for side, values in groups.items():
            for place, value in enumerate(values):
                code = f"{side[0]}{place}"
                owed.append((code, period, side))
                if value:
                    n, d = value
                    own = n / d * indicator.factor
                    rows.append((1, code, period, n * MICRO, d * MICRO, "reported", side, own, own, 0))
    names = ["indicator_id", "code", "period", "n", "d", "state", "side", "own", "value", "run"]
    frame = pd.DataFrame(rows, columns=names).astype({"n": "Int64", "d": "Int64"})
    units = {code: Unit(code, f"{code}县", "", Arm.PILOT) for code, *_ in owed}
    due = pd.DataFrame(owed, columns=["code", "period", "side"])
    return Panel(1, "试点", indicator, [indicator], units, frame, due)


def found(periods: Mapping[str, Groups], indicator: Indicator = RATE) -> gap_wording.Comparison:
    return gap_wording.compared(panel(periods, indicator))


CLEAR: Groups = {DEVELOPED: [(90, 100), (92, 100), (178, 200)], MOUNTAIN: [(70, 100), (72, 100), (35, 50)]}
UNCLEAR: Groups = {DEVELOPED: [(90, 100), (60, 100), (178, 200)], MOUNTAIN: [(70, 100), (95, 100), (35, 50)]}


def test_a_group_is_its_sums_and_its_error_that_of_counties() -> None:
    (point,) = found({"2026-10": CLEAR}).points
    assert point.first.value == Fraction(360, 400) * 100  # not (90 + 92 + 89) / 3
    assert (point.first.n, point.first.d) == (360 * MICRO, 400 * MICRO)
    rest = np.array([90 - 90, 92 - 90, 178 - 180.0])
    assert point.first.se == pytest.approx(math.sqrt(3 / 2 * float(rest @ rest)) / 400 * 100)
    assert point.gap is not None
    assert point.gap.estimate == pytest.approx(90 - 70.8)
    assert point.gap.se == pytest.approx(math.hypot(point.first.se, point.second.se))


def test_without_a_denominator_counties_are_averaged() -> None:
    count = dataclasses.replace(RATE, kind=Kind.COUNT, factor=1, unit="件", combine_regions=Combine.SUM)
    made = panel({"2026-10": {DEVELOPED: [(4, 1), (8, 1)], MOUNTAIN: [(1, 1), (2, 1), (3, 1)]}}, count)
    made.rows["d"] = pd.NA
    (point,) = gap_wording.compared(made).points
    assert (point.first.value, point.second.value) == (Fraction(6), Fraction(2))  # sums would compare 2 counties with 3
    assert point.second.se == pytest.approx(1 / math.sqrt(3))


@pytest.mark.parametrize(
    ("groups", "direction", "said"),
    [
        (CLEAR, Direction.HIGHER, "山区海岛县落后 19.20个百分点，差别是清楚的。"),
        (CLEAR, Direction.LOWER, "发达地区落后 19.20个百分点，差别是清楚的。"),
        (UNCLEAR, Direction.HIGHER, "山区海岛县落后 2.00个百分点，但可信范围包含零，还不能说两类地区真有差别。"),
        ({DEVELOPED: [(8, 10)], MOUNTAIN: [(7, 10)]}, Direction.HIGHER, "山区海岛县落后 10.00个百分点；地区太少，说不准差别是否偶然。"),
        ({DEVELOPED: [(8, 10), (9, 10)], MOUNTAIN: [(9, 10), (8, 10)]}, Direction.HIGHER, "两类地区持平。"),
    ],
)  # fmt: skip
def test_the_sentence_for_each_case(groups: Groups, direction: Direction, said: str) -> None:
    words = gap_wording.sentence(found({"2026-10": groups}, dataclasses.replace(RATE, direction=direction)))
    assert words.startswith("2026年10月，发达地区“按时办结率”为")
    assert words.endswith(said)


def test_no_sentence_rests_on_a_period_that_few_reported() -> None:
    """Four of five is enough, three of four is not."""
    few = {**CLEAR, MOUNTAIN: [*CLEAR[MOUNTAIN], None]}
    enough = {**CLEAR, MOUNTAIN: [*CLEAR[MOUNTAIN], (71, 100), None]}
    both = found({"2026-09": enough, "2026-10": few})
    assert [point.incomplete for point in both.points] == [False, True]
    assert gap_wording.sentence(both).startswith("2026年9月")
    assert "不完整" in gap_wording.rows(both).iloc[0][f"{MOUNTAIN}已报"]
    assert gap_wording.sentence(found({"2026-10": few})) == (
        "“按时办结率”还没有一期两类地区都报齐（不少于八成），暂不能比较。"
    )


def test_closing_widening_and_not_known() -> None:
    near = {DEVELOPED: [(90, 100), (92, 100), (178, 200)], MOUNTAIN: [(85, 100), (87, 100), (43, 50)]}
    closing = gap_wording.trend_sentence(found({"2025-10": CLEAR, "2026-10": near}))
    assert closing == "与一年前相比，差距缩小了 15.20个百分点，缩小是清楚的。"
    widening = gap_wording.trend_sentence(found({"2025-09": near, "2026-10": CLEAR}))
    assert widening == "与2025年9月相比，差距扩大了 15.20个百分点，扩大是清楚的。"
    assert "还看不清" in gap_wording.trend_sentence(found({"2025-10": UNCLEAR, "2026-10": near}))
    assert gap_wording.trend_sentence(found({"2025-10": CLEAR, "2026-10": CLEAR})) == "与一年前相比，差距没有变化。"
    assert "看不出" in gap_wording.trend_sentence(found({"2026-10": CLEAR}))
    # Ahead before, behind now: the gap's size is what closes or widens.
    turned = {DEVELOPED: CLEAR[MOUNTAIN], MOUNTAIN: CLEAR[DEVELOPED]}
    assert "扩大了 38.40个百分点" in gap_wording.trend_sentence(found({"2025-10": turned, "2026-10": CLEAR}))


def test_a_changed_list_is_marked_and_named() -> None:
    change = ListChange(date(2026, 5, 28), 25, 22, (), ("永嘉县",))
    made = dataclasses.replace(panel({"2025-10": CLEAR, "2026-05": CLEAR, "2026-10": CLEAR}), changes=[change])
    both = gap_wording.compared(made, made)
    assert both.marks == [(date(2026, 5, 1), "名单 25→22")]
    assert "其间名单有调整（永嘉县）；若两期都按最新名单计算" in gap_wording.trend_sentence(both)
    before = dataclasses.replace(change, day=date(2025, 9, 1))
    earlier = gap_wording.compared(dataclasses.replace(made, changes=[before]))
    assert earlier.marks == []  # before the first period there is nothing to mark
    assert "名单" not in gap_wording.trend_sentence(earlier)


def test_the_figures_are_the_stored_sums(demo_house: object) -> None:
    """Every group and period: Σn and Σd as the roll-ups have them."""
    got = queries.comparison(OPERATOR, 1, "SX01")
    assert got is not None
    ours = {
        (point.period, name): (figure.n, figure.d, figure.reported, figure.expected)
        for point in got.points
        for name, figure in ((DEVELOPED, point.first), (MOUNTAIN, point.second))
    }
    with read() as session:
        stored = session.exec(
            select(Rollup).where(
                Rollup.collection_id == 1,
                Rollup.indicator_id == got.indicator.id,
                Rollup.scope_code == "330000",
                Rollup.group_name != "",
            )
        ).all()
    assert {(row.period, row.group_name): (row.n, row.d, row.reported, row.expected) for row in stored} == ours


def test_reclassifying_a_county_changes_no_figure_of_before(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    before = {point.period: point for point in _points(li)}
    spell = next(
        spell
        for spell in regions_queries.membership_history("330000")
        if spell.region_code == "331127" and spell.valid_to is None
    )
    regions.end_membership(li, spell.id, date(2025, 12, 30), "浙政办发〔2025〕99号")
    after = {point.period: point for point in _points(li)}
    changed = [period for period in after if after[period] != before[period]]
    assert changed == [period for period in after if period >= "2025-12"]
    assert after["2025-12"].second.expected == before["2025-12"].second.expected - 1
    got = queries.comparison(li, 1, "SX01")
    assert got is not None
    assert got.marks[-1] == (date(2025, 12, 1), "名单 22→21")
    latest = queries.comparison(li, 1, "SX01", None, queries.LATEST)
    assert latest is not None
    assert {point.second.expected for point in latest.points} <= {20, 21}  # 21 in every period; some are excused


def _points(actor: Actor) -> list[sides.GapPoint]:
    got = queries.comparison(actor, 1, "SX01")
    assert got is not None
    return list(got.points)


def test_the_page_answers_in_one_sentence(page: Page, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    app = page("gap", li, gap_collection=1)
    assert not app.exception
    got = queries.comparison(li, 1, "SX01")
    assert got is not None
    assert app.markdown[0].value.replace("\\", "") == f"#### {gap_wording.sentence(got)}"
    assert [metric.label for metric in app.metric] == [DEVELOPED, MOUNTAIN, "差距", "差距的变化"]
    app.selectbox(key="gap_arm").set_value("试点地区").run()
    assert app.metric[1].value != gap_wording.key_figures(got)[1][1]


def test_the_files(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    assert exports.workbook(li, 1, "SX01")[:2] == b"PK"
    first = exports.report(li, 4)
    assert exports.report(li, 4) == first  # the same number, time and bytes
    exports.report(li, 4, Arm.PILOT)
    with read() as session:
        kept = session.exec(select(ReportIssue).where(col(ReportIssue.kind).startswith("gap:"))).all()
    assert [(row.kind, row.subject_id) for row in kept] == [("gap:all:current", 4), ("gap:pilot:current", 4)]
    found = issuing.verify(kept[1].number, kept[1].inputs_hash[:12])
    assert found is not None and found.issue.restates == ""  # another cut restates nothing


def test_both_groups_are_drawn_with_the_old_line_and_the_new() -> None:
    """A replaced line stays in the picture, lighter; what was promised for a sum is no line for a mean."""

    def labels(indicator: Indicator) -> set[str]:
        goals = [
            TargetView(TargetKind.TARGET, Decimal(value), start, None, "理由", datetime(2026, 9, 1, tzinfo=UTC))
            for value, start in ((90, "2026-09"), (85, "2026-11"))
        ]
        shown = found({"2026-10": CLEAR, "2026-11": CLEAR, "2026-12": CLEAR}, indicator)
        shown = dataclasses.replace(shown, panel=dataclasses.replace(shown.panel, targets=goals))
        sets = gap_wording.groups_picture(shown).to_dict()["datasets"].values()
        return {row["label"] for rows in sets for row in rows if str(row.get("label", "")).startswith("目标")}

    assert labels(RATE) == {"目标 90.00%（原）", "目标 85.00%"}
    assert labels(dataclasses.replace(RATE, combine_regions=Combine.SUM)) == set()
