"""Index systems in a database: versions that stay, figures from the roll-ups, results that are frozen."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.periods import Period
from core.words import Aggregation, Direction, Weighting
from db.engine import engine
from db.session import read
from db.tables import AuditEvent, IndexResult
from metrics import composite_queries as queries
from metrics import composite_service as service
from metrics.composite import Criterion, Design, Judgement
from metrics.composite_service import SystemIn
from regions import service as regions
from regions.schemas import MembershipIn
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, JINGNING
from tests.support import Cast, count_queries

CODES = ("SX01", "SX04", "SX07")  # two shares and a mean of working days, lower is better
CHANGXING, YUNHE = "330522", "331125"
NAME = SystemIn(name="基层办理效能指数", purpose="年度评价")
VALUES = {
    ANJI: (96, 90, 30),
    DEQING: (90, 95, 20),
    CHANGXING: (80, 80, 40),
    JINGNING: (85, 88, 50),
    YUNHE: (95, 70, 10),
}


def collection(**more: Any) -> stored.Stored:
    return stored.collection(indicators=CODES, regions=list(VALUES), **more)


def hand_in(
    made: stored.Stored, code: str, period: str | None = None, values: tuple[int, int, int] | None = None
) -> None:
    a, b, c = values or VALUES[code]
    stored.hand_in(made.of(code, period), {"SX01": entry(a, 100), "SX04": entry(b, 100), "SX07": entry(c, 10)})


def design(made: stored.Stored, **more: Any) -> Design:
    directions = (Direction.HIGHER, Direction.HIGHER, Direction.LOWER)
    criteria = [
        Criterion(indicator_id=made.indicators[code], code=code, direction=direction)
        for code, direction in zip(CODES, directions, strict=True)
    ]
    asked: dict[str, Any] = {"aggregation": Aggregation.WEIGHTED_SUM, "weighting": Weighting.GIVEN} | more
    return Design(criteria=tuple(criteria), **asked)


def create(cast: Cast, made: stored.Stored, **more: Any) -> queries.SystemDetail:
    number = service.create(cast.li_staff, NAME, made.id, design(made, **more), nonce="one")
    return detail(cast, number)


def detail(cast: Cast, number: int) -> queries.SystemDetail:
    found = queries.system(cast.li_staff, number)
    assert found is not None
    return found


def places(outcome: Any) -> dict[str, list[tuple[str, int]]]:
    return {group.name: [(unit.name, unit.place) for unit in group.placed] for group in outcome.groups}


def test_a_result_by_group_from_the_values_handed_in(database: str, cast: Cast) -> None:
    made = collection()
    for code in VALUES:
        hand_in(made, code)
    system = create(cast, made)
    period = stored.last_month()
    assert queries.periods(cast.li_staff, made.id) == [period]
    assert queries.collections(cast.li_staff) == {made.id: "按时办结月报"}
    assert [indicator.code for indicator in queries.choosable(cast.li_staff, made.id)] == list(CODES)
    outcome = queries.outcome(cast.li_staff, system.versions[0].id, period, period)
    assert outcome is not None
    assert places(outcome) == {
        "发达地区": [("德清县", 1), ("安吉县", 2), ("长兴县", 3)],
        "山区海岛县": [("云和县", 1), ("景宁畲族自治县", 2)],
    }
    group = outcome.groups[0]
    assert (group.n[1], group.d[1], group.values[1]) == (
        (96_000_000, 90_000_000, 30_000_000), (100_000_000, 100_000_000, 10_000_000), (96.0, 90.0, 3.0),
    )  # fmt: skip
    assert [unit.total for unit in group.placed] == pytest.approx(
        [100 * (10 / 16 + 1 + 1) / 3, 100 * (1 + 2 / 3 + 0.5) / 3, 0]
    )


def test_missing_is_named_and_the_group_is_that_of_the_day(database: str, cast: Cast) -> None:
    made = collection()
    for code in (ANJI, DEQING, JINGNING):
        hand_in(made, code)
    stored.hand_in(
        made.of(CHANGXING),
        {"SX01": entry(90, 100), "SX04": entry(state="missing", reason="系统停机"), "SX07": entry(state="not_applicable", reason="没有办结件")},
    )  # fmt: skip
    version = create(cast, made).versions[0].id
    period = stored.last_month()
    outcome = queries.outcome(cast.li_staff, version, period, period)
    assert outcome is not None
    label = Period.parse(period).label
    assert [(item.unit, item.group, item.missing) for item in outcome.excluded] == [
        ("长兴县", "发达地区", (f"SX04 回访满意率：{label}缺报（系统停机）", "SX07 平均办结时长（工作日）：不适用（没有发生）")),
        ("云和县", "山区海岛县", (f"SX01 按时办结率：{label}未报", f"SX04 回访满意率：{label}未报", f"SX07 平均办结时长（工作日）：{label}未报")),
    ]  # fmt: skip
    regions.add_membership(
        cast.li_staff,
        MembershipIn(region_code=DEQING, name="山区海岛县", valid_from=date(2025, 6, 1), source="浙政办发〔2026〕1号"),
    )
    moved = queries.outcome(cast.li_staff, version, period, period)
    assert moved is not None
    assert {name: [unit for unit, _ in rows] for name, rows in places(moved).items()} == {
        "山区海岛县": ["德清县", "景宁畲族自治县"]
    }
    assert "“发达地区”只有 1 个单位有完整数据，无从比较，没有结果。" in moved.warnings


def test_several_periods_are_one_figure_and_all_must_be_there(database: str, cast: Cast) -> None:
    made = collection()
    first, last = str(stored.this_month().shift(-2)), stored.last_month()
    for code in (ANJI, DEQING, CHANGXING):
        hand_in(made, code, first, (10, 50, 10))
        if code != CHANGXING:
            stored.hand_in(
                made.of(code, last),
                {
                    "SX01": entry(270, 300),
                    "SX04": entry(state="not_applicable", reason="没有回访"),
                    "SX07": entry(90, 30),
                },
            )
    version = create(cast, made).versions[0].id
    outcome = queries.outcome(cast.li_staff, version, first, last)
    assert outcome is not None
    assert [(item.unit, item.missing[0]) for item in outcome.excluded if item.group == "发达地区"] == [
        ("长兴县", f"SX01 按时办结率：{Period.parse(last).label}未报")
    ]
    group = outcome.groups[0]
    # Σn/Σd over the months, never a mean of shares; a month without an event adds nothing.
    assert group.n[0] == (280_000_000, 50_000_000, 100_000_000)
    assert group.d[0] == (400_000_000, 100_000_000, 40_000_000)
    assert group.values[0] == (70.0, 50.0, 2.5)
    assert [unit.place for unit in group.placed] == [1, 1]


def test_versions_are_kept_and_a_stale_page_is_refused(database: str, cast: Cast) -> None:
    made = collection()
    for code in VALUES:
        hand_in(made, code)
    begun = create(cast, made, weights={"SX01": 50, "SX04": 30, "SX07": 20})
    changed = design(made, weighting=Weighting.ENTROPY)
    revise = lambda seen, data=NAME, what=changed, why="改用熵权": service.revise(  # noqa: E731
        cast.chen_staff, begun.id, data, made.id, what, why, seen_version=seen
    )
    with pytest.raises(Invalid, match="为什么修订"):
        revise(begun.version, why="改")
    with pytest.raises(Invalid, match="完全相同"):
        revise(begun.version, what=begun.versions[0].design)
    assert revise(begun.version) == 2
    with pytest.raises(Conflict):
        revise(begun.version)
    now = detail(cast, begun.id)
    assert [(version.number, version.design, version.reason, version.author) for version in now.versions] == [
        (2, changed, "改用熵权", "陈审"),
        (1, design(made, weights={"SX01": 50, "SX04": 30, "SX07": 20}), "", "李研"),
    ]
    # A new name alone makes no new version of the rules.
    assert revise(now.version, SystemIn(name="办理效能指数"), changed, "改个名称") == 2
    assert [(row.name, row.number, row.results) for row in queries.systems(cast.li_staff)] == [("办理效能指数", 2, 0)]
    assert service.create(cast.li_staff, NAME, made.id, changed, nonce="one") == begun.id


def test_what_is_wrong_with_a_design_is_said_all_at_once(house: Path, cast: Cast) -> None:
    made = collection()
    other = Criterion(indicator_id=made.indicators["SX01"], code="SX09", direction=Direction.HIGHER)
    wrong = design(made, weights={"SX01": 50})
    wrong = wrong.model_copy(update={"criteria": (*wrong.criteria, other)})
    with pytest.raises(Invalid) as refusal:
        service.create(cast.li_staff, NAME, made.id, wrong, nonce="two")
    assert refusal.value.problems == [
        "最上一层的权重没有填全：SX04、SX07、SX09（全部留空则平均分配）",
        "SX09 不是这项报送任务的指标",
    ]
    assert queries.systems(cast.li_staff) == []


def test_a_frozen_result_stays_when_the_values_change(database: str, cast: Cast) -> None:
    made = collection()
    for code in VALUES:
        hand_in(made, code)
    version = create(cast, made, aggregation=Aggregation.TOPSIS, weighting=Weighting.ENTROPY).versions[0]
    period = stored.last_month()
    number = service.freeze(cast.li_staff, version.id, period, period, "年度评价用")
    kept = queries.frozen(cast.li_staff, number)
    now = queries.outcome(cast.li_staff, version.id, period, period)
    assert kept == now
    with pytest.raises(Invalid, match="已经冻结过"):
        service.freeze(cast.li_staff, version.id, period, period)
    stored.move(cast.li_staff, made.of(ANJI), "退回", "请核对应办结件数")
    hand_in_again = {"SX01": entry(40, 100, reason="核对后更正"), "SX04": entry(90, 100), "SX07": entry(30, 10)}
    stored.hand_in(made.of(ANJI), hand_in_again)
    assert queries.frozen(cast.li_staff, number) == kept
    assert queries.outcome(cast.li_staff, version.id, period, period) != kept
    service.freeze(cast.li_staff, version.id, period, period, "更正之后")
    (later, first) = detail(cast, 1).results
    assert (first.number, first.first, first.last, first.note, first.author) == (
        1,
        period,
        period,
        "年度评价用",
        "李研",
    )
    with read() as session:
        row = session.get_one(IndexResult, number)
        assert row.digest == queries.digest(row.version_id, period, period, row.outcome) == first.digest != later.digest
        events = session.exec(
            select(AuditEvent.action).where(AuditEvent.entity == "index_system").order_by(col(AuditEvent.id))
        )
        assert list(events) == ["index:create", "index:freeze", "index:freeze"]
    for statement in ("UPDATE index_result SET note = ''", "DELETE FROM index_version"):
        with pytest.raises(DatabaseError), engine().execution_options(write=True).begin() as connection:
            connection.exec_driver_sql(statement)


def test_what_must_not_be_frozen(house: Path, cast: Cast) -> None:
    made = collection()
    judgements = [
        Judgement(first="SX01", second="SX04", value="5"),
        Judgement(first="SX04", second="SX07", value="5"),
        Judgement(first="SX01", second="SX07", value="1/5"),
    ]
    version = create(cast, made, weighting=Weighting.AHP_EIGENVECTOR, judgements=judgements).versions[0].id
    period = stored.last_month()
    with pytest.raises(Invalid, match="5 个单位缺少数据"):
        service.freeze(cast.li_staff, version, period, period)
    for code in VALUES:
        hand_in(made, code)
    with pytest.raises(Invalid, match="前后不一致（一致性比率 "):
        service.freeze(cast.li_staff, version, period, period)


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_only_staff_see_and_make_them(house: Path, cast: Cast, who: str) -> None:
    made = collection()
    for code in VALUES:
        hand_in(made, code)
    system, period = create(cast, made), stored.last_month()
    number = service.freeze(cast.li_staff, system.versions[0].id, period, period)
    actor = cast.everybody()[who]
    assert queries.systems(actor) == []
    assert queries.system(actor, system.id) is None
    assert queries.frozen(actor, number) is None
    assert queries.outcome(actor, system.versions[0].id, period, period) is None
    assert queries.trial(actor, made.id, design(made), period, period) is None
    assert (queries.collections(actor), queries.choosable(actor, made.id), queries.periods(actor, made.id)) == (
        {},
        [],
        [],
    )
    for command in (
        lambda: service.create(actor, NAME, made.id, design(made), nonce="x"),
        lambda: service.revise(actor, system.id, NAME, made.id, design(made), "改名称了", seen_version=1),
        lambda: service.freeze(actor, system.versions[0].id, period, period),
    ):
        with pytest.raises(Forbidden):
            command()
    with pytest.raises(NotFound):
        service.freeze(cast.li_staff, 99, period, period)


def test_the_number_of_queries_does_not_grow(house: Path, cast: Cast) -> None:
    made = collection()
    counted = []
    for codes in ([ANJI], [DEQING, CHANGXING]):
        for code in codes:
            hand_in(made, code)
            service.create(cast.li_staff, NAME, made.id, design(made, alpha=Decimal(len(code)) / 100), nonce=code)
        with count_queries() as statements:
            queries.systems(cast.li_staff)
            queries.outcome(cast.li_staff, 1, stored.last_month(), stored.last_month())
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_a_design_is_kept_as_json_that_reads_back(house: Path, cast: Cast) -> None:
    made = collection()
    system = create(cast, made, weights={"SX01": Decimal("33.33"), "SX04": Decimal("33.33"), "SX07": Decimal("33.34")})
    kept = system.versions[0].design
    assert Design.model_validate(json.loads(json.dumps(kept.as_json()))) == kept
    assert kept.weights["SX07"] == Decimal("33.34")
