"""Roll-ups: the sums that dashboards read are what the values say, after every command and at every date."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import AppError, Forbidden, Invalid
from core.periods import Period
from core.words import Arm, Combine, Kind, ReturnState, ValueState
from db.engine import engine
from db.session import read, write
from db.tables import AuditEvent, IndicatorRow, Observation, ReturnRow, Rollup
from metrics import collecting, defined, overview, queries, rollups, service, tracing
from metrics.rollups import Sum
from metrics.schemas import UnitPick
from metrics.stages import ADOPT, APPROVE, DISMISS, LOCK, SEND_BACK, SUBMIT, WITHDRAW
from regions import queries as regions_queries
from regions import service as regions
from regions.schemas import MembershipIn
from tests.metrics import stored
from tests.metrics.returns_support import entry, indicator
from tests.metrics.stored import ANJI, DEQING, GOOD, JINGNING
from tests.support import Cast, databases

# Two cities and both groups on 2025-06-30: 安吉 德清 长兴 of Huzhou, 景宁 云和 of Lishui (山区海岛县).
CITY_OF = {ANJI: "330500", DEQING: "330500", "330522": "330500", JINGNING: "331100", "331125": "331100"}
MOUNTAIN = {JINGNING, "331125"}
JUNE = Period.parse("2025-06")
CODES = ("SX01", "KH01", "KH02")  # Σn/Σd, not combined, Σ

figures = st.tuples(st.integers(0, 10**9), st.integers(1, 10**9))
values = st.tuples(st.sampled_from(ValueState), figures)
reports = st.dictionaries(
    st.sampled_from(list(CITY_OF)),
    st.tuples(st.sampled_from(ReturnState), st.dictionaries(st.sampled_from(CODES), values)),
)


def of(made: stored.Stored, code: str, found: Mapping[rollups.Key, Sum], scope: str, group: str = "") -> Sum | None:
    return found.get((made.indicators[code], str(JUNE), scope, group))


def test_a_sum_is_what_its_counties_say(house: Path) -> None:
    """Σn, Σd, reported, expected and unapproved equal a count by hand, for every scope and group."""
    made = stored.collection(indicators=CODES, regions=list(CITY_OF), first=JUNE, last=JUNE)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(reports)
    def holds(given_: dict[str, tuple[ReturnState, dict[str, tuple[ValueState, tuple[int, int]]]]]) -> None:
        with Session(engine()) as session:
            for code, (state, entries) in given_.items():
                row = session.get_one(ReturnRow, made.of(code, str(JUNE)))
                row.state = state
                for name, (value, (n, d)) in entries.items():
                    for revision, amount in ((1, n // 2), (2, n)):  # only the newest revision counts
                        session.add(
                            Observation(
                                return_id=row.id or 0,
                                indicator_id=made.indicators[name],
                                revision=revision,
                                n=amount,
                                d=None if name == "KH02" else d,
                                state=value,
                                entered_at=clock.now(),
                            )
                        )
            session.flush()
            found = rollups.compute(session, made.id, [str(JUNE)])
            session.rollback()
        for name in CODES:
            counted = {
                code: (entries[name][0], *entries[name][1], state)
                for code, (state, entries) in given_.items()
                if name in entries and state.counts
            }
            scopes = {
                ("330000", ""): set(CITY_OF),
                ("330500", ""): {code for code in CITY_OF if CITY_OF[code] == "330500"},
                ("331100", ""): MOUNTAIN,
                ("330000", "山区海岛县"): MOUNTAIN,
                ("330000", "发达地区"): set(CITY_OF) - MOUNTAIN,
            }
            for (scope, group), members in scopes.items():
                inside = {code: value for code, value in counted.items() if code in members}
                has = {code: value for code, value in inside.items() if value[0].has_value}
                total = of(made, name, found, scope, group)
                if not inside:
                    assert total is None
                    continue
                assert total is not None
                combined = bool(has) and name != "KH01"
                assert total.n == (sum(value[1] for value in has.values()) if combined else None)
                assert total.d == (sum(value[2] for value in has.values()) if combined and name == "SX01" else None)
                absent = sum(value[0] is ValueState.NOT_APPLICABLE for value in inside.values())
                assert (total.reported, total.expected) == (len(has), len(members) - absent)
                assert total.unapproved == sum(value[3] is ReturnState.SUBMITTED for value in has.values())

    holds()


def test_the_figure_of_a_sum() -> None:
    ratio = indicator(1, "R", Kind.RATIO, "办结率", factor=100)
    count = indicator(2, "C", Kind.INDEX, "指数", combine_regions=Combine.MEAN)
    assert rollups.value(ratio, 384, 400, 4) == 96
    assert rollups.value(ratio, None, None, 0) is None
    assert rollups.value(ratio, 0, 0, 1) is None
    assert rollups.value(count, 9_000_000, None, 4) == Fraction(9, 4)


def test_missing_is_not_zero_and_not_applicable_is_not_owed(database: str, cast: Cast) -> None:
    made = stored.collection(regions=[ANJI, DEQING, "330522", "330502"], indicators=("SX01",))
    period = stored.last_month()
    for code, value in (
        (ANJI, entry(90, 100)),
        (DEQING, entry(state="missing", reason="系统停机")),
        ("330522", entry(state="not_applicable", reason="没有应办结件")),
    ):
        stored.hand_in(made.of(code), {"SX01": value})
    stored.save(OPERATOR, made.of("330502"), {"SX01": entry(1, 100)})  # a draft
    assert stored.sums(made.id, period, "330500") == [(90_000_000, 100_000_000, 1, 3)]
    found = tracing.explain_sum(cast.li_staff, made.id, made.indicators["SX01"], "330500", period)
    assert found is not None
    assert found.value == 90
    assert {part.region: part.why_not for part in found.parts} == {
        "安吉县": "",
        "德清县": "缺报（系统停机）",
        "长兴县": "不适用（没有应办结件），不计入应报",
        "吴兴区": "尚未提交",
    }


def test_drafts_and_returned_returns_are_in_no_sum(house: Path, cast: Cast) -> None:
    made = stored.collection()
    number, period = made.of(ANJI), stored.last_month()
    stored.save(cast.wang_anji, number, GOOD)
    assert stored.sums(made.id, period, "330000") == []
    stored.move(cast.wang_anji, number, SUBMIT)
    assert stored.sums(made.id, period, "330000")[0] == (96_000_000, 100_000_000, 1, 2)
    stored.move(cast.li_staff, number, SEND_BACK, "请核对应办结件数")
    assert stored.sums(made.id, period, "330000") == []
    found = queries.explain(cast.wang_anji, made.id, made.indicators["SX01"], ANJI, period)
    assert found is not None
    assert not found.state.counts


def test_a_reclassification_changes_no_earlier_figure(database: str, cast: Cast) -> None:
    """平阳 was one of the 26 mountain counties until 2024-08-20; 永嘉 leaves in 2025."""
    pingyang, yongjia = "330326", "330324"
    made = stored.collection(
        regions=[pingyang, yongjia, JINGNING],
        indicators=("SX01",),
        first=Period.parse("2023-06"),
        last=Period.parse("2025-06"),
    )
    for period, n in (("2023-06", 80), ("2024-09", 85), ("2025-06", 90)):
        for code in (pingyang, yongjia, JINGNING):
            stored.hand_in(made.of(code, period), {"SX01": entry(n, 100)})
    group = {
        period: stored.sums(made.id, period, "330000", name)
        for period, name in (("2023-06", "山区26县"), ("2024-09", "山区海岛县"), ("2025-06", "山区海岛县"))
    }
    assert [rows[0][2] for rows in group.values()] == [3, 2, 1]
    with read() as session:
        before = rollups.compute(session, made.id, ["2023-06", "2024-09"])
    regions.add_membership(
        cast.li_staff,
        MembershipIn(
            region_code=pingyang, name="山区海岛县", valid_from=date(2025, 7, 1), source="浙政办发〔2025〕1号"
        ),
    )
    with read() as session:
        assert rollups.compute(session, made.id, ["2023-06", "2024-09"]) == before
        assert rollups.differences(session) == []


def test_sums_agree_with_the_values_after_every_command(database: str, cast: Cast) -> None:
    made = stored.collection()
    mine, theirs = made.of(ANJI), made.of(DEQING)
    again = {"SX01": entry(90, 100, reason="来函更正")}
    for command in (
        lambda: stored.save(cast.wang_anji, mine, GOOD),
        lambda: stored.save(cast.zhao_deqing, theirs, GOOD, submit=True),
        lambda: stored.move(cast.wang_anji, mine, SUBMIT),
        lambda: stored.move(cast.wang_anji, mine, WITHDRAW),
        lambda: stored.move(cast.wang_anji, mine, SUBMIT),
        lambda: stored.move(cast.li_staff, mine, SEND_BACK, "请核对"),
        lambda: stored.save(cast.wang_anji, mine, again, submit=True),
        lambda: stored.approve(cast.li_staff, mine),
        lambda: stored.move(cast.li_staff, theirs, APPROVE),
        lambda: stored.move(cast.li_staff, mine, LOCK),
        lambda: stored.unlock(cast.li_staff, mine),
        lambda: stored.save(cast.wang_anji, mine, {"SX01": entry(80, 100, reason="再次更正")}, submit=True),
        lambda: stored.move(cast.li_staff, mine, DISMISS, "没有依据"),
    ):
        command()
        with read() as session:
            assert rollups.differences(session) == []
    assert stored.sums(made.id, stored.last_month(), "330000")[0] == (186_000_000, 200_000_000, 2, 2)


steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("save"),
            st.sampled_from([ANJI, DEQING, JINGNING]),
            st.sampled_from(ValueState),
            st.integers(0, 100),
            st.booleans(),
        ),
        st.tuples(
            st.just("move"),
            st.sampled_from([ANJI, DEQING, JINGNING]),
            st.sampled_from([SUBMIT, WITHDRAW, APPROVE, SEND_BACK, LOCK, ADOPT, DISMISS]),
        ),
        st.tuples(st.just("unlock"), st.sampled_from([ANJI, DEQING, JINGNING])),
        st.tuples(st.just("join"), st.sampled_from([ANJI, DEQING]), st.integers(-4, 1)),
        st.tuples(st.just("correct"), st.integers(-4, 1)),
        st.tuples(st.just("unit"), st.sampled_from(["330522", "331125"])),
    ),
    max_size=10,
)


def take(made: stored.Stored, step: tuple[Any, ...]) -> None:
    """One command; a refusal is as good a step as any."""
    match step:
        case "save", code, state, n, submit:
            value = entry(n, 100) if state.has_value else entry(state=state, reason="系统停机")
            stored.save(
                OPERATOR, made.of(code), {"SX01": replace(value, state=state, reason="核对后更正")}, submit=submit
            )
        case "move", code, do:
            stored.move(OPERATOR, made.of(code), do, "请核对")
        case "unlock", code:
            stored.unlock(OPERATOR, made.of(code))
        case "join", code, months:
            starts = stored.this_month().shift(months).start
            data = MembershipIn(region_code=code, name="山区海岛县", valid_from=starts, source="浙政办发〔2026〕1号")
            regions.add_membership(OPERATOR, data)
        case "correct", months:
            spell = next(
                s for s in regions_queries.membership_history("330000") if s.region_code == JINGNING and not s.valid_to
            )
            starts = stored.this_month().shift(months).start
            data = MembershipIn(region_code=spell.region_code, name=spell.group, valid_from=starts, source=spell.source)
            regions.correct_membership(OPERATOR, spell.id, data, "录入有误")
        case "unit", code:
            with write() as session:
                months = stored.this_month().shift(-2), stored.this_month()
                collecting.add_units(session, made.id, [UnitPick(region_code=code, arm=Arm.PILOT)], *months)
                collecting.expect_returns(session, made.id)


def test_whatever_happens_the_sums_are_those_computed_afresh(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Saves, corrections, returns, reviews, regroupings and new units in any order."""
    begun = tmp_path_factory.mktemp("begun") / "zhiping.db"
    shutil.copyfile(sqlite_template, begun)
    with databases.using(begun.parent, databases.sqlite_url(begun)):
        made = stored.collection(regions=[ANJI, DEQING, JINGNING], indicators=("SX01",))
        for code in (ANJI, JINGNING):
            stored.hand_in(made.of(code), {"SX01": entry(90, 100)})

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def holds(taken: list[tuple[Any, ...]]) -> None:
        folder = tmp_path_factory.mktemp("house")
        shutil.copyfile(begun, folder / "zhiping.db")
        with databases.using(folder, databases.sqlite_url(folder / "zhiping.db")):
            for step in taken:
                with suppress(AppError):
                    take(made, step)
                with read() as session:
                    assert rollups.differences(session) == []

    holds()


