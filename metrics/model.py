"""The plain shapes of this room: what an indicator means, what a return asks, what was entered.

Frozen values without a database behind them. Pages, workbooks, rules and reports all speak in
these, so none of them needs to know how the others store or draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.numbers import format_exact, format_number, from_micro
from core.periods import Cadence, Period
from core.words import Accumulation, Combine, Direction, EvidenceKind, IndicatorRole, Kind, ValueState
from metrics.rulebook import DataRule, Waiver


@dataclass(frozen=True)
class Indicator:
    """One version of an indicator's definition. Bounds are on the computed value, in its unit.

    `valid_from` is the first period reported by this version, "" for the first; `comparable` the factor by
    which a value of the version before is multiplied to be compared, None where the two are not joined.
    """

    id: int
    code: str
    version: int
    name: str
    meaning: str
    formula: str
    kind: Kind
    unit: str
    n_label: str
    d_label: str = ""
    n_unit: str = ""
    d_unit: str = ""
    factor: int = 1
    decimals: int = 2
    direction: Direction = Direction.HIGHER
    hard_min: Decimal | None = None
    hard_max: Decimal | None = None
    plausible_min: Decimal | None = None
    plausible_max: Decimal | None = None
    combine_time: Combine = Combine.RATIO
    combine_regions: Combine = Combine.RATIO
    cadence: Cadence = Cadence.MONTH
    source: str = ""
    collected_by: str = ""
    evidence_kind: EvidenceKind = EvidenceKind.NONE
    limits: str = ""
    accumulation: Accumulation = Accumulation.PER_PERIOD
    d_fixed: bool = False  # a cumulative figure's denominator is one fixed base
    due_days: int = 5
    role: IndicatorRole = IndicatorRole.GOAL
    seasonal: bool = False  # it rises and falls with the time of year, so a verdict needs a full year
    source_resource_id: int | None = None
    evidence: str = ""
    best_min: Decimal | None = None
    best_max: Decimal | None = None
    compliance_note: str = ""
    valid_from: str = ""
    changed: str = ""
    change_reason: str = ""
    comparable: Decimal | None = None
    edition: int = 1

    def before(self, period: Period) -> Period:
        """The period whose figure comes before: one month earlier, or three where it is reported by quarter."""
        return period.shift(-period.step(self.cadence))

    def value(self, n: int | None, d: int | None) -> Fraction | None:
        """The exact value of micro-integers n and d; None when it cannot be computed (d = 0, missing)."""
        if n is None:
            return None
        if not self.kind.has_denominator:
            return Fraction(n * self.factor, 1_000_000)
        if not d:
            return None
        return Fraction(n * self.factor, d)

    def number(self, n: int | None, d: int | None) -> float | None:
        """The float nearest to `value`, by a division of integers, which rounds once."""
        below = d if self.kind.has_denominator else 1_000_000
        return n * self.factor / below if n is not None and below else None

    def show(self, value: Fraction | Decimal | float | None, *, signed: bool = False, unit: bool = True) -> str:
        """Printed with the definition's decimals and unit; “–” for missing."""
        text = format_number(value, self.decimals, signed=signed)
        return f"{text}{self.unit}" if unit and value is not None and text != "–" else text


@dataclass(frozen=True)
class Entry:
    """What somebody entered for one indicator: micro-integers, or the state that stands for no number."""

    n: int | None = None
    d: int | None = None
    state: ValueState = ValueState.REPORTED
    reason: str = ""  # why missing or estimated, or a correction's reason
    note: str = ""
    link: str = ""  # where the evidence is; files are attached beside

    def show(self, indicator: Indicator) -> str:
        """“96.00%（96 / 100）”, or the state's word when there is no number."""
        if not self.state.has_value:
            return self.state.label + (f"（{self.reason}）" if self.reason else "")
        n = None if self.n is None else from_micro(self.n)
        if not indicator.kind.has_denominator:
            return indicator.show(indicator.value(self.n, self.d))
        d = None if self.d is None else from_micro(self.d)
        return f"{indicator.show(indicator.value(self.n, self.d))}（{format_exact(n)} / {format_exact(d)}）"


@dataclass(frozen=True)
class Line:
    """One row of a return: the indicator, what is stored now, and what helps the person filling it."""

    indicator: Indicator
    current: Entry | None = None
    history: Sequence[tuple[str, Entry]] = ()  # (period key, entry), oldest first, before this period
    following: tuple[str, Entry] | None = None  # the next period that has a value already
    target: Decimal | None = None
    baseline: Decimal | None = None


@dataclass(frozen=True)
class Form:
    """Everything that one return asks of one region for one period; templates and rules both read it."""

    collection_id: int
    collection: str
    region_code: str
    region: str
    period: Period
    due_on: date | None
    contact: str
    lines: Sequence[Line] = field(default_factory=tuple)
    rules: Sequence[DataRule] = ()  # rules as data that may be asked of this return
    waivers: Sequence[Waiver] = ()
    correcting: bool = True  # stored values were handed in before, so changing one needs a reason; False for drafts

    def line(self, code: str) -> Line | None:
        return next((line for line in self.lines if line.indicator.code == code), None)


class Severity(StrEnum):
    ERROR = "error"  # the row cannot be saved
    WARNING = "warning"  # saved, but somebody will ask
    INFO = "info"  # how a cell was read

    @property
    def label(self) -> str:
        return {"error": "错误", "warning": "提醒", "info": "说明"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing: where, what was seen, what is wrong, how to mend it.

    `cell` is A1 notation on `sheet`, or "" when the finding is about the whole file or row;
    `code` is the indicator's code, or "" when it is not about one row.
    """

    severity: Severity
    rule: str
    message: str
    remedy: str
    sheet: str = ""
    cell: str = ""
    code: str = ""
    seen: str = ""

    @property
    def refuses_file(self) -> bool:
        """The file as a whole is not what it should be; nothing in it was read."""
        return self.severity is Severity.ERROR and self.rule.startswith(("file.", "identity."))


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    BLANK = "blank"

    @property
    def label(self) -> str:
        return _CHANGES[self.value]


_CHANGES = {"new": "新增", "changed": "更改", "unchanged": "不变", "rejected": "未通过", "blank": "未填"}


@dataclass(frozen=True)
class Change:
    """What saving would do to one row. `entry` is what to save: only for new and changed rows."""

    code: str
    name: str
    kind: ChangeKind
    old: str
    new: str
    entry: Entry | None = None
