"""What the public is told of a pilot: the frozen basis of its verdict in plain words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from core.numbers import MISSING
from core.periods import Period
from core.words import Arm, ValueState, Verdict
from metrics.model import Indicator

HIDDEN = "按规定不公开"
CLOSED = "有的数据按规定不公开，依据的数字不在这里列出。"
# What a verdict means for whoever scanned a code at the village office.
PLAIN = {
    Verdict.PROMOTE: "试点有用，可以在更多地方用起来。",
    Verdict.PROMOTE_IF: "试点有用，但只适合一部分地方，或者要先补齐条件。",
    Verdict.CONTINUE: "现在还看不准，接着试。",
    Verdict.IMPROVE: "有做得不够的地方，改进以后再试。",
    Verdict.STOP: "没有达到预期，不再试了。",
    Verdict.UNKNOWN: "数据还不够，现在不能下结论。",
}


def content(
    about: Mapping[str, str],
    inputs: Mapping[str, Any],
    definition: Callable[[str, int], Indicator | None],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """What is kept with a release. `about`: name, code, scenario, summary, lead, from, to, promise, verdict, plain,
    sentence, next, decided. `inputs`: the verdict's frozen copy, of which only sums go out, never a county's own figure.
    `definition` gives an indicator by code and version, `names` a county by code."""
    units = inputs.get("units", ())
    closed = any(state == ValueState.SUPPRESSED for item in inputs.get("measures", ()) for *_, state in item["values"])
    return {
        **about,
        # How much changed would give away what is hidden, as a sum over it would
        "sentence": CLOSED if closed else about.get("sentence", ""),
        "as_of": inputs.get("as_of", ""),
        "counties": [[names.get(code, code), group] for code, arm, group in units if arm == Arm.PILOT.value],
        "codes": [code for code, arm, _ in units if arm == Arm.PILOT.value],
        "compared": sum(arm != Arm.PILOT.value for _, arm, _ in units),
        "measures": [
            _measure(found, item)
            for item in inputs.get("measures", ())
            if (found := definition(item["indicator"], item["version"])) is not None
        ],
    }


def _measure(indicator: Indicator, item: Mapping[str, Any]) -> dict[str, Any]:
    value = indicator.value(item["n"], item["d"])
    hidden = any(
        period == item["latest"] and state == ValueState.SUPPRESSED for _, period, _, _, state in item["values"]
    )
    return {
        "name": indicator.name,
        "meaning": indicator.meaning,
        "better": indicator.direction.label,
        "period": Period.parse(item["latest"]).label if item["latest"] else "",
        # A sum over a suppressed value would give it away to whoever knows the others.
        "value": HIDDEN if hidden else MISSING if value is None else indicator.show(value),
        "baseline": _shown(indicator, item["baseline"]),
        "target": _shown(indicator, item["target"]),
        "reported": item["coverage"][0],
        "due": item["coverage"][1],
    }


def _shown(indicator: Indicator, text: str | None) -> str:
    return MISSING if text is None else indicator.show(Decimal(text))


def average(stars: Sequence[int]) -> str:
    """Mean of the stars with one place, exactly rounded; “–” for none."""
    return mean(sum(stars), len(stars))


def mean(total: int, count: int) -> str:
    """As `average`, of stars that were added up."""
    if not count:
        return MISSING
    tenths = (20 * total + count) // (2 * count)
    return f"{tenths // 10}.{tenths % 10}"
