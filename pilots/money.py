"""The money of a pilot: planned, paid, what remains, what a result cost. Pure; amounts are whole fen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from core.numbers import format_number, from_micro, parse_number
from core.words import Direction, Kind
from metrics.model import Indicator

FEN = 100


def to_fen(yuan: Decimal) -> int:
    """Exact fen of an amount in 元. ValueError when it has parts of a fen."""
    fen = yuan * FEN
    if fen != fen.to_integral_value():
        raise ValueError(f"parts of a fen: {yuan}")
    return int(fen)


def short(fen: int) -> str:
    """For cards: “300.00 万元” from 10,000 元 on. Every fen stands in the table."""
    return show(fen) if abs(fen) < 10_000 * FEN else format_number(Fraction(fen, FEN * 10_000), 2) + " 万元"


def read(written: str) -> Decimal | None:
    """An amount as people write it (1,234.50, full-width digits, 元 behind it); None when it is none."""
    found = parse_number(written.strip().removesuffix("元"))
    return None if "百分数" in found.note else found.value


def show(fen: int | Fraction, *, unit: bool = True) -> str:
    """“12,345.60 元”."""
    return format_number(Fraction(fen, FEN), 2) + (" 元" if unit else "")


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    source: str
    note: str
    planned: int
    version: int


@dataclass(frozen=True)
class Payment:
    """`amount` is negative for a counter entry, which names in `reverses_id` the payment that it undoes."""

    id: int
    line_id: int
    paid_on: date
    amount: int
    purpose: str
    payee: str
    reverses_id: int | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Standing:
    """How a line stands; `remaining` is negative when more was paid than planned."""

    line: Line
    paid: int

    @property
    def remaining(self) -> int:
        return self.line.planned - self.paid

    @property
    def over(self) -> int:
        return max(0, -self.remaining)


@dataclass(frozen=True)
class Budget:
    lines: Sequence[Line]
    payments: Sequence[Payment]  # oldest first

    @cached_property
    def standings(self) -> list[Standing]:
        paid: dict[int, int] = {}
        for payment in self.payments:
            paid[payment.line_id] = paid.get(payment.line_id, 0) + payment.amount
        return [Standing(line, paid.get(line.id, 0)) for line in self.lines]

    @property
    def planned(self) -> int:
        return sum(line.planned for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)

    @property
    def remaining(self) -> int:
        return self.planned - self.paid

    @cached_property
    def reversed_by(self) -> Mapping[int, Payment]:
        """Payment → the counter entry that undid it."""
        return {payment.reverses_id: payment for payment in self.payments if payment.reverses_id is not None}

    @property
    def overruns(self) -> list[str]:
        """Every line, and the whole, of which more was paid than planned."""
        found = [
            f"“{standing.line.name}”已支付 {show(standing.paid)}，超出预算 {show(standing.over)}"
            for standing in self.standings
            if standing.over
        ]
        if self.remaining < 0 and len(self.lines) > 1:
            found.append(f"全部预算 {show(self.planned)}，已支付 {show(self.paid)}，超支 {show(-self.remaining)}")
        return found

    def would_overrun(self, line_id: int, amount: int) -> str:
        """What a payment of this amount would do to its line; "" when there is enough."""
        standing = next((item for item in self.standings if item.line.id == line_id), None)
        if standing is None or amount <= standing.remaining:
            return ""
        return (
            f"“{standing.line.name}”预算 {show(standing.line.planned)}，已支付 {show(standing.paid)}；"
            f"再付 {show(amount)} 将超支 {show(amount - standing.remaining)}"
        )


@dataclass(frozen=True)
class Results:
    """What the pilot counties brought about: the goal indicator's numerator added up over the pilot.

    `n` in millionths, None while nothing was reported; `reported` of `expected` are the county periods in it.
    """

    indicator: Indicator | None
    n: int | None = None
    reported: int = 0
    expected: int = 0


@dataclass(frozen=True)
class PerResult:
    """What one result cost, in fen; None with the reason `why` when it cannot be computed. `note` is to be
    read with the figure."""

    cost: Fraction | None
    unit: str = ""
    why: str = ""
    note: str = ""
    counted: Decimal | None = None


def per_result(paid: int, results: Results) -> PerResult:
    """Money paid by results. Results nobody reported are not taken for none: they are said."""
    indicator = results.indicator
    if indicator is None:
        return PerResult(None, why="没有目标指标，不知道什么算一件成果")
    if indicator.kind not in (Kind.COUNT, Kind.RATIO):
        return PerResult(None, why=f"目标指标“{indicator.name}”是{indicator.kind.label}，分子不是成果的件数")
    if indicator.direction is Direction.LOWER:
        return PerResult(None, why=f"目标指标“{indicator.name}”越低越好，分子数的不是成果")
    if results.n is None:
        return PerResult(None, why=f"试点地区还没有报送“{indicator.n_label}”")
    if results.n <= 0:
        return PerResult(None, why=f"已报的“{indicator.n_label}”合计不大于 0，没有可分摊的成果")
    if paid <= 0:
        return PerResult(None, why="还没有登记支付")
    counted = from_micro(results.n)
    note = ""
    if results.reported < results.expected:
        missing = results.expected - results.reported
        note = f"应报 {results.expected} 个地区期次，缺 {missing} 个；缺报的成果没有计入，实际单位成本应更低"
    return PerResult(Fraction(paid) / Fraction(counted), indicator.n_unit or "件", note=note, counted=counted)
