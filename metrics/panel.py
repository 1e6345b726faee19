"""Published monthly assessments: one table with month, group, full mark, unit, orders, score, rank.

The table becomes ordinary returns of an assessment collection: the score with its full mark as
denominator and the number of orders, one return a unit and month, through the same rules as
any county's return. Groups with different full marks are ranked each by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from sqlmodel import Session, col, select

from accounts.permissions import OPERATOR, Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound
from core.numbers import from_micro, to_micro
from core.periods import Period
from core.tabular import Book
from core.words import Arm, CollectionKind, IndicatorRole, RegionLevel, ReturnState, Side
from db.session import read, write
from db.tables import Collection, Region, RegionGroup, ReturnRow
from metrics import collecting, queries, rollups, rules, service
from metrics.model import Entry, Severity
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from metrics.scoring import competition_ranks
from regions import groups
from regions import imports as divisions

HEADINGS = frozenset({"month", "group", "full_mark", "unit", "orders", "score"})
SCORE, ORDERS = "KH01", "KH02"


@dataclass(frozen=True)
class Line:
    """One row of the table. `published_rank` is None where the table has none."""

    number: int  # line in the file
    month: Period
    group: str
    full_mark: Decimal
    unit: str
    orders: int
    score: Decimal
    published_rank: int | None
    source: str

    @property
    def entries(self) -> dict[str, Entry]:
        return {
            SCORE: Entry(to_micro(self.score), to_micro(self.full_mark)),
            ORDERS: Entry(to_micro(self.orders)),
        }


def is_panel(book: Book) -> bool:
    """Whether the file is such a table, by its headings."""
    rows = _rows(book)
    return bool(rows) and HEADINGS <= rows[0][1].keys()


def take_in(actor: Actor, book: Book, source: service.SourceFile) -> tuple[bool, list[str]]:
    """Bring the table in; returns (whether it is stored, what to say). Taking it in twice changes nothing."""
    require(actor, Permission.COLLECTION_DESIGN)
    lines = parse(book)
    with write() as session:
        collection_id, codes = _collection(session, actor, lines)
    problems = _check(collection_id, codes, lines)
    if problems:
        return False, [*problems, "有错误，没有保存任何指标值。"]
    written = Counter[str]()
    ids = _return_ids(collection_id)
    for line in lines:
        return_id, version, state = ids[codes[line.unit], str(line.month)]
        if state not in service.EDITABLE:
            written["unchanged"] += len(line.entries)
            continue
        saved = service.save(
            actor, return_id, line.entries, door="import", seen_version=version, source=source, submit=True
        )
        written["written"] += saved.written
        written["unchanged"] += saved.unchanged
    service.approve_many(actor, [return_id for return_id, _, _ in ids.values()])
    agree, said = _compare_ranks(collection_id, codes, lines)
    return agree, [
        f"{_name(collection_id)}：{len({line.month for line in lines})} 个月，{len(codes)} 个单位，"
        f"{len({line.group for line in lines})} 个组。",
        f"写入 {written['written']} 项，未变 {written['unchanged']} 项。",
        *said,
    ]


def parse(book: Book) -> list[Line]:
    """The rows of the table. Invalid names every bad row; nothing is guessed."""
    found, problems = [], []
    for number, row in _rows(book):
        try:
            rank = row.get("rank_in_group", "")
            found.append(
                Line(
                    number=number,
                    month=Period.parse(row["month"]),
                    group=row["group"],
                    full_mark=Decimal(row["full_mark"]),
                    unit=row["unit"],
                    orders=int(row["orders"]),
                    score=Decimal(row["score"]),
                    published_rank=int(rank) if rank else None,
                    source=row.get("source_url", ""),
                )
            )
        except (ValueError, InvalidOperation):
            problems.append(f"第 {number} 行读不出来（月份 {row.get('month')}，单位 {row.get('unit')}）")
    keys = Counter((line.month, line.unit) for line in found)
    problems += [f"{unit} {month.label} 出现了 {count} 次" for (month, unit), count in keys.items() if count > 1]
    if problems:
        raise Invalid(problems, "请改正后重新导入；month 形如 2021-07，orders 为整数，score 与 full_mark 为数字。")
    if not found:
        raise Invalid(["表中没有数据行"])
    return found


def _rows(book: Book) -> list[tuple[int, dict[str, str]]]:
    """(line number, heading → text) of every row with content on the first sheet."""
    lines = [[cell for cell in cells] for cells in book.sheets[0].cells()] if book.sheets else []
    if not lines:
        return []
    headings = [cell.text.strip() for cell in lines[0]]
    return [
        (cells[0].row, dict(zip(headings, [cell.text.strip() for cell in cells], strict=False)))
        for cells in lines[1:]
        if any(cell.text.strip() for cell in cells)
    ]


@dataclass(frozen=True)
class Standing:
    """A unit's place in its group in one month. `rank` is by exact score, ties share a place (1, 2, 2, 4)."""

    period: str
    group: str
    region_code: str
    unit: str
    score: Decimal
    full_mark: Decimal
    rate: Fraction
    orders: Decimal | None
    rank: int | None
    of: int


