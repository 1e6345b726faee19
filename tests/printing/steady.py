"""Reports whose pages are the same on every day: of a pilot that is told here figure by figure, at one moment, and of
the demo's with what the day decides in them put in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import time_machine
from sqlmodel import select

from core.periods import Period
from core.words import Arm, IndicatorRole, TargetKind
from db.session import read
from db.tables import Pilot
from metrics import target_service
from metrics.schemas import IndicatorPick, TargetIn
from pilots.promotion_wording import candidate_rows
from pilots.spreading import DataItem, Likeness
from printing import registry
from tests.pilots.support import DEVELOPED, MOUNTAIN, fill, indicator, running
from tests.printing.printed import Printed
from tests.support import Cast

AT = datetime(2026, 5, 20, 2, 30, tzinfo=UTC)  # 10:30 in Beijing
_SILENT = ("330522", "2026-02")  # a county that reported nothing for this month
_INDICATORS = ("SX01", "SX04", "SX08")
_BASE = {"SX01": 78, "SX04": 84, "SX08": 62}


def told(cast: Cast) -> dict[str, Printed]:
    """Eight pilots and six comparison units of both groups, three indicators, a target that was raised, one report
    that never came: its three reports by their kinds, printed."""
    with time_machine.travel(AT, tick=False):
        pilot_id = running(
            cast,
            start_on=date(2025, 9, 1),
            pre_periods=8,
            pilots=DEVELOPED[:4] + MOUNTAIN[:4],
            comparisons=DEVELOPED[4:7] + MOUNTAIN[4:6],
            indicators=[
                _pick(code, IndicatorRole.CONTEXT if at else IndicatorRole.GOAL) for at, code in enumerate(_INDICATORS)
            ],
        )
        for code in _INDICATORS:
            fill(pilot_id, _figures(code), before="2026-05", code=code)
        with read() as session:
            collection = session.exec(select(Pilot.collection_id)).one()
        raised = TargetIn(
            indicator_id=indicator("SX01"),
            kind=TargetKind.TARGET,
            value=Decimal(93),
            from_period="2026-03",
            reason="已经达到，提高要求",
        )
        target_service.set_line(cast.li_staff, collection, raised)
        found = {}
        for key, subject in (("pilot", str(pilot_id)), ("county", "330523:2026Q1"), ("gap", str(collection))):
            kind = registry.kind(key)
            found[key] = Printed(cast.li_staff, kind, subject, kind.load(cast.li_staff, subject))
            assert found[key].pdf
        return found


def _pick(code: str, role: IndicatorRole) -> IndicatorPick:
    return IndicatorPick(
        indicator_id=indicator(code),
        role=role,
        baseline=Decimal(_BASE[code]),
        target=Decimal(90),
        smallest_change=Decimal(2),
    )


def _figures(code: str) -> Any:
    """Per region and month: rates that wander a little, and rise with the pilot."""

    def figure(region: str, arm: Arm, period: Period, after: bool) -> tuple[int, int] | None:
        at = period.start.year * 12 + period.start.month
        if (region, str(period)) == _SILENT:
            return None
        cases = 600 + int(region) * 37 % 400
        rate = _BASE[code] * 10 + int(region) * 13 % 50 - 25 + at * 29 % 17
        rate += (90 if arm is Arm.PILOT and after else 0) - (30 if region in MOUNTAIN else 0)
        return cases * min(rate, 990) // 1000, cases

    return figure


_LISTED = [
    ("民生服务", "最佳案例", "幸福里：家门口的一站服务", "安吉县基层智治专班"),
    ("民生服务", "优秀案例", "危化品运输全程看得见", "德清县基层智治专班"),
    ("平安法治", "优秀案例", "山区群众跑腿代办网", "景宁畲族自治县基层智治专班"),
]


def _notice(of: Any) -> Any:
    """With these lines, whoever won in today's demo."""
    lines = [dict(zip(("track", "grade", "title", "organisation"), line, strict=True)) for line in _LISTED]
    return replace(of, notice=replace(of.notice, listed=lines))


def _proposal(of: Any) -> Any:
    """With these counties first, one sentence for all of them, and a verdict in these words."""
    likeness = Likeness(0.11, "桐乡市", (), (), 4)
    candidates = [
        replace(
            item,
            likeness=likeness if at < 36 else replace(likeness, outside=("人口比见效地区都多",)),
            nearest="桐乡市",
            data=[DataItem("低收入人口名单", "已接入", True)],
            backed=True,
        )
        for at, item in enumerate(sorted(of.promotion.candidates, key=lambda item: item.code))
    ]
    verdict = replace(of.promotion.pilot.verdict, sentence="与对照地区相比改善了 5.66 分（可信范围 +4.63 至 +6.68）。")
    promotion = replace(of.promotion, pilot=replace(of.promotion.pilot, verdict=verdict), candidates=candidates)
    return replace(of, promotion=promotion, candidates=candidate_rows(promotion))


INPUTS = {"award_notice": _notice, "promotion": _proposal}


def still(key: str, report: Printed) -> Printed:
    """A report of the demo with what the day decides in it put in."""
    return replace(report, inputs=INPUTS[key](report.inputs)) if key in INPUTS else report
