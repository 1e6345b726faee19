"""What comes first on the workbench, and what the annual selection asks of whom."""

from __future__ import annotations

from datetime import date, datetime

from accounts.permissions import Actor
from awards import waiting
from core import clock
from core.words import AwardEntryState
from db.session import write
from db.tables import AwardEntry
from tests.awards.support import city, recommended, selection, some_pilots
from tests.support import Cast
from workbench.tasks import Task, in_order


def task(key: str, **more: object) -> Task:
    return Task(key, "", "", "", **more)  # type: ignore[arg-type]


def test_the_late_stand_apart_and_the_nearest_day_comes_first() -> None:
    first, second = date(2026, 11, 1), date(2026, 11, 9)
    late, others = in_order(
        [
            task("plain"),
            task("late", late=True),
            task("second", due_on=second),
            task("late on a day", late=True, due_on=second),
            task("first", due_on=first),
            task("handed back", back=True),
            task("plain too"),
        ]
    )
    assert [item.key for item in late] == ["late on a day", "late"]
    assert [item.key for item in others] == ["handed back", "first", "second", "plain", "plain too"]


def test_a_selection_asks_everybody_for_what_is_theirs(cast: Cast) -> None:
    told = selection(cast)
    recommended(
        told, [{"code": "A1", "track": "民生服务", "county": "330523", "title": "办件不出村"}], some_pilots(cast)
    )
    with write() as session:
        entry = session.get_one(AwardEntry, told.entries["A1"])
        entry.state, entry.organisation_id = AwardEntryState.DRAFT, cast.wang_anji.organisation_id or 0
    row, huzhou = told.row(), city()

    def asked(actor: Actor, at: datetime | None = None) -> list[tuple[str, date | None, int | None]]:
        found = waiting.waiting(actor, at or clock.now())
        assert {item.edition_id for item in found} <= {told.id}
        return [(item.what, item.due_on, item.entry_id) for item in found]

    closes, until = (clock.beijing(moment).date() for moment in (row.closes_at, row.recommend_until))
    assert asked(cast.wang_anji) == [("“办件不出村”还没有提交", closes, told.entries["A1"])]
    assert asked(cast.zhao_deqing) == asked(huzhou) == asked(cast.li_staff) == []
    assert asked(cast.wang_anji, row.closes_at) == []
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).state = AwardEntryState.SUBMITTED
    assert asked(cast.wang_anji) == []
    assert asked(huzhou) == [("1 个项目等待本市推荐", until, None)]
    assert asked(huzhou, row.recommend_until) == []
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).state = AwardEntryState.RECOMMENDED
    told.close_call()
    assert asked(cast.li_staff) == [("还有 1 个项目没有形式审查", None, None)]
    told.qualify_all()
    assert asked(cast.li_staff) == [("可以“开始初评”了", None, None)]
    assert asked(cast.wang_anji) == asked(huzhou) == []
