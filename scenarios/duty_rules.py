"""What an item of a responsibility list says, what changed in it, and the order of the tree. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from core.words import DutyAnswer, DutyKind, DutyPart, Standing, Word

SEPARATOR = "；"  # between organisations, between data items
PROVIDED_BY = "："  # between a data item and its provider
ARROW = " › "
_BETWEEN = re.compile(r"[；;\n]+")
LEVELS = (DutyKind.BUSINESS, DutyKind.STAGE, DutyKind.ITEM)

# What an item says, in the order people read it.
FIELDS: Mapping[str, str] = {
    "place": "所属环节",
    "name": "事项",
    "organisation_id": "责任单位",
    "owner": "责任人（岗位）",
    "supporting": "配合单位",
    "trigger": "触发条件",
    "inputs": "输入",
    "outputs": "输出",
    "data": "数据及提供单位",
    "time_limit": "办理时限",
    "legal_basis": "依据",
}


@dataclass(frozen=True)
class Content:
    """All that an organisation agrees to. `path` ends with the item's own name; `supporting` is sorted;
    `data` are (name, provider's id or None)."""

    path: tuple[str, ...]
    organisation_id: int | None = None
    owner: str = ""
    supporting: tuple[int, ...] = ()
    trigger: str = ""
    inputs: str = ""
    outputs: str = ""
    data: tuple[tuple[str, int | None], ...] = ()
    time_limit: str = ""
    legal_basis: str = ""

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def place(self) -> str:
        return ARROW.join(self.path[:-1])

    @property
    def parties(self) -> dict[int, tuple[DutyPart, ...]]:
        """Every organisation the item concerns and its parts, the responsible one first."""
        found: dict[int, tuple[DutyPart, ...]] = {}
        for part, ids in (
            (DutyPart.RESPONSIBLE, (self.organisation_id,)),
            (DutyPart.SUPPORTING, self.supporting),
            (DutyPart.PROVIDER, tuple(dict.fromkeys(provider for _, provider in self.data))),
        ):
            for number in ids:
                if number is not None:
                    found[number] = (*found.get(number, ()), part)
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "path": list(self.path),
            "organisation_id": self.organisation_id,
            "owner": self.owner,
            "supporting": list(self.supporting),
            "trigger": self.trigger,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "data": [list(item) for item in self.data],
            "time_limit": self.time_limit,
            "legal_basis": self.legal_basis,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        texts = ("owner", "trigger", "inputs", "outputs", "time_limit", "legal_basis")
        return cls(
            path=tuple(kept["path"]),
            organisation_id=kept["organisation_id"],
            supporting=tuple(kept["supporting"]),
            data=tuple((name, provider) for name, provider in kept["data"]),
            **{name: kept[name] for name in texts},
        )

    def shown(self, field: str, names: Mapping[int, str]) -> str:
        """A field of FIELDS as people read it; `names` are the organisations'."""
        match field:
            case "organisation_id":
                return "" if self.organisation_id is None else names[self.organisation_id]
            case "supporting":
                return SEPARATOR.join(names[number] for number in self.supporting)
            case "data":
                return data_text(self.data, names)
            case _:
                return str(getattr(self, field))


@dataclass(frozen=True)
class Change:
    """One field that reads otherwise than before."""

    field: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return FIELDS[self.field]

    @property
    def words(self) -> str:
        return f"{self.label}：{self.old or '（空）'} → {self.new or '（空）'}"


def changes(old: Content, new: Content, names: Mapping[int, str]) -> list[Change]:
    """Field by field what is different, in the order of FIELDS."""
    return [
        Change(field, old.shown(field, names), new.shown(field, names))
        for field in FIELDS
        if getattr(old, field) != getattr(new, field)
    ]


def standing(now: Content, answer: DutyAnswer | None, answered: Content | None) -> Standing:
    """Where an organisation stands to an item, from its newest answer and what the item said then."""
    if answer is None or answered is None:
        return Standing.PENDING
    if now != answered:
        return Standing.CHANGED
    return Standing.CONFIRMED if answer is DutyAnswer.CONFIRM else Standing.OBJECTED


# -- data items as one text ---------------------------------------------------------------


def data_text(data: Iterable[tuple[str, int | None]], names: Mapping[int, str]) -> str:
    """“热线工单库：省信访局；网格事件库”: an item without a provider stands alone."""
    return SEPARATOR.join(
        name if provider is None else f"{name}{PROVIDED_BY}{names[provider]}" for name, provider in data
    )


def parts(text: str) -> list[str]:
    """The entries of a list in one text: separated by ；, ; or a new line."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()]


def data_parts(text: str) -> list[tuple[str, str]]:
    """(data item, provider as written or “”) of such a text; a half-width colon will do."""
    found = []
    for part in parts(text):
        name, _, provider = part.replace(":", PROVIDED_BY).partition(PROVIDED_BY)
        found.append((name.strip(), provider.strip()))
    return found


def unsplittable(text: str) -> bool:
    """Whether a name would not come back whole from such a text."""
    return bool(_BETWEEN.search(text)) or PROVIDED_BY in text or ":" in text


# -- the tree -----------------------------------------------------------------------------


class Placed(Protocol):
    """A row of the tree, as far as its order goes. Read-only, so that rows of any kind will do."""

    @property
    def id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def kind(self) -> DutyKind: ...
    @property
    def name(self) -> str: ...
    @property
    def position(self) -> int: ...


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True)
class Step:
    """A node where it stands: its names from the top, its number (1.2.3), its kind as its place says it."""

    path: tuple[str, ...]
    number: str
    kind: DutyKind

    @property
    def depth(self) -> int:
        return len(self.path) - 1


def walk(nodes: Sequence[P]) -> Iterator[tuple[P, Step]]:
    """The tree from the top, each node before what is below it. A node whose parent is missing is left
    out with its own. An item that has something below it is a business or a stage, whatever it says."""
    below: dict[int | None, list[P]] = {}
    for node in sorted(nodes, key=lambda node: (node.position, node.id)):
        below.setdefault(node.parent_id, []).append(node)

    def level(parent: int | None, path: tuple[str, ...], number: str) -> Iterator[tuple[P, Step]]:
        for count, node in enumerate(below.get(parent, ()), start=1):
            names, mark = (*path, node.name), f"{number}{count}"
            inner = node.id in below
            kind = LEVELS[min(len(path), 1)] if inner and node.kind is DutyKind.ITEM else node.kind
            yield node, Step(names, mark, kind)
            if inner:
                yield from level(node.id, names, f"{mark}.")

    return level(None, (), "")


def belongs_under(kind: DutyKind, parent: DutyKind | None) -> bool:
    """Whether a node of a kind may stand there: 业务 at the top, 环节 under 业务, 最小颗粒 under either (lists
    that were kept without stages stay readable) or at the top."""
    match kind:
        case DutyKind.BUSINESS:
            return parent is None
        case DutyKind.STAGE:
            return parent is DutyKind.BUSINESS
        case DutyKind.ITEM:
            return parent is not DutyKind.ITEM


def out_of_order(before: Sequence[int], after: Sequence[int]) -> set[int]:
    """The fewest members that have to move so that `before` becomes `after`; both hold the same members
    once. (Those outside a longest increasing subsequence, by patience sorting.)"""
    place = {member: index for index, member in enumerate(before)}
    piles: list[int] = []  # the member that ends the best run of each length
    previous: dict[int, int | None] = {}
    for member in after:
        low, high = 0, len(piles)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if place[piles[middle]] < place[member] else (low, middle)
        previous[member] = piles[low - 1] if low else None
        piles[low:] = [member, *piles[low + 1 :]]
    stay, member_or_none = set(), piles[-1] if piles else None
    while member_or_none is not None:
        stay.add(member_or_none)
        member_or_none = previous[member_or_none]
    return set(after) - stay


class Where(Word):
    """Where a node goes, seen from another one."""

    BEFORE = "before", "之前"
    AFTER = "after", "之后"
    UNDER = "under", "下面"


@dataclass(frozen=True)
class Place:
    """A place in the tree. Without an anchor: at the end of the list, at the top."""

    where: Where = Where.UNDER
    anchor_id: int | None = None


@dataclass(frozen=True)
class Wanted:
    """An item as a rewritten list has it; `id` None is a new one."""

    id: int | None
    content: Content


def merged(contents: Sequence[Content]) -> Content:
    """A first draft of one item made of several: texts joined, organisations and data brought together. The
    first one's responsible organisation stays; those of the others become supporting."""

    def joined(field: str) -> str:
        return SEPARATOR.join(dict.fromkeys(text for c in contents if (text := getattr(c, field))))

    first = contents[0]
    organisation = next((c.organisation_id for c in contents if c.organisation_id is not None), None)
    others = {number for c in contents for number in (c.organisation_id, *c.supporting) if number is not None}
    data: dict[str, int | None] = {}
    for name, provider in (item for c in contents for item in c.data):
        data[name] = provider if data.get(name) is None else data[name]
    texts = ("owner", "trigger", "inputs", "outputs", "time_limit", "legal_basis")
    return Content(
        path=first.path,
        organisation_id=organisation,
        supporting=tuple(sorted(others - {organisation})),
        data=tuple(data.items()),
        **{field: joined(field) for field in texts},
    )
