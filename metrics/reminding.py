"""When a unit that has not reported is reminded, and in which words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from regions.calendar import working_day_from

LASTS = timedelta(days=10)  # a reminder whose day was missed still goes out so much later, and then no more


def steps(days: str) -> tuple[int, ...]:
    """The setting `reminder_days` as numbers, the earliest first; empty for no reminders."""
    return tuple(int(part) for part in days.split(",") if part)


def step_due(due_on: date, today: date, steps: Sequence[int]) -> int | None:
    """Which of the steps (working days from the deadline) stands today: the latest whose day has come.

    None before the first, when the last one is long past, and for a step before the deadline once the
    deadline has passed.
    """
    come = [(working_day_from(due_on, step), step) for step in steps]
    come = [(day, step) for day, step in come if day <= today]
    if not come:
        return None
    day, step = max(come)
    if today - day > LASTS or (step <= 0 and today > due_on):
        return None
    return step


def words(step: int, due_on: date) -> str:
    """What a reminder says by itself: 距截止日期 2026-11-06 还有 3 个工作日."""
    if step < 0:
        return f"距截止日期 {due_on} 还有 {-step} 个工作日"
    if step == 0:
        return f"今天（{due_on}）截止"
    return f"截止日期 {due_on} 已过 {step} 个工作日"
