"""Phases of a pilot: stretches of time that are measured as one. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.words import PhaseKind


@dataclass(frozen=True)
class Phase:
    """`start_on` and `end_on` both belong to it. `iteration_id` names the iteration that opened it."""

    id: int
    number: int
    name: str
    kind: PhaseKind
    scenario_version_id: int
    scenario_version: str
    start_on: date
    end_on: date
    goal: str = ""
    notes: str = ""
    iteration_id: int | None = None
    version: int = 1

    def covers(self, day: date) -> bool:
        return self.start_on <= day <= self.end_on


def on(phases: Sequence[Phase], day: date) -> Phase | None:
    """The phase a day belongs to; None before the first, after the last and in a gap."""
    return next((phase for phase in phases if phase.covers(day)), None)


def breaks(phases: Sequence[Phase]) -> list[date]:
    """First days of phases that try another scenario version than the one before: there the line of every
    chart breaks, and nothing is pooled across."""
    ordered = sorted(phases, key=lambda phase: phase.start_on)
    return [
        after.start_on
        for before, after in itertools.pairwise(ordered)
        if after.scenario_version_id != before.scenario_version_id
    ]


def pooled(phases: Sequence[Phase], day: date) -> tuple[date, date] | None:
    """First and last day of what may be measured together with `day`: neighbouring phases of one scenario
    version. None when the day belongs to no phase."""
    phase = on(phases, day)
    if phase is None:
        return None
    ordered = sorted(phases, key=lambda item: item.start_on)
    first = last = ordered.index(phase)
    while first > 0 and ordered[first - 1].scenario_version_id == phase.scenario_version_id:
        first -= 1
    while last + 1 < len(ordered) and ordered[last + 1].scenario_version_id == phase.scenario_version_id:
        last += 1
    return ordered[first].start_on, ordered[last].end_on


@dataclass(frozen=True)
class Stretch:
    """Neighbouring phases of one scenario version: what may be measured together."""

    phases: tuple[Phase, ...]

    @property
    def number(self) -> int:
        """By which it is asked for: that of its first phase."""
        return self.phases[0].number

    @property
    def start_on(self) -> date:
        return self.phases[0].start_on

    @property
    def end_on(self) -> date:
        return self.phases[-1].end_on

    @property
    def label(self) -> str:
        """第一阶段（v1.0，2026-01-01 至 2026-06-30）; the version once, even where a phase is named after it."""
        names = "、".join(phase.name for phase in self.phases)
        version = self.phases[0].scenario_version
        dates = f"{self.start_on} 至 {self.end_on}"
        return f"{names}（{dates}）" if version in names else f"{names}（{version}，{dates}）"


def stretches(phases: Sequence[Phase]) -> list[Stretch]:
    """The phases parted where the scenario version changes, in order of time."""
    ordered = sorted(phases, key=lambda phase: phase.start_on)
    runs = itertools.groupby(ordered, key=lambda phase: phase.scenario_version_id)
    return [Stretch(tuple(run)) for _, run in runs]


def stretch_of(known: Sequence[Stretch], number: int | None, day: date) -> Stretch | None:
    """The stretch that holds the phase of that number; without one that of the day, else the last to have
    begun, else the first. None when there is none."""
    for stretch in known:
        if number is not None and any(phase.number == number for phase in stretch.phases):
            return stretch
    begun = [stretch for stretch in known if stretch.start_on <= day]
    return begun[-1] if begun else known[0] if known else None


def problems(others: Sequence[Phase], start_on: date, end_on: date) -> list[str]:
    """What is wrong with a phase of these days beside the `others` of its pilot."""
    if end_on < start_on:
        return [f"阶段的结束日期 {end_on} 早于开始日期 {start_on}"]
    return [
        f"{start_on} 至 {end_on} 与“{other.name}”（{other.start_on} 至 {other.end_on}）重叠"
        for other in others
        if start_on <= other.end_on and other.start_on <= end_on
    ]


def handed_over(current: Phase, start_on: date) -> date:
    """The last day of a phase when the next one begins on `start_on`."""
    return min(current.end_on, start_on - timedelta(days=1))