def standings(actor: Actor, collection_id: int) -> list[Standing]:
    """Every unit's place in every month, ranked only inside its own group of that month.

    Ranks are computed over the whole group whoever asks; a county team is handed its own rows only.
    """
    with read() as session:
        collection = session.get(Collection, collection_id)
        if collection is None:
            raise NotFound("没有找到这项考核。")
        rows = rollups.county_values(session, collection_id)
        names = dict(
            session.exec(select(Region.code, Region.name).where(col(Region.code).in_({row.code for row in rows}))).all()
        )
        score_id, orders_id = (collecting.current_version(session, code) for code in (SCORE, ORDERS))
        orders = {(row.code, row.period): row.n for row in rows if row.indicator_id == orders_id}
        months: dict[str, dict[str, list[rollups.CountyValue]]] = defaultdict(lambda: defaultdict(list))
        days = {Period.parse(row.period).end for row in rows}
        members = groups.timeline(session, {row.code for row in rows}, days, collection.group_scheme)
        for row in rows:
            member = members.get((row.code, Period.parse(row.period).end))
            if row.indicator_id == score_id and member and row.n is not None and row.d:
                months[row.period][member.name].append(row)
    found = []
    for period, by_group in sorted(months.items()):
        for group, inside in sorted(by_group.items()):
            ranks = competition_ranks([Fraction(row.n or 0, row.d or 1) for row in inside])
            for row, rank in zip(inside, ranks, strict=True):
                counted = orders.get((row.code, period))
                found.append(
                    Standing(
                        period=period,
                        group=group,
                        region_code=row.code,
                        unit=names[row.code],
                        score=from_micro(row.n or 0),
                        full_mark=from_micro(row.d or 0),
                        rate=Fraction(row.n or 0, row.d or 1),
                        orders=None if counted is None else from_micro(counted),
                        rank=rank,
                        of=len(inside),
                    )
                )
    mine = None if actor.is_staff else actor.region_code
    return [row for row in found if mine is None or row.region_code == mine]


def assessments(actor: Actor) -> list[tuple[int, str]]:
    """The assessments this actor may look at: staff all, a county those it is a unit of."""
    query = select(Collection.id, Collection.name).where(Collection.kind == CollectionKind.ASSESSMENT)
    if not actor.is_staff:
        own = select(ReturnRow.collection_id).where(ReturnRow.region_code == (actor.region_code or ""))
        query = query.where(col(Collection.id).in_(own))
    with read() as session:
        return [(found or 0, name) for found, name in session.exec(query.order_by(Collection.name)).all()]


