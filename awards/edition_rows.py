"""The tables of the edition form and the rule they make: rows as people edit them, with blanks where nothing was filled
in. Pure; what cannot be read is said with its row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from awards import quotas
from awards.schemas import SECTIONS, GradeIn, LevelIn, RuleIn, SectionIn, TrackIn
from core.errors import Invalid

Row = Mapping[str, Any]

TRACK, GRADE, PLACES, KEPT, SHORTLIST = "赛道", "等次", "名额", "山区海岛县保留", "入围"
LEVEL, MOST, LEVEL_KEPT = "层级", "最多", "保留"
SECTION, LIMIT, REQUIRED = "栏目", "字数上限", "必填"
LEVELS = {level.label: level for level in quotas.LEVELS}


@dataclass(frozen=True)
class Tables:
    """`tracks`: a row a grade; `levels`: a row for each level that has a quota in a track; `sections` of an entry."""

    tracks: Sequence[Row]
    levels: Sequence[Row]
    sections: Sequence[Row]


USUAL = Tables(
    tracks=[
        {TRACK: "民生服务", GRADE: "最佳案例", PLACES: 2, KEPT: 1, SHORTLIST: 8},
        {TRACK: "民生服务", GRADE: "优秀案例", PLACES: 4, KEPT: 1, SHORTLIST: 8},
    ],
    levels=[],
    sections=[{SECTION: name, LIMIT: limit, REQUIRED: True} for name, limit in SECTIONS],
)


def tables(rule: RuleIn) -> Tables:
    """A rule as its form shows it."""
    return Tables(
        tracks=[
            {TRACK: track.name, GRADE: grade.name, PLACES: grade.places, KEPT: track.kept, SHORTLIST: track.shortlist}
            for track in rule.tracks
            for grade in track.grades
        ],
        levels=[
            {TRACK: track.name, LEVEL: item.level.label, MOST: item.most, LEVEL_KEPT: item.kept}
            for track in rule.tracks
            for item in track.levels
        ],
        sections=[{SECTION: part.name, LIMIT: part.limit, REQUIRED: part.required} for part in rule.sections],
    )


def rule(given: Tables, **others: Any) -> RuleIn:
    """The rule that the tables and the form's other fields make. Invalid names every row that cannot be read."""
    problems: list[str] = []
    tracks = _tracks(_filled(given.tracks), problems)
    levels = _levels(_filled(given.levels), tracks, problems)
    if problems:
        raise Invalid(problems, "请在表格中修改后再保存。")
    sections = [
        SectionIn(
            name=_text(row[SECTION]), limit=_number(row[LIMIT]) or 0, required=_blank(row[REQUIRED]) or row[REQUIRED]
        )
        for _, row in _filled(given.sections)
    ]
    return RuleIn(
        tracks=[
            TrackIn(
                name=name,
                grades=[GradeIn(name=_text(row[GRADE]), places=_number(row[PLACES]) or 0) for row in rows],
                kept=_number(rows[0][KEPT]) or 0,
                shortlist=_number(rows[0][SHORTLIST]) or 0,
                levels=levels.get(name, []),
            )
            for name, rows in tracks.items()
        ],
        sections=sections,
        **others,
    )


def _tracks(rows: Sequence[tuple[int, Row]], problems: list[str]) -> dict[str, list[Row]]:
    """Rows by track. What is of the whole track says the same in every row that says anything."""
    found: dict[str, list[Row]] = {}
    for number, row in rows:
        name = _text(row[TRACK])
        if not name:
            problems.append(f"赛道和名额第 {number} 行没有填赛道")
            continue
        mine = found.setdefault(name, [])
        problems += [
            f"赛道和名额第 {number} 行：“{name}”的“{what}”与第一行不同，同一赛道各行应填一样，或只在第一行填"
            for what in (KEPT, SHORTLIST)
            if mine and not _blank(row[what]) and _number(row[what]) != _number(mine[0][what])
        ]
        mine.append(row)
    return found


def _levels(
    rows: Sequence[tuple[int, Row]], tracks: Mapping[str, object], problems: list[str]
) -> dict[str, list[LevelIn]]:
    found: dict[str, list[LevelIn]] = {}
    for number, row in rows:
        name, level = _text(row[TRACK]), LEVELS.get(_text(row[LEVEL]))
        if name not in tracks:
            problems.append(f"按层级的名额第 {number} 行：没有“{name}”这个赛道，请先在上表填写")
        elif level is None:
            problems.append(f"按层级的名额第 {number} 行没有选层级")
        else:
            item = LevelIn(level=level, most=_number(row[MOST]), kept=_number(row[LEVEL_KEPT]) or 0)
            found.setdefault(name, []).append(item)
    return found


def _filled(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    """Rows in which something was filled in, with their number."""
    return [
        (number, row) for number, row in enumerate(rows, start=1) if not all(_blank(value) for value in row.values())
    ]


def _blank(value: Any) -> bool:
    return value is None or value != value or value == ""


def _text(value: Any) -> str:
    return "" if _blank(value) else str(value).strip()


def _number(value: Any) -> int | None:
    return None if _blank(value) else int(value)
