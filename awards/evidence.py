"""An entry's evidence pack as plain JSON: made from an evaluation, said in words, compared with today's. Pure.

A pack has the shape of a verdict's frozen inputs (`pilots.freezing`) where both hold values, so that the same comparison
finds what was corrected, added or withdrawn in the periods it knew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from core.numbers import MISSING, format_number
from core.periods import Period
from core.words import ValueState
from pilots import freezing
from pilots.evaluation import Evaluation, Measure
from pilots.freezing import Changed
from pilots.releasing import HIDDEN

LAYOUT = 1

MOST = 1_200_000  # millionths: what goes beyond 120 % of the promised way counts no more
_SHOWN = 3500  # letters of a judge's summary


def pack(
    evaluation: Evaluation, code: str, verdict: Mapping[str, str] | None, lacking: Sequence[str]
) -> dict[str, Any]:
    """The evidence of the county `code` in a pilot; `lacking` are sensitive uses without an impact assessment."""
    pilot = evaluation.pilot
    unit = next(unit for unit in evaluation.units if unit.code == code)
    quality = evaluation.quality
    return {
        "layout": LAYOUT,
        "as_of": evaluation.as_of.isoformat(),
        "pilot": {
            "code": pilot.code,
            "name": pilot.name,
            "scenario": pilot.scenario,
            "scenario_version": pilot.scenario_version,
        },
        "county": {"code": code, "name": unit.name},
        "since": evaluation.span.first_post,
        "measures": [_measure(measure, evaluation, code) for measure in evaluation.measures],
        "quality": {
            "total": None if quality.total is None else f"{quality.total.numerator}/{quality.total.denominator}",
            "shown": format_number(quality.total, 1),
            "parts": [[part.aspect.label, str(part.n), part.m] for part in quality.parts],
        },
        "verdict": dict(verdict) if verdict else None,
        "lacking": list(lacking),
    }


def _measure(measure: Measure, evaluation: Evaluation, code: str) -> dict[str, Any]:
    rows = measure.counties[measure.counties.code == code].sort_values("period")
    after = rows[(rows.period >= evaluation.span.first_post) & rows.n.notna()]
    last = after.iloc[-1] if len(after) else None
    share = measure.attained_by.get(code)
    indicator = measure.indicator
    return {
        "indicator": indicator.code,
        "name": indicator.name,
        "version": indicator.version,
        "role": measure.role.value,
        "cadence": indicator.cadence.value,
        "baseline": None if measure.baseline is None else str(measure.baseline),
        "target": None if measure.target is None else str(measure.target),
        "latest": None if last is None else str(last.period),
        "shown": MISSING if last is None else indicator.show(float(last.value)),
        "periods": len(after),
        "attained": None if share is None else max(0, min(MOST, round(share * 1_000_000))),
        "values": [[row.code, row.period, _int(row.n), _int(row.d), row.state] for row in rows.itertuples()],
    }


def _int(value: Any) -> int | None:
    return None if value is None or pd.isna(value) else int(value)


def goal(kept: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first goal indicator of a pack."""
    return next((measure for measure in kept["measures"] if measure["role"] == "goal"), None)


def objective(kept: Mapping[str, Any]) -> int | None:
    """The raw figure of the objective part: how far of the promised way, in millionths."""
    found = goal(kept)
    return None if found is None else found["attained"]


def shortfalls(kept: Mapping[str, Any], cycles: int, quality_floor: int) -> list[str]:
    """What the evidence still lacks before an entry can be handed in, one sentence each."""
    found = goal(kept)
    said = []
    if found is None:
        said.append("这个试点没有目标指标")
    elif found["periods"] < cycles:
        said.append(f"“{found['name']}”实施后只有 {found['periods']} 个完整报送期，至少需要 {cycles} 个")
    total = kept["quality"]["total"]
    if total is None:
        said.append("没有数据质量分")
    else:
        top, bottom = (int(part) for part in total.split("/"))
        if top < quality_floor * bottom:
            said.append(f"数据质量分 {kept['quality']['shown']}，低于 {quality_floor}")
    said += [f"缺个人信息保护影响评估：{words}" for words in kept["lacking"]]
    return said


