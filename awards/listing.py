"""The list as it is kept, hashed, signed and compared: plain JSON from the lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from awards.combination import Line
from core.numbers import MISSING, format_number
from core.words import GovernanceLevel, PlaceReason

_REMOTE = PlaceReason.KEPT_REMOTE.label
LAYOUT, BY_LEVEL = 1, 2  # with quotas by level each line says its level and why it is in or out


def body(
    code: str,
    rule_digest: str,
    lines: Sequence[Line],
    out: Sequence[tuple[str, str, str]],
    reviews: Sequence[str],
    *,
    by_level: bool = False,
) -> dict[str, Any]:
    """All that is signed. `out`: code, title and why of those that left or were thrown out; `reviews`: the panels'
    results that it rests on, by code and number."""
    return {
        "layout": BY_LEVEL if by_level else LAYOUT,
        "edition": code,
        "rule_digest": rule_digest,
        "reviews": list(reviews),
        "lines": [_line(line) | (_by_level(line) if by_level else {}) for line in lines],
        "out": [list(item) for item in out],
    }


def _line(line: Line) -> dict[str, Any]:
    parts = line.parts
    return {
        "entry": line.entry,
        "code": line.code,
        "title": line.title,
        "organisation": line.organisation,
        "track": line.track,
        "group": line.group,
        "first": exact(parts.first),
        "final": exact(parts.final),
        "panel": exact(parts.panel),
        "objective": exact(parts.objective),
        "vote": exact(parts.vote),
        "votes": parts.votes,
        "total": exact(line.total),
        "shown": shown(line.total),
        "rank": line.placed.rank,
        "tied": line.placed.tied,
        "decided_by": line.placed.decided_by,
        "grade": line.placed.grade,
        "kept": line.placed.kept,
    }


def _by_level(line: Line) -> dict[str, Any]:
    return {"level": line.level.value, "why": line.placed.why.value}


def why(level: GovernanceLevel, reason: PlaceReason, *, to: str = "") -> str:
    """Why an entry is on the list or is not, with its level where that decides; `to`: on which list but the last."""
    words = reason.label.replace("本层级", level.label)
    return to + words if words.startswith("名额") else words


def graded(line: Mapping[str, Any]) -> str:
    """The grade of a kept line, and that it has a kept place."""
    if not line["kept"]:
        return str(line["grade"])
    words = why(GovernanceLevel(line["level"]), PlaceReason(line["why"])) if "why" in line else _REMOTE
    return f"{line['grade']}（{words}）"


def decided(by: int, tied: int, keys: Sequence[str]) -> str:
    """Which key decided a place, in words: 0 the score itself, one beyond the keys a vote."""
    if by == 0:
        return "得分" if tied == 1 else "同分并列"
    return f"同分，按{keys[by - 1]}" if by <= len(keys) else "同分，按表决票数"


def exact(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def shown(value: Fraction | str | None) -> str:
    """A score as printed, rounded half up; places are decided on the exact one."""
    return MISSING if value is None else format_number(Fraction(value), 2)


def winners(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is put to the public: by track, grade and place; no scores."""
    told = ("entry", "code", "title", "organisation", "track", "grade", "kept", "level", "why")
    return [{name: line[name] for name in told if name in line} for line in kept["lines"] if line["grade"]]


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """What a reissued list changes in the one before, one clause each, which papers and pages join."""
    if before is None:
        return []
    old, new = ({line["code"]: line for line in kept["lines"]} for kept in (before, after))
    reasons = {code: why for code, _, why in after["out"]}
    said = []
    for code in dict.fromkeys([*old, *new]):
        mine, theirs = old.get(code), new.get(code)
        title = (theirs or mine or {})["title"]
        if mine and not theirs:
            if mine["grade"]:
                reason = reasons.get(code, "不再参评").rstrip("。")
                said.append(f"“{title}”不再列入（原为{mine['grade']}）：{reason}")
        elif theirs and (mine is None or mine["grade"] != theirs["grade"]):
            was = mine["grade"] if mine and mine["grade"] else "未入选"
            said.append(f"“{title}”由{was}变为{theirs['grade'] or '未入选'}")
    return said or ["名单和等次与上一号相同"]
