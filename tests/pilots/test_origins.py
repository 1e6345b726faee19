"""Every sum on a pilot's page can be followed to its counties, and says the same there."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import Arm
from metrics import tracing
from pilots import queries
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
        f"{arm}{side}的来历" for arm in ("试点地区", "对照地区") for side in ("", "发达地区", "山区海岛县")
    ]
    told = page(
        "figure", staff, collection=found.pilot.collection_id, indicator=measure.indicator.id, region="330000",
        period=measure.latest, arm="pilot",
    )  # fmt: skip
    assert f"{measure.indicator.name}　浙江省试点地区" in words(told)
    assert measure.indicator.show(measure.value) in [metric.value for metric in told.metric]
