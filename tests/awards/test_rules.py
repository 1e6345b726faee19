"""Who is chosen: exact, by ordered keys, with kept places; nothing by chance."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awards import combination, listing, rules
from awards.combination import Entrant
from awards.quotas import LevelQuota
from awards.rules import Candidate, Grade, Placed, Track, Weights
from awards.schemas import GradeIn, LevelIn, TrackIn
from core.errors import Invalid
from core.words import GovernanceLevel, PlaceReason, TieKey
from tests.awards.support import rule_in

F = Fraction


def track(*places: int, kept: int = 0) -> Track:
    return Track("甲", tuple(Grade(f"{number}等", count) for number, count in enumerate(places, start=1)), kept)


def candidate(number: int, score: int | None, remote: bool = False, *keys: int, votes: int | None = None) -> Candidate:
    given = () if votes is None else ((1, votes),)
    return Candidate(number, None if score is None else F(score), remote, tuple(F(key) for key in keys), given)


def grades(found: list[Placed]) -> dict[int, str]:
    return {item.id: "待表决" if item.contested else item.grade for item in found}


def test_weights_make_a_whole_and_the_public_has_at_most_thirty_percent() -> None:
    Weights(5000, 2000, 3000)
    for given_, said in (
        ((5000, 2000, 2000), "权重合计为 90%"),
        ((4999, 2000, 3001), "公众投票的权重为 30.01%"),
        ((10001, -1, 0), "权重不能为负"),
    ):
        with pytest.raises(Invalid, match=said):
            Weights(*given_)
    with pytest.raises(Invalid, match="不能超过 100%"):
        Weights(10000, first=10001)


def test_scores_are_exact_where_floats_would_part_or_join_them() -> None:
    weights = Weights(7000, 2000, 1000)
    one = rules.combine(weights, F(261, 3), F(1, 10) + F(2, 10), F(0))
    other = rules.combine(weights, F(87), F(3, 10), F(0))
    assert one == other == F(87 * 70, 100) + F(6, 100)
    assert rules.combine(weights, F(87), F(3, 10), F(1, 10**30)) == other + F(1, 10**31)  # type: ignore[operator]
    assert rules.combine(weights, F(87), None, F(0)) is None  # missing is not zero
    assert rules.combine(Weights(10000), F(87), None, None) == 87
    assert rules.panel_points(F(80), F(90), 3000) == 87
    assert rules.panel_points(F(80), None, 10000) == 80
    assert rules.panel_points(None, F(90), 3000) is None


def test_objective_points_are_within_the_region_group() -> None:
    raw = {1: 400_000, 2: 900_000, 3: 650_000, 4: 100_000, 5: 200_000, 6: None, 7: 5}
    groups = dict.fromkeys((1, 2, 3), "发达地区") | dict.fromkeys((4, 5, 6), "山区海岛县") | {7: ""}
    assert rules.objective_points(raw, groups) == {
        1: 60, 2: 100, 3: 80, 4: 60, 5: 100, 6: None, 7: 80,
    }  # fmt: skip


def test_votes_of_a_track_as_points() -> None:
    assert rules.vote_points({1: 300, 2: 100, 3: 0}) == {1: 100, 2: F(100, 3), 3: 0}
    assert rules.vote_points({1: 0}) == {1: 0}


def test_places_skip_after_a_tie_and_who_has_no_score_is_last() -> None:
    found = rules.choose(track(9), [candidate(n, s) for n, s in ((1, 85), (2, None), (3, 90), (4, 85), (5, 80))])
    assert [(item.id, item.rank, item.tied) for item in found] == [
        (3, 1, 1), (1, 2, 2), (4, 2, 2), (5, 4, 1), (2, None, 0),
    ]  # fmt: skip
    assert grades(found) == {3: "1等", 1: "1等", 4: "1等", 5: "1等", 2: ""}


def test_a_tie_at_the_cut_is_decided_by_keys_then_by_vote_and_never_by_chance() -> None:
    tied = [candidate(1, 90), candidate(2, 85, False, 3), candidate(3, 85, False, 4), candidate(4, 85, False, 3)]
    tied[0] = candidate(1, 90, False, 0)
    by_key = rules.choose(track(2), tied)
    assert grades(by_key) == {1: "1等", 3: "1等", 2: "", 4: ""}
    assert [(item.id, item.decided_by) for item in by_key] == [(1, 0), (3, 1), (2, 1), (4, 1)]
    open_ = rules.choose(track(3), tied)
    assert grades(open_) == {1: "1等", 3: "1等", 2: "待表决", 4: "待表决"}
    assert grades(rules.choose(track(3), tied[::-1])) == grades(open_)
    half = [*tied[:3], candidate(4, 85, False, 3, votes=2)]
    assert grades(rules.choose(track(3), half)) == grades(open_)  # a vote about one of two is none
    voted = [tied[0], candidate(2, 85, False, 3, votes=1), tied[2], candidate(4, 85, False, 3, votes=4)]
    assert grades(rules.choose(track(3), voted)) == {1: "1等", 3: "1等", 4: "1等", 2: ""}
    assert [item.decided_by for item in rules.choose(track(3), voted)] == [0, 1, 2, 2]
    again = [tied[0], candidate(2, 85, False, 3, votes=4), tied[2], candidate(4, 85, False, 3, votes=4)]
    assert grades(rules.choose(track(3), again)) == grades(open_)


def voted(*given_: tuple[tuple[int, int], ...]) -> list[Candidate]:
    """Tied candidates with what they got: ballot and votes."""
    return [replace(candidate(number, 85), votes=votes) for number, votes in enumerate(given_, start=1)]


def test_a_vote_parts_whom_it_was_about_and_no_others() -> None:
    # Each was voted about beside somebody who has since left: nobody ever chose between the two.
    apart = voted(((7, 3),), ((8, 2),))
    assert grades(rules.choose(track(1), apart)) == {1: "待表决", 2: "待表决"}
    # A vote about three leaves two equal, who are voted about again: its numbers are not held against the first one's.
    again = voted(((1, 3),), ((1, 2), (2, 4)), ((1, 2), (2, 1)))
    assert grades(rules.choose(track(2), again)) == {1: "1等", 2: "1等", 3: ""}
    # Repeated about all, the newest counts; one from before does not part those it left equal.
    newest = voted(((1, 3), (2, 1)), ((1, 1), (2, 2)), ((0, 9), (2, 1)))
    assert grades(rules.choose(track(1), newest)) == {2: "1等", 1: "", 3: ""}
    before = voted(((1, 3), (2, 1)), ((1, 1), (2, 1)))
    assert grades(rules.choose(track(1), before)) == {1: "待表决", 2: "待表决"}


def test_a_tie_between_two_grades_is_contested_one_within_a_grade_is_not() -> None:
    three = [candidate(1, 90), candidate(2, 85), candidate(3, 85)]
    assert grades(rules.choose(track(2, 1), three)) == {1: "1等", 2: "待表决", 3: "待表决"}
    assert grades(rules.choose(track(1, 2), three)) == {1: "1等", 2: "2等", 3: "2等"}


def test_places_kept_for_remote_counties() -> None:
    found = rules.choose(
        track(1, 2, kept=1),
        [candidate(1, 90), candidate(2, 88), candidate(3, 87), candidate(4, 70, True), candidate(5, 69, True)],
    )
    assert grades(found) == {1: "1等", 2: "2等", 3: "", 4: "2等", 5: ""}
    assert [item.id for item in found if item.kept] == [4]
    # One that comes in by its own score takes the kept place; more kept places than such counties go to the others.
    own = rules.choose(track(2, kept=1), [candidate(1, 90, True), candidate(2, 88), candidate(3, 70, True)])
    assert (grades(own), [item.id for item in own if item.kept]) == ({1: "1等", 2: "1等", 3: ""}, [])
    few = rules.choose(track(3, kept=2), [candidate(1, 90), candidate(2, 88), candidate(3, 70, True), candidate(4, 60)])
    assert grades(few) == {1: "1等", 2: "1等", 3: "1等", 4: ""}


def test_a_shortlist_keeps_places_too() -> None:
    given_ = Track("甲", (Grade("优", 1),), kept=1, shortlist=2)
    found = rules.shortlist(given_, [candidate(1, 90), candidate(2, 88), candidate(3, 60, True)])
    assert grades(found) == {1: "入围", 2: "", 3: "入围"}


def test_tie_keys_are_turned_so_that_more_is_better() -> None:
    values = {TieKey.FINAL: F(90), TieKey.PLACE: 3, TieKey.OBJECTIVE: None}
    order = (TieKey.PLACE, TieKey.FINAL, TieKey.OBJECTIVE)
    assert rules.keys(order, values)[:2] == (F(-3), F(90))
    assert rules.keys(order, values)[2] < -(10**8)


def test_a_city_may_recommend_up_to_its_quota() -> None:
    assert [rules.within_city(n, 2) for n in (0, 1, 2)] == [True, True, False]
    assert rules.within_city(99, 0)


TOWN, COUNTY, CITY = GovernanceLevel.TOWN, GovernanceLevel.COUNTY, GovernanceLevel.CITY
People = list[tuple[int, bool, GovernanceLevel]]  # score, whether 山区海岛县, level


def people(given_: People) -> list[Candidate]:
    return [
        Candidate(number, F(score), remote, level=level)
        for number, (score, remote, level) in enumerate(given_, start=1)
    ]


def test_a_level_has_its_quota_and_its_kept_places_and_everybody_learns_why() -> None:
    quotas = (LevelQuota(COUNTY, most=2), LevelQuota(TOWN, kept=1))
    given_ = Track("甲", (Grade("优", 4),), kept=1, levels=quotas)
    found = rules.choose(
        given_,
        people(
            [
                (95, False, COUNTY),
                (93, False, CITY),
                (92, False, COUNTY),
                (91, False, COUNTY),  # two of its level are in
                (90, False, CITY),  # a place is left for 山区海岛县 that is a town as well
                (80, False, TOWN),
                (70, True, TOWN),
                (60, True, TOWN),
            ]
        ),
    )
    assert [(item.id, item.why.label) for item in found] == [
        (1, "按名次列入"),
        (2, "按名次列入"),
        (3, "按名次列入"),
        (4, "本层级名额已满"),
        (5, "名额留给有保留名额的项目"),
        (6, "名额留给有保留名额的项目"),
        (7, "占山区海岛县保留名额"),
        (8, "名额已满"),
    ]
    # Without one of the two the place would go to another: each kept place alone says whose it is.
    remote = rules.choose(Track("甲", (Grade("优", 1),), kept=1), people([(90, False, COUNTY), (80, True, COUNTY)]))
    town = rules.choose(
        Track("甲", (Grade("优", 1),), levels=(LevelQuota(TOWN, kept=1),)),
        people([(90, False, COUNTY), (80, False, TOWN)]),
    )
    both = rules.choose(
        Track("甲", (Grade("优", 2),), kept=1, levels=(LevelQuota(TOWN, kept=1),)),
        people([(90, False, COUNTY), (88, False, COUNTY), (80, True, TOWN)]),
    )
    whys = [items[-1].why for items in (remote, town, both)]
    assert whys == [PlaceReason.KEPT_REMOTE, PlaceReason.KEPT_LEVEL, PlaceReason.KEPT]


def test_a_tie_at_a_levels_cut_is_contested_only_within_the_level() -> None:
    capped = Track("甲", (Grade("优", 3),), levels=(LevelQuota(COUNTY, most=1),))
    found = rules.choose(capped, people([(90, False, COUNTY), (90, False, COUNTY), (90, False, TOWN)]))
    assert grades(found) == {1: "待表决", 2: "待表决", 3: "优"}


def test_the_way_to_the_final_keeps_places_and_knows_no_most() -> None:
    given_ = Track("甲", (Grade("优", 2),), 0, 3, (LevelQuota(COUNTY, most=1), LevelQuota(TOWN, kept=1)))
    four = people([(90, False, COUNTY), (88, False, COUNTY), (87, False, COUNTY), (60, False, TOWN)])
    assert grades(rules.shortlist(given_, four)) == {1: "入围", 2: "入围", 3: "", 4: "入围"}


def winners_of(track_: Track, order: Sequence[Candidate]) -> set[int]:
    """By trying every set there is: of those that keep to the quotas the first in dictionary order."""
    sets = [set(of) for size in range(min(track_.places, len(order)) + 1) for of in combinations(order, size)]
    for quota in track_.levels:
        sets = [of for of in sets if quota.most is None or sum(x.level is quota.level for x in of) <= quota.most]
    for quota in track_.levels:
        counts = [min(quota.kept, sum(x.level is quota.level for x in of)) for of in sets]
        sets = [of for of, count in zip(sets, counts, strict=True) if count == max(counts)]
    counts = [min(track_.kept, sum(x.remote for x in of)) for of in sets]
    sets = [of for of, count in zip(sets, counts, strict=True) if count == max(counts)]
    best = max(sets, key=lambda of: [item in of for item in order])
    return {item.id for item in best}


@settings(max_examples=150)
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from([TOWN, COUNTY, CITY])), min_size=1, max_size=5
    ),
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)),
    st.lists(
        st.tuples(st.sampled_from([TOWN, COUNTY, CITY]), st.none() | st.integers(0, 3), st.integers(0, 2)),
        max_size=2,
        unique_by=lambda item: item[0],
    ),
)
def test_contested_is_whose_award_depends_on_the_order_of_the_tied(
    given_: People, places: tuple[int, int, int], levels: list[tuple[GovernanceLevel, int | None, int]]
) -> None:
    """Against every order there is: who is not contested has the same grade in all of them, who is has not."""
    first, second, kept = places
    quotas = tuple(LevelQuota(level, most, keep) for level, most, keep in levels)
    track_ = replace(track(first, second, kept=kept), levels=quotas)
    candidates = people(given_)
    seen: dict[int, set[str]] = {item.id: set() for item in candidates}
    for order in permutations(candidates):
        if all(a.score >= b.score for a, b in pairwise(order)):  # type: ignore[operator]
            chosen, at = winners_of(track_, order), 0
            for item in order:
                if item.id in chosen:
                    at += 1
                seen[item.id].add(("1等" if at <= first else "2等") if item.id in chosen else "")
    found = rules.choose(track_, candidates)
    assert {item.id: item.contested for item in found} == {key: len(value) > 1 for key, value in seen.items()}
    assert {item.id: {item.grade} for item in found if not item.contested} == {
        key: value for key, value in seen.items() if len(value) == 1
    }
    if any(item.contested for item in found):
        return
    by_id = {item.id: item for item in candidates}
    winners = [by_id[item.id] for item in found if item.grade]
    assert len(winners) <= track_.places
    for quota in quotas:
        assert quota.most is None or sum(item.level is quota.level for item in winners) <= quota.most
    ins = (PlaceReason.PLACE, PlaceReason.KEPT, PlaceReason.KEPT_REMOTE, PlaceReason.KEPT_LEVEL)
    assert {item.id for item in found if item.why in ins} == {item.id for item in winners}
    if not quotas:
        assert len(winners) == min(track_.places, len(candidates))


def test_forty_tied_entries_of_all_kinds_are_answered_without_going_through_their_orders() -> None:
    """Counted in calls of functions, as time says little on a busy machine; to go through all that can have been chosen
    at some moment of some order took 4,000,000."""
    quotas = (LevelQuota(CITY, kept=2), LevelQuota(COUNTY, most=10), LevelQuota(TOWN, most=10, kept=3))
    given_ = Track("甲", (Grade("一等", 10), Grade("二等", 10)), kept=5, levels=quotas)
    tied = people([(90, number % 2 == 0, (CITY, COUNTY, TOWN)[number % 3]) for number in range(40)])
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        found = rules.choose(given_, tied)
    finally:
        sys.setprofile(None)
    assert [item.contested for item in found] == [True] * 40
    assert calls < 1_000_000


def test_the_list_that_is_signed_says_levels_and_why_only_where_they_decide() -> None:
    grades = [GradeIn(name="优秀案例", places=2)]
    quotas = [LevelIn(level=COUNTY, most=1), LevelIn(level=TOWN, kept=1)]
    plain = TrackIn(name="民生服务", grades=grades, shortlist=4)
    entrants = [
        Entrant(number, f"A{number}", f"项目{number}", "某县", "330523", "民生服务", "", False, None, level)
        for number, level in ((1, COUNTY), (2, COUNTY), (3, CITY), (4, TOWN))
    ]
    marks = {number: (F(90 - number), number) for number in (1, 2, 3, 4)}
    bodies = []
    for track_ in (plain, plain.model_copy(update={"levels": quotas})):
        rule = rule_in(tracks=[track_], panel_weight=100, objective_weight=0, with_final=False)
        lines = combination.combined(rule, entrants, entrants, marks, {}, {}, {})
        bodies.append(listing.body("LX-1", "abc", lines, [], [], by_level=rule.by_level))
    before, after = bodies
    assert (before["layout"], [line["grade"] for line in before["lines"]]) == (1, ["优秀案例", "优秀案例", "", ""])
    assert not {"level", "why"} & set(before["lines"][0])
    assert after["layout"] == 2
    assert [[line["code"], line["level"], line["why"], listing.graded(line)] for line in after["lines"]] == [
        ["A1", "county", "place", "优秀案例"],
        ["A2", "county", "level_full", ""],
        ["A3", "city", "yields", ""],
        ["A4", "town", "kept_level", "优秀案例（占乡镇（街道）保留名额）"],
    ]
    assert listing.why(COUNTY, PlaceReason.LEVEL_FULL) == "县级名额已满"
    assert listing.changes(before, after) == ["“项目2”由优秀案例变为未入选", "“项目4”由未入选变为优秀案例"]