def last_period(kept: Mapping[str, Any]) -> str:
    """The newest period that a pack knows a value of, "" for none."""
    return max((period for measure in kept["measures"] for _, period, *_ in measure["values"]), default="")


def changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What was corrected since, one sentence each."""
    names = {measure["indicator"]: measure["name"] for measure in (*now["measures"], *then["measures"])}
    return [_sentence(item, names) for item in freezing.changes(then, now)]


def digest_of(found: Sequence[str]) -> str:
    """By which a decision knows the changes it was about."""
    return freezing.digest({"found": list(found)})


def _sentence(item: Changed, names: Mapping[str, str]) -> str:
    label = Period.parse(item.period).label
    return f"{names.get(item.indicator, item.indicator)}　{label}：{_value(item.then)} → {_value(item.now)}"


def _value(given: tuple[int | None, int | None, str] | None) -> str:
    if given is None:
        return "无"
    n, d, state = given
    if n is None:
        return ValueState(state).label
    parts = [n] if d is None else [n, d]
    return " / ".join(f"{part / 1_000_000:,.6f}".rstrip("0").rstrip(".") for part in parts)


def suppressed(measure: Mapping[str, Any], *, ever: bool = False) -> bool:
    """Whether the newest figure of a pack's indicator, or one after it, is not for the public; `ever`: or any."""
    latest = "" if ever else measure["latest"] or ""
    return any(period >= latest and state == ValueState.SUPPRESSED for _, period, _, _, state in measure["values"])


def lines(kept: Mapping[str, Any], *, public: bool = False, concluded: Collection[str] = ()) -> list[tuple[str, str]]:
    """A pack as it is shown and printed: label and words. `public`: without what is not for everybody, the pilot's
    verdict among it unless it is one of those that were released, `concluded` by the hashes of their inputs."""
    said = [
        ("试点", f"{kept['pilot']['code']} {kept['pilot']['name']}（{kept['pilot']['scenario_version']}）"),
        ("地区", kept["county"]["name"]),
    ]
    for measure in kept["measures"]:
        if public and suppressed(measure):
            said.append((f"{measure['name']}（口径第 {measure['version']} 版）", HIDDEN))
            continue
        period = Period.parse(measure["latest"]).label if measure["latest"] else MISSING
        share = measure["attained"]
        said.append(
            (
                f"{measure['name']}（口径第 {measure['version']} 版）",
                f"{measure['shown']}（{period}）；基线 {measure['baseline'] or MISSING}，目标 {measure['target'] or MISSING}"
                + (f"；达成 {share / 10_000:.1f}%" if share is not None else "")
                + f"；实施后 {measure['periods']} 期",
            )
        )
    said.append(("数据质量分", kept["quality"]["shown"]))
    verdict = kept["verdict"]
    if public and not (verdict and verdict["inputs_hash"] in concluded):
        return said
    words = f"{verdict['title']}：{verdict['sentence']}" if verdict else "尚无结论"
    # The sentence says how much changed, and so gives away what is hidden
    closed = public and any(suppressed(measure, ever=True) for measure in kept["measures"])
    said.append(("试点结论", verdict["title"] if closed else words))
    return said


def headline(kept: Mapping[str, Any]) -> str:
    """What worked, for everybody: the goal's newest figure beside where it began and its target; "" without one."""
    found = goal(kept)
    if found is None or found["latest"] is None:
        return ""
    if suppressed(found):
        return f"{found['name']} {HIDDEN}"
    words = f"{found['name']} {found['shown']}（{Period.parse(found['latest']).label}）"
    return f"{words}，试点前 {found['baseline'] or MISSING}，目标 {found['target'] or MISSING}"


def summary(narrative: Mapping[str, str], kept: Mapping[str, Any]) -> str:
    """What a judge reads: the evidence first, then what the county says."""
    evidence = "\n".join(f"{name}：{words}" for name, words in lines(kept))
    told = "\n".join(f"【{name}】{text}" for name, text in narrative.items() if text)
    return f"〔冻结的证据〕\n{evidence}\n{told}"[:_SHOWN]
