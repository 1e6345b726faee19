"""The rows of a feed as columns: whose each row is, and the figures of those that can be read at sight.

A figure written as plain digits is read here, by the hundred thousand; everything else (12%, 1,234, full-width
digits, words, states, formulas, hidden or merged cells) is left to `metrics.reading`, row by row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.numbers import MICRO, MICRO_PLACES
from core.tabular import Cell
from core.words import ValueState
from metrics import workbook as layout
from metrics.feed.frame import Frame
from metrics.feed.opening import Delivery
from metrics.locating import read_period
from metrics.model import Finding, Severity
from metrics.rules import unknown_row

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

BLANK, SLOW = -2, -1  # instead of a figure in millionths: nothing there; to be read cell by cell
_PLAIN_DIGITS = 12  # more would be too large for a figure, which is not for this place to say
_DECIMAL = re.compile(rf"(\d{{1,{_PLAIN_DIGITS}}})\.(\d{{1,{MICRO_PLACES}}})", re.ASCII)
_FILLED = ("n", "d", "state", "reason", "link")


@dataclass(frozen=True)
class Told:
    """A finding, and the row of the feed it is about; `field` is the column, or “” for the whole row."""

    finding: Finding
    row: int
    region_code: str = ""
    period: str = ""
    field: str = ""


@dataclass(frozen=True)
class Rows:
    """Rows that belong to a return and ask for a value; all columns are equally long.

    `n` and `d` in millionths, or BLANK or SLOW. `plain` rows have been read: reported, n (and d where the
    indicator has one) plain digits, `words` their remark. `stray` is what there is to say about all other rows.
    """

    numbers: Numbers  # as in the file
    owed: Numbers  # place in frame.owed
    indicator: Numbers  # place in frame.indicators
    n: Numbers
    d: Numbers
    plain: Mask
    words: Sequence[str]
    stray: Sequence[Told]

    @property
    def count(self) -> int:
        return len(self.numbers)


class _Memo(dict[Any, Any]):
    """Remembers what became of each different cell: there are few regions, periods and codes."""

    def __init__(self, understand: Callable[[Any], Any]) -> None:
        super().__init__()
        self.understand = understand

    def __missing__(self, raw: Any) -> Any:
        found = self[raw] = self.understand(raw)
        return found


def keys(delivery: Delivery) -> tuple[set[str], set[str]]:
    """(region codes, period keys) that the rows may be for, so that the database can be asked about them."""
    places, columns = delivery.table.columns, delivery.columns[1]
    regions: set[str] = set()
    for raw in set(columns[places["region"] - 1]):
        text = _text(raw)
        regions |= {text, text[:6], text[:9], text.ljust(12, "0")}
    periods = {read_period(_text(raw)) for raw in set(columns[places["period"] - 1])}
    return regions, {str(period) for period in periods if period is not None}


def read(delivery: Delivery, frame: Frame, allowed: Collection[str] | None) -> Rows:
    """Sort the rows out. `allowed` are the regions the sender may deliver for, None for all."""
    numbers, columns = delivery.columns
    places = delivery.table.columns
    within = None if allowed is None else {_long(code) for code in allowed}
    region, regions = _kinds(columns[places["region"] - 1], lambda raw: _long(_text(raw)))
    period, periods = _kinds(columns[places["period"] - 1], lambda raw: str(read_period(_text(raw))))
    code, codes = _kinds(columns[places["code"] - 1], _code)
    owed = _returns(frame, within, regions, periods)[region, period]
    indicator = _asked(frame, codes, periods)[code, period]
    ours = np.flatnonzero((owed >= 0) & (indicator >= 0))
    stray = _Strays(delivery, frame, within).tell(numbers, set(ours.tolist()))
    if len(ours) < len(numbers):
        keep = ours.tolist()
        numbers = [numbers[at] for at in keep]
        columns = [[column[at] for at in keep] for column in columns]

    def amounts(name: str) -> Numbers:
        if name not in places:
            return np.full(len(numbers), BLANK, dtype=np.int64)
        return np.array(_amounts(columns[places[name] - 1], text=delivery.text), dtype=np.int64)

    n, d = amounts("n"), amounts("d")
    has_d = np.array([item.kind.has_denominator for item in frame.indicators], dtype=bool)[indicator[ours]]
    plain = (n >= 0) & np.where(has_d, d >= 0, d == BLANK) & ~_special(delivery, numbers)
    if "state" in places:
        plain &= np.array(list(map(_Memo(_is_reported).__getitem__, columns[places["state"] - 1])), dtype=bool)
    if "link" in places:
        plain &= np.array(
            list(map(_Memo(lambda raw: not _text(raw)).__getitem__, columns[places["link"] - 1])), dtype=bool
        )
    remark = _Memo(lambda raw: _text(raw) if isinstance(raw, str) else None)
    words = list(map(remark.__getitem__, columns[places["reason"] - 1])) if "reason" in places else [""] * len(numbers)
    odd = [at for at, text in enumerate(words) if text is None or (text and not _simple(text))]
    plain[odd] = False
    return Rows(
        np.array(numbers, dtype=np.int64),
        owed[ours],
        indicator[ours],
        n,
        d,
        plain,
        [text or "" for text in words],
        stray,
    )


def _kinds(column: Sequence[Any], understand: Callable[[Any], str]) -> tuple[Numbers, list[str]]:
    """Each cell as a place in the list of what the column's cells say, each of which stands there once."""
    said: dict[str, int] = {}
    seen = _Memo(lambda raw: said.setdefault(understand(raw), len(said)))
    return np.fromiter(map(seen.__getitem__, column), np.int64, len(column)), list(said)