@pytest.mark.parametrize("what", ["n", "gone", "extra"])
def test_a_sum_that_was_tampered_with_is_named_and_mended(database: str, cast: Cast, what: str) -> None:
    made = stored.collection(indicators=("SX01",))
    stored.hand_in(made.of(ANJI), {"SX01": entry(96, 100)})
    with write() as session:
        row = session.get_one(Rollup, (made.id, made.indicators["SX01"], stored.last_month(), "330500", ""))
        if what == "n":
            row.n = 99_000_000
        elif what == "gone":
            session.delete(row)
        else:
            session.add(Rollup(**row.model_dump() | {"period": "2020-01"}))
    with read() as session:
        found = [item.words for item in rollups.differences(session)]
    assert len(found) == 1
    period = "2020-01" if what == "extra" else stored.last_month()
    assert found[0].startswith(f"“按时办结月报”SX01 {period} 湖州市：汇总为 ")
    with pytest.raises(Forbidden):
        service.repair_rollups(cast.li_staff)
    assert service.repair_rollups(cast.admin) == found
    with read() as session:
        assert rollups.differences(session) == []
        event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert event is not None
        assert (event.action, event.changes) == ("rollup:repair", {"periods": [period], "differences": 1})
    assert service.repair_rollups(cast.admin) == []


