"""Rules as data: a condition staff have written, where it is asked, and who is excused from it.

Pure shapes: `metrics.examining` asks them of a form or of a table, `metrics.rule_queries` loads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.periods import Period
from core.words import RuleScope, RuleSeverity
from metrics import expressions
from metrics.expressions import Expression, Quantity

# What a message may name, filled in when the rule speaks.
PLACEHOLDERS = ("指标", *(quantity.value for quantity in Quantity if quantity is not Quantity.MONTH))
_PLACEHOLDER = re.compile(r"[{｛](\w+)[}｝]")


@dataclass(frozen=True)
class DataRule:
    """A condition that rows should meet; a row of which it is known that it does not is a finding."""

    code: str
    name: str
    severity: RuleSeverity
    scope: RuleScope
    expression: str
    message: str
    remedy: str
    valid_from: str  # the first month
    indicator_code: str = ""
    collection_id: int | None = None

    @property
    def condition(self) -> Expression:
        return expressions.read(self.expression)

    def in_force(self, collection_id: int, period: Period) -> bool:
        """Whether returns of this collection and period are asked at all."""
        if self.scope is RuleScope.COLLECTION and self.collection_id != collection_id:
            return False
        return period.end >= Period.parse(self.valid_from).start

    def asks(self, code: str) -> bool:
        """Whether rows of this indicator are asked."""
        return self.scope is not RuleScope.INDICATOR or self.indicator_code == code

    def say(self, words: Mapping[str, str]) -> tuple[str, str]:
        """(message, remedy) with what was seen filled in."""
        return fill(self.message, words), fill(self.remedy, words)


@dataclass(frozen=True)
class Waiver:
    """One unit is excused from one rule, for periods that end between two days, both inclusive."""

    rule: str
    region_code: str
    starts_on: date
    ends_on: date
    reason: str
    collection_id: int | None = None

    def covers(self, rule: str, region_code: str, collection_id: int, period: Period) -> bool:
        return (
            self.rule == rule
            and self.region_code == region_code
            and self.collection_id in (None, collection_id)
            and self.starts_on <= period.end <= self.ends_on
        )


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with {指标}, {数值} … replaced; anything else in braces stays."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def unknown_codes(expression: Expression, known: Iterable[str]) -> list[str]:
    """Codes in a condition that no definition has."""
    there = set(known)
    return [code for code in expression.codes if code not in there]


def excuse(waivers: Sequence[Waiver], rule: str, region_code: str, collection_id: int, period: Period) -> Waiver | None:
    """The waiver that covers this unit, rule and period; None when there is none."""
    return next((waiver for waiver in waivers if waiver.covers(rule, region_code, collection_id, period)), None)
