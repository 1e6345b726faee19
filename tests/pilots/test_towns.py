"""A pilot among towns: the county's team reports for its towns, and for nobody else's."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from accounts.permissions import covers
from core.errors import NotFound
from core.words import GovernanceLevel, ReturnState
from db.session import read
from db.tables import Region, ReturnRow
from metrics import queries as returns
from metrics import service
from pilots import order_queries, queries
from tests.metrics.returns_support import entry
from tests.pilots.support import running
from tests.support import Cast


@pytest.mark.parametrize(
    ("own", "code", "expected"),
    [
        ("330523", "330523", True),
        ("330523", "330523100", True),  # its town
        ("330523", "330521100", False),  # a neighbour's
        ("330523", "330500", False),  # the city above
        ("330500", "330523", False),  # a city's team does not report for counties
        ("330523100", "330523", False),  # nor a town's for its county
        ("", "330523", False),
        ("330523", None, False),
    ],
)
def test_who_reports_for_whom(own: str, code: str | None, expected: bool) -> None:
    assert covers(own, code) is expected


def towns(county: str) -> list[str]:
    with read() as session:
        query = select(Region.code).where(Region.parent_code == county).order_by(col(Region.code))
        return list(session.exec(query))


def test_a_county_reports_for_its_towns(database: str, cast: Cast) -> None:
    anji, deqing = towns("330523"), towns("330521")
    pilot_id = running(
        cast,
        level=GovernanceLevel.TOWN,
        pilots=[anji[0], deqing[0]],
        comparisons=[anji[1], deqing[1]],
    )
    wang, zhao = cast.wang_anji, cast.zhao_deqing
    own = returns.returns(wang)
    assert {row.region_code for row in own} == set(anji[:2])
    row = next(row for row in own if row.region_code == anji[0])
    entries = {"SX01": entry(90, 100)}
    with pytest.raises(NotFound):
        service.save(zhao, row.id, entries, door="form", seen_version=row.version, submit=True)
    service.save(wang, row.id, entries, door="form", seen_version=row.version, submit=True)
    with read() as session:
        assert session.get_one(ReturnRow, row.id).state is ReturnState.SUBMITTED
    assert [view.id for view in queries.pilots(wang)] == [pilot_id]
    found = queries.evaluate(wang, pilot_id)
    assert found is not None
    assert [unit.code for unit in found.units] == anji[:2]
    # An order about a town goes to its county's team.
    assert order_queries.organisation_for(cast.li_staff, anji[0]) == wang.organisation_id
