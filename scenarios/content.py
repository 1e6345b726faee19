"""What a dossier says, in words: kept with each frozen version, compared between versions, recorded with each edit.

A content maps a field to its text, or to lines for a list (needs, partners, reform items …). Words, not
numbers of records: what v1.0 said must be readable when an organisation has long changed its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELDS = {
    "name": "场景名称",
    "domain": "领域",
    "region": "所在地区",
    "level": "治理层级",
    "lead": "牵头单位",
    "partners": "协同单位",
    "summary": "场景简介",
    "design": "设计说明",
    "scope": "核减后的范围",
    "technologies": "技术手段",
    "needs": "对应需求",
    "reforms": "重大改革",
    "data": "数据来源",
    "duties": "责任清单",
}

Content = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Change:
    """One field that differs. Texts have `before` and `after`; lists have the lines that went and came."""

    field: str
    before: str = ""
    after: str = ""
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return FIELDS.get(self.field, self.field)

    @property
    def lines(self) -> list[str]:
        """In words, one a line."""
        if self.removed or self.added:
            return [f"{self.label}：删去 {line}" for line in self.removed] + [
                f"{self.label}：增加 {line}" for line in self.added
            ]
        return [f"{self.label}：{_short(self.before)} → {_short(self.after)}"]


def differences(before: Content, after: Content) -> list[Change]:
    """The fields in which two contents differ, in the order of the dossier. A field only one of them knows
    counts as empty in the other."""
    found = []
    for field in FIELDS:
        old, new = before.get(field, ""), after.get(field, "")
        if isinstance(old, str) and isinstance(new, str):
            if old != new:
                found.append(Change(field, before=old, after=new))
            continue
        lines, now = _lines(old), _lines(new)
        if lines != now:
            removed = tuple(line for line in lines if line not in now)
            added = tuple(line for line in now if line not in lines)
            # The same lines in another order are a change too, but nothing went or came.
            found.append(Change(field, before="原顺序", after="新顺序", removed=removed, added=added))
    return found


def recorded(changes: Sequence[Change]) -> dict[str, object]:
    """As the audit log keeps them: [before, after], or what was removed and added."""
    return {
        change.field: {"removed": list(change.removed), "added": list(change.added)}
        if change.removed or change.added
        else [change.before, change.after]
        for change in changes
    }


def replayed(changes: Mapping[str, object]) -> list[Change]:
    """Back from the audit log; what is not a field of a dossier is left out."""
    found = []
    for field in FIELDS:
        match changes.get(field):
            case [str() as before, str() as after]:
                found.append(Change(field, before, after))
            case {"removed": [*removed], "added": [*added]}:
                found.append(Change(field, removed=tuple(map(str, removed)), added=tuple(map(str, added))))
    return found


def _lines(value: str | Sequence[str]) -> list[str]:
    return ([value] if value else []) if isinstance(value, str) else list(value)


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return "（空）" if not text else text if len(text) <= most else f"{text[: most - 1]}…"