def test_correcting_a_past_group_moves_the_figures_of_its_days(database: str, cast: Cast) -> None:
    """安吉 is found to have been a mountain county from May to June 2025 all the time."""
    made = stored.collection(
        regions=[ANJI, JINGNING], indicators=("SX01",), first=Period.parse("2025-04"), last=Period.parse("2025-07")
    )
    months = ("2025-04", "2025-05", "2025-06", "2025-07")
    for period in months:
        for code in (ANJI, JINGNING):
            stored.hand_in(made.of(code, period), {"SX01": entry(90, 100)})

    def mountain() -> list[int]:
        with read() as session:
            assert rollups.differences(session) == []
        found = [stored.sums(made.id, period, "330000", "山区海岛县") for period in months]
        return [rows[0][2] if rows else 0 for rows in found]

    assert mountain() == [1, 1, 1, 1]
    data = MembershipIn(
        region_code=ANJI,
        name="山区海岛县",
        valid_from=date(2025, 5, 1),
        valid_to=date(2025, 7, 31),
        source="浙政办发〔2025〕1号",
    )
    regions.add_membership(cast.li_staff, data)
    assert mountain() == [1, 2, 2, 2]
    spell = next(s for s in regions_queries.membership_history("330000") if s.region_code == ANJI)
    regions.correct_membership(
        cast.li_staff, spell.id, data.model_copy(update={"valid_to": date(2025, 6, 30)}), "结束日期录错"
    )
    assert mountain() == [1, 2, 2, 1]
    with pytest.raises(Invalid, match="理由"):
        regions.correct_membership(cast.li_staff, spell.id, data, "")
    spell = next(
        s for s in regions_queries.membership_history("330000") if s.region_code == JINGNING and not s.valid_to
    )
    regions.end_membership(cast.li_staff, spell.id, date(2025, 5, 31), "浙政办发〔2025〕2号")
    assert mountain() == [1, 2, 1, 0]


