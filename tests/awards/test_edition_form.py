"""The edition form without a browser: its tables become the rule, and a rule its tables again."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from awards import edition_rows, results
from awards.edition_rows import GRADE as GRADE_COLUMN
from awards.edition_rows import KEPT, LEVEL, LEVEL_KEPT, LIMIT, MOST, PLACES, REQUIRED, SECTION, SHORTLIST, TRACK
from awards.schemas import GradeIn, LevelIn, RuleIn, TrackIn
from core import clock
from core.errors import Invalid
from core.words import GovernanceLevel
from db.tables import Edition, RubricVersion
from panels.rubric import digest
from tests.awards.support import edition_in, rule_in

NAN = math.nan  # how the editor hands over a number that nobody filled in
QUOTAS = [LevelIn(level=GovernanceLevel.COUNTY, most=2), LevelIn(level=GovernanceLevel.TOWN, kept=1)]


def asked() -> RuleIn:
    """Everything the tables hold and, as it is chosen beside them, what parts equal scores inside a panel."""
    grades = [GradeIn(name="最佳案例", places=1), GradeIn(name="优秀案例", places=2)]
    return rule_in(
        tracks=[
            TrackIn(name="民生服务", grades=grades, kept=1, shortlist=4, levels=QUOTAS),
            TrackIn(name="风险防控", grades=grades[1:], shortlist=3),
        ],
        panel_keys=["effect", "median"],
    )


def test_a_rule_comes_back_from_its_form_as_it_was() -> None:
    rule = asked()
    others = rule.model_dump(exclude={"tracks", "sections"})
    assert edition_rows.rule(edition_rows.tables(rule), **others) == rule
    assert RuleIn.model_validate(rule.as_json()) == rule


def test_rows_nobody_filled_in_are_none_and_others_are_named() -> None:
    usual = edition_rows.tables(asked())
    empty = edition_rows.Tables(
        [dict.fromkeys((TRACK, GRADE_COLUMN, PLACES, KEPT, SHORTLIST))],
        [dict.fromkeys((TRACK, LEVEL, MOST, LEVEL_KEPT), NAN)],
        [dict.fromkeys((SECTION, LIMIT, REQUIRED))],
    )
    more = edition_rows.Tables(
        [*usual.tracks, *empty.tracks], [*usual.levels, *empty.levels], [*usual.sections, *empty.sections]
    )
    others = asked().model_dump(exclude={"tracks", "sections"})
    assert edition_rows.rule(more, **others) == asked()
    # A further grade needs to say only what is its own.
    third = {TRACK: "风险防控", GRADE_COLUMN: "入围案例", PLACES: 1.0, KEPT: NAN, SHORTLIST: NAN}
    made = edition_rows.rule(replace(usual, tracks=[*usual.tracks, third]), **others)
    assert [(grade.name, grade.places) for grade in made.tracks[1].grades] == [("优秀案例", 2), ("入围案例", 1)]
    wrong = edition_rows.Tables(
        [*usual.tracks, third | {SHORTLIST: 9.0}, third | {TRACK: None}],
        [
            {TRACK: "别的", LEVEL: "县级", MOST: 1, LEVEL_KEPT: NAN},
            {TRACK: "民生服务", LEVEL: "", MOST: 1, LEVEL_KEPT: 0},
        ],
        usual.sections,
    )
    with pytest.raises(Invalid) as said:
        edition_rows.rule(wrong, **others)
    assert said.value.problems == [
        "赛道和名额第 4 行：“风险防控”的“入围”与第一行不同，同一赛道各行应填一样，或只在第一行填",
        "赛道和名额第 5 行没有填赛道",
        "按层级的名额第 1 行：没有“别的”这个赛道，请先在上表填写",
        "按层级的名额第 2 行没有选层级",
    ]


@pytest.mark.parametrize(
    ("levels", "kept", "said"),
    [
        ([(GovernanceLevel.TOWN, None, 0)], 0, "既没有填最多名额，也没有填保留名额"),
        ([(GovernanceLevel.TOWN, 1, 2)], 0, "保留名额多于最多名额"),
        ([(GovernanceLevel.GRID, 1, 0)], 0, "层级只能是市级、县级、乡镇（街道）"),
        ([(GovernanceLevel.TOWN, 1, 0), (GovernanceLevel.TOWN, 2, 0)], 0, "同一层级的两行"),
        ([(GovernanceLevel.TOWN, None, 2)], 2, "保留给山区海岛县和各层级的名额合计多于全部名额"),
        ([(level, 1, 0) for level in edition_rows.LEVELS.values()][:3], 0, ""),
        ([(level, 0, 0) for level in edition_rows.LEVELS.values()], 0, "各层级最多名额合计只有 0 个"),
    ],
)
def test_quotas_that_cannot_be_kept_are_refused(
    levels: list[tuple[GovernanceLevel, int | None, int]], kept: int, said: str
) -> None:
    def make() -> TrackIn:
        quotas = [LevelIn(level=level, most=most, kept=keep) for level, most, keep in levels]
        return TrackIn(name="民生服务", grades=[GradeIn(name="优秀", places=3)], kept=kept, shortlist=5, levels=quotas)

    if not said:
        assert make().value().levels[0].most == 1
        return
    with pytest.raises(ValueError, match=said):
        make()


def test_an_edition_without_quotas_by_level_has_the_hash_it_had_before_there_were_any() -> None:
    """Older editions stay what they are; a quota is part of what is frozen."""
    body = {"layout": 1, "criteria": []}
    version = RubricVersion(rubric_id=1, number=1, body=body, created_at=clock.now())

    def frozen(rule: RuleIn) -> str:
        row = Edition(**edition_in(1, rule=rule).model_dump(exclude={"rule"}), rule=rule.as_json())
        return digest(results.frozen_rule(row, version))

    rule = rule_in()
    assert "levels" not in rule.as_json()["tracks"][0]
    assert frozen(rule) == "66dc55c6a6978266fb4de149a70c9b1eb7a6a9eb16315191275192fed8d80f6e"
    assert frozen(asked()) != frozen(asked().model_copy(update={"tracks": rule.tracks}))
