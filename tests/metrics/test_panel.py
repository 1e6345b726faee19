"""The published assessment of Lianyungang: nine units, five months, two groups with different full marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core.errors import Forbidden, Invalid, NotFound
from core.tabular import open_table, write_csv
from core.words import ReturnState, Role
from db.session import read
from db.tables import Collection, Observation, Region, RegionGroup, ReturnRow
from metrics import catalogue, exports, imports, panel, queries, rollups, standings
from metrics.standings import Standing
from tests.metrics import stored
from tests.support import Cast

FILE = Path(__file__).parents[2] / "demo" / "data" / "lyg_12345_panel.csv"
PUBLISHED = list(csv.DictReader(io.StringIO(FILE.read_text(encoding="utf-8-sig"))))
COUNTIES, DISTRICTS = "各县、赣榆区", "各区、功能板块"


def take_in(rows: Iterable[Mapping[str, object]] | None = None, name: str = "通报.csv") -> imports.Outcome:
    catalogue.load()
    if rows is None:
        return imports.take_in(OPERATOR, FILE.read_bytes(), FILE.name)
    found = list(rows)
    return imports.take_in(OPERATOR, write_csv(list(found[0]), [list(row.values()) for row in found]), name)


def places(actor: Actor = OPERATOR) -> list[Standing]:
    return standings.standings(actor, standings.assessments(OPERATOR)[0].id)


def of(rows: list[Standing], month: str, unit: str) -> Standing:
    return next(row for row in rows if (row.period, row.unit) == (month, unit))


def test_every_place_is_the_published_one(database: str) -> None:
    outcome = take_in()
    assert outcome.ok
    assert outcome.lines == [
        "连云港市12345热线月度考核：5 个月，9 个单位，2 个组。",
        "写入 90 项，未变 0 项。",
        "组内名次与通报一致 45/45。",
    ]
    rows = places()
    assert len(rows) == len(PUBLISHED) == 45
    for line in PUBLISHED:
        row = of(rows, line["month"], line["unit"])
        assert row.rank == int(line["rank_in_group"])
        assert (row.score, row.full_mark, row.orders) == (
            Decimal(line["score"]),
            Decimal(line["full_mark"]),
            Decimal(line["orders"]),
        )
        assert row.group == line["group"]
    assert f"{of(rows, '2021-07', '灌南县').score:f}" == "147.72"
    # Nobody is ranked with units of another full mark.
    sizes = {(row.group, row.full_mark): row.of for row in rows}
    assert sizes == {(COUNTIES, Decimal(150)): 4, (DISTRICTS, Decimal(100)): 5}
    with read() as session:
        returns = session.exec(select(ReturnRow)).all()
        assert len(returns) == 45
        assert {row.state for row in returns} == {ReturnState.APPROVED}
        assert rollups.differences(session) == []
        assert {o.door for o in session.exec(select(Observation))} == {"import"}
        assert session.exec(select(Collection.name)).all() == ["连云港市12345热线月度考核"]
        zones = session.exec(select(Region.name).where(col(Region.code).contains("Z"))).all()
        assert set(zones) == {"徐圩新区", "云台山景区", "市开发区"}
    again = take_in()
    assert again.ok
    assert again.lines[1] == "写入 0 项，未变 90 项。"
    with read() as session:
        assert len(session.exec(select(Observation)).all()) == 90


@pytest.fixture
def two_months(house: Path) -> list[dict[str, str]]:
    """The first two published months, taken in."""
    rows = [row for row in PUBLISHED if row["month"] in ("2021-07", "2021-08")]
    assert take_in(rows).ok
    return rows


def test_the_change_of_place_is_since_the_last_published_month(two_months: list[dict[str, str]]) -> None:
    rows = places()
    assert {row.before for row in rows if row.period == "2021-07"} == {None}
    moved = {row.unit: (row.before, row.rank) for row in rows if row.period == "2021-08" and row.group == COUNTIES}
    assert moved == {"灌南县": (1, 1), "灌云县": (3, 2), "赣榆区": (4, 3), "东海县": (2, 4)}


def test_ties_share_a_place(house: Path) -> None:
    rows = [dict(row) for row in PUBLISHED if row["month"] == "2021-07" and row["group"] == COUNTIES]
    for row, score in zip(rows, ("147.72", "146.71", "146.71", "146.04"), strict=True):
        row["score"], row["rank_in_group"] = score, ""
    assert take_in(rows).ok
    assert sorted(row.rank or 0 for row in places()) == [1, 2, 2, 4]


def test_a_place_that_the_scores_do_not_bear_out_is_named(house: Path) -> None:
    rows = [dict(row) for row in PUBLISHED if row["month"] == "2021-07"]
    rows[0]["rank_in_group"] = "2"
    outcome = take_in(rows)
    assert not outcome.ok
    assert outcome.lines[-2:] == ["组内名次与通报一致 8/9。", "灌南县 2021年7月：通报第 2 名，按得分应为第 1 名"]


def test_chinese_headings_and_what_goes_out_comes_back(two_months: list[dict[str, str]]) -> None:
    data = exports.standings_csv(OPERATOR, standings.assessments(OPERATOR)[0].id)
    assert data.decode("utf-8-sig").startswith("月份,组别,满分,单位,工单量,得分,组内名次")
    outcome = imports.take_in(OPERATOR, data, "考核.csv")
    assert outcome.ok
    assert outcome.lines[1] == "写入 0 项，未变 36 项。"


def test_a_published_correction_is_not_slipped_in(two_months: list[dict[str, str]]) -> None:
    """An approved score stays; once it was sent back the new one is taken in and both are kept."""
    rows = [dict(row) for row in two_months]
    rows[0]["score"] = "148.00"
    outcome = take_in(rows)
    assert not outcome.ok
    assert outcome.lines[2] == (
        "灌南县 2021年7月：月度考核得分库中为 98.48%（147.72 / 150），表中为 98.67%（148 / 150）；"
        "该期已审核，没有改动，如需更正请先在“填报”页退回。"
    )
    assert f"{of(places(), '2021-07', '灌南县').score:f}" == "147.72"
    assessment = standings.assessments(OPERATOR)[0]
    code = of(places(), "2021-07", "灌南县").region_code
    with read() as session:
        number = session.exec(
            select(ReturnRow.id).where(ReturnRow.region_code == code, ReturnRow.period == "2021-07")
        ).one()
    stored.move(OPERATOR, number or 0, "退回", "考核通报更正")
    outcome = take_in(rows, "更正.csv")
    assert outcome.lines[1] == "写入 1 项，未变 35 项。"
    assert f"{of(places(), '2021-07', '灌南县').score:f}" == "148"
    found = queries.explain(OPERATOR, assessment.id, assessment.score_id, code, "2021-07")
    assert found is not None
    assert [(r.entry.n, r.entry.reason) for r in found.revisions] == [
        (147_720_000, ""),
        (148_000_000, "按重新导入的通报更正（更正.csv）"),
    ]
    assert take_in(rows, "更正.csv").lines[1] == "写入 0 项，未变 36 项。"


WRONG = {
    "不同的满分": {"full_mark": "120"},
    "读不出来": {"score": "优秀"},
    "读不出来（月份 2021": {"month": "2021"},
    "出现了 2 次": {"unit": "东海县"},
    "分子 151 大于分母 150": {"score": "151"},
    "第 2 行读不出来": {"orders": "2,843.5"},
}


@pytest.mark.parametrize("said", WRONG)
def test_one_wrong_row_and_nothing_is_stored(house: Path, said: str) -> None:
    rows = [dict(row) for row in PUBLISHED if row["month"] == "2021-07"]
    rows[0] |= WRONG[said]
    with pytest.raises(Invalid, match=said):
        take_in(rows)
    with read() as session:
        assert session.exec(select(Collection)).all() == []
        assert session.exec(select(RegionGroup).where(RegionGroup.source == "考核通报中的分组")).all() == []


def test_units_of_nowhere_are_refused(house: Path) -> None:
    rows = [row | {"unit": f"某地{number}"} for number, row in enumerate(PUBLISHED[:4])]
    with pytest.raises(Invalid, match="认不出是哪个市"):
        take_in(rows)


def test_a_unit_that_changes_its_group_does_so_from_that_month_on(two_months: list[dict[str, str]]) -> None:
    later = [dict(row) for row in PUBLISHED if row["month"] == "2022-02"]
    ganyu = next(row for row in later if row["unit"] == "赣榆区")
    ganyu |= {"group": DISTRICTS, "full_mark": "100", "score": "94.00", "rank_in_group": ""}
    for row in later:
        row["rank_in_group"] = ""
    assert take_in(later).ok
    rows = places()
    assert of(rows, "2021-08", "赣榆区").group == COUNTIES
    assert (of(rows, "2022-02", "赣榆区").group, of(rows, "2022-02", "赣榆区").of) == (DISTRICTS, 6)
    assert of(rows, "2022-02", "东海县").of == 3
    back = [
        row | {"group": DISTRICTS, "full_mark": "100", "score": "9"} for row in two_months if row["unit"] == "东海县"
    ]
    others = [row for row in two_months if row["unit"] != "东海县"]
    with pytest.raises(Invalid, match="已登记的是“各县、赣榆区”组"):
        take_in([*others, *back])
    with read() as session:
        assert rollups.differences(session) == []


def test_a_unit_sees_its_own_place_and_nobody_elses(two_months: list[dict[str, str]], cast: Cast) -> None:
    guannan = of(places(), "2021-07", "灌南县").region_code
    own = Actor(99, 99, "灌南", Role.COUNTY, region_code=guannan)
    assert [(row.unit, row.period, row.rank, row.of) for row in places(own)] == [
        ("灌南县", "2021-07", 1, 4),
        ("灌南县", "2021-08", 1, 4),
    ]
    assert len(standings.assessments(own)) == 1
    for actor in (cast.wang_anji, cast.zhou_minzheng, cast.sun_judge, cast.qian_bidder):
        assert places(actor) == []
        assert standings.assessments(actor) == []
    assert len(places(cast.li_staff)) == 18
    with pytest.raises(NotFound):
        standings.standings(cast.li_staff, 999)


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "sun_judge"])
def test_only_the_institute_takes_a_table_in(house: Path, cast: Cast, who: str) -> None:
    catalogue.load()
    with pytest.raises(Forbidden):
        imports.take_in(cast.everybody()[who], FILE.read_bytes(), FILE.name)


def test_what_is_such_a_table() -> None:
    assert panel.is_panel(open_table(FILE.read_bytes(), FILE.name, limit_mb=20))
    assert not panel.is_panel(open_table(b"month,unit\n2021-07,x\n", "x.csv", limit_mb=20))
