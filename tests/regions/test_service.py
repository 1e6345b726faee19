"""Joining and leaving groups, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from core.errors import Forbidden, Invalid, NotFound
from core.words import Side
from db.session import read
from db.tables import AuditEvent
from regions import queries, service
from regions.queries import MembershipView
from regions.schemas import MembershipIn
from tests.support import Cast

SOURCE = "浙政办发〔2026〕1号"


def spell(code: str = "330523", starts: date | None = date(2026, 7, 1), ends: date | None = None) -> MembershipIn:
    return MembershipIn(region_code=code, name="山区海岛县", valid_from=starts, valid_to=ends, source=SOURCE)


def of(code: str) -> list[MembershipView]:
    return [found for found in queries.membership_history("330000") if found.region_code == code]


def last_event() -> tuple[str, str, dict[str, object]]:
    with read() as session:
        event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert event is not None
        return event.action, event.entity_id, event.changes


def test_joining(database: str, cast: Cast) -> None:
    service.add_membership(cast.li_staff, spell())
    (found,) = of("330523")
    assert (found.group, found.side, found.valid_from, found.valid_to, found.source, found.city) == (
        "山区海岛县",
        Side.UNDERDEVELOPED,
        date(2026, 7, 1),
        None,
        SOURCE,
        "湖州市",
    )
    assert last_event()[:2] == ("region:join_group", "330523")
    on = {day: {c.code: c.group for c in queries.counties("330000", day)}["330523"] for day in
          (date(2026, 6, 30), date(2026, 7, 1))}  # fmt: skip
    assert list(on.values()) == ["发达地区", "山区海岛县"]


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2025, 5, 27), None),  # its last day is still the old spell's
        (None, date(2024, 8, 21)),
        (None, None),
        (date(2025, 1, 1), date(2025, 2, 1)),
    ],
)
def test_spells_do_not_overlap(database: str, cast: Cast, starts: date | None, ends: date | None) -> None:
    before = of("330881")
    with pytest.raises(Invalid, match=r"与已有记录“山区.*”的时间重叠"):
        service.add_membership(cast.li_staff, spell("330881", starts, ends))
    assert of("330881") == before


def test_a_spell_may_follow_another_on_the_next_day(database: str, cast: Cast) -> None:
    service.add_membership(cast.li_staff, spell("330881", date(2025, 5, 28)))
    assert [(s.valid_from, s.valid_to) for s in of("330881")] == [
        (None, date(2024, 8, 20)),
        (date(2024, 8, 21), date(2025, 5, 27)),
        (date(2025, 5, 28), None),
    ]


def test_another_scheme_does_not_count(cast: Cast) -> None:
    service.add_membership(cast.li_staff, spell("330881", None).model_copy(update={"scheme": "月度考核"}))
    assert len(of("330881")) == 2


def test_leaving(database: str, cast: Cast) -> None:
    current = of("330922")[0]
    service.end_membership(cast.li_staff, current.id, date(2026, 12, 31), f" {SOURCE} ")
    (found,) = of("330922")
    assert found.valid_to == date(2026, 12, 31)
    assert found.source.endswith(f"；{SOURCE}")
    assert last_event() == (
        "region:leave_group",
        "330922",
        {"name": "山区海岛县", "last_day": "2026-12-31", "source": SOURCE},
    )
    with pytest.raises(NotFound, match="没有找到该地区仍在有效期内的分组记录"):
        service.end_membership(cast.li_staff, current.id, date(2026, 12, 31), SOURCE)


def test_leaving_before_joining_or_without_a_source(cast: Cast) -> None:
    current = of("330922")[0]
    with pytest.raises(Invalid, match="结束日期早于加入日期 2024-08-21"):
        service.end_membership(cast.li_staff, current.id, date(2024, 8, 20), SOURCE)
    with pytest.raises(Invalid, match="请填写依据文件"):
        service.end_membership(cast.li_staff, current.id, date(2026, 8, 20), "  x ")
    with pytest.raises(NotFound):
        service.end_membership(cast.li_staff, 999, date(2026, 8, 20), SOURCE)
    assert of("330922") == [current]


def test_a_region_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotFound, match="没有找到这个地区"):
        service.add_membership(cast.li_staff, spell("999999"))


@pytest.mark.parametrize(
    "changes",
    [{"source": "短"}, {"source": "    "}, {"name": " 甲 "}, {"valid_to": date(2026, 6, 30)}, {"side": "north"}],
)
def test_what_may_be_entered(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MembershipIn.model_validate(spell().model_dump() | changes)


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_only_staff_change_groups(cast: Cast, who: str) -> None:
    actor = cast.everybody()[who]
    with pytest.raises(Forbidden):
        service.add_membership(actor, spell())
    with pytest.raises(Forbidden):
        service.end_membership(actor, of("330922")[0].id, date(2026, 8, 20), SOURCE)
    with pytest.raises(Forbidden):
        service.load(actor, "江苏省")
