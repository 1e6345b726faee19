"""容错认定 in the appendix of the evaluation report."""

from __future__ import annotations

from typing import Any

from core import clock
from pilots.supervision_queries import Tolerance
from pilots.supervision_rules import ALL_MUST_HOLD
from reports.paper import Paper


def inputs(decided: Tolerance | None) -> dict[str, Any]:
    """What is printed of a decision, for the report's number: nothing while there is none."""
    if decided is None:
        return {}
    rows = [[item.condition.value, item.verdict.value, item.finding, item.evidence] for item in decided.conditions]
    return {"tolerance": [decided.outcome.value, decided.reason, decided.by, clock.show(decided.at), rows]}


def tell(report: Paper, decided: Tolerance | None) -> None:
    """The decision with its five conditions; nothing when there is none."""
    if decided is None:
        return
    report.heading("容错认定", 2)
    report.text(f"{decided.outcome.label}。{decided.reason}")
    report.table(
        ["条件", "认定", "认定情况", "依据"],
        [[item.condition.label, item.verdict.label, item.finding, item.evidence] for item in decided.conditions],
        widths=(3, 1.4, 5, 3),
        align="llll",
    )
    report.text(f"{ALL_MUST_HOLD}。由未参与试点的 {decided.by} 于北京时间 {clock.show(decided.at)} 认定。")
