"""Published monthly assessments: one table with month, group, full mark, unit, orders, score, rank.

The table becomes ordinary returns of an assessment collection: the score with its full mark as
denominator and the number of orders, one return a unit and month, through the same rules as
any county's return. Groups with different full marks are ranked each by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from sqlmodel import Session, col, select

from accounts.permissions import OPERATOR, Actor, Permission, require
from core import clock
from core.errors import Invalid
from core.numbers import to_micro
from core.periods import Cadence, Period
from core.tabular import Book
from core.words import Arm, CollectionKind, IndicatorRole, RegionLevel, ReturnState, Side
from db import audit
from db.session import write
from db.tables import Collection, Region, RegionGroup, ReturnRow
from metrics import catalogue, collecting, queries, rules, service
from metrics.locating import read_period
from metrics.model import Entry, Form, Severity
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from metrics.standings import ORDERS, SCORE, standings
from regions import imports as divisions

# Heading → what it is called in Chinese tables; both are understood.
COLUMNS = {
    "month": "月份",
    "group": "组别",
    "full_mark": "满分",
    "unit": "单位",
    "orders": "工单量",
    "score": "得分",
    "rank_in_group": "组内名次",
    "source_url": "来源",
}
HEADINGS = frozenset({"month", "group", "full_mark", "unit", "orders", "score"})
_ENGLISH = {chinese: english for english, chinese in COLUMNS.items()}
_REMEDY = "请改正后重新导入；月份形如 2021-07，工单量为整数，满分与得分为数字，同一个月同一组的满分相同，每个单位每月只有一行。"


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
    def place(self) -> str:
        return f"{self.unit} {self.month.label}"

    @property
    def entries(self) -> dict[str, Entry]:
        return {
            SCORE: Entry(to_micro(self.score), to_micro(self.full_mark), note=self.source),
            ORDERS: Entry(to_micro(self.orders), note=self.source),
        }


@dataclass(frozen=True)
class _Save:
    """What one row asks of its return."""

    return_id: int
    version: int
    entries: Mapping[str, Entry]


def is_panel(book: Book) -> bool:
    """Whether the file is such a table, by its headings."""
    rows = _rows(book)
    return bool(rows) and rows[0][1].keys() >= HEADINGS


def take_in(actor: Actor, book: Book, source: service.SourceFile) -> tuple[bool, list[str]]:
    """Bring the table in; returns (whether all is as published, what to say). Taking it in twice changes nothing.

    Raises Invalid when any row is wrong; then nothing at all is stored.
    """
    require(actor, Permission.COLLECTION_DESIGN)
    lines = parse(book)
    with write() as session:
        collection_id, name, codes = _collection(session, actor, lines)
        saves, kept, closed = _plan(session, collection_id, codes, lines, source)
    written, unchanged, stored = 0, kept, {}
    for save in saves:
        saved = service.save_published(actor, save.return_id, save.entries, seen_version=save.version, source=source)
        written += saved.written
        unchanged += saved.unchanged
        stored[save.return_id] = saved.version
    service.approve_many(actor, stored)
    differing = _compare_ranks(collection_id, codes, lines)
    ranked = sum(line.published_rank is not None for line in lines)
    months, grouped = {line.month for line in lines}, {line.group for line in lines}
    return not (differing or closed), [
        f"{name}：{len(months)} 个月，{len(codes)} 个单位，{len(grouped)} 个组。",
        f"写入 {written} 项，未变 {unchanged} 项。",
        *closed,
        *([f"组内名次与通报一致 {ranked - len(differing)}/{ranked}。"] if ranked else []),
        *differing,
    ]


def parse(book: Book) -> list[Line]:
    """The rows of the table. Invalid names every bad row; nothing is guessed."""
    found, problems = [], []
    for number, row in _rows(book):
        try:
            line = _line(number, row)
        except (ValueError, InvalidOperation):
            problems.append(f"第 {number} 行读不出来（月份 {row.get('month')}，单位 {row.get('unit')}）")
        else:
            found.append(line)
    keys = Counter(line.place for line in found)
    problems += [f"{place} 出现了 {count} 次" for place, count in keys.items() if count > 1]
    marks: dict[tuple[Period, str], set[Decimal]] = defaultdict(set)
    for line in found:
        marks[line.month, line.group].add(line.full_mark)
    problems += [
        f"{month.label}“{group}”组里有不同的满分（{'、'.join(f'{mark:f}' for mark in sorted(full))}），不能放在一起排名"
        for (month, group), full in marks.items()
        if len(full) > 1
    ]
    if problems:
        raise Invalid(problems, _REMEDY)
    if not found:
        raise Invalid(["表中没有数据行"], _REMEDY)
    return found


def _line(number: int, row: Mapping[str, str]) -> Line:
    """One row; ValueError or InvalidOperation when a cell is not what its column says."""
    month, rank = read_period(row["month"]), row.get("rank_in_group", "")
    if month is None or month.cadence is not Cadence.MONTH or not (row["unit"] and row["group"]):
        raise ValueError(row["month"])
    full_mark, score = Decimal(row["full_mark"]), Decimal(row["score"])
    for amount in (full_mark, score):
        to_micro(amount)  # refuses what cannot be kept exactly
    return Line(
        number=number,
        month=month,
        group=row["group"],
        full_mark=full_mark,
        unit=row["unit"],
        orders=int(row["orders"]),
        score=score,
        published_rank=int(rank) if rank else None,
        source=row.get("source_url", ""),
    )


def _rows(book: Book) -> list[tuple[int, dict[str, str]]]:
    """(line number, heading → text) of every row with content on the first sheet."""
    lines = list(book.sheets[0].cells()) if book.sheets else []
    if not lines:
        return []
    headings = [_ENGLISH.get(cell.text.strip(), cell.text.strip()) for cell in lines[0]]
    return [
        (
            cells[0].row,
            dict.fromkeys(headings, "") | dict(zip(headings, [cell.text.strip() for cell in cells], strict=False)),
        )
        for cells in lines[1:]
        if any(cell.text.strip() for cell in cells)
    ]


def _collection(session: Session, actor: Actor, lines: Sequence[Line]) -> tuple[int, str, dict[str, str]]:
    """The collection for these units, made or widened so that every row has a return to go to."""
    city, codes = _places(session, lines)
    name = f"{city}12345热线月度考核"
    catalogue.ensure(session, catalogue.PUBLISHED)
    row = session.exec(select(Collection).where(Collection.name == name)).first()
    months = sorted({line.month for line in lines})
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
    _groups(session, actor, collection_id, name, codes, lines)
    return collection_id, name, codes


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


def _groups(
    session: Session, actor: Actor, collection_id: int, scheme: str, codes: Mapping[str, str], lines: Sequence[Line]
) -> None:
    """Keep the dated groups in step with the table: a unit that changes its group does so from that month on.

    Months that were already taken in keep their groups, so a table that says otherwise is refused.
    """
    spells: dict[str, list[RegionGroup]] = defaultdict(list)
    for spell in session.exec(select(RegionGroup).where(RegionGroup.scheme == scheme).order_by(col(RegionGroup.id))):
        spells[spell.region_code].append(spell)
    stored = select(ReturnRow.region_code, ReturnRow.period).where(
        ReturnRow.collection_id == collection_id, col(ReturnRow.submitted_at).is_not(None)
    )
    latest: dict[str, str] = {}
    for code, period in session.exec(stored):
        latest[code] = max(period, latest.get(code, ""))
    problems = []
    for line in sorted(lines, key=lambda line: line.month):
        code, begins = codes[line.unit], line.month.start
        known = spells[code]
        there = next((spell for spell in known if _holds(spell, line.month.end)), None)
        if there is not None and there.name == line.group:
            continue
        if there is not None and str(line.month) <= latest.get(code, ""):
            problems.append(f"第 {line.number} 行 {line.place}：表中是“{line.group}”组，已登记的是“{there.name}”组")
            continue
        if there is not None:
            there.valid_to = begins - timedelta(days=1)
        since = begins if known else None
        known.append(
            RegionGroup(
                scheme=scheme,
                region_code=code,
                name=line.group,
                side=Side.OTHER,
                valid_from=since,
                source="考核通报中的分组",
            )
        )
        session.add(known[-1])
        joined = {"scheme": scheme, "name": line.group, "valid_from": since}
        audit.record(session, actor.account_id, "region:join_group", "region", code, joined)
    if problems:
        raise Invalid(problems, "分组若有更正，请先在“地区与分组”核对；若是表格有误，请改正后重新导入。")


def _holds(spell: RegionGroup, day: date) -> bool:
    return (spell.valid_from or date.min) <= day <= (spell.valid_to or date.max)


def _plan(
    session: Session, collection_id: int, codes: Mapping[str, str], lines: Sequence[Line], source: service.SourceFile
) -> tuple[list[_Save], int, list[str]]:
    """What to save, how many values of closed returns stay as they are, and where these differ from the table.

    The rules every return goes through are asked for all rows first; Invalid names every wrong one.
    """
    rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == collection_id)).all()
    by_key = {(row.region_code, row.period): row for row in rows}
    saves, kept, closed, problems = [], 0, [], []
    for line in lines:
        row = by_key[codes[line.unit], str(line.month)]
        form = queries.form_of(session, row)
        entries = _corrected(form, line.entries, source.filename)
        findings = rules.validate(form, entries)
        problems += [
            f"第 {line.number} 行 {line.place}：{finding.message} {finding.remedy}"
            for finding in findings
            if finding.severity is Severity.ERROR
        ]
        changes = rules.diff(form, entries, findings)
        if row.state in service.EDITABLE:
            saves.append(_Save(row.id or 0, row.version, entries))
            continue
        kept += sum(change.old == change.new for change in changes)
        closed += [
            f"{line.place}：{change.name}库中为 {change.old}，表中为 {change.new}；"
            f"该期{ReturnState(row.state).label}，没有改动，如需更正请先在“填报”页退回。"
            for change in changes
            if change.old != change.new
        ]
    if problems:
        raise Invalid(problems, "有错误，没有保存任何内容。")
    return saves, kept, closed


def _corrected(form: Form, entries: Mapping[str, Entry], filename: str) -> dict[str, Entry]:
    """The entries, with the file named as the reason where a figure handed in before is another now."""
    found = {}
    for code, entry in entries.items():
        line = form.line(code)
        stored = line.current if line else None
        same = stored is None or (stored.n, stored.d, stored.state) == (entry.n, entry.d, entry.state)
        if same:
            # A correction's reason stays with the figure it explains.
            found[code] = entry if stored is None else replace(entry, reason=stored.reason)
        else:
            found[code] = replace(entry, reason=f"按重新导入的通报更正（{filename}）")
    return found


def _compare_ranks(collection_id: int, codes: Mapping[str, str], lines: Sequence[Line]) -> list[str]:
    """Where the published place is another than the scores say."""
    ours = {(row.period, row.region_code): row.rank for row in standings(OPERATOR, collection_id)}
    found = []
    for line in lines:
        rank = ours.get((str(line.month), codes[line.unit]))
        if line.published_rank not in (None, rank):
            found.append(f"{line.place}：通报第 {line.published_rank} 名，按得分应为第 {rank} 名")
    return found
