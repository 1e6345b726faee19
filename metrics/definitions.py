"""Definitions side by side: how each field reads, what two versions differ in, how versions join to one series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from core.numbers import MISSING
from core.periods import Cadence, Period
from core.words import Word
from metrics.definition_schemas import DefinitionIn
from metrics.model import Indicator

FIELDS = tuple(name for name in DefinitionIn.model_fields if name != "code")


@dataclass(frozen=True)
class Difference:
    """A field that two versions have differently, in words."""

    field: str
    title: str
    old: str
    new: str


def title(field: str) -> str:
    """The field's Chinese name."""
    return DefinitionIn.model_fields[field].title or field


def shown(value: object) -> str:
    """A field's value as people read it."""
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Word | Cadence):
        return value.label
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value.value) if isinstance(value, Enum) else str(value)


def entered(indicator: Indicator) -> DefinitionIn:
    """A stored definition as the editor takes it, without checking it again: older ones may break newer rules."""
    return DefinitionIn.model_construct(**{name: getattr(indicator, name) for name in DefinitionIn.model_fields})


def differences(old: Indicator | DefinitionIn, new: Indicator | DefinitionIn) -> list[Difference]:
    """Every field in which the two differ, in the editor's order."""
    pairs = ((name, getattr(old, name), getattr(new, name)) for name in FIELDS)
    return [Difference(name, title(name), shown(was), shown(now)) for name, was, now in pairs if was != now]


@dataclass(frozen=True)
class Join:
    """How one version's values stand to the newest one's: runs of comparable versions are numbered from the
    newest (0) back; within a run values are multiplied by `factor` to be in the terms of its last version."""

    run: int
    factor: Fraction

    @property
    def comparable(self) -> bool:
        return self.run == 0


def joins(versions: Sequence[Indicator]) -> dict[int, Join]:
    """By the version's id. The stated factors between one version and the next multiply up; a link without
    one begins another run, and nothing is compared across it."""
    found: dict[int, Join] = {}
    run, factor = 0, Fraction(1)
    for version in sorted(versions, key=lambda item: -item.version):
        found[version.id] = Join(run, factor)
        if version.comparable is None:
            run, factor = run + 1, Fraction(1)
        else:
            factor *= Fraction(version.comparable)
    return found


def break_words(version: Indicator) -> str:
    """What a chart says where this version begins: 第2版口径（×0.95）, or that the two are not comparable."""
    if version.comparable is None:
        return f"第{version.version}版口径（与前不可比）"
    if version.comparable == 1:
        return f"第{version.version}版口径（可比）"
    return f"第{version.version}版口径（此前 ×{version.comparable.normalize():f}）"


def first_period(indicator: Indicator) -> Period | None:
    """The first period reported by this version; None for the first version."""
    return Period.parse(indicator.valid_from) if indicator.valid_from else None
