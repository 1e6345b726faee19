"""What a verdict rested on, kept as plain JSON, and what has changed since. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pilots import judging
from pilots.decision import Decision, decide
from pilots.evaluation import Evaluation
from pilots.evidence import kept, restored


def frozen(evaluation: Evaluation) -> dict[str, Any]:
    """Figures, counts and targets, exact where they are exact, and the evidence that the rules were asked about."""
    goal = evaluation.goal
    return {
        "as_of": evaluation.as_of.isoformat(),
        "phase": evaluation.stretch.label if evaluation.stretch else "",
        "evidence": None if goal is None or evaluation.own_only else kept(judging.evidence_of(evaluation, goal)),
        "quality": [[part.aspect.value, str(part.n), part.m, str(part.weight)] for part in evaluation.quality.parts],
        "units": [[unit.code, unit.arm.value, unit.group] for unit in evaluation.units],
        "measures": [
            {
                "indicator": measure.indicator.code,
                "version": measure.indicator.version,
                "latest": measure.latest,
                "n": measure.n,
                "d": measure.d,
                "coverage": list(measure.coverage),
                "baseline": None if measure.baseline is None else str(measure.baseline),
                "target": None if measure.target is None else str(measure.target),
                "values": [
                    [row.code, row.period, _int(row.n), _int(row.d), row.state] for row in measure.counties.itertuples()
                ],
            }
            for measure in evaluation.measures
        ],
    }


def digest(inputs: Mapping[str, Any]) -> str:
    """The fingerprint under which they are kept."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def replayed(inputs: Mapping[str, Any]) -> Decision | None:
    """What today's rules say of the evidence of then; None for verdicts from before evidence was kept."""
    return decide(restored(inputs["evidence"])) if inputs.get("evidence") else None


@dataclass(frozen=True)
class Changed:
    """One county's value that is not what it was: (n, d, state) then and now, None for none."""

    indicator: str
    period: str
    code: str
    then: tuple[int | None, int | None, str] | None
    now: tuple[int | None, int | None, str] | None


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Changed]:
    """Values that were corrected, added or withdrawn in the periods the verdict knew; later periods are no
    changes. By period, indicator and county."""
    before, after = _values(then), _values(now)
    last = max((period for _, period, _ in before), default="")
    found = [
        Changed(*key, before.get(key), after.get(key))
        for key in before.keys() | {key for key in after if key[1] <= last}
        if before.get(key) != after.get(key)
    ]
    return sorted(found, key=lambda item: (item.period, item.indicator, item.code))


def later(then: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    """How many periods came after what the verdict knew."""
    last = max((period for _, period, _ in _values(then)), default="")
    return len({period for _, period, _ in _values(now) if period > last})


def _values(inputs: Mapping[str, Any]) -> dict[tuple[str, str, str], tuple[int | None, int | None, str]]:
    return {
        (measure["indicator"], period, code): (n, d, state)
        for measure in inputs.get("measures", ())
        for code, period, n, d, state in measure["values"]
    }


def _int(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