def test_a_group_of_another_scheme_touches_nothing(house: Path, cast: Cast) -> None:
    made = stored.collection(regions=[ANJI], indicators=("SX01",))
    stored.hand_in(made.of(ANJI), {"SX01": entry(90, 100)})
    with write() as session:  # would be mended if the change were thought to concern this collection
        session.get_one(Rollup, (made.id, made.indicators["SX01"], stored.last_month(), "330500", "")).n = 1
    regions.add_membership(
        cast.li_staff, MembershipIn(region_code=ANJI, name="对口工作组", source="工作方案一号", scheme="对口")
    )
    assert stored.sums(made.id, stored.last_month(), "330500")[0][0] == 1


@pytest.mark.parametrize("way_in", ["import cli.startup", "from cli.main import main; main(['load-region', '浙江省'])"])
def test_whoever_regroups_has_the_roll_ups_listening(house: Path, way_in: str) -> None:
    """The server and the command line, each in a process of its own."""
    code = f"{way_in}\nfrom regions import groups\nassert [watcher.__name__ for watcher in groups._watchers] == ['regrouped']"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_more_returns_owed_change_the_coverage(database: str, cast: Cast) -> None:
    made = stored.collection(regions=[ANJI], indicators=("SX01",))
    stored.hand_in(made.of(ANJI), {"SX01": entry(90, 100)})
    period = stored.last_month()
    assert stored.sums(made.id, period, "330500") == [(90_000_000, 100_000_000, 1, 1)]
    with write() as session:
        unit = [UnitPick(region_code=DEQING, arm=Arm.PILOT)]
        collecting.add_units(session, made.id, unit, stored.this_month().shift(-1), stored.this_month())
        collecting.expect_returns(session, made.id)
    assert stored.sums(made.id, period, "330500") == [(90_000_000, 100_000_000, 1, 2)]
    with read() as session:
        assert rollups.differences(session) == []


