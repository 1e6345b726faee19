"""Why a report says something else than the one before it: what was decided, set or corrected in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from core.words import TargetKind
from pilots.report_changes import why

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
LATER, EARLIER = SINCE + timedelta(hours=2), SINCE - timedelta(hours=2)


def _evaluation(*, verdict: datetime | None, targets: list[datetime], corrected: list[datetime | None]) -> Any:
    indicator = SimpleNamespace(name="按时办结率", show=lambda value: f"{value}%")
    target = {
        "kind": TargetKind.TARGET,
        "from_period": "2026-08",
        "value": 91,
        "reason": "前期已达到",
        "author": "李研",
    }
    item = {"region": "安吉县", "period": "2026-06", "indicator": indicator, "kind": "更正", "before": "87.60%"}
    return SimpleNamespace(
        pilot=SimpleNamespace(
            verdict=verdict and SimpleNamespace(decided_at=verdict, title="推广", overruled_reason="两地不可比")
        ),
        measures=[
            SimpleNamespace(indicator=indicator, targets=[SimpleNamespace(**target, set_at=at) for at in targets])
        ],
        restated=[
            SimpleNamespace(**item, after=f"88.0{at}%", reason="" if at else "台账核对", at=when)
            for at, when in enumerate(corrected)
        ],
    )


def test_only_what_came_since_is_a_reason_and_each_says_its_own() -> None:
    found = why(_evaluation(verdict=LATER, targets=[EARLIER, LATER], corrected=[LATER, LATER, EARLIER, None]), SINCE)
    assert found == [
        "北京时间 2026-10-01 10:00 作出结论“推广”，理由：两地不可比。",
        "北京时间 2026-10-01 10:00，李研将“按时办结率”的目标值自2026年8月起改为 91%，理由：前期已达到。",
        "北京时间 2026-10-01 10:00，安吉县2026年6月“按时办结率”更正：87.60% → 88.00%，理由：台账核对。",
        "北京时间 2026-10-01 10:00，安吉县2026年6月“按时办结率”更正：87.60% → 88.01%，理由：没有填写。",
    ]


def test_nothing_decided_is_no_reason_and_many_corrections_are_counted() -> None:
    assert why(_evaluation(verdict=EARLIER, targets=[EARLIER], corrected=[EARLIER]), SINCE) == []
    many = why(_evaluation(verdict=None, targets=[], corrected=[LATER] * 15), SINCE)
    assert len(many) == 13
    assert many[-1] == "另有 3 个数更正或补计，列在附录“更正与补计”。"
