"""Golden competitions, stored as files with what must come out, whatever the order in which their sheets came."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from core.words import PanelRule
from panels import health, sensitivity
from panels.outcome import Case, Marked, Outcome, compute
from panels.rubric import Criterion, Rubric

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


def case(told: dict[str, Any], seed: int | None = None) -> tuple[Case, list[str]]:
    """The case of a file, and the names of its entries by id; `seed` shuffles everything that has no order."""
    names = list(told["sheets"])
    rubric = Rubric(tuple(Criterion(code, code, weight * 100) for code, weight in told["criteria"]))
    judges = list(range(1, 1 + max(len(given) for given in told["sheets"].values())))
    sheets = []
    for entry, name in enumerate(names):
        for judge, given in zip(judges, told["sheets"][name], strict=False):
            if given is not None:
                each = given if isinstance(given, list) else [given] * len(told["criteria"])
                marks = {code: mark * 100 for (code, _), mark in zip(told["criteria"], each, strict=True)}
                sheets.append(Marked(entry, judge, rubric.weighted(marks), marks))
    entries = list(range(len(names)))
    if seed is not None:
        for order in (entries, judges, sheets):
            random.Random(seed).shuffle(order)
    made = Case(
        rubric,
        PanelRule(told["rule"]),
        told["quorum"],
        told["places"],
        tuple(told["tie_keys"]),
        tuple(entries),
        tuple(judges),
        tuple(sheets),
    )
    return made, names


def found(outcome: Outcome, names: list[str]) -> dict[str, list[Any]]:
    return {names[line.entry]: [line.rank, None if line.score is None else str(line.score)] for line in outcome.lines}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [None, 1])
def test_a_golden_competition(path: Path, seed: int | None) -> None:
    told = json.loads(path.read_text(encoding="utf-8"))
    made, names = case(told, seed)
    outcome = compute(made)
    expected = {name: [rank, score and str(Fraction(score))] for name, (rank, score) in told["expected"].items()}
    assert found(outcome, names) == expected
    ranks = [line.rank for line in outcome.lines]
    assert ranks == sorted(ranks, key=lambda rank: (rank is None, rank))
    assert sorted(names[line.entry] for line in outcome.at_cut) == sorted(told["at_cut"])
    assert sorted(names[line.entry] for line in outcome.lines if line.few) == told["few"]
    for line in outcome.lines:
        name = names[line.entry]
        if line.rank is not None:
            assert line.low is not None and line.high is not None
            assert line.low <= line.rank <= line.high
        if "decided" in told:
            assert line.decided_by == told["decided"][name]
        if "adjusted" in told:
            assert line.adjusted == pytest.approx(told["adjusted"][name])
    variants = sensitivity.variants(made, outcome.first)
    if "changing" in told:
        changing = [variant.name or f"judge {variant.judge}" for variant in variants if variant.changes]
        assert sorted(changing) == sorted(told["changing"])
    assert health.examine(made, outcome, variants).agreement.sentence


def test_the_files_are_all_there() -> None:
    assert len(FILES) == 9


def test_weights_are_moved_in_proportion() -> None:
    weights = {"a": 3000, "b": 5000, "c": 2000}
    moved = sensitivity.reweighed(weights, "a", 500)
    assert moved is not None
    total = sum(moved.values())
    assert {code: Fraction(weight, total) for code, weight in moved.items()} == {
        "a": Fraction(35, 100),
        "b": Fraction(65, 100) * Fraction(5, 7),
        "c": Fraction(65, 100) * Fraction(2, 7),
    }
    assert sensitivity.reweighed({"a": 500, "b": 9500}, "a", -500) is None


def test_last_years_marks_under_other_weights() -> None:
    told = {
        "criteria": [["need", 50], ["effect", 50]],
        "rule": "mean",
        "quorum": 1,
        "places": 1,
        "tie_keys": [],
        "sheets": {"A": [[90, 60]], "B": [[60, 80]]},
    }
    made, _ = case(told)
    assert sensitivity.replay(made) == {0: 1, 1: 2}
    assert sensitivity.replay(made, {"need": 2000, "effect": 8000}) == {0: 2, 1: 1}


def test_the_health_card_in_words() -> None:
    """One judge is strict, one gives the same to all, one orders the other way round."""
    told = {
        "criteria": [["all", 100]],
        "rule": "mean",
        "quorum": 1,
        "places": 1,
        "tie_keys": [],
        "sheets": {"A": [90, 80, 85, 50], "B": [80, 70, 85, 60], "C": [70, 60, 85, 80]},
    }
    made, _ = case(told)
    outcome = compute(made)
    card = health.examine(made, outcome, sensitivity.variants(made, outcome.first))
    notes = {judge.judge: judge.notes for judge in card.judges}
    assert notes[3][0] == "比评审组偏宽 10.4 分"
    assert "所有项目都打了同一个分，分不出高下" in notes[3]
    assert "排序与其他评委相反" in notes[4]
    assert card.agreement.low
    assert card.warnings == ["一致程度低，建议逐项合议后再定。"]
    assert "分歧很大" in card.agreement.sentence