def _returns(frame: Frame, within: Collection[str] | None, regions: list[str], periods: list[str]) -> Numbers:
    """Regions × periods: the place of their return in frame.owed, −1 for none or for one the sender may not fill."""
    found = np.full((len(regions), len(periods)), -1, dtype=np.int64)
    rows, columns = ({name: at for at, name in enumerate(names)} for names in (regions, periods))
    for at, owed in enumerate(frame.owed):
        region = _long(owed.region_code)
        if region in rows and owed.period in columns and (within is None or region in within):
            found[rows[region], columns[owed.period]] = at
    return found


def _asked(frame: Frame, codes: list[str], periods: list[str]) -> Numbers:
    """Codes × periods: the place in frame.indicators of what is asked for under this code, −1 for nothing."""
    found = np.full((len(codes), len(periods)), -1, dtype=np.int64)
    rows, owing = {name: at for at, name in enumerate(codes)}, {owed.period for owed in frame.owed}
    for at, item in enumerate(frame.askings):
        row = rows.get(item.indicator.code.upper())
        for column, period in enumerate(periods):
            if row is not None and period in owing and item.holds(period):
                found[row, column] = at
    return found


def _text(raw: object) -> str:
    return Cell(0, 0, raw).text


def _long(code: str) -> str:
    """Six-digit and twelve-digit codes of the same place are the same."""
    return code.ljust(12, "0")


def _code(raw: object) -> str:
    return unicodedata.normalize("NFKC", _text(raw)).upper()


def _amounts(column: Sequence[Any], *, text: bool) -> list[int]:
    """Figures in millionths, BLANK or SLOW. Where all cells are text, digits are taken without a call each."""
    if not text:
        return [_amount(raw) for raw in column]
    return [
        int(raw) * MICRO if raw.isdigit() and raw.isascii() and len(raw) <= _PLAIN_DIGITS else _amount(raw)
        for raw in column
    ]


def _amount(raw: Any) -> int:
    """A figure in millionths when it is plain digits."""
    if type(raw) is str:
        if raw.isascii() and raw.isdigit():
            return int(raw) * MICRO if len(raw) <= _PLAIN_DIGITS else SLOW
        if not raw:
            return BLANK
        found = _DECIMAL.fullmatch(raw)
        return int(found[1] + found[2].ljust(MICRO_PLACES, "0")) if found else BLANK if not _text(raw) else SLOW
    if raw is None:
        return BLANK
    if isinstance(raw, float | int | Decimal) and not isinstance(raw, bool) and 0 <= raw < 10**_PLAIN_DIGITS:
        return int(raw) * MICRO if raw == int(raw) else SLOW
    return SLOW


