"""Entries from a table: everything that is wrong at once, and nothing taken in until nothing is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlmodel import select

from accounts.permissions import Actor, Permission, require
from core.settings import settings
from core.tabular import open_table
from core.tabular.writing import plain_text
from core.validation import problems
from core.words import RegionLevel
from db.session import read
from db.tables import Organisation, Region, ReviewEntry
from panels.exports import ENTRY_COLUMNS
from panels.queries import find
from panels.schemas import EntryIn

_FIRST_ROWS = 10  # where headings are looked for
_SPLIT = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True)
class EntryPlan:
    """What a file would enter. `problems`: (row, words); `known`: codes that are there already and left alone."""

    entries: tuple[EntryIn, ...]
    problems: tuple[tuple[int, str], ...]
    known: tuple[str, ...]


def preview(actor: Actor, review_id: int, data: bytes, filename: str) -> EntryPlan:
    """Read a file of entries. Raises Unreadable for what is no table."""
    require(actor, Permission.REVIEW_RUN)
    with read() as session:
        find(session, actor, review_id)
        organisations = {
            name: key or 0
            for key, full, short in session.exec(select(Organisation.id, Organisation.name, Organisation.short_name))
            for name in (short, full)
            if name
        }
        regions = {
            name: code
            for code, name in session.exec(select(Region.code, Region.name).where(Region.level != RegionLevel.TOWN))
        }
        codes = set(session.exec(select(ReviewEntry.code).where(ReviewEntry.review_id == review_id)))
    source = open_table(data, filename, limit_mb=settings().upload_mb)
    for sheet in source.sheets:
        rows = {
            number: [plain_text(cell.text.strip()) for cell in row]
            for number, row in zip(sheet.rows, sheet.cells(), strict=True)
        }
        head = next((at for at in list(rows)[:_FIRST_ROWS] if {"编号", "项目名称"} <= set(rows[at])), None)
        if head is not None:
            return _plan(rows, head, organisations, regions, codes)
    return EntryPlan((), ((1, "没有找到“编号”“项目名称”两列，请下载模板后填写"),), ())


def _plan(
    rows: Mapping[int, list[str]],
    head: int,
    organisations: Mapping[str, int],
    regions: Mapping[str, str],
    codes: set[str],
) -> EntryPlan:
    columns = {name: rows[head].index(name) for name in ENTRY_COLUMNS if name in rows[head]}
    found, wrong, known = [], [], []
    for number, row in rows.items():
        if number <= head:
            continue
        given = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
        if not any(given.values()):
            continue
        if given["编号"] in codes:
            known.append(given["编号"])
            continue
        region = given.get("所在县（市、区）", "")
        if region and region not in regions and region not in regions.values():
            wrong.append((number, f"没有名为“{region}”的县（市、区），请写全称或行政区划代码"))
        whose = given.get("申报单位", "")
        try:
            found.append(
                EntryIn(
                    code=given["编号"],
                    title=given["项目名称"],
                    summary=given.get("简介", ""),
                    organisation_id=organisations.get(whose),
                    organisation_name=whose,
                    credit_code=given.get("统一社会信用代码", ""),
                    region_code=regions.get(region, region) or None,
                    team=[name for name in _SPLIT.split(given.get("团队成员", "")) if name],
                )
            )
        except ValidationError as error:
            wrong += [(number, words) for words in problems(error, EntryIn)]
    twice = [code for code, count in Counter(entry.code for entry in found).items() if count > 1]
    wrong += [(head, f"编号 {code} 在表里出现了不止一次") for code in twice]
    if not found and not wrong and not known:
        wrong.append((head, "表里没有一行项目"))
    return EntryPlan(tuple(found), tuple(wrong), tuple(known))
