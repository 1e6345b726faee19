"""What the exported catalogue and its reader agree on: columns, headings, and how an entry reads cell by cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.words import (
    ItemType,
    Opening,
    PersonalInformation,
    SecurityLevel,
    Sharing,
    SharingScheme,
    opening_label,
    sharing_label,
)
from scenarios.duty_rules import parts
from scenarios.resource_schemas import ResourceIn

# Raise when the meaning of a column changes: older files are then refused with a clear word.
LAYOUT = "1"
GUIDE_SHEET, LIST_SHEET, WORDS_SHEET = "填写说明", "数据资源目录", "可选值"

# Fields that are read, with heading and width in characters.
CELLS: Mapping[str, tuple[str, int]] = {
    "code": ("目录编码", 16),
    "name": ("数据资源名称", 26),
    "provider_id": ("提供单位", 22),
    "class_code": ("分类码", 12),
    "summary": ("摘要", 36),
    "format": ("资源格式", 12),
    "sharing": ("共享属性", 22),
    "sharing_condition": ("共享条件或不共享依据", 28),
    "sharing_method": ("共享方式", 12),
    "opening": ("开放属性", 14),
    "opening_condition": ("开放条件", 22),
    "update_cycle": ("更新周期", 10),
    "released_on": ("发布日期", 12),
    "related_code": ("关联资源代码", 16),
    "security_level": ("安全级别", 9),
    "personal_information": ("个人信息", 14),
    "items": ("信息项（每行一项）", 36),
}
# Headings understood where there are no tags: a table that somebody made himself.
HEADINGS: Mapping[str, frozenset[str]] = {
    field: frozenset((heading.replace("（", "(").replace("）", ")"), *more))
    for field, (heading, _) in CELLS.items()
    for more in [
        {
            "code": ("编码", "资源代码", "信息资源代码"),
            "name": ("资源名称", "信息资源名称"),
            "provider_id": ("提供方", "信息资源提供方", "数源单位"),
            "summary": ("信息资源摘要",),
            "format": ("信息资源格式",),
            "items": ("信息项", "信息项信息"),
        }.get(field, ())
    ]
}
SHARING: Mapping[str, tuple[SharingScheme, Sharing]] = {
    f"{scheme.label} · {sharing_label(scheme, sharing)}": (scheme, sharing)
    for scheme in SharingScheme
    for sharing in Sharing
}
OPENING: Mapping[str, Opening] = {
    opening_label(scheme, opening): opening for scheme in SharingScheme for opening in Opening
}
LEVELS: Mapping[str, SecurityLevel] = {level.value: level for level in SecurityLevel}
PERSONAL: Mapping[str, PersonalInformation] = {kind.label: kind for kind in PersonalInformation}
TYPES: Mapping[str, ItemType] = {kind.label: kind for kind in ItemType}
_SHARING_TEXT = {pair: label for label, pair in SHARING.items()}


@dataclass(frozen=True)
class Entry:
    """An entry of the catalogue as the exchange sees it. `approved`: it may be opened above L1."""

    id: int
    data: ResourceIn
    approved: bool
    version: int


@dataclass(frozen=True)
class Change:
    """One field that reads otherwise than before."""

    field: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return CELLS[self.field][0]

    @property
    def words(self) -> str:
        return f"{self.label}：{self.old or '（空）'} → {self.new or '（空）'}"


def texts(data: ResourceIn, names: Mapping[int, str]) -> dict[str, str]:
    """An entry cell by cell."""
    plain = {field: getattr(data, field) for field in CELLS if field not in _SHOWN}
    return {field: _SHOWN[field](data, names) if field in _SHOWN else plain[field] for field in CELLS}


def items_in(text: str) -> list[dict[str, Any]]:
    """What `ResourceIn.items` takes from a cell: one entry a line or between semicolons, its type in brackets
    behind it, 字符型 where there is none."""
    found = []
    for entry in parts(text):
        name, bracket, kind = entry.replace("(", "（").replace(")", "）").rpartition("（")
        known = TYPES.get(kind.removesuffix("）").strip()) if bracket else None
        found.append({"name": (name if known else entry).strip(), "type": known or ItemType.TEXT})
    return found


def day_in(text: str) -> date | str:
    """The day that is meant; the text itself where it is none, for the schema to refuse."""
    try:
        year, month, day = map(int, re.split(r"[-/.年月]", text.removesuffix("日")))
        return date(year, month, day)
    except ValueError:
        return text


_SHOWN: Mapping[str, Any] = {
    "provider_id": lambda data, names: names.get(data.provider_id, ""),
    "sharing": lambda data, _: _SHARING_TEXT.get((data.sharing_scheme, data.sharing), ""),
    "opening": lambda data, _: opening_label(data.sharing_scheme, data.opening) if data.opening else "",
    "released_on": lambda data, _: str(data.released_on or ""),
    "security_level": lambda data, _: data.security_level.value,
    "personal_information": lambda data, _: data.personal_information.label,
    "items": lambda data, _: "\n".join(f"{item.name}（{item.type.label}）" for item in data.items),
}
