"""Why a pilot's evaluation report says something else than the one before it."""

from __future__ import annotations

from datetime import datetime

from core import clock
from core.periods import Period
from metrics import corrected
from pilots.evaluation import Evaluation
from printing.reasons import Cause, Source

_NAMED = 12  # corrections told one by one


def why(evaluation: Evaluation, since: datetime) -> list[str]:
    """What was decided, set or corrected since the report before this one, with the reasons that were given."""
    verdict = evaluation.pilot.verdict
    said = []
    if verdict is not None and verdict.decided_at > since:
        because = f"，理由：{verdict.overruled_reason}" if verdict.overruled_reason else ""
        said.append(f"北京时间 {clock.show(verdict.decided_at)} 作出结论“{verdict.title}”{because}。")
    for measure in evaluation.measures:
        said += corrected.targets(measure.indicator, measure.targets, since)
    fresh = [item for item in evaluation.restated if item.at is not None and item.at > since]
    said += [
        f"北京时间 {clock.show(item.at)}，{item.region}{Period.parse(item.period).label}“{item.indicator.name}”{item.kind}：{item.before} → {item.after}"
        f"，理由：{item.reason or '没有填写'}。"
        for item in fresh[:_NAMED]
        if item.at is not None
    ]
    if len(fresh) > _NAMED:
        said.append(f"另有 {len(fresh) - _NAMED} 个数更正或补计，列在附录“更正与补计”。")
    return said


def causes(evaluation: Evaluation) -> list[Source]:
    """What else may have changed it: the design, the groups, the definitions."""
    return [
        Cause(
            "pilot",
            {evaluation.pilot.id},
            {"pilot:iterate", "pilot:member", "pilot:move", "pilot:phase", "pilot:redesign"},
        ),
        corrected.groups(),
        corrected.definitions({measure.indicator.id for measure in evaluation.measures}),
    ]
