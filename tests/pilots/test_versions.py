"""A definition changes while a pilot runs: joined with a stated factor, otherwise a break and no comparison."""

from __future__ import annotations

import pytest

from core.periods import Period
from core.validation import checked
from core.words import Arm
from metrics import defined, definition_service, definitions
from metrics.definition_schemas import DefinitionIn, RevisionIn
from pilots import answer_pictures, answers, exports, pictures, queries, report
from pilots.evaluation import Evaluation, Measure
from printing import making
from tests.pilots.support import DEVELOPED, fill, indicator, running
from tests.support import Cast

CHANGE = "2026-01"


def changed(cast: Cast, factor: str | None) -> tuple[Evaluation, Measure]:
    """The pilots rise from 80 to 90 at the start. From January on the definition counts half as much, so the
    same work is reported as 45."""
    pilot_id = running(cast, pilots=DEVELOPED[:3], comparisons=DEVELOPED[5:8])

    def share(arm: Arm, after: bool) -> int:
        return 90 if arm is Arm.PILOT and after else 80

    fill(pilot_id, lambda code, arm, period, after: (share(arm, after), 100), before=CHANGE)
    old = defined.indicator(indicator("SX01"))
    assert old is not None
    definition_service.revise(
        cast.li_staff,
        old.id,
        checked(DefinitionIn, **(definitions.entered(old).model_dump() | {"limits": "只计实际办结的。"})),
        checked(
            RevisionIn,
            changed="只计实际办结的事项。",
            reason="审计发现口径过宽。",
            valid_from=CHANGE,
            comparable=factor,
        ),
    )

    def halved(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int] | None:
        return (share(arm, after), 200) if str(period) >= CHANGE else None

    fill(pilot_id, halved, version=2)
    evaluation = queries.evaluate(cast.li_staff, pilot_id)
    assert evaluation is not None and evaluation.goal is not None
    return evaluation, evaluation.goal


def test_with_a_factor_the_series_goes_on(cast: Cast) -> None:
    _, goal = changed(cast, "0.5")
    assert goal.indicator.version == 2
    pilots = goal.groups[(goal.groups.arm == Arm.PILOT) & (goal.groups.side == "")].set_index("period")
    assert pilots.value["2025-06"] == 40  # 80 in the new terms
    assert pilots.value["2025-12"] == pilots.value["2026-01"] == 45
    assert goal.effect is not None
    assert goal.effect.estimate == pytest.approx(5)
    assert [goal.baseline, goal.target] == [40, 45]
    assert goal.attained == pytest.approx(1.0)
    assert len(goal.versions) == 2


def test_without_a_factor_nothing_is_compared_across_the_break(cast: Cast) -> None:
    evaluation, goal = changed(cast, None)
    pilots = goal.groups[(goal.groups.arm == Arm.PILOT) & (goal.groups.side == "")].set_index("period")
    assert pilots.value["2025-12"] == 90  # drawn as it was reported
    assert pilots.run.to_dict()["2025-12"] == 1
    assert goal.effect is None or goal.effect.estimate != goal.effect.estimate  # nothing from before to compare with
    assert goal.value == 45
    assert goal.baseline is None
    assert goal.target is None
    assert goal.attained is None
    assert evaluation.decision is not None


@pytest.mark.parametrize(
    "factor, words, segments, lines",
    [
        (None, "第2版口径（与前不可比）", {"0", "1"}, {"目标 90.00%（原口径）", "基线 80.00%（原口径）"}),
        (
            "0.5",
            "第2版口径（此前 ×0.5）",
            {"0"},
            {"目标 45.00%", "目标 45.00%（原）", "基线 40.00%", "基线 40.00%（原）"},
        ),
    ],
)
def test_the_picture_says_where_the_definition_changed(
    cast: Cast, factor: str | None, words: str, segments: set[str], lines: set[str]
) -> None:
    evaluation, goal = changed(cast, factor)
    sets = pictures.trend(evaluation, goal).to_dict()["datasets"].values()
    assert words in str(sets)
    sides = answer_pictures.before(evaluation, goal, answers.before(evaluation, goal)).to_dict()["datasets"].values()
    promised = {row["label"] for rows in sides for row in rows if "thick" in row}
    assert promised == (lines if factor else set())  # only comparable periods are in it, and no line of before them
    points = next(rows for rows in sets if "segment" in rows[0])
    assert {row["segment"] for row in points} == segments
    assert {row["label"] for rows in sets for row in rows if "thick" in row} == lines


def test_the_report_and_the_file_tell_the_versions_apart(cast: Cast) -> None:
    evaluation, _ = changed(cast, None)
    made = making.of(cast.li_staff, report.KIND, report.Inputs(evaluation, None, None))
    assert made.data.startswith(b"%PDF")
    text = exports.csv(cast.li_staff, evaluation.pilot.id).decode("utf-8-sig")
    assert "第1版" in text
    assert "第2版" in text
