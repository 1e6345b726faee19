"""Who asks, about what, and the answer: plain shapes."""

from __future__ import annotations

from dataclasses import dataclass

from core.words import Role


@dataclass(frozen=True)
class Actor:
    """The person at the other end, fresh from the database for every command.

    `account_id` is None for the command line, which acts with an administrator's and the
    institute's rights on the machine it runs on.
    """

    account_id: int | None
    session_id: int | None
    name: str
    role: Role
    organisation_id: int | None = None
    organisation: str = ""
    region_code: str | None = None
    region: str = ""

    @property
    def is_staff(self) -> bool:
        """Runs the programme: the institute and the administrator."""
        return self.role in (Role.INSTITUTE, Role.ADMIN)


OPERATOR = Actor(None, None, "命令行", Role.ADMIN)


@dataclass(frozen=True)
class Subject:
    """What a permission is asked about, reduced to what predicates need."""

    region_code: str | None = None
    organisation_id: int | None = None
    created_by: int | None = None
    authors: frozenset[int] = frozenset()  # accounts whose work it is beside who created it
    reviewers: frozenset[int] = frozenset()  # accounts asked to review it
    editable: bool = True  # whether its state allows changes at all
    asked_by: int | None = None  # the organisation whose request is to be answered


ANY = Subject()


@dataclass(frozen=True)
class Answer:
    ok: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.ok


YES = Answer(True)
