"""What a kind of report is: declared by the room that owns its figures, printed by `printing.making`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from accounts.permissions import Actor, Permission
from core.errors import NotFound
from db.issuing import Issue
from printing.reasons import Source
from reports.paper import Face, Paper

T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """What a report can be about: the ID that the command line takes, and its name."""

    id: str
    label: str


@dataclass(frozen=True)
class Identity:
    """What `db.issuing.issue` is told. `subject_id` is the record's number; `inputs` everything that is printed;
    `lines` the key figures as printed, which the next report is compared with; `cut` tells reports about the same
    subject apart that do not restate each other. An unnumbered paper (`numbered` False) brings its own `digest`."""

    subject_id: int
    title: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    cut: str = ""
    numbered: bool = True
    digest: str = ""


@dataclass(frozen=True)
class Batch:
    """What of a kind is printed together. `groups` lists what can be chosen (quarters, editions), newest first;
    `subjects` are those of one group. `loader` makes a `Kind.load` that reads what its subjects share only once."""

    name: str
    asks: str
    groups: Callable[[Actor], Sequence[Subject]]
    subjects: Callable[[Actor, str], Sequence[Subject]]
    loader: Callable[[Actor], Callable[[str], Any]] | None = None


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of report. `load` gives everything it prints, read once: PDF, Excel and Word tell the same `story`
    of the same inputs, so their figures are the same to the digit. `load` and `subjects` ask who is asking.

    key      what the command line calls it
    mark     stands in its number: ZP-<mark>-2026-0001
    entity   what the operation log calls its subject
    asks     what its ID is, for people: “试点编号”
    label    names the subject in the file's name
    word     whether staff may take it as .docx to edit before sending
    why      what its inputs say of changes since the report before it, whose time is given
    causes   records whose events in the operation log may explain a change, as far as its readers may know
    """

    key: str
    name: str
    permission: Permission
    mark: str
    entity: str
    asks: str
    load: Callable[[Actor, str], T]
    identity: Callable[[Actor, T], Identity]
    face: Callable[[T], Face]
    story: Callable[[Paper, T, Issue], None]
    label: Callable[[T], str]
    subjects: Callable[[Actor], Sequence[Subject]]
    word: bool = False
    batch: Batch | None = None
    why: Callable[[T, datetime], Sequence[str]] = lambda _inputs, _since: ()
    causes: Callable[[T], Sequence[Source]] = lambda _inputs: ()

    @property
    def forms(self) -> tuple[str, ...]:
        return ("pdf", "xlsx", "docx") if self.word else ("pdf", "xlsx")


ALL = "all"  # the ID of what there is one of
_LARGEST = 2**31 - 1  # of a record's number


def record_id(text: str, asks: str) -> int:
    """An ID that is a record's number."""
    try:
        number = int(text)
    except ValueError as error:
        raise NotFound(f"“{text}”不是{asks}。", "编号是数字；可用的编号见 zhiping report 加种类，不写编号。") from error
    if not 0 < number <= _LARGEST:
        raise NotFound(f"没有{asks}“{text}”。", "可用的编号见 zhiping report 加种类，不写编号。")
    return number


def only_all(text: str) -> None:
    """NotFound for any ID but that of what there is one of."""
    if text != ALL:
        raise NotFound(f"没有编号“{text}”：这种报告只有一份。", f"编号写 {ALL}。")
