"""Loading divisions, groups and the tile map from the files in `regions/data`.

Codes and names are as of 2025-12-31. Loading again changes nothing that is already there.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.words import RegionLevel, Side
from db.tables import Region, RegionGroup
from regions.groups import MAIN_SCHEME

DATA = Path(__file__).parent / "data"
ZHEJIANG = "330000"
SOURCE = "浙江省山区海岛县名单（按文件生效日期）"


def load(session: Session, province: str) -> int:
    """Everything known of a province, by its full name. Returns new regions."""
    return load_zhejiang(session) if province == "浙江省" else load_province(session, province)


def load_zhejiang(session: Session) -> int:
    """The whole province: cities, counties, towns, the tile map and the dated groups. Returns new regions."""
    tiles = {row["code"]: row for row in lines_of("tilegrid.csv")}
    added = _add(
        session,
        (
            Region(
                code=row["code"],
                name=row["name"],
                short_name=tiles[row["code"]]["short_name"] if row["code"] in tiles else short(row["name"]),
                level=RegionLevel(row["level"]),
                parent_code=row["parent_code"] or None,
                sort_key=pinyin(row["name"]),
                tile_row=int(tiles[row["code"]]["row"]) if row["code"] in tiles else None,
                tile_col=int(tiles[row["code"]]["col"]) if row["code"] in tiles else None,
            )
            for row in lines_of("zhejiang_divisions.csv")
        ),
    )
    _load_groups(session)
    return added


def load_province(session: Session, province: str) -> int:
    """Cities and counties of any province by its full name. Groups are its staff's to enter."""
    rows = [row for row in lines_of("china_counties.csv") if row["province"] == province]
    if not rows:
        raise NotFound(f"没有找到“{province}”。", f"可以载入：{'、'.join(provinces())}。")
    top = rows[0]["code"][:2] + "0000"
    found: dict[str, tuple[str, RegionLevel, str | None]] = {top: (province, RegionLevel.PROVINCE, None)}
    for row in rows:
        parent = row["parent_code"]
        if parent != top and row["city"]:
            found[parent] = (row["city"], RegionLevel.CITY, top)
        found[row["code"]] = (row["name"], RegionLevel.COUNTY, parent)
    order = sorted(found.items(), key=lambda item: (list(RegionLevel).index(item[1][1]), item[0]))
    return _add(
        session,
        (
            Region(code=code, name=name, short_name=short(name), level=level, parent_code=parent, sort_key=pinyin(name))
            for code, (name, level, parent) in order
        ),
    )


@lru_cache(maxsize=1)
def provinces() -> tuple[str, ...]:
    """Names of the provinces that `load_province` knows, in code order."""
    return tuple(dict.fromkeys(row["province"] for row in lines_of("china_counties.csv")))


def city_of(names: Iterable[str]) -> str | None:
    """Code of the city that most of these county names belong to, at least two; None when unclear."""
    wanted = set(names)
    votes = Counter(row["parent_code"] for row in lines_of("china_counties.csv") if row["name"] in wanted)
    best = votes.most_common(2)
    if not best or best[0][1] < 2 or (len(best) > 1 and best[1][1] == best[0][1]):
        return None
    return best[0][0]


def province_of(code: str) -> str:
    """Full name of the province that a region code lies in."""
    return next(row["province"] for row in lines_of("china_counties.csv") if row["code"][:2] == code[:2])


def pinyin(name: str) -> str:
    """Sorts names as a Chinese index does."""
    from pypinyin import lazy_pinyin  # half a second, which processes that only print do without

    return " ".join(lazy_pinyin(name))


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """First letters, so that “aj” finds 安吉."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def short(name: str) -> str:
    """安吉县 → 安吉, 景宁畲族自治县 → 景宁; two-character names stay whole."""
    for tail in ("畲族自治县", "自治县", "街道", "省", "市", "县", "区"):
        if name.endswith(tail) and len(name) - len(tail) >= 2:
            return name[: -len(tail)]
    return name


def _load_groups(session: Session) -> None:
    known = set(session.exec(select(RegionGroup.region_code, RegionGroup.name)).all())
    for row in lines_of("zhejiang_region_groups.csv"):
        if (row["code"], row["group"]) not in known:
            session.add(
                RegionGroup(
                    scheme=MAIN_SCHEME,
                    region_code=row["code"],
                    name=row["group"],
                    side=Side.UNDERDEVELOPED,
                    valid_from=_day(row["valid_from"]),
                    valid_to=_day(row["valid_to"]),
                    source=SOURCE,
                )
            )


def _add(session: Session, regions: Iterable[Region]) -> int:
    known = set(session.exec(select(col(Region.code))).all())
    fresh = [region for region in regions if region.code not in known]
    session.add_all(fresh)
    session.flush()
    return len(fresh)


def lines_of(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
