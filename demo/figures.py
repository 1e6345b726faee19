"""Invented figures that behave like real ones: counties differ, seasons show, small places jump,
pilots help by different amounts in different places, and people make mistakes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from core.numbers import MICRO
from core.words import Arm, ReturnState, Side, ValueState
from metrics.model import Entry

# Usual level in developed and underdeveloped counties, spread between counties, monthly noise; all in the
# indicator's unit. `volume` scales the denominator against the county's monthly caseload.
LEVELS: Mapping[str, tuple[float, float, float, float, float]] = {
    "SX01": (83.5, 79.5, 3.2, 1.6, 1.0),
    "SX03": (92.0, 89.0, 2.0, 1.2, 1.0),
    "SX04": (86.5, 84.5, 2.4, 1.4, 0.35),
    "SX07": (4.6, 5.4, 0.7, 0.3, 0.9),
    "SX08": (64.0, 60.0, 3.6, 1.8, 0.6),
    "SX09": (8.6, 9.8, 1.6, 0.8, 0.5),
    "SX11": (0.4, 0.3, 0.2, 1.2, 0.0),
    "SX12": (27.0, 21.0, 5.0, 1.0, 0.0),
    "SX13": (48.0, 40.0, 7.0, 1.2, 0.0),
    "SX14": (69.0, 66.0, 4.0, 2.0, 0.7),
    "SX16": (44.0, 52.0, 6.0, 2.5, 0.4),
    "SX19": (81.5, 79.0, 2.2, 1.0, 0.15),
    "SX20": (71.0, 66.0, 4.0, 2.4, 0.12),
}
_FIXED_BASE = {"SX11": 180, "SX12": 120, "SX13": 40}  # denominators that do not follow the caseload
_RAMP = (0.4, 0.75)  # a pilot needs some months to work fully


@dataclass(frozen=True)
class Place:
    """A county as the generator sees it."""

    code: str
    arm: Arm
    side: Side
    caseload: float
    level: Mapping[str, float]  # its own lasting difference from the usual level


def place(rng: np.random.Generator, code: str, arm: Arm, side: Side, indicators: list[str]) -> Place:
    busy = rng.lognormal(6.7 if side is Side.DEVELOPED else 5.3, 0.45)
    return Place(code, arm, side, busy, {name: rng.normal(0, LEVELS[name][2]) for name in indicators})


def value(
    rng: np.random.Generator,
    where: Place,
    indicator: str,
    month: int,
    since_start: int,
    effect: tuple[float, float],
) -> Entry:
    """One county's figure of one month; `since_start` counts months of pilot, negative before."""
    developed, underdeveloped, _, noise, volume = LEVELS[indicator]
    usual = developed if where.side is Side.DEVELOPED else underdeveloped
    season = np.sin(month / 12 * 2 * np.pi) * noise * 0.6
    level = usual + where.level[indicator] + season + rng.normal(0, noise)
    if where.arm is Arm.PILOT and since_start >= 0:
        share = _RAMP[since_start] if since_start < len(_RAMP) else 1.0
        level += share * (effect[0] if where.side is Side.DEVELOPED else effect[1])
    base = _FIXED_BASE.get(indicator) or max(6, round(where.caseload * volume * rng.uniform(0.85, 1.15)))
    if indicator in ("SX07", "SX16", "SX19"):
        places = 10 if indicator == "SX07" else 100
        total = round(max(level, 0.3) * base * places)
        return Entry(total * MICRO // places, base * MICRO)
    part = int(np.clip(round(base * np.clip(level, 0.0, 99.6) / 100), 0, base))
    return Entry(part * MICRO, base * MICRO)


def mishap(rng: np.random.Generator, entry: Entry) -> Entry:
    """Now and then a figure is missing, does not apply, or is off by a slip of the hand."""
    dice = rng.random()
    if dice < 0.006:
        return Entry(state=ValueState.MISSING, reason="平台升级，本月无法取数")
    if dice < 0.009:
        return Entry(state=ValueState.NOT_APPLICABLE, reason="本月没有发生此类事项")
    if dice < 0.012 and entry.n and entry.d:
        return Entry(entry.n // MICRO // 3 * MICRO, entry.d, note="承办系统切换，部分件次月补登")
    if dice < 0.02:
        return Entry(entry.n, entry.d, ValueState.ESTIMATED, reason="按前20日数据推算")
    return entry


def fate(rng: np.random.Generator, age: int) -> ReturnState | None:
    """What became of a return `age` months after its period; None: nothing was ever handed in."""
    dice = rng.random()
    if age >= 2 and dice < 0.012:
        return None
    if age >= 4:
        return ReturnState.LOCKED
    if age >= 2:
        return ReturnState.APPROVED
    if dice < 0.05:
        return None
    if dice < 0.08:
        return ReturnState.RETURNED
    return ReturnState.DRAFT if dice < 0.13 else ReturnState.SUBMITTED


def handed_in(rng: np.random.Generator, opens: datetime, due: datetime) -> datetime:
    """When it was submitted: mostly in office hours before the deadline, sometimes after."""
    late = rng.random() < 0.06
    window = (due - opens).days
    days = window + int(rng.integers(1, 7)) if late else int(rng.integers(0, max(window, 1)))
    return (opens + timedelta(days=days, hours=int(rng.integers(9, 17)), minutes=int(rng.integers(0, 60)))).astimezone(
        UTC
    )
