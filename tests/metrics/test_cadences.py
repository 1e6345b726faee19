"""An indicator of a slower rhythm inside a collection: when it is asked, until when, and what follows from it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import time_machine

from accounts.permissions import OPERATOR
from core.periods import Cadence, Period
from core.words import Accumulation, Arm, CollectionKind, IndicatorRole
from db.session import read, write
from metrics import (
    accumulation,
    catalogue,
    collecting,
    composite_figures,
    defined,
    definition_service,
    definitions,
    exports,
    freezing,
    quality_facts,
    queries,
    rollups,
    round_service,
    rounds,
    tracing,
)
from metrics.definition_schemas import RevisionIn
from metrics.model import Indicator
from metrics.quality import Aspect
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from metrics.stages import LOCK
from regions.calendar import add_working_days
from tests.metrics import stored
from tests.metrics.returns_support import INDICATORS, entry
from tests.metrics.stored import ANJI, DEQING
from tests.metrics.test_rounds import owed
from tests.support import Cast

MONTHLY, QUARTERLY = {"SX01": entry(96, 100)}, {"SX01": entry(96, 100), "SX13": entry(8, 10)}


def test_which_period_closes_which() -> None:
    months = [Period(2026, number, Cadence.MONTH) for number in range(1, 13)]
    assert [p.index for p in months if p.closes(Cadence.QUARTER)] == [3, 6, 9, 12]
    assert [p.index for p in months if p.closes(Cadence.HALF)] == [6, 12]
    assert [p.index for p in months if p.closes(Cadence.YEAR)] == [12]
    assert all(p.closes(Cadence.MONTH) for p in months)
    assert Period.parse("2026Q2").closes(Cadence.HALF)
    assert Period.parse("2026Q2").closes(Cadence.MONTH)  # asked monthly of a quarterly collection: with every quarter


def asked(quarterly_days: int = 12, last: str = "2026-06") -> stored.Stored:
    """A monthly return due five working days after its month, with one figure that is due by quarter."""
    catalogue.load()
    known = {item.code: item for item in defined.indicators()}
    slow = known["SX13"]
    data = definitions.entered(slow).model_copy(update={"cadence": Cadence.QUARTER, "due_days": quarterly_days})
    definition_service.edit(OPERATOR, slow.id, data, seen_edition=slow.edition)
    with write() as session:
        number = collecting.create(session, OPERATOR, CollectionIn(name="月报", kind=CollectionKind.PILOT, due_days=5))
        picks = [IndicatorPick(indicator_id=known[code].id, role=IndicatorRole.GOAL) for code in ("SX01", "SX13")]
        collecting.add_indicators(session, OPERATOR, number, picks, "2026-01", "测试")
        units = [UnitPick(region_code=code, arm=Arm.PILOT) for code in (ANJI, DEQING)]
        collecting.add_units(session, number, units, Period.parse("2026-01"), Period.parse(last))
        collecting.expect_returns(session, number)
    return stored.Stored(number, owed(number), {code: known[code].id for code in ("SX01", "SX13")})


def due_of(made: stored.Stored) -> dict[str, date]:
    return {period: stored.row(number).due_on for (code, period), number in made.returns.items() if code == ANJI}


def test_everything_follows_the_slower_rhythm(database: str, cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 1, 2, 4, tzinfo=UTC), tick=False) as now:
        made = asked()
        due = due_of(made)
        assert (due["2026-02"], due["2026-03"]) == (date(2026, 3, 6), date(2026, 4, 17))
        now.move_to(datetime(2026, 4, 8, 4, tzinfo=UTC))  # after five working days, before twelve
        february, march = made.of(ANJI, "2026-02"), made.of(ANJI, "2026-03")
        views = {view.period: view for view in queries.returns(cast.wang_anji, collection_id=made.id)}
        assert [(key, views[key].asked) for key in ("2026-01", "2026-02", "2026-03")] == [
            ("2026-01", 1), ("2026-02", 1), ("2026-03", 2),
        ]  # fmt: skip
        stored.hand_in(february, MONTHLY)
        stored.hand_in(march, QUARTERLY)
        assert stored.row(march).first_submitted_at is not None
        assert views["2026-03"].course.due_on == date(2026, 4, 17)
        found = {view.period: view.course.in_time for view in queries.returns(cast.wang_anji, collection_id=made.id)}
        assert (found["2026-02"], found["2026-03"]) == (False, True)
        book = openpyxl.load_workbook(io.BytesIO(exports.template_xlsx(cast.wang_anji, made.of(ANJI, "2026-04"))))
        assert "SX13" not in str([[cell.value for cell in row] for row in book.worksheets[1].iter_rows()])
        with read() as session:
            facts = quality_facts.of_collection(session, made.id).part(code=ANJI)
            assert rollups.differences(session) == []
        # January, February: one figure each; March: two.
        assert {part.aspect: part.m for part in facts.quality().parts}[Aspect.COMPLETENESS] == 4
        assert stored.sums(made.id, "2026-03", "330000") == [
            (96_000_000, 100_000_000, 1, 2), (8_000_000, 10_000_000, 1, 2),
        ]  # fmt: skip
        assert [row[:2] for row in stored.sums(made.id, "2026-02", "330000")] == [(96_000_000, 100_000_000)]


def test_a_freeze_does_not_miss_what_the_month_does_not_ask(database: str, cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 1, 2, 4, tzinfo=UTC), tick=False) as now:
        made = asked()
        now.move_to(datetime(2026, 3, 5, 4, tzinfo=UTC))
        for region in (ANJI, DEQING):
            stored.hand_in(made.of(region, "2026-02"), MONTHLY)
            stored.move(cast.li_staff, made.of(region, "2026-02"), LOCK)
        board = rounds.board(cast.li_staff, made.id, "2026-02")
        assert board is not None
        round_service.freeze(cast.li_staff, made.id, "2026-02", seen=board.stamp)
        with read() as session:
            frozen = freezing.published(session, made.id, ["2026-02"])
        assert {key[0] for key in frozen} == {made.indicators["SX01"]}


def test_the_quarter_before_is_what_a_quarterly_figure_is_compared_with(database: str, cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 1, 2, 4, tzinfo=UTC), tick=False) as now:
        made = asked()
        now.move_to(datetime(2026, 7, 10, 4, tzinfo=UTC))
        for month in range(1, 6):
            stored.hand_in(made.of(ANJI, f"2026-{month:02d}"), QUARTERLY if month == 3 else MONTHLY)
        found = queries.form(cast.wang_anji, made.of(ANJI, "2026-06"))
        assert found is not None
        line = found[1].line("SX13")
        assert line is not None
        assert [key for key, _ in line.history] == ["2026-03"]
        assert str(line.indicator.before(found[1].period)) == "2026-03"
        points = tracing.series(cast.li_staff, made.id, line.indicator, ANJI, "2026-06")
        assert [(point.period, point.value is None) for point in points] == [("2026-03", False), ("2026-06", True)]


def test_an_index_takes_a_quarterly_figure_once_and_says_which_version_is_not_asked(database: str, cast: Cast) -> None:
    def figures(first: str, last: str) -> list[tuple[object, str]]:
        with read() as session:
            items = [known[made.indicators[code]] for code in ("SX01", "SX13")]
            (unit,) = (
                unit for unit in composite_figures.units(session, made.id, items, first, last) if unit.code == ANJI
            )
            return [(found.value, found.why) for found in unit.figures]

    with time_machine.travel(datetime(2026, 1, 2, 4, tzinfo=UTC), tick=False) as now:
        made = asked()
        known = {item.id: item for item in defined.indicators()}
        now.move_to(datetime(2026, 4, 20, 4, tzinfo=UTC))
        for month in ("2026-01", "2026-02", "2026-03"):
            stored.hand_in(made.of(ANJI, month), QUARTERLY if month == "2026-03" else MONTHLY)
        assert figures("2026-01", "2026-03") == [(96, ""), (80, "")]
        assert figures("2026-01", "2026-02") == [(96, ""), (None, "每季报一次，所选的期里没有到期的")]
        revise(cast, "2026-06", due_days=20)
        assert figures("2026-06", "2026-06")[1] == (
            None, "2026年6月不按第 1 版口径报，请修订指标体系改用当期的版本",
        )  # fmt: skip


def test_a_quarterly_total_of_the_year_begins_in_march() -> None:
    from dataclasses import replace

    quarterly: Indicator = replace(INDICATORS[2], cadence=Cadence.QUARTER, accumulation=Accumulation.YEAR_TO_DATE)
    series = [("2026-03", 5, None), ("2026-06", 12, None), ("2026-12", 20, None)]
    assert accumulation.increments(quarterly, series) == [
        ("2026-03", 5, None), ("2026-06", 7, None), ("2026-12", None, None),
    ]  # fmt: skip


def test_a_new_offset_moves_the_deadlines_that_are_still_to_come(database: str, cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 4, 20, 4, tzinfo=UTC), tick=False):
        made = asked()
        known = next(item for item in defined.indicators() if item.code == "SX13")
        data = definitions.entered(known).model_copy(update={"due_days": 20})
        before = due_of(made)
        definition_service.edit(cast.li_staff, known.id, data, seen_edition=known.edition)
        after = due_of(made)
        assert {key: after[key] - before[key] for key in before if after[key] != before[key]} == {
            "2026-06": timedelta(days=12)
        }
        monthly = data.model_copy(update={"cadence": Cadence.MONTH})
        definition_service.edit(cast.li_staff, known.id, monthly, seen_edition=known.edition + 1)
        assert due_of(made)["2026-06"] == date(2026, 7, 7)


def test_a_new_version_s_rhythm_moves_what_nobody_may_fill_in_yet(database: str, cast: Cast) -> None:
    """June is open when the definition, which March used, gets another offset from June on and another rhythm from
    September on: the days of June stay, those of September and December follow."""
    with time_machine.travel(datetime(2026, 4, 8, 4, tzinfo=UTC), tick=False) as now:
        made = asked(last="2026-12")
        stored.hand_in(made.of(ANJI, "2026-03"), QUARTERLY)
        now.move_to(datetime(2026, 7, 2, 4, tzinfo=UTC))
        before = due_of(made)
        revise(cast, "2026-06", due_days=20)
        longer = due_of(made)
        assert {key for key in before if longer[key] != before[key]} == {"2026-09", "2026-12"}
        assert longer["2026-12"] == deadline("2026-12", 20)
        stored.hand_in(made.of(ANJI, "2026-06"), QUARTERLY)
        revise(cast, "2026-07", cadence=Cadence.HALF)
        rarer = due_of(made)
        assert {key for key in longer if rarer[key] != longer[key]} == {"2026-09"}
        assert (rarer["2026-09"], rarer["2026-12"]) == (deadline("2026-09", 5), longer["2026-12"])
        views = {view.period: view.asked for view in queries.returns(cast.wang_anji, collection_id=made.id)}
        assert (views["2026-06"], views["2026-09"], views["2026-12"]) == (2, 1, 2)
        with read() as session:
            assert rollups.differences(session) == []


def revise(cast: Cast, valid_from: str, **changes: object) -> None:
    known = max((item for item in defined.indicators() if item.code == "SX13"), key=lambda item: item.version)
    data = definitions.entered(known).model_copy(update=changes)
    why = RevisionIn(changed="换了报送节奏", reason="省里统一报送安排", valid_from=valid_from, comparable=Decimal(1))
    definition_service.revise(cast.li_staff, known.id, data, why)


def deadline(period: str, days: int) -> date:
    return add_working_days(Period.parse(period).end, days).date