def test_a_trend_shows_the_periods_without_a_figure(house: Path, cast: Cast) -> None:
    made = stored.collection(indicators=("SX01",))
    first, last = (str(stored.this_month().shift(steps)) for steps in (-3, -1))
    for period, n in ((first, 90), (last, 96)):
        stored.hand_in(made.of(ANJI, period), {"SX01": entry(n, 100)})
    with read() as session:
        asked = defined.indicator_of(session.exec(select(IndicatorRow).where(IndicatorRow.code == "SX01")).one())
    points = tracing.series(cast.wang_anji, made.id, asked, ANJI, last)
    assert [(point.period, point.value) for point in points] == [
        (first, 90),
        (str(stored.this_month().shift(-2)), None),
        (last, 96),
    ]
    assert tracing.series(cast.zhao_deqing, made.id, asked, ANJI, last) == []


def test_a_county_follows_its_own_figure_and_no_sum(house: Path, cast: Cast) -> None:
    made = stored.collection(indicators=("SX01",))
    stored.hand_in(made.of(ANJI), {"SX01": entry(96, 100)})
    asked, period = made.indicators["SX01"], stored.last_month()
    assert queries.explain(cast.wang_anji, made.id, asked, ANJI, period) is not None
    assert queries.explain(cast.zhao_deqing, made.id, asked, ANJI, period) is None
    for actor in (cast.wang_anji, cast.sun_judge):
        assert tracing.explain_sum(actor, made.id, asked, "330000", period) is None
        assert tracing.sums_above(actor, made.id, asked, ANJI, period) == []
    assert tracing.sums_above(cast.li_staff, made.id, asked, ANJI, period) == [
        ("330500", "湖州市", ""),
        ("330500", "湖州市", "发达地区"),
        ("330000", "浙江省", ""),
        ("330000", "浙江省", "发达地区"),
    ]


def test_what_waits_is_counted_by_collection(database: str, cast: Cast) -> None:
    made = stored.collection()
    late = stored.collection(name="逾期的任务", due_on=date(2020, 1, 1))
    stored.save(cast.wang_anji, made.of(ANJI), GOOD, submit=True)
    stored.save(cast.zhao_deqing, made.of(DEQING), GOOD, submit=True)
    stored.move(cast.li_staff, made.of(DEQING), SEND_BACK, "请核对")
    rows = overview.waiting(cast.li_staff)
    assert [(row.collection, row.submitted, row.returned, row.overdue) for row in rows] == [
        ("逾期的任务", 0, 0, 8),
        ("按时办结月报", 1, 1, 0),
    ]
    assert rows[0].oldest_due == date(2020, 1, 1)
    assert [(row.collection, row.submitted, row.overdue) for row in overview.waiting(cast.wang_anji)] == [
        ("逾期的任务", 0, 4),
        ("按时办结月报", 1, 0),
    ]
    assert overview.waiting(cast.sun_judge) == []
    assert overview.collections(cast.wang_anji) == {late.id: "逾期的任务", made.id: "按时办结月报"}
    assert overview.periods(cast.wang_anji, made.id) == [str(stored.this_month().shift(-n)) for n in (1, 2, 3)]
    opening = overview.next_opening(cast.wang_anji)
    assert opening == (stored.this_month().shift(1).start, 2)
