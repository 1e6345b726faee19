"""Organisations by what people write: the exact name, the short name, and the nearest when neither. No I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from core.errors import Invalid
from scenarios import duty_rules
from scenarios.search import normal

_LIKE = 0.5  # of 1; below this a name is no suggestion


@dataclass(frozen=True)
class Directory:
    """All organisations: id → full name, id → short name (or the full one)."""

    names: Mapping[int, str]
    short: Mapping[int, str]

    @cached_property
    def _by_name(self) -> dict[str, int]:
        """Full names, and short names that only one organisation bears."""
        shorts = Counter(normal(name) for name in self.short.values())
        found = {normal(name): key for key, name in self.short.items() if shorts[normal(name)] == 1}
        return found | {normal(name): key for key, name in self.names.items()}

    def find(self, text: str) -> int | None:
        return self._by_name.get(normal(text))

    def near(self, text: str, most: int = 3) -> list[str]:
        """Full names like what was written, the likest first."""
        wanted = normal(text)
        if not wanted:
            return []
        scores = [
            (max(_likeness(wanted, normal(name)), _likeness(wanted, normal(self.short[key]))), name)
            for key, name in self.names.items()
        ]
        return [name for score, name in sorted(scores, key=lambda pair: (-pair[0], pair[1])) if score >= _LIKE][:most]

    def unknown(self, text: str) -> str:
        """What to say about a name that nobody bears."""
        near = self.near(text)
        return f"没有单位“{text}”" + (f"，是不是：{'、'.join(near)}？" if near else "，请联系系统管理员添加")


def _likeness(wanted: str, name: str) -> float:
    """0…1: shares of letters in common order; a name that holds the other whole is likest."""
    if wanted in name or name in wanted:
        return 0.8 + 0.2 * min(len(wanted), len(name)) / max(len(wanted), len(name))
    matcher = SequenceMatcher(None, wanted, name, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _LIKE else 0.0


def data_in(entries: Iterable[str], directory: Directory) -> list[dict[str, Any]]:
    """What `DutyIn.data` takes, from entries like “热线工单库：省信访局”. Raises Invalid naming every provider
    that nobody bears, with the nearest names."""
    found, problems = [], []
    for entry in entries:
        for name, provider in duty_rules.data_parts(entry):
            number = directory.find(provider) if provider else None
            if provider and number is None:
                problems.append(f"数据“{name}”的提供单位：{directory.unknown(provider)}")
            found.append({"name": name, "provider_id": number})
    if problems:
        raise Invalid(problems, "请改成单位全称或简称，写法为“数据名称：提供单位”。")
    return found


def entries(data: Sequence[tuple[str, int | None]], names: Mapping[int, str]) -> list[str]:
    """Data items one by one, as `data_in` reads them."""
    return [duty_rules.data_text([item], names) for item in data]
