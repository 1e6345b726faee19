"""Asking rules that are data: of the form of one return, or of a table of many.

Both give the same columns to the same conditions, so that every door comes to the same findings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.numbers import MICRO, MISSING, format_exact, from_micro
from core.periods import Period
from metrics.expressions import Numbers, Quantity
from metrics.model import Entry, Finding, Form, Indicator, Line, Severity
from metrics.rulebook import DataRule

# What a table must have to be asked: one row an indicator of a return. n and d in the units people write
# (not millionths), value, previous, last_year, target and baseline in the indicator's unit; nan for none.
COLUMNS = ("return_key", "code", "n", "d", "value", "previous", "last_year", "target", "baseline", "month")
_OF = {quantity: quantity.english for quantity in Quantity}


class FormFigures:
    """The rows of one form, in its order. `entries` are what is asked about; a row without one stands as stored."""

    def __init__(self, form: Form, entries: Mapping[str, Entry]) -> None:
        self._form = form
        self._entries = {
            line.indicator.code: entries.get(line.indicator.code) or line.current or Entry() for line in form.lines
        }

    @property
    def size(self) -> int:
        return len(self._form.lines)

    def column(self, quantity: Quantity, code: str) -> Numbers:
        if not code:
            return np.array([self._of(line, quantity) for line in self._form.lines], dtype=float)
        line = self._form.line(code)
        return np.full(self.size, np.nan if line is None else self._of(line, quantity))

    def _of(self, line: Line, quantity: Quantity) -> float:
        entry = self._entries[line.indicator.code]
        match quantity:
            case Quantity.N:
                return _float(entry.n, MICRO) if entry.state.has_value else np.nan
            case Quantity.D:
                return _float(entry.d, MICRO) if entry.state.has_value else np.nan
            case Quantity.VALUE:
                return _value(line.indicator, entry)
            case Quantity.PREVIOUS:
                return self._earlier(line, line.indicator.before(self._form.period))
            case Quantity.LAST_YEAR:
                period = self._form.period
                return self._earlier(line, Period(period.year - 1, period.index, period.cadence))
            case Quantity.TARGET:
                return _plain(line.target)
            case Quantity.BASELINE:
                return _plain(line.baseline)
            case Quantity.MONTH:
                return float(self._form.period.end.month)

    def _earlier(self, line: Line, period: Period) -> float:
        entry = dict(line.history).get(str(period))
        return np.nan if entry is None else _value(line.indicator, entry)

    def words(self, line: Line) -> dict[str, str]:
        """What a message may say of a row."""
        indicator, entry = line.indicator, self._entries[line.indicator.code]
        shown = {
            quantity.value: _shown(indicator, self._of(line, quantity))
            for quantity in (Quantity.VALUE, Quantity.PREVIOUS, Quantity.LAST_YEAR, Quantity.TARGET, Quantity.BASELINE)
        }
        return shown | {"指标": indicator.name, "分子": _amount(entry.n), "分母": _amount(entry.d)}


class TableFigures:
    """The rows of many returns at once; see COLUMNS."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._table = table

    @property
    def size(self) -> int:
        return len(self._table)

    def column(self, quantity: Quantity, code: str) -> Numbers:
        name = _OF[quantity]
        if not code:
            own: Numbers = self._table[name].to_numpy(dtype=float)
            return own
        others = self._table[self._codes == code]
        values = others.set_index("return_key")[name]
        found: Numbers = self._table["return_key"].map(values).to_numpy(dtype=float)
        return found

    @cached_property
    def _codes(self) -> NDArray[np.object_]:
        codes: NDArray[np.object_] = self._table["code"].to_numpy(dtype=object)
        return codes


def findings(
    form: Form,
    entries: Mapping[str, Entry],
    sound: Collection[str],
    places: Mapping[tuple[str, str], str],
    sheet: str,
) -> list[Finding]:
    """What the form's own rules find in the rows (by code) that are sound so far."""
    rules = [rule for rule in form.rules if rule.in_force(form.collection_id, form.period)]
    if not rules or not sound:
        return []
    figures = FormFigures(form, {code: entry for code, entry in entries.items() if code in sound})
    found = []
    for rule in rules:
        fails = rule.condition.evaluate(figures).fails
        for line, failed in zip(form.lines, fails, strict=True):
            code = line.indicator.code
            if failed and code in sound and rule.asks(code):
                words = figures.words(line)
                message, remedy = rule.say(words)
                cell = places.get((code, "n"), "")
                found.append(
                    Finding(Severity(rule.severity.value), rule.code, message, remedy, sheet, cell, code, words["数值"])
                )
    return found


def failing(rule: DataRule, table: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(rows that fail, rows of which it is known) for a table of COLUMNS; rows it does not ask about are neither."""
    truth = rule.condition.evaluate(TableFigures(table))
    asked = np.array([rule.asks(code) for code in table["code"]], dtype=bool)
    return truth.fails & asked, truth.known & asked


def waived(form: Form, found: Sequence[Finding]) -> list[Finding]:
    """The findings, those the unit is excused from turned into notes that say by whom and until when."""
    if not form.waivers:
        return list(found)
    turned = []
    for finding in found:
        waiver = next(
            (w for w in form.waivers if w.covers(finding.rule, form.region_code, form.collection_id, form.period)), None
        )
        if waiver is None or finding.severity is Severity.INFO:
            turned.append(finding)
            continue
        message = f"{finding.message}（本地区已豁免这条规则至 {waiver.ends_on}：{waiver.reason}）"
        turned.append(
            Finding(
                Severity.INFO, finding.rule, message, "", finding.sheet, finding.cell, finding.code, finding.seen,
            )
        )  # fmt: skip
    return turned


def _value(indicator: Indicator, entry: Entry) -> float:
    value = indicator.value(entry.n, entry.d) if entry.state.has_value else None
    return np.nan if value is None else float(value)


def _float(micro: int | None, scale: int) -> float:
    return np.nan if micro is None else micro / scale


def _plain(value: Decimal | Fraction | None) -> float:
    return np.nan if value is None else float(value)


def _shown(indicator: Indicator, value: float) -> str:
    return MISSING if np.isnan(value) else indicator.show(value)


def _amount(micro: int | None) -> str:
    return MISSING if micro is None else format_exact(from_micro(micro))
