"""What a feed would do: every finding and every change, before anything is written.

Returns are checked as if they came one after the other in the order of their periods: what a row brings
is the past of the same series' later rows. Rows that some screen marks take the path of a single return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from core import clock
from core.numbers import MICRO
from core.periods import PER_YEAR, Period
from core.tabular import address
from core.words import TargetKind, ValueState
from metrics import examining, queries, reading, rules
from metrics.expressions import Quantity
from metrics.feed.asking import Grid
from metrics.feed.checked import BLANK_ROW, CHANGED, KINDS, NEW, REJECTED, UNCHANGED, Checked
from metrics.feed.frame import Frame, Owed, Stored
from metrics.feed.lines import Lines
from metrics.feed.opening import Delivery
from metrics.feed.past import Past, ordinal
from metrics.feed.rows import Mask, Numbers, Rows, Told
from metrics.feed.screening import Batch, Traits
from metrics.feed.targets import Targets
from metrics.model import Entry, Finding, Form, Indicator, Severity
from metrics.rulebook import DataRule
from metrics.service import EDITABLE
from metrics.workbook import FIELDS

Tell = Callable[[float], None]


def silent(_: float) -> None:
    """Progress that nobody watches."""


def check(
    delivery: Delivery, frame: Frame, rows: Rows, *, now: datetime, submit: bool = True, tell: Tell = silent
) -> Checked:
    """Every finding about the rows, and what saving them would do; `submit`: complete returns are handed in."""
    checked = Checked(frame, rows, np.full(rows.count, BLANK_ROW, dtype=np.int64))
    _Checking(delivery, checked, now, submit=submit).run(tell)
    order = list(Severity)
    checked.told = sorted([*rows.stray, *checked.told], key=lambda told: (order.index(told.finding.severity), told.row))
    return checked


class _Checking:
    """One check under way."""

    def __init__(self, delivery: Delivery, checked: Checked, now: datetime, *, submit: bool) -> None:
        self.delivery, self.checked, self.now, self.submit = delivery, checked, now, submit
        self.frame, self.rows = checked.frame, checked.rows
        frame, rows = self.frame, self.rows
        self.width = len(frame.indicators)
        self.regions = {code: at for at, code in enumerate(dict.fromkeys(owed.region_code for owed in frame.owed))}
        self.traits = Traits(frame.indicators)
        owed_region = np.array([self.regions[owed.region_code] for owed in frame.owed], dtype=np.int64)
        # A version joined to the one before by factor 1 goes on with its series; a third in a row asks singly.
        at = {asking.indicator.id: place for place, asking in enumerate(frame.askings)}
        self.slots = np.array(
            [at.get(item.same_before, place) for place, item in enumerate(frame.askings)], dtype=np.int64
        )
        self.deep = np.array([self.slots[slot] != slot for slot in self.slots], dtype=bool)
        self.series: Numbers = (
            owed_region[rows.owed] * self.width + self.slots[rows.indicator] if rows.count else rows.owed
        )
        self.targets = Targets(frame)
        self.sound = np.zeros(rows.count, dtype=bool)  # nothing in it is wrong so far
        self.lines = Lines(checked, self.regions, self.targets)
        self.keys: Numbers = rows.owed * self.width + rows.indicator  # which value of which return
        self.twice = _repeated(self.keys)
        # In a return that is closed nothing is corrected, so no reason is missing either.
        self.correcting = np.array([owed.correcting and self._takes_changes(owed) for owed in frame.owed], dtype=bool)
        # What stands now for each row, as columns: −1 for none.
        self.old_n, self.old_d, self.old_plain = self._standing()

    def run(self, tell: Tell) -> None:
        periods = {key: Period.parse(key) for key in {owed.period for owed in self.frame.owed}}
        of_owed = [periods[owed.period] for owed in self.frame.owed]
        numbers = np.array([ordinal(period) for period in of_owed], dtype=np.int64)
        by_period = numbers[self.rows.owed] if self.rows.count else numbers[:0]
        stored = self._stored_by_period()
        known = {ordinal(period): period for period in periods.values()}
        known |= {ordinal(Period.parse(key)): Period.parse(key) for key in stored}
        depth = min(queries.HISTORY, max(0, len(known) - 1))
        self.past = Past(self.traits, len(self.regions) * self.width, depth, queries.HISTORY)
        done = 0
        for number, period in sorted(known.items()):
            places = np.flatnonzero(by_period == number)
            if len(places):
                self._check_period(places, period)
            self._push(places, stored.get(str(period), ()), period)
            done += len(places)
            tell(done / max(1, self.rows.count))

    def _check_period(self, places: Numbers, period: Period) -> None:
        rows = self.rows
        fast = places[rows.plain[places] & ~self.twice[places]]
        if len(fast):
            batch = self._batch(fast, period)
            suspects = batch.suspects() | (np.array([bool(rows.words[at]) for at in fast]) & (self.old_n[fast] >= 0))
            suspects |= ~self.old_plain[fast]  # what stands there is not just two figures: compare all of it
            suspects |= self.deep[rows.indicator[fast]]
            sound = fast[~suspects]
            self.sound[sound] = True
            self.checked.kind[sound] = np.where(
                self.old_n[sound] == -1,
                NEW,
                np.where((self.old_n[sound] == rows.n[sound]) & self._same_d(sound), UNCHANGED, CHANGED),
            )
            places_left = np.setdiff1d(places, sound, assume_unique=True)
        else:
            places_left = places
        groups: dict[int, list[int]] = defaultdict(list)
        for place, key in zip(places_left.tolist(), self.keys[places_left].tolist(), strict=True):
            groups[key].append(place)
        for same in groups.values():
            if len(same) == 1 and rows.plain[same[0]] and self.old_n[same[0]] == -1:
                self._check_plain(same[0])
            else:
                self._check_singly(same)
        asked = [rule for rule in self.frame.rules if rule.in_force(self.frame.collection_id, period)]
        if asked:
            self._ask(asked, places[self.sound[places]], period)
        self._refuse_closed(places)

    def _same_d(self, places: Numbers) -> Mask:
        has_d = self.traits.has_d[self.rows.indicator[places]]
        same: Mask = ~has_d | (self.old_d[places] == self.rows.d[places])
        return same

    def _batch(self, places: Numbers, period: Period) -> Batch:
        rows, series = self.rows, self.series[places]
        indicator, n, d = rows.indicator[places], rows.n[places], rows.d[places]
        window = self.past.window(series, indicator, n, d, period)
        changed = (self.old_n[places] != n) | ~self._same_d(places)
        return Batch(
            traits=self.traits,
            indicator=indicator,
            n=n,
            d=d,
            past=window.past,
            past_n=window.past_n,
            past_d=window.past_d,
            added=window.added,
            adds=window.adds,
            target=self.targets.of(TargetKind.TARGET, indicator, rows.owed[places], period),
            year_begins=period.index == 1,
            changes=self.correcting[rows.owed[places]] & (self.old_n[places] >= 0) & changed,
            overtakes=self._overtaking(places),
        )

    def _check_plain(self, at: int) -> None:
        """A row that was read at sight and is the first value of its kind, about which a rule may say something."""
        rows = self.rows
        code = self.frame.indicators[rows.indicator[at]].code
        number, columns = int(rows.numbers[at]), self.delivery.table.columns
        where = {(code, name): address(number, columns[name]) for name in FIELDS if name in columns}
        self._judge(at, self._form(at), {code: self.checked.entry(at)}, where)

    def _check_singly(self, places: Sequence[int]) -> None:
        """The rows for one value, one after the other, as in a return of its own."""
        checked, at = self.checked, places[0]
        form = self._form(at)
        reader = reading.Reader(form, self.delivery.table, exported=self.delivery.exported)
        for place in places:
            reader.row(int(self.rows.numbers[place]))
        for place in places[1:]:
            checked.kind[place] = REJECTED
        for entry in reader.entries.values():
            checked.entries[at] = entry
        self._judge(at, form, reader.entries, reader.where, reader.findings)

    def _form(self, at: int) -> Form:
        owed = self.frame.owed[self.rows.owed[at]]
        form = self.frame.form(owed, [self.lines.line(owed, int(self.rows.indicator[at]))])
        return replace(form, correcting=bool(self.correcting[self.rows.owed[at]]))

    def _judge(
        self,
        at: int,
        form: Form,
        entries: Mapping[str, Entry],
        where: Mapping[tuple[str, str], str],
        known: Sequence[Finding] = (),
    ) -> None:
        """What the rules say of a value, and what becomes of its row."""
        checked, rows = self.checked, self.rows
        owed, sheet = self.frame.owed[rows.owed[at]], self.delivery.sheet.name
        found = rules.validate(replace(form, waivers=()), entries, where=where, sheet=sheet, known=known)
        self.sound[at] = not any(item.severity is Severity.ERROR or item.rule == "blank" for item in found)
        found = examining.waived(form, found)
        (change,) = rules.diff(form, entries, found)
        checked.kind[at] = KINDS.index(change.kind)
        fields = {cell: name for (_, name), cell in where.items()}
        for finding in found:
            row = _row_of(finding.cell) or int(rows.numbers[at])
            checked.told.append(Told(finding, row, owed.region_code, owed.period, fields.get(finding.cell, "")))

    def _ask(self, asked: Sequence[DataRule], places: Numbers, period: Period) -> None:
        """Rules as data, of all returns of a period that have sound rows; those with a finding one by one."""
        rows = self.rows
        returns = np.unique(rows.owed[places])
        kinds = self.frame.asked(str(period))
        grid, there = self._grid(returns, kinds, places, period), np.zeros((len(returns), len(kinds)), dtype=bool)
        there[np.searchsorted(returns, rows.owed[places]), np.searchsorted(kinds, rows.indicator[places])] = True
        found = np.zeros_like(there)
        for rule in asked:
            found |= grid.failing(rule) & there
        for at in returns[found.any(axis=1)].tolist():
            self._ask_singly(asked, places[rows.owed[places] == at], self.frame.owed[at], kinds)

    def _ask_singly(self, asked: Sequence[DataRule], places: Numbers, owed: Owed, kinds: Sequence[int]) -> None:
        rows, sheet = self.rows, self.delivery.sheet.name
        form = self.frame.form(owed, [self.lines.line(owed, kind) for kind in kinds], asked)
        entries, at = {}, {}
        for place in places.tolist():
            code = self.frame.indicators[rows.indicator[place]].code
            entries[code], at[code] = self.checked.entry(place), place
        column = self.delivery.table.columns["n"]
        cells = {(code, "n"): address(int(rows.numbers[place]), column) for code, place in at.items()}
        found = examining.findings(form, entries, list(entries), cells, sheet)
        for finding in examining.waived(form, found):
            place = at[finding.code]
            if finding.severity is Severity.ERROR:
                self.checked.kind[place] = REJECTED
            told = Told(finding, int(rows.numbers[place]), owed.region_code, owed.period, "n")
            self.checked.told.append(told)

    def _grid(self, returns: Numbers, kinds: Sequence[int], places: Numbers, period: Period) -> Grid:
        """What rules as data may speak of: the sound rows, and where there is none what stands now."""
        frame, rows, number = self.frame, self.rows, ordinal(period)
        shape = (len(returns), len(kinds))
        n, d = np.full(shape, np.nan), np.full(shape, np.nan)
        if frame.stored:
            for i, at in enumerate(returns.tolist()):
                for j, asked in enumerate(kinds):
                    found = frame.values(frame.owed[at].region_code, asked).get(str(period))
                    if found is not None and found.has_value:
                        n[i, j], d[i, j] = found.n, np.nan if found.d is None else found.d
        at_row, at_kind = np.searchsorted(returns, rows.owed[places]), np.searchsorted(kinds, rows.indicator[places])
        n[at_row, at_kind] = rows.n[places]
        d[at_row, at_kind] = np.where(rows.d[places] < 0, np.nan, rows.d[places])
        for position, place in enumerate(places.tolist()):
            entry = self.checked.entries.get(place)
            if entry is not None:
                valued = entry.state.has_value
                here = at_row[position], at_kind[position]
                n[here] = entry.n if valued and entry.n is not None else np.nan
                d[here] = entry.d if valued and entry.d is not None else np.nan
        kind: Numbers = np.tile(np.array(kinds, dtype=np.int64), len(returns))
        regions = np.array([self.regions[frame.owed[at].region_code] for at in returns.tolist()], dtype=np.int64)
        series = np.repeat(regions * self.width, len(kinds)) + self.slots[kind]
        per_year = PER_YEAR[period.cadence]
        value = self.traits.value_of(kind, n.ravel(), d.ravel()).reshape(shape)
        figures = {
            Quantity.N: n / MICRO,
            Quantity.D: d / MICRO,
            Quantity.VALUE: value,
            Quantity.PREVIOUS: self.past.at_period(series, number - 1).reshape(shape),
            Quantity.LAST_YEAR: self.past.at_period(series, number - per_year).reshape(shape),
        }
        for quantity, which in ((Quantity.TARGET, TargetKind.TARGET), (Quantity.BASELINE, TargetKind.BASELINE)):
            figures[quantity] = self.targets.of(which, kind, np.repeat(returns, len(kinds)), period).reshape(shape)
        return Grid([frame.indicators[at].code for at in kinds], period, figures)

    def _refuse_closed(self, places: Numbers) -> None:
        """A return that is not open takes no change; what is the same as stored is no change."""
        checked, rows = self.checked, self.rows
        writes = places[(checked.kind[places] == NEW) | (checked.kind[places] == CHANGED)]
        for at in np.unique(rows.owed[writes]).tolist():
            refusal = self._closed(self.frame.owed[at], rows.owed[places] == at, places)
            if refusal is not None:
                self._reject(writes[rows.owed[writes] == at], *refusal)

    def _reject(self, places: Numbers, rule: str, message: str, remedy: str) -> None:
        rows, sheet = self.rows, self.delivery.sheet.name
        for place in places.tolist():
            self.checked.kind[place] = REJECTED
            owed, code = self.frame.owed[rows.owed[place]], self.frame.indicators[rows.indicator[place]].code
            finding = Finding(Severity.ERROR, rule, message, remedy, sheet, code=code)
            self.checked.told.append(Told(finding, int(rows.numbers[place]), owed.region_code, owed.period))

    def _closed(self, owed: Owed, ours: Mask, places: Numbers) -> tuple[str, str, str] | None:
        """(rule, message, remedy) when a return takes no change now."""
        course = owed.course
        place = f"{self.frame.regions.get(owed.region_code, owed.region_code)}{Period.parse(owed.period).label}"
        if clock.beijing(self.now).date() < course.opens_on:
            return "return.early", f"{place}要到 {course.opens_on} 才开始报送。", "请在本期结束后送报。"
        if course.state in EDITABLE:
            return None
        if not self._takes_changes(owed):
            message = f"{place}的报送已“{course.state.label}”，这一行与库中的数不同，没有写入。"
            return "return.closed", message, "如需更正，请先撤回，或联系研究院退回、解锁。"
        # A correction of a locked return is handed in whole; its figures stay in force until then.
        at = places[ours]
        brought = {self.frame.indicators[number].id for number in self.rows.indicator[at].tolist()}
        asked = [self.frame.indicators[number] for number in self.frame.asked(owed.period)]
        whole = all(item.id in brought or self._has(owed, item) for item in asked)
        if self.submit and whole and not np.any(self.checked.kind[at] == REJECTED):
            return None
        message = f"{place}的报送已锁定，更正要一次提交，不能只存草稿。"
        return "return.correction", message, "请改正这份报送的全部错误行，并允许送报后提交。"

    def _takes_changes(self, owed: Owed) -> bool:
        return owed.course.state in EDITABLE or owed.course.unlocked(self.now)

    def _has(self, owed: Owed, indicator: Indicator) -> bool:
        return owed.period in self.frame.stored.get((owed.region_code, indicator.id), {})

    def _push(self, places: Numbers, stored: Sequence[tuple[int, int, Stored]], period: Period) -> None:
        """What stands in this period once the rows are saved becomes the past of later ones."""
        if not self.past.depth:
            return
        kind, rows = self.checked.kind, self.rows
        saved = places[(kind[places] == NEW) | (kind[places] == CHANGED)]
        series, indicator, n, d = self.series[saved], rows.indicator[saved], rows.n[saved], rows.d[saved]
        has = np.ones(len(saved), dtype=bool)
        if self.checked.entries:
            for position, place in enumerate(saved.tolist()):
                entry = self.checked.entries.get(place)
                if entry is not None:
                    has[position] = entry.state.has_value and entry.n is not None
                    n[position], d[position] = entry.n or 0, -1 if entry.d is None else entry.d
        if stored:
            told = np.array(
                [(at, number, v.n or 0, -1 if v.d is None else v.d, v.has_value) for at, number, v in stored]
            )
            kept = told[~np.isin(told[:, 0], series)]
            series, indicator, n, d = (
                np.concatenate((new, old)) for new, old in zip((series, indicator, n, d), kept.T[:4], strict=True)
            )
            has = np.concatenate((has, kept[:, 4].astype(bool)))
        self.past.push(series, indicator, n, d, has, period)

    def _standing(self) -> tuple[Numbers, Numbers, Mask]:
        """n and d stored now for each row (−1 for none), and whether that is all there is: reported, no words."""
        count = self.rows.count
        n, d, plain = np.full(count, -1, dtype=np.int64), np.full(count, -1, dtype=np.int64), np.ones(count, dtype=bool)
        if self.frame.stored:
            for place in range(count):
                found = self.checked.standing(place)
                if found is not None:
                    plain[place] = found.state == ValueState.REPORTED and not (found.reason or found.note or found.link)
                    n[place] = -3 if found.n is None else found.n
                    d[place] = -3 if found.d is None else found.d
        return n, d, plain

    def _stored_by_period(self) -> dict[str, list[tuple[int, int, Stored]]]:
        """Values stored for the series of these regions, by period: (series, indicator, value)."""
        at = {indicator.id: place for place, indicator in enumerate(self.frame.indicators)}
        found: dict[str, dict[int, tuple[int, int, Stored]]] = defaultdict(dict)
        for (region, indicator_id), values in sorted(self.frame.stored.items(), key=lambda item: item[0][1]):
            if region in self.regions and indicator_id in at:
                kind = at[indicator_id]
                series = int(self.regions[region] * self.width + self.slots[kind])
                for period, value in values.items():
                    found[period][series] = (series, kind, value)  # the later version's, where both have one
        return {period: list(values.values()) for period, values in found.items()}

    def _overtaking(self, places: Numbers) -> Mask:
        """Cumulative figures that are greater than those of the next period stored before this feed."""
        found = np.zeros(len(places), dtype=bool)
        if self.frame.stored:
            for position in np.flatnonzero(self.traits.cumulative[self.rows.indicator[places]]).tolist():
                place = int(places[position])
                owed = self.frame.owed[self.rows.owed[place]]
                following = self.lines.following(owed, int(self.rows.indicator[place]))
                if following is not None:
                    n, d = following[1].n, following[1].d
                    found[position] = n is None or self.rows.n[place] > n or (d is not None and self.rows.d[place] > d)
        return found


def _repeated(keys: Numbers) -> Mask:
    """Which keys occur more than once."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    found: Mask = counts[inverse] > 1
    return found


def _row_of(cell: str) -> int:
    """The row of an address in A1 notation; 0 for none."""
    digits = cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits else 0
