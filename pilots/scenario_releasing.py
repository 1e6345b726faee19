"""What the public is told of a scenario: its last frozen version in plain words, and where it has been taken over. Pure.

What is left out, and why, stands in docs/decisions/013.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.words import PersonalInformation, SecurityLevel, Sharing
from scenarios import masking
from scenarios.content import Content

# The title under which each part is shown, to the public and in the preview.
PARTS = {
    "needs": "解决什么问题",
    "summary": "怎么做",
    "design": "怎样运行",
    "scope": "实施范围",
    "technologies": "用什么技术",
    "lead": "牵头单位",
    "partners": "协同单位",
    "region": "提出地区和治理层级",
    "data": "用到哪些数据",
    "adopted": "已经在哪些地方用起来",
}


@dataclass(frozen=True)
class Asked:
    """A need that the scenario answers."""

    code: str
    title: str
    description: str
    people: str


@dataclass(frozen=True)
class Used:
    """A data resource that the scenario uses, as the catalogue has it."""

    name: str
    provider: str
    purpose: str
    sharing: Sharing
    security: SecurityLevel
    personal: PersonalInformation

    @property
    def line(self) -> str:
        """As a frozen version names it (`scenarios.queries.ScenarioDetail.content`)."""
        return f"{self.name}（{self.provider}）：{self.purpose}"

    @property
    def open(self) -> bool:
        """Whether it may be named to everybody: not what nobody may share, and not what is most sensitive."""
        return self.sharing is not Sharing.REFUSED and self.security is not SecurityLevel.L4


@dataclass(frozen=True)
class Adopted:
    """A county that has taken the scenario over, with its group and the day on which it went live."""

    code: str
    name: str
    group: str
    since: date


def content(
    code: str, version: str, dossier: Content, needs: Sequence[Asked], data: Sequence[Used], adopted: Sequence[Adopted]
) -> dict[str, Any]:
    """What is kept with a release. `dossier` is the frozen content of the version; of `needs` and `data`, as they stand
    today, only those that it knew. Numbers of persons in free text are covered and counted (`masked`); what looks like a
    name is left to whoever reads the preview (`doubtful`), for titles and trades look like names, too."""
    covered = _Covering()
    named = [item for item in data if item.line in dossier.get("data", ())]
    known = {line.split(" ")[0] for line in dossier.get("needs", ())}
    return {
        "code": code,
        "version": version,
        **{part: str(dossier.get(part, "")) for part in ("name", "domain", "level", "region", "lead", "technologies")},
        **{part: covered.of(str(dossier.get(part, ""))) for part in ("summary", "design", "scope")},
        "partners": [covered.of(line) for line in dossier.get("partners", ())],
        "needs": [
            [item.title, covered.of(item.description), covered.of(item.people)] for item in needs if item.code in known
        ],
        "data": [
            [item.name, item.provider, item.purpose, "" if item.personal is PersonalInformation.NONE else "含个人信息"]
            for item in named
            if item.open
        ],
        "closed_data": len(dossier.get("data", ())) - sum(item.open for item in named),
        "adopted": [
            [item.code, item.name, item.group, item.since.isoformat()]
            for item in sorted(adopted, key=lambda item: (item.since, item.code))
        ],
        "masked": covered.count,
    }


def told(content: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """A release as it is read, by the public and in the preview: title and paragraphs; what is empty is left out."""
    paragraphs: dict[str, list[str]] = {
        **{
            part: [line for line in content[part].splitlines() if line.strip()]
            for part in ("summary", "design", "scope")
        },
        "technologies": [content["technologies"]] if content["technologies"] else [],
        "lead": [content["lead"]],
        "region": [f"{content['region']}　{content['level']}"],
        "partners": list(content["partners"]),
        "needs": [f"{title}：{text}" + (f"（{people}）" if people else "") for title, text, people in content["needs"]],
        "data": _data_lines(content),
        "adopted": _adopted_lines(content["adopted"]),
    }
    return [(title, paragraphs[part]) for part, title in PARTS.items() if paragraphs[part]]


def doubtful(content: Mapping[str, Any]) -> list[str]:
    """Paragraphs in which a person may be named."""
    return [line for _, lines in told(content) for line in lines if masking.mask(line).names]


def _data_lines(content: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{name}（{provider}）：{purpose}" + (f"　{mark}" if mark else "")
        for name, provider, purpose, mark in content["data"]
    ]
    closed = content["closed_data"]
    return [*lines, f"另有 {closed} 类数据按规定不公开"] if closed else lines


def _adopted_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The counties of each group, those that began first in front."""
    by_group: dict[str, list[str]] = {}
    for _, name, group, since in rows:
        by_group.setdefault(group or "未分组", []).append(f"{name}（{since[:4]}.{since[5:7]}）")
    return [f"{group} {len(names)} 个：{'、'.join(names)}" for group, names in sorted(by_group.items())]


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Titles of the parts in which what would be released differs from what is shown."""
    if before is None:
        return []
    titles = {"name": "名称", "version": "版本", "closed_data": PARTS["data"], **PARTS}
    return list(dict.fromkeys(title for part, title in titles.items() if before.get(part) != after.get(part)))


class _Covering:
    """Covers personal data in one text after another and counts what it covered."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, text: str) -> str:
        found = masking.cover_numbers(text)
        self.count += found.phones + found.documents
        return found.text
