"""Feeds to try things on: collections that ask for one indicator of each kind, and tables of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core import clock
from core.numbers import to_micro
from core.periods import Period
from core.words import (
    Accumulation,
    Arm,
    CollectionKind,
    IndicatorRole,
    Kind,
    RuleScope,
    RuleSeverity,
    RuleState,
    TargetKind,
)
from db.session import read, write
from db.tables import CollectionIndicator, IndicatorRow, Observation, ReturnRow, RuleWaiver, ValidationRule
from metrics import collecting
from metrics.feed import loading
from metrics.feed.loading import Outcome, Sender, Wish
from metrics.model import Entry
from metrics.schemas import CollectionIn, IndicatorPick, TargetIn, UnitPick
from tests.metrics.returns_support import INDICATORS, indicator

ANJI, DEQING, CHANGXING, JINGNING = "330523", "330521", "330522", "331127"
REGIONS = (ANJI, DEQING, JINGNING)
HEADINGS = ("地区代码", "报送期", "指标代码", "分子", "分母", "状态", "说明")
ANYBODY = Sender(None, None, "测试", None)

_GROWING = (
    indicator(9, "A9", Kind.COUNT, "累计建成数", unit="个", n_unit="个", decimals=0, accumulation=Accumulation.TO_DATE),
    indicator(
        10, "B1", Kind.RATIO, "累计完成率", unit="%", n_label="累计完成", d_label="年度任务", n_unit="件", d_unit="件",
        factor=100, accumulation=Accumulation.YEAR_TO_DATE, d_fixed=True,
    ),
)  # fmt: skip
ASKED = (*INDICATORS, *_GROWING)
CODES = tuple(item.code for item in ASKED)

Row = tuple[str, ...]


def define() -> dict[str, int]:
    """The definitions as rows of the catalogue; code → id."""
    with write() as session:
        for item in ASKED:
            values: dict[str, Any] = {name: getattr(item, name) for name in _PLAIN}
            for name in ("hard_min", "hard_max", "plausible_min", "plausible_max"):
                bound = getattr(item, name)
                values[name] = None if bound is None else to_micro(bound)
            session.add(IndicatorRow(**values))
        session.flush()
        rows = session.exec(select(IndicatorRow).where(col(IndicatorRow.code).in_(CODES)))
        return {row.code: row.id or 0 for row in rows}


_PLAIN = (
    "code", "version", "name", "meaning", "formula", "kind", "unit", "n_label", "d_label", "n_unit", "d_unit", "factor",
    "decimals", "direction", "combine_time", "combine_regions", "accumulation", "d_fixed",
)  # fmt: skip


def write_rules() -> None:
    """Rules as data of every kind, and a unit that is excused from one."""
    rules = (
        ("D1", RuleSeverity.WARNING, RuleScope.ALL, "", "数值 >= 0.5 * 上期"),
        ("D2", RuleSeverity.ERROR, RuleScope.INDICATOR, "A3", '分子("A3") <= 分母("A1") - 60'),
        ("D3", RuleSeverity.WARNING, RuleScope.INDICATOR, "A4", "数值 <= 去年同期"),
        ("D4", RuleSeverity.ERROR, RuleScope.INDICATOR, "A2", "绝对值(数值 - 50) <= 49"),
        ("D5", RuleSeverity.WARNING, RuleScope.INDICATOR, "A1", "数值 >= 目标 - 8"),
    )
    with write() as session:
        for code, severity, scope, indicator_code, expression in rules:
            session.add(
                ValidationRule(
                    code=code,
                    name=f"规则{code}",
                    severity=severity,
                    scope=scope,
                    indicator_code=indicator_code,
                    expression=expression,
                    message="{指标}是 {数值}，上期 {上期}。",
                    remedy="请核对。",
                    valid_from="2025-11",
                    state=RuleState.ACTIVE,
                    created_at=clock.now(),
                )
            )
        for rule in ("D2", "share", "history.flat"):
            session.add(
                RuleWaiver(
                    rule=rule,
                    region_code=DEQING,
                    starts_on=date(2026, 1, 1),
                    ends_on=date(2026, 6, 30),
                    reason="口径正在调整",
                    granted_at=clock.now(),
                )
            )


def revise(indicators: dict[str, int], code: str, comparable: int | None) -> int:
    """A new version of a definition, joined to the one before by this factor in millionths; its id."""
    with write() as session:
        old = session.get_one(IndicatorRow, indicators[code])
        kept = old.model_dump(exclude={"id", "version", "comparable"})
        new = IndicatorRow(**kept, version=old.version + 1, comparable=comparable)
        session.add(new)
        session.flush()
        return new.id or 0


def switch(asked: Asked, old: int, new: int, from_period: str) -> None:
    """From a period on the collection asks for another version of a definition."""
    with write() as session:
        line = session.get_one(CollectionIndicator, (asked.id, old))
        line.until_period = str(Period.parse(from_period).shift(-1))
        kept = line.model_dump(exclude={"indicator_id", "from_period", "until_period"})
        session.add(CollectionIndicator(**kept, indicator_id=new, from_period=from_period, until_period=""))


@dataclass(frozen=True)
class Asked:
    """A collection with its returns by (region, period) and its indicators' ids by code."""

    id: int
    name: str
    returns: Mapping[tuple[str, str], int]
    indicators: Mapping[str, int]


