"""Why a pilot's evaluation report says something else than the one before it."""

from __future__ import annotations

from datetime import datetime

from core import clock
from core.periods import Period
from core.words import TargetKind
from pilots.evaluation import Evaluation

_NAMED = 12  # corrections told one by one


def why(evaluation: Evaluation, since: datetime) -> list[str]:
    """What was decided, set or corrected since the report before this one, with the reasons that were given."""
    verdict = evaluation.pilot.verdict
    said = []
    if verdict is not None and verdict.decided_at > since:
        because = f"，理由：{verdict.overruled_reason}" if verdict.overruled_reason else ""
        said.append(f"北京时间 {clock.show(verdict.decided_at)} 作出结论“{verdict.title}”{because}。")
    for measure in evaluation.measures:
        name = measure.indicator.name
        said += [
            f"“{name}”的{TargetKind(target.kind).label}自{Period.parse(target.from_period).label}起改为 "
            f"{measure.indicator.show(target.value)}，理由：{target.reason}（{target.author}）。"
            for target in measure.targets
            if target.set_at > since
        ]
    fresh = [item for item in evaluation.restated if item.at is not None and item.at > since]
    said += [
        f"{item.region}{Period.parse(item.period).label}“{item.indicator.name}”{item.kind}：{item.before} → {item.after}"
        f"，理由：{item.reason or '没有填写'}。"
        for item in fresh[:_NAMED]
    ]
    if len(fresh) > _NAMED:
        said.append(f"另有 {len(fresh) - _NAMED} 个数更正或补计，逐个列在附录“更正与补计”。")
    return said
