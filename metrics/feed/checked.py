"""What came of checking a feed: for every row what it says and what would become of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from metrics.feed.frame import Frame, Owed, Stored
from metrics.feed.rows import BLANK, Numbers, Rows, Told
from metrics.model import Change, ChangeKind, Entry, Severity

KINDS = tuple(ChangeKind)
NEW, CHANGED, UNCHANGED, REJECTED, BLANK_ROW = range(len(KINDS))  # places in KINDS


@dataclass(frozen=True)
class Difference:
    """What becomes of one row."""

    row: int
    owed: Owed
    change: Change


@dataclass
class Checked:
    """The outcome for every row of `rows`: `kind` as a place in KINDS, and the entry where it is not the plain one."""

    frame: Frame
    rows: Rows
    kind: Numbers
    entries: dict[int, Entry] = field(default_factory=dict)  # place of the row → what the row says
    told: list[Told] = field(default_factory=list)

    def count(self, kind: ChangeKind) -> int:
        """Rows of a kind; those that belong to no return are not read and count as rejected."""
        found = len(self.of(kind))
        if kind is ChangeKind.REJECTED:
            found += len({told.row for told in self.rows.stray if told.finding.severity is Severity.ERROR})
        return found

    def of(self, kind: ChangeKind) -> Numbers:
        """Places of the rows of a kind."""
        return np.flatnonzero(self.kind == KINDS.index(kind))

    @cached_property
    def errors(self) -> int:
        return sum(told.finding.severity is Severity.ERROR for told in self.told)

    @cached_property
    def warnings(self) -> int:
        return sum(told.finding.severity is Severity.WARNING for told in self.told)

    @property
    def by_rule(self) -> dict[str, int]:
        return dict(Counter(told.finding.rule for told in self.told))

    @cached_property
    def saving(self) -> Numbers:
        """Places of the rows that would be written, by return and indicator."""
        found = np.flatnonzero((self.kind == NEW) | (self.kind == CHANGED))
        return found[np.lexsort((self.rows.indicator[found], self.rows.owed[found]))]

    def entry(self, place: int) -> Entry:
        """What a row says."""
        if place in self.entries:
            return self.entries[place]
        rows = self.rows
        d = int(rows.d[place])
        return Entry(int(rows.n[place]), None if d == BLANK else d, note=rows.words[place])

    def stored(self, place: int) -> Stored | None:
        """The newest revision of a row's own value."""
        owed, indicator = self.frame.owed[self.rows.owed[place]], self.frame.indicators[self.rows.indicator[place]]
        return self.frame.stored.get((owed.region_code, indicator.id), {}).get(owed.period)

    def standing(self, place: int) -> Stored | None:
        """What stands now where a row would write: its own value, or that of the version before."""
        before = self.frame.askings[self.rows.indicator[place]].same_before
        own = self.stored(place)
        if own is not None or not before:
            return own
        owed = self.frame.owed[self.rows.owed[place]]
        return self.frame.stored.get((owed.region_code, before), {}).get(owed.period)

    def differences(self, *kinds: ChangeKind) -> Iterator[Difference]:
        """The rows of these kinds in the file's order, old value and new."""
        wanted = [KINDS.index(kind) for kind in kinds]
        for place in np.flatnonzero(np.isin(self.kind, wanted)).tolist():
            indicator, before = self.frame.indicators[self.rows.indicator[place]], self.standing(place)
            kind = KINDS[self.kind[place]]
            old = "–" if before is None else before.entry.show(indicator)
            said = kind in (ChangeKind.NEW, ChangeKind.CHANGED, ChangeKind.UNCHANGED) or place in self.entries
            new = self.entry(place).show(indicator) if said else "–"
            change = Change(indicator.code, indicator.name, kind, old, new)
            yield Difference(int(self.rows.numbers[place]), self.frame.owed[self.rows.owed[place]], change)
