"""Citizens' requests in bulk: 200,000 rows as CSV (GB18030) and as XLSX, imported while others work.

    python benchmarks/tickets.py                  200,000 rows
    python benchmarks/tickets.py --rows 20000     a small run, as `make bench` does it

For each kind of file a server of the product stands on the demo province. The file is handed in as the page
does it, its worker reads, covers, stores and groups it; meanwhile a county team draws a page over and over and
somebody else saves. Prints how long the import took and the grouping into topics, the worker's peak memory,
and the waits of the others before and meanwhile; then the pages about the tickets, and what the same file
does when it is handed in again.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlmodel import col, select

from accounts.permissions import Actor
from benchmarks.pages import ROOT, Page, server, sign_in
from benchmarks.registry import change, draw
from benchmarks.rollups import using
from cli import startup
from core import clock
from core.tabular import Block, write_csv, write_xlsx
from db.session import read
from db.tables import Account, Region, TicketImport, TopicRun
from demo import tickets as demo
from scenarios import ticket_queries, ticket_service

ROWS, MONTHS, QUIET = 200_000, 24, 40
PAGES = ("/tickets", "/topics")


def rows(count: int, counties: list[str]) -> list[tuple[str, ...]]:
    monthly = max(1, round(count / MONTHS / len(counties)))
    made = list(demo.rows(np.random.default_rng(1), counties, months=MONTHS, monthly=monthly, flood=counties[:1]))
    return made[:count]


def staff() -> Actor:
    with read() as session:
        row = session.exec(select(Account).where(Account.username == "liyan")).one()
    return Actor(row.id, None, row.name, row.role, row.organisation_id)


def hand_in(actor: Actor, name: str, content: bytes) -> tuple[int, float]:
    """Start an import as the page does it; its number and how long the first look took."""
    began = time.perf_counter()
    seen = ticket_service.look_at(actor, name, content)
    took = time.perf_counter() - began
    if seen.columns is None:
        raise SystemExit(f"{name}: {seen.problem}")
    return ticket_service.start_import(actor, name, content, seen.columns, people=list(seen.people)), took


def finished(number: int) -> bool:
    """Whether the file is stored and its tickets are grouped."""
    with read() as session:
        about = session.get_one(TicketImport, number)
        if about.state.ended and about.message:
            raise SystemExit(about.message)
        if not about.state.ended or about.finished_at is None:
            return False
        newest = session.exec(select(TopicRun).order_by(col(TopicRun.id).desc()).limit(1)).first()
        grouped = newest is not None and newest.started_at >= about.finished_at
        return grouped and newest is not None and newest.finished_at is not None


def others(tab: Page, folder: Path, until: Callable[[], bool]) -> tuple[list[float], list[float]]:
    """Seconds that somebody's page and somebody's save took, one after the other, until something is true."""
    drawn, saved = [], []
    while not until():
        drawn.append(tab.rerun()[0])
        began = time.perf_counter()
        change(folder)
        saved.append(time.perf_counter() - began)
        time.sleep(0.05)
    return drawn, saved


def said(what: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
    return (
        f"   {what:<24}median {statistics.median(ordered) * 1000:6.0f} ms   p95 {p95 * 1000:6.0f} ms   "
        f"longest {ordered[-1] * 1000:6.0f} ms   of {len(ordered)}"
    )


def measure(folder: Path, name: str, content: bytes) -> None:
    with server(ROOT / "streamlit_app.py", data=folder) as address, using(folder):
        actor = staff()
        tab = Page(address, sign_in(address, "wanganji"), "/scenarios")
        tab.rerun()
        runs = iter(range(QUIET))
        quiet = others(tab, folder, lambda: next(runs, None) is None)
        number, looking = hand_in(actor, name, content)
        meanwhile = others(tab, folder, lambda: finished(number))
        time.sleep(2)  # the worker ends and is collected; only then its memory is known
        view = ticket_queries.import_view(actor, number)
        assert view is not None and view.finished_at is not None
        with read() as session:
            topics = session.exec(select(TopicRun).order_by(col(TopicRun.id).desc()).limit(1)).one()
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        took = (view.finished_at - view.started_at).total_seconds()
        print(
            f"{name}  {len(content) / 2**20:.0f} MiB  {view.rows:,} rows: {view.added:,} added, {view.rejected} rejected"
        )
        print(
            f"   first look {looking:.1f} s   import {took:.1f} s   topics {topics.seconds:.1f} s   worker's peak {peak:.0f} MiB"
        )
        for what, at in (("page", 0), ("save", 1)):
            print(said(f"{what}, quiet", quiet[at]))
            print(said(f"{what}, meanwhile", meanwhile[at]))
        tab.close()
        for page in PAGES:
            fresh, used, again, size = draw(address, folder, page, "liyan")
            print(
                f"   {page:<24}after a change {fresh * 1000:.0f} ms (processor {used * 1000:.0f})   "
                f"rerun {again * 1000:.0f} ms   {size / 1000:.0f} kB"
            )
        if name.endswith(".csv"):
            number, _ = hand_in(actor, name, content)
            while not finished(number):
                time.sleep(0.2)
            view = ticket_queries.import_view(actor, number)
            assert view is not None and view.finished_at is not None
            took = (view.finished_at - view.started_at).total_seconds()
            print(f"   the same file again: {view.added} added, {view.unchanged:,} unchanged, {took:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    count: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "demo"
        base.mkdir()
        with using(base):
            startup.prepare()
            with read() as session:
                county = (Region.level == "county", col(Region.code).startswith("33"))
                query = select(Region.name).where(*county).order_by(Region.code)
                counties = list(session.exec(query))
        table = rows(count, counties)
        files: dict[str, Callable[[], bytes]] = {
            "工单.csv": lambda: write_csv(demo.HEADINGS, table).decode("utf-8-sig").encode("gb18030"),
            "工单.xlsx": lambda: write_xlsx([Block("工单", demo.HEADINGS, table)], made_at=clock.now()),
        }
        for name, make in files.items():
            folder = Path(place) / name
            shutil.copytree(base, folder)
            measure(folder, name, make())


if __name__ == "__main__":
    main()