def _is_reported(raw: object) -> bool:
    text = _text(raw)
    return not text or layout.STATE_WORDS.get(unicodedata.normalize("NFKC", text).lower()) is ValueState.REPORTED


def _simple(text: str) -> bool:
    """A remark that comes back from any door as it is."""
    return "\r" not in text and not text.startswith(("'", "#"))


def _special(delivery: Delivery, numbers: Sequence[int]) -> Mask:
    """Rows with a cell that is not what its value says: errors, formulas without a result, percentages,
    hidden rows, merged cells."""
    facts, merged = delivery.sheet.facts, delivery.sheet.merged
    if not (facts.errors or facts.uncalculated or facts.percents or facts.hidden_rows or merged):
        return np.zeros(len(numbers), dtype=bool)
    rows = {row for row, _ in (*facts.errors, *facts.uncalculated, *facts.percents)} | facts.hidden_rows
    spans = [(top, bottom) for top, _, bottom, _ in merged]
    return np.array(
        [number in rows or any(top <= number <= bottom for top, bottom in spans) for number in numbers], dtype=bool
    )


class _Strays:
    """What there is to say about rows that belong to no return or name no indicator of it."""

    def __init__(self, delivery: Delivery, frame: Frame, within: Collection[str] | None) -> None:
        self.table, self.sheet = delivery.table, delivery.sheet
        self.frame, self.within = frame, within
        self.regions = {_long(owed.region_code): owed.region_code for owed in frame.owed}
        self.regions |= {_long(code): code for code in frame.regions}
        self.owed = {(_long(owed.region_code), owed.period) for owed in frame.owed}

    def tell(self, numbers: Sequence[int], ours: Collection[int]) -> list[Told]:
        if len(ours) == len(numbers):
            return []
        told = (self._about(number) for at, number in enumerate(numbers) if at not in ours)
        return [item for item in told if item is not None]

    def _about(self, number: int) -> Told | None:
        cells = {
            name: self.sheet.cell(number, self.table.columns[name])
            for name in ("region", "period", "code", *_FILLED)
            if name in self.table.columns
        }
        code = unicodedata.normalize("NFKC", cells["code"].text)
        filled = any(not cells[name].blank for name in _FILLED if name in cells)
        if layout.heading_field(code) == "code" or layout.untag(code) or (not code and not filled):
            return None
        if not code:
            message = f"第 {number} 行填了内容，但没有指标代码，不知道是哪个指标。"
            return self._told(cells, "code", "row.nokey", message, "请补上指标代码，或把内容移到对应的行。")
        region, period = _long(cells["region"].text), read_period(cells["period"].text)
        if not cells["region"].text or region not in self.regions or not (self.within is None or region in self.within):
            seen = cells["region"].text[:30]
            message = (
                f"地区代码“{seen}”不在可以送报的范围内，这一行没有读取。"
                if seen
                else "没有写地区代码，这一行没有读取。"
            )
            return self._told(
                cells, "region", "row.region", message, "请写六位地区代码，例如 330523；只能送报自己范围内的地区。"
            )
        if period is None:
            message = f"报送期“{cells['period'].text[:30]}”认不出来，这一行没有读取。"
            return self._told(cells, "period", "row.period", message, "请写成 2026-10、2026Q3、2026H1 或 2026 这样。")
        name = self.frame.regions.get(self.regions[region], self.regions[region])
        if (region, str(period)) not in self.owed:
            message = f"“{self.frame.collection}”没有{name}{period.label}的应报记录，这一行没有读取。"
            return self._told(
                cells, "period", "row.return", message, "请核对报送任务、地区和报送期；没有安排报送的不用报。"
            )
        if not filled:
            return None
        found = unknown_row(code, self.sheet.name, cells["code"].address)
        return Told(found, number, self.regions[region], str(period), "code")

    def _told(self, cells: Mapping[str, Cell], name: str, rule: str, message: str, remedy: str) -> Told:
        cell = cells[name]
        finding = Finding(
            Severity.ERROR,
            rule,
            message,
            remedy,
            self.sheet.name,
            cell.address,
            cells["code"].text[:60],
            cell.text[:60],
        )
        region, period = _long(cells["region"].text), read_period(cells["period"].text)
        return Told(finding, cell.row, self.regions.get(region, ""), str(period) if period else "", name)
