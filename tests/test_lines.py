"""Every picture of an indicator's figures draws the old baselines and targets beside the new ones.

`DRAWN` makes one picture of each family from figures whose lines are known, `SILENT` names the families that have
none and says why. A picture function that is in neither fails here, so that a new one cannot come without a decision.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from core.numbers import MICRO
from core.periods import Period
from core.words import Arm, Combine, Direction, IndicatorRole, Kind, Side, TargetKind
from metrics import gap_wording, pictures, ranking_wording
from metrics.figure_panel import Panel
from metrics.figure_panel import Unit as PanelUnit
from metrics.model import Indicator
from metrics.quality import score
from metrics.queries import TargetView
from metrics.ranking import By, Entry, Place
from metrics.ranking_queries import Ranking
from metrics.standings import Standing
from metrics.tracing import Point
from pilots import answer_pictures, answers, portfolio_wording
from pilots import pictures as pilot_pictures
from pilots.evaluation import Evaluation, Measure, measure
from pilots.model import Span, Unit
from pilots.portfolio import Attained, Line
from reports.figures.references import DASHES

ROOT = Path(__file__).parents[1]
RATE = Indicator(
    id=1, code="SX01", version=1, name="按时办结率", meaning="", formula="", kind=Kind.RATIO, unit="%",
    n_label="按时办结件数", d_label="应办结件数", n_unit="件", d_unit="件", factor=100, decimals=2,
    direction=Direction.HIGHER, combine_time=Combine.RATIO, combine_regions=Combine.RATIO,
)  # fmt: skip
START, PERIODS = date(2026, 4, 1), [f"2026-{month:02d}" for month in range(1, 9)]
REPLACED, LATEST = "2026-06", "2026-08"  # from then on the newer lines hold; the newest period
# Baseline 80 → 82, target 90 → 92: with their labels, whether they are targets and still in force.
LINES = {
    ("基线 80.00%（原）", False, False): 80.0,
    ("基线 82.00%", False, True): 82.0,
    ("目标 90.00%（原）", True, False): 90.0,
    ("目标 92.00%", True, True): 92.0,
}
WAY = {value: round((value - 82) * 10, 6) for value in LINES.values()}  # the same in percent of the way from 82 to 92


def target(kind: TargetKind, value: int, start: str) -> TargetView:
    return TargetView(kind, Decimal(value), start, None, "专题会商定", datetime(2026, 1, 1, tzinfo=UTC))


TARGETS = [
    target(TargetKind.BASELINE, 80, "2026-01"),
    target(TargetKind.TARGET, 90, "2026-01"),
    target(TargetKind.BASELINE, 82, REPLACED),
    target(TargetKind.TARGET, 92, REPLACED),
]


def units() -> list[Unit]:
    found = []
    for place in range(16):
        side = Side.DEVELOPED if place % 2 else Side.UNDERDEVELOPED
        arm = Arm.PILOT if place < 8 else Arm.COMPARISON
        found.append(Unit(f"u{place:02d}", f"{place}县", "县", "市", arm, side.label, side, place // 4, place % 4))
    return found


def evaluated(indicator: Indicator = RATE) -> tuple[Evaluation, Measure]:
    """Eight pilots that rise by some points at the start, eight comparison units that stay; two types of region."""
    everybody, rows = units(), []
    for place, unit in enumerate(everybody):
        for step, period in enumerate(PERIODS):
            rise = 6 if unit.arm is Arm.PILOT and period >= "2026-04" else 0
            rows.append((unit.code, period, (780 + 10 * rise + 7 * place + step) * MICRO, 1000 * MICRO, "reported", 0))
    frame = pd.DataFrame(rows, columns=["code", "period", "n", "d", "state", "unapproved"])
    frame = frame.astype({"n": "Int64", "d": "Int64"})
    sides = {(unit.code, period): unit.side for unit in everybody for period in PERIODS if unit.side}
    span = Span(START, date(2026, 12, 31))
    found = measure(
        indicator, IndicatorRole.GOAL, Decimal(2), TARGETS, frame, everybody, sides, frame[["code", "period"]], span, 0.8
    )  # fmt: skip
    places = [
        SimpleNamespace(
            code=unit.code, short_name="某县", tile_row=unit.tile_row, tile_col=unit.tile_col, group=unit.group
        )
        for unit in everybody
    ]
    pilot: Any = SimpleNamespace(name="试点", start_on=START, end_on=date(2026, 12, 31))
    whole = Evaluation(
        pilot, everybody, places, [found], pd.DataFrame(), score({}), 0, None, None, span, LATEST, 70.0,  # type: ignore[arg-type]
    )  # fmt: skip
    return whole, found


def panel(indicator: Indicator = RATE) -> Panel:
    _, found = evaluated(indicator)
    rows = found.counties
    owed = rows[["code", "period", "side"]]
    known = {unit.code: PanelUnit(unit.code, unit.name, "", unit.arm) for unit in units()}
    return Panel(1, "试点", indicator, [indicator], known, rows, owed, targets=TARGETS)


def points() -> list[Point]:
    return [
        Point(period, (80 + step) * MICRO, 100 * MICRO, Fraction(80 + step), 2, 2)
        for step, period in enumerate(PERIODS)
    ]


def ranked(by: By = By.VALUE) -> Any:
    entries = [
        Entry(f"u{n}", f"{n}县", "", "发达地区", Fraction(80 + n), Fraction(70), None, None, 1.0) for n in range(3)
    ]
    places = [Place(entry, 3 - n, 3, entry.value, 1, 3) for n, entry in enumerate(entries)]  # type: ignore[arg-type]
    return ranking_wording.picture(Ranking(panel(), LATEST, PERIODS, by, places, [], {}, False), "发达地区")


def assessed() -> Any:
    rows = [
        Standing(LATEST, "甲组", f"u{n}", f"{n}县", Decimal(125 + n), Decimal(150), Fraction(125 + n, 150), None, n, 3)
        for n in range(1, 4)
    ]
    return pictures.scores(rows, replace(RATE, code="KH01"), TARGETS)


def compared(build: Callable[[Evaluation, Measure], Any]) -> Any:
    return build(*evaluated())


def distance(evaluation: Evaluation, found: Measure) -> Any:
    return answer_pictures.distance(evaluation, found, answers.distance(evaluation, found))


def before(evaluation: Evaluation, found: Measure) -> Any:
    return answer_pictures.before(evaluation, found, answers.before(evaluation, found))


def funnel(evaluation: Evaluation, found: Measure) -> Any:
    small = answers.small_places(evaluation, found)
    assert small is not None
    return answer_pictures.funnel(evaluation, found, small)


def lines_of_pilots() -> list[Line]:
    pilot: Any = SimpleNamespace(name="试点甲")
    both = {Side.DEVELOPED.label: Attained(0.6), Side.UNDERDEVELOPED.label: Attained(0.4)}
    return [Line(pilot, RATE, LATEST, None, Decimal(82), Decimal(92), Attained(0.5), both, targets=TARGETS)]


DRAWN: dict[str, tuple[Callable[[], Any], Callable[[float], float]]] = {
    "metrics.gap_wording.groups_picture": (lambda: gap_wording.groups_picture(gap_wording.compared(panel())), float),
    "metrics.pictures.trend": (lambda: pictures.trend(RATE, points(), TARGETS, "安吉县", region_code="330523"), float),
    "metrics.pictures.scores": (assessed, lambda value: value * 1.5),  # percent of 150 points
    "metrics.ranking_wording.picture": (ranked, float),
    "pilots.answer_pictures.before": (lambda: compared(before), float),
    "pilots.answer_pictures.distance": (lambda: compared(distance), float),
    "pilots.answer_pictures.funnel": (lambda: compared(funnel), float),
    "pilots.pictures.attainment": (lambda: compared(pilot_pictures.attainment), WAY.__getitem__),
    "pilots.pictures.trend": (lambda: compared(pilot_pictures.trend), float),
}
# Pictures that tell the lines in another way: each has a test of its own below.
OTHERWISE = {
    "pilots.pictures.province": "a map has no axis: every line stands in words under its title",
    "pilots.portfolio_wording.picture": "each pilot has its own promise: a stroke in its row for each replaced line",
    "pilots.portfolio_wording.sides_picture": "each pilot has its own promise: a stroke in its row for each replaced line",
}
SILENT = {
    "awards.pictures.climb": "how many winners, one selection after another",
    "awards.pictures.counted": "how many of what was released",
    "awards.pictures.race": "how far of the promised way: the baseline is 0 %, the target 100 %, whatever was promised",
    "metrics.composite_pictures.totals": "an index is put together from many indicators; nothing is promised for it",
    "metrics.gap_wording.gap_picture": "a difference between two groups; what is promised are levels",
    "metrics.pictures.quality": "the quality of the data; its one line is the score that a verdict needs",
    "metrics.pictures.ranks": "places, not figures",
    "pilots.answer_pictures.gap_course": "a difference between two groups; what is promised are levels",
    "pilots.answer_pictures.profile": "points of a profile",
    "pilots.pictures.completeness": "whether returns came in",
    "pilots.pictures.effects": "a difference between changes; what is promised are levels",
    "pilots.plan_pictures.timeline": "milestones of a plan",
    "pilots.promotion_wording.cover_map": "which counties have taken a pilot over",
    "pilots.promotion_wording.cover_trend": "how many counties have taken a pilot over",
    "pilots.starts.calendar_picture": "a difference between changes; what is promised are levels",
    "pilots.starts.since_picture": "a difference between changes; what is promised are levels",
}
ROOMS = ("awards", "challenges", "metrics", "panels", "pilots", "regions", "scenarios")
# Rooms below the indicators, and what they draw instead: marks of judges, needs, data, duties, groups of regions.
WITHOUT_INDICATORS = ("panels", "regions", "scenarios")


def rules(spec: dict[str, Any]) -> list[tuple[tuple[int, ...], list[dict[str, Any]]]]:
    """(dash, rows) of every layer of baselines or targets, wherever in the picture."""
    found = []

    def walk(part: Any) -> None:
        if isinstance(part, list):
            for item in part:
                walk(item)
        elif isinstance(part, dict):
            mark = part.get("mark")
            rows = spec["datasets"].get(part.get("data", {}).get("name", ""), [])
            if isinstance(mark, dict) and mark["type"] == "rule" and rows and "is_target" in rows[0]:
                found.append((tuple(mark["strokeDash"]), rows))
            for key in ("layer", "hconcat", "vconcat"):
                walk(part.get(key))

    walk(spec)
    return found


def labels(spec: dict[str, Any]) -> set[str]:
    """Every label that is written beside a line."""
    return {
        str(row["label"]) for rows in spec["datasets"].values() for row in rows if "align" in row and "label" in row
    }


@pytest.mark.parametrize("name", DRAWN)
def test_old_and_new_lines_are_drawn_labelled_and_told_apart_by_their_dash(name: str) -> None:
    build, scale = DRAWN[name]
    spec = build().to_dict()
    seen = {
        (row["label"], row["is_target"], row["current"]): (dash, round(row["value"], 6))
        for dash, rows in rules(spec)
        for row in rows
    }
    expected = {key: (DASHES[key[1:]], round(scale(value), 6)) for key, value in LINES.items()}
    if name == "metrics.ranking_wording.picture":
        assert {row["label"] for _, rows in rules(ranked(By.CHANGE).to_dict()) for row in rows} == {"没有变化"}
    assert seen == expected
    assert labels(spec) == {label for label, *_ in LINES}
    assert len(set(DASHES.values())) == 4


def test_a_map_says_every_line_under_its_title() -> None:
    title = compared(pilot_pictures.province).to_dict()["title"]
    assert title["subtitle"] == "基线 80.00%（原）　基线 82.00%　目标 90.00%（原）　目标 92.00%"


@pytest.mark.parametrize(
    ("build", "rows"),
    [(portfolio_wording.picture, ["试点甲"]), (portfolio_wording.sides_picture, ["试点甲·发达", "试点甲·山区"])],
)
def test_each_pilots_replaced_lines_are_strokes_in_its_rows(build: Callable[..., Any], rows: list[str]) -> None:
    sets = build(lines_of_pilots()).to_dict()["datasets"].values()
    marks = [row for found in sets for row in found if "at" in row and str(row.get("label", "")).endswith("（原）")]
    assert [(row["name"], row["label"], row["at"]) for row in marks] == [
        (name, label, pytest.approx(WAY[value])) for name in rows for (label, _, now), value in LINES.items() if not now
    ]


def test_what_is_promised_for_a_sum_is_said_to_be_and_is_no_line_of_its_parts() -> None:
    """Where places are added up, one place, one group or a mean has no part in the promise."""
    added = replace(RATE, kind=Kind.COUNT, combine_regions=Combine.SUM, factor=1, unit="件")
    spec = pilot_pictures.trend(*evaluated(added)).to_dict()
    assert {row["label"] for _, rows in rules(spec) for row in rows} == {
        "基线 80.00件（原），试点合计", "基线 82.00件，试点合计", "目标 90.00件（原），试点合计", "目标 92.00件，试点合计",
    }  # fmt: skip
    assert pictures.of_means(added, TARGETS, PERIODS) == []
    assert pictures.of_places(added, TARGETS, LATEST) == []


def test_every_family_of_pictures_has_decided() -> None:
    """Functions that return a picture, and those that draw one without saying so."""
    found = set()
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            drawn = "reports.figures.common" in text
            if not drawn and "alt." not in text:
                continue
            tree = ast.parse(text)
            for item in tree.body:
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                    returns = "" if item.returns is None else ast.unparse(item.returns)
                    called = {ast.unparse(node.func) for node in ast.walk(item) if isinstance(node, ast.Call)}
                    if (drawn and returns == "Figure") or called & {"alt.layer", "alt.Chart", "alt.hconcat"}:
                        found.add(".".join((*path.relative_to(ROOT).with_suffix("").parts, item.name)))
    indicators = {name for name in found if not name.startswith(WITHOUT_INDICATORS)}
    assert indicators == DRAWN.keys() | OTHERWISE.keys() | SILENT.keys()
    assert not DRAWN.keys() & SILENT.keys()


def test_a_line_of_later_is_not_drawn_before_it_is_promised() -> None:
    assert [line.label for line in pictures.standing(RATE, TARGETS, str(Period.parse(REPLACED).shift(-1)))] == [
        "基线 80.00%", "目标 90.00%",
    ]  # fmt: skip
