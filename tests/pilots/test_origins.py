"""Every sum on a pilot's page can be followed to its counties, and says the same there."""

from __future__ import annotations

import pytest

from accounts.permissions import Actor
from core.words import Arm
from metrics import restating, stretches, tracing
from pilots import answer_tables, causes, queries
from pilots.basis import basis
from pilots.pages import basis_parts
from tests.conftest import Page
from tests.metrics.test_pages import links, words


def test_the_origin_of_each_sum_says_the_same(demo_house: object, demo_cast: dict[str, Actor]) -> None:
    staff = demo_cast["liyan"]
    found = queries.evaluate(staff, 1)
    assert found is not None
    measure = found.measures[0]
    rows = measure.groups[measure.groups.period == measure.latest]
    assert len(rows) == 6  # two arms, each whole and by two sides
    for row in rows.itertuples():
        told = tracing.explain_sum(
            staff, found.pilot.collection_id, int(row.indicator_id), found.pilot.province_code, row.period,
            row.side, Arm(row.arm),
        )  # fmt: skip
        assert told is not None
        assert (told.n, told.d, told.reported, told.expected) == (row.n, row.d, row.reported, row.expected)
        assert float(told.value or 0) == row.value
        assert sum(part.counted for part in told.parts) == row.reported
    county = demo_cast["wanganji"]
    told = tracing.explain_sum(county, 1, int(rows.indicator_id.iloc[0]), "330000", str(measure.latest), "", Arm.PILOT)
    assert told is None


def test_the_page_leads_there(page: Page, demo_house: object, demo_cast: dict[str, Actor]) -> None:
    staff = demo_cast["liyan"]
    found = queries.evaluate(staff, 1)
    assert found is not None
    measure = found.measures[0]
    app = page("pilot", staff, id=1)
    assert [label for label in links(app) if label.endswith("的来历")] == [
        *(f"{arm}{side}的来历" for arm in ("试点地区", "对照地区") for side in ("", "发达地区", "山区海岛县")),
        "试点效果和两类之差的来历",
    ]
    told = page(
        "figure", staff, collection=found.pilot.collection_id, indicator=measure.indicator.id, region="330000",
        period=measure.latest, arm="pilot",
    )  # fmt: skip
    assert f"{measure.indicator.name}　浙江省试点地区" in words(told)
    assert measure.indicator.show(measure.value) in [metric.value for metric in told.metric]


def test_the_course_of_an_arm_is_that_of_the_pilots_page(demo_house: object, demo_cast: dict[str, Actor]) -> None:
    staff = demo_cast["liyan"]
    found = queries.evaluate(staff, 1)
    assert found is not None
    measure, collection = found.measures[0], found.pilot.collection_id
    latest = str(measure.groups.period.max())
    for (arm, side), rows in measure.groups.groupby(["arm", "side"]):
        course = tracing.series(staff, collection, measure.indicator, "330000", latest, side, Arm(arm))
        told = {
            point.period: (point.n, point.d, point.reported, point.expected, float(point.value or 0))
            for point in course
        }
        shown = {row.period: (row.n, row.d, row.reported, row.value) for row in rows.itertuples()}
        assert {period: (*row[:3], row[4]) for period, row in told.items()} == shown
        latest_row = rows[rows.period == measure.latest].iloc[0]
        assert told[measure.latest or ""][3] == latest_row.expected
    county = demo_cast["wanganji"]
    assert tracing.series(county, collection, measure.indicator, "330000", latest, "", Arm.PILOT) == []


def test_what_was_frozen_of_both_arms_is_what_was_frozen_of_the_province(
    demo_house: object, demo_cast: dict[str, Actor]
) -> None:
    staff = demo_cast["liyan"]
    found = queries.evaluate(staff, 1)
    assert found is not None
    measure, collection = found.measures[0], found.pilot.collection_id
    codes = {arm: [unit.code for unit in found.units if unit.arm is arm] for arm in (Arm.PILOT, Arm.COMPARISON)}
    compared = 0
    for period in sorted(set(measure.groups.period)):
        whole = restating.versions(staff, collection, measure.indicator.id, "330000", period)
        parts = [restating.summed_versions(staff, collection, measure.indicator, codes[arm], period) for arm in codes]
        assert [bool(part) for part in parts] == [bool(whole)] * 2
        for place in (0, -1) if whole else ():  # as it was frozen, and as it was restated last
            figures = [part[place].figure for part in parts]
            assert [sum(column) for column in zip(*((f.n, f.d, f.reported, f.expected) for f in figures), strict=True)] == [
                whole[place].figure.n, whole[place].figure.d, whole[place].figure.reported, whole[place].figure.expected,
            ]  # fmt: skip
            compared += 1
        assert max(len(part) for part in parts) <= len(whole) or not whole
    assert compared > 10
    assert (
        restating.summed_versions(demo_cast["wanganji"], collection, measure.indicator, codes[Arm.PILOT], "2026-01")
        == []
    )


def test_an_effect_leads_to_the_means_it_was_made_of_and_they_to_their_periods(
    page: Page, demo_house: object, demo_cast: dict[str, Actor]
) -> None:
    staff = demo_cast["liyan"]
    found = queries.evaluate(staff, 1)
    assert found is not None
    measure = found.measures[0]
    made = basis(found, measure)
    effects = [measure.effect, *measure.by_side.values()]
    assert [row.difference for row in made.rows] == pytest.approx([effect.estimate for effect in effects if effect])
    assert [(row.pilot.of, row.comparison.of) for row in made.rows] == [
        (effect.n_treated, effect.n_comparison) for effect in effects if effect
    ]
    assert answer_tables.means(measure, made)["变化之差（效果）"].iloc[0] == measure.indicator.show(
        made.rows[0].difference, signed=True, unit=False
    )
    means = causes.unit_means(measure.counties, found.span, measure.indicator, found.units)
    for county in made.counties[::9]:
        for after, name in ((False, "pre"), (True, "post")):
            way = basis_parts.way(found, measure, made, county, after=after)
            told = stretches.stretch(
                staff, int(way["collection"]), int(way["indicator"]), way["region"], way["since"], way["period"],
                way.get("without", ""),
            )  # fmt: skip
            assert told is not None
            assert told.value == pytest.approx(means.at[county.unit.code, name])
            assert [step.period for step in told.steps] == list((county.after if after else county.before).periods)
    shown = page("evaluation", staff, id=1, basis=1)
    assert "这个效果由哪些数算成" in [expander.label for expander in shown.expander if expander.proto.expanded]
    way = basis_parts.way(found, measure, made, made.counties[0], after=True)
    assert f"{measure.indicator.name}　{made.counties[0].unit.name}" in words(page("figure", staff, **way))
    own, other = demo_cast["wanganji"], demo_cast["zhaodeqing"]
    anji = next(county for county in made.counties if county.unit.code == "330523")
    way = basis_parts.way(found, measure, made, anji, after=False)
    asked = (int(way["collection"]), int(way["indicator"]), way["region"], way["since"], way["period"])
    assert stretches.stretch(own, *asked) is not None
    assert stretches.stretch(other, *asked) is None
