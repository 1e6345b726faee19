"""Reading roll-ups while the data grow tenfold: what dashboards ask, at both sizes side by side.

    python benchmarks/rollups.py            a small run, as `make bench` does it
    python benchmarks/rollups.py --full     1 and 10 million values; some minutes and gigabytes

Builds two temporary SQLite databases with the product's schema and its counties, fills them with raw inserts
(90 counties × 20 indicators × 36 months a collection; the larger one has ten times the collections), has
the product compute the roll-ups, and times its reads in alternating rounds. Prints medians and their ratio.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.permissions import OPERATOR
from db import upgrade
from db.engine import reset
from db.session import read, write
from metrics import catalogue, defined, rollups, tracing
from regions import service as regions

INDICATORS, MONTHS = 20, 36
PERIODS = [f"{2022 + month // 12}-{month % 12 + 1:02d}" for month in range(MONTHS)]
SMALL, FULL = 1, 16  # collections of the smaller database; 16 make 1.04 million values
ROUNDS = 5


@contextmanager
def using(folder: Path, url: str = "") -> Iterator[None]:
    """The product on the database of this folder, or on that of `url`."""
    os.environ["ZHIPING_DATA_DIR"] = str(folder)
    os.environ["ZHIPING_DATABASE_URL"] = url
    reset()
    try:
        yield
    finally:
        reset()


def fill(folder: Path, collections: int) -> tuple[int, int, int]:
    """Values, roll-ups and bytes of a new database with so many collections."""
    folder.mkdir()
    with using(folder):
        upgrade.upgrade()
        regions.load(OPERATOR, "浙江省")
        catalogue.load()
        for number in range(1, collections + 1):
            _collection(number)
        with read() as session:
            connection = session.connection()
            values = connection.exec_driver_sql("SELECT count(*) FROM observation").scalar_one()
            rows = connection.exec_driver_sql("SELECT count(*) FROM rollup").scalar_one()
    return values, rows, sum(path.stat().st_size for path in folder.iterdir())


def _collection(number: int) -> None:
    with write() as session:
        run = session.connection().exec_driver_sql
        codes = [row[0] for row in run("SELECT code FROM region WHERE level = 'county' ORDER BY code")]
        ids = [row[0] for row in run("SELECT min(id) FROM indicator GROUP BY code ORDER BY 1 LIMIT ?", (INDICATORS,))]
        run(
            "INSERT INTO collection (id, version, name, kind, cadence, due_days, contact, group_scheme, source) "
            "VALUES (?, 1, ?, 'pilot', 'month', 5, '', '', '')",
            (number, f"报送任务 {number}"),
        )
        run(
            "INSERT INTO collection_indicator (collection_id, indicator_id, role, position) VALUES (?, ?, 'goal', 0)",
            [(number, found) for found in ids],
        )
        run(
            "INSERT INTO collection_unit (collection_id, region_code, arm, first_period, last_period, registered_at, "
            "left_reason) VALUES (?, ?, 'pilot', ?, ?, '2022-01-01', '')",
            [(number, code, PERIODS[0], PERIODS[-1]) for code in codes],
        )
        run(
            "INSERT INTO data_return (version, collection_id, region_code, period, opens_on, due_on, due_provisional, "
            "state, comment) VALUES (1, ?, ?, ?, '2022-01-01', '2022-01-01', 0, 'approved', '')",
            [(number, code, period) for period in PERIODS for code in codes],
        )
        returns = [row[0] for row in run("SELECT id FROM data_return WHERE collection_id = ?", (number,))]
        draw = random.Random(number)
        run(
            "INSERT INTO observation (return_id, indicator_id, revision, n, d, state, reason, note, late, door, entered_at) "
            "VALUES (?, ?, 1, ?, 100000000, 'reported', '', '', 0, 'csv', '2022-01-01')",
            [(owed, found, draw.randrange(101) * 1_000_000) for owed in returns for found in ids],
        )
        rollups.refresh(session, number, PERIODS)


def reads(collections: int) -> dict[str, Callable[[], object]]:
    """What dashboards ask, of a collection drawn anew each time."""
    with read() as session:
        numbers = [
            row[0]
            for row in session.connection().exec_driver_sql(
                "SELECT min(id) FROM indicator GROUP BY code ORDER BY 1 LIMIT 20"
            )
        ]
    indicators = [found for number in numbers if (found := defined.indicator(number))]
    draw = random.Random(collections)

    def collection() -> int:
        return draw.randrange(collections) + 1

    def whole() -> object:
        with read() as session:
            return rollups.county_values(session, collection())

    def series(scope: str, group: str = "") -> object:
        return tracing.series(OPERATOR, collection(), draw.choice(indicators), scope, PERIODS[-1], group)

    return {
        "全省两年走势": lambda: series("330000"),
        "全省山区海岛县两年走势": lambda: series("330000", "山区海岛县"),
        "一县两年走势": lambda: series("330523"),
        "一项报送任务的全部县值": whole,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="1 and 10 million values instead of a tenth of that")
    smaller = FULL if parser.parse_args().full else SMALL
    sizes = (smaller, smaller * 10)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(size) for size in sizes]
        for path, size in zip(paths, sizes, strict=True):
            values, rows, weight = fill(path, size)
            print(f"{values:>12,} values  {rows:>12,} roll-ups  {weight / 2**20:>8,.0f} MiB")
        took: dict[str, tuple[list[float], list[float]]] = {}
        for _ in range(ROUNDS):
            for place, (path, size) in enumerate(zip(paths, sizes, strict=True)):
                with using(path):
                    for name, ask in reads(size).items():
                        ask()  # the engine's first connection is not what is measured
                        began = time.perf_counter()
                        ask()
                        took.setdefault(name, ([], []))[place].append(time.perf_counter() - began)
        for name, (before, after) in took.items():
            one, ten = statistics.median(before) * 1000, statistics.median(after) * 1000
            print(f"{one:8.2f} ms  {ten:8.2f} ms  {ten / one:5.2f} x   {name}")


if __name__ == "__main__":
    main()
