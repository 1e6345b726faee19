"""Errors a person can act on. The message is Chinese; it says what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence


class AppError(Exception):
    """Something the user can understand and mend. Pages and the CLI print it; nothing else does."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Invalid(AppError):
    """Input that breaks a rule; `problems` lists every one of them, not only the first."""

    def __init__(self, problems: Sequence[str], remedy: str = "") -> None:
        super().__init__("；".join(problems), remedy)
        self.problems = list(problems)


class Forbidden(AppError):
    """The actor may not do this; the message says why."""


class NotFound(AppError):
    """Missing, or not this actor's to see: the two are deliberately indistinguishable."""


class Conflict(AppError):
    """Somebody else changed the record since the page was drawn."""


class Duplicate(AppError):
    """A unique value is already taken."""


class WrongState(AppError):
    """The record is not in a state from which this step is allowed."""


class Unreadable(AppError):
    """A file that cannot be read at all (wrong kind, too large, damaged)."""