def collection(
    name: str,
    indicators: Mapping[str, int],
    *,
    regions: Sequence[str] = REGIONS,
    first: str = "2025-09",
    last: str = "2026-08",
    kind: CollectionKind = CollectionKind.PILOT,
) -> Asked:
    """Asks these regions for these indicators; A1 has a target of 90, and in 德清 one of 80."""
    with write() as session:
        number = collecting.create(session, OPERATOR, CollectionIn(name=name, kind=kind))
        picks = [IndicatorPick(indicator_id=place, role=IndicatorRole.GOAL) for place in indicators.values()]
        collecting.add_indicators(session, OPERATOR, number, picks, first, "测试")
        units = [UnitPick(region_code=code, arm=Arm.PILOT) for code in regions]
        collecting.add_units(session, number, units, Period.parse(first), Period.parse(last))
        collecting.expect_returns(session, number, due_on=date(2026, 12, 1))
        for region, value in ((None, 90), (DEQING, 80)):
            if "A1" in indicators:
                target = TargetIn(
                    indicator_id=indicators["A1"], kind=TargetKind.TARGET, value=value, from_period=first,
                    reason="测试目标", region_code=region,
                )  # fmt: skip
                collecting.set_target(session, OPERATOR, number, target)
    with read() as session:
        rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == number))
        return Asked(number, name, {(row.region_code, row.period): row.id or 0 for row in rows}, indicators)


def table(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode("utf-8-sig")


def load(asked: Asked, data: bytes, *, sender: Sender = ANYBODY, filename: str = "feed.csv", **wish: bool) -> Outcome:
    wanted = Wish(collection=str(asked.id), **wish)
    return loading.load(sender, loading.opener(data, filename), wanted, filename=filename)


def preview(
    asked: Asked, data: bytes, *, sender: Sender = ANYBODY, filename: str = "feed.csv", **wish: bool
) -> Outcome:
    return loading.preview(sender, loading.opener(data, filename), Wish(collection=str(asked.id), **wish))


def county(actor: Actor) -> Sender:
    return Sender(actor.account_id, None, actor.name, frozenset({actor.region_code or ""}))


def stored(asked: Asked) -> dict[tuple[str, str, str], list[Entry]]:
    """Every revision of every value, by (region, period, code)."""
    with read() as session:
        codes = dict(session.exec(select(IndicatorRow.id, IndicatorRow.code)).all())
        rows = session.exec(
            select(Observation, ReturnRow.region_code, ReturnRow.period)
            .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
            .where(ReturnRow.collection_id == asked.id)
            .order_by(col(Observation.revision))
        )
        found: dict[tuple[str, str, str], list[Entry]] = {}
        for row, region, period in rows:
            history = found.setdefault((region, period, codes[row.indicator_id]), [])
            history.append(Entry(row.n, row.d, row.state, row.reason, row.note, row.link))
        return found