def _collection(session: Session, actor: Actor, lines: Sequence[Line]) -> tuple[int, dict[str, str]]:
    """The collection for these units, made or widened so that every row has a return to go to."""
    city, codes = _places(session, lines)
    name = f"{city}12345热线月度考核"
    row = session.exec(select(Collection).where(Collection.name == name)).first()
    months = sorted({line.month for line in lines}, key=str)
    if row is None:
        collection_id = collecting.create(
            session,
            actor,
            CollectionIn(name=name, kind=CollectionKind.ASSESSMENT, group_scheme=name, source="公开发布的月度考核通报"),
        )
        picks = [
            IndicatorPick(indicator_id=collecting.current_version(session, SCORE), role=IndicatorRole.GOAL),
            IndicatorPick(indicator_id=collecting.current_version(session, ORDERS), role=IndicatorRole.CONTEXT),
        ]
        collecting.add_indicators(session, actor, collection_id, picks, str(months[0]), "考核通报")
    else:
        collection_id = row.id or 0
    collecting.add_units(
        session,
        collection_id,
        [UnitPick(region_code=code, arm=Arm.MEMBER) for code in sorted(set(codes.values()))],
        months[0],
        months[-1],
        widen=True,
    )
    collecting.expect_returns(session, collection_id, only={str(month) for month in months}, due_on=clock.today())
    known = set(session.exec(select(RegionGroup.region_code).where(RegionGroup.scheme == name)).all())
    for unit, group in {line.unit: line.group for line in lines}.items():
        if codes[unit] not in known:
            session.add(
                RegionGroup(
                    scheme=name, region_code=codes[unit], name=group, side=Side.OTHER, source="考核通报中的分组"
                )
            )
    return collection_id, codes


def _places(session: Session, lines: Sequence[Line]) -> tuple[str, dict[str, str]]:
    """City name and region code of each unit. Units that are no county become functional zones of the city."""
    units = sorted({line.unit for line in lines})
    city_code = divisions.city_of(units)
    if city_code is None:
        raise Invalid(
            [f"从单位名称认不出是哪个市：{'、'.join(units[:10])}"], "表中至少要有两个单位是同一个市的县（市、区）。"
        )
    if session.get(Region, city_code) is None:
        divisions.load_province(session, divisions.province_of(city_code))
    city = session.get_one(Region, city_code)
    codes = dict(session.exec(select(Region.name, Region.code).where(Region.parent_code == city_code)).all())
    taken = sum(code.startswith(f"{city_code[:4]}Z") for code in codes.values())
    for unit in units:
        if unit not in codes:
            taken += 1
            codes[unit] = f"{city_code[:4]}Z{taken}"
            session.add(
                Region(
                    code=codes[unit],
                    name=unit,
                    short_name=unit,
                    level=RegionLevel.ZONE,
                    parent_code=city_code,
                    sort_key=divisions.pinyin(unit),
                )
            )
    session.flush()
    return city.name, {unit: codes[unit] for unit in units}


def _check(collection_id: int, codes: dict[str, str], lines: Sequence[Line]) -> list[str]:
    """The rules every return goes through, over all rows before any is stored."""
    problems = []
    with read() as session:
        rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == collection_id)).all()
        forms = {(row.region_code, row.period): row for row in rows}
        for line in lines:
            form = queries.form_of(session, forms[codes[line.unit], str(line.month)])
            problems += [
                f"第 {line.number} 行 {line.unit} {line.month.label}：{finding.message} {finding.remedy}"
                for finding in rules.validate(form, line.entries)
                if finding.severity is Severity.ERROR
            ]
    return problems


def _compare_ranks(collection_id: int, codes: dict[str, str], lines: Sequence[Line]) -> tuple[bool, list[str]]:
    ours = {(row.period, row.region_code): row.rank for row in standings(OPERATOR, collection_id)}
    published = [line for line in lines if line.published_rank is not None]
    wrong = [
        f"{line.unit} {line.month.label}：通报第 {line.published_rank} 名，按得分应为第 {ours.get((str(line.month), codes[line.unit]))} 名"
        for line in published
        if ours.get((str(line.month), codes[line.unit])) != line.published_rank
    ]
    return not wrong, [f"组内名次与通报一致 {len(published) - len(wrong)}/{len(published)}。", *wrong]


def _return_ids(collection_id: int) -> dict[tuple[str, str], tuple[int, int, ReturnState]]:
    with read() as session:
        rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == collection_id)).all()
        return {(row.region_code, row.period): (row.id or 0, row.version, row.state) for row in rows}


def _name(collection_id: int) -> str:
    with read() as session:
        return session.get_one(Collection, collection_id).name
