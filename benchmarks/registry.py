"""How fast the register is drawn: 300 scenarios, 2,000 data resources, 3,000 responsibility items, and ten times that.

    python benchmarks/registry.py            both sizes, as `make bench` does it
    python benchmarks/registry.py --once     the smaller size only

Two servers of the product, each on the demo province with the register on top, are spoken to over their
websockets as `benchmarks/pages.py` does. For each page: a draw after somebody has changed something, so that
nothing kept helps (median of some), a rerun when nothing changed, each in wall time, and the processor time of
the former, which other work on the machine does not lengthen. Then the queries behind buttons, in this process.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from accounts.permissions import Actor
from benchmarks import register_data
from benchmarks.pages import ROOT, Page, cpu_seconds, server, sign_in
from benchmarks.rollups import using
from cli import startup
from core.words import Role
from db import audit
from db.session import read, write
from scenarios import duplicates, resource_imports, resource_listing

GOAL = 1.0  # seconds a page may take at the smaller size
FRESH, RERUNS = 3, 5
# page, who asks; `{…}` are ids of the register
PAGES = (
    ("", "liyan"),
    ("needs", "liyan"),
    ("need?id={need}", "liyan"),
    ("scenarios", "liyan"),
    ("scenarios?scenarios_q=fx", "liyan"),
    ("scenario?id={scenario}", "liyan"),
    ("register?id={draft}", "liyan"),
    ("appraisals", "liyan"),
    ("appraisal?id={appraisal}", "liyan"),
    ("openings", "liyan"),
    ("resources", "liyan"),
    ("sources", "liyan"),
    ("openings", "liyan"),
    ("resources?resources_unfinished=true", "liyan"),
    ("resource?id={resource}", "liyan"),
    ("sources", "liyan"),
    ("requests", "liyan"),
    ("matrix", "liyan"),
    ("duties?id={scenario}", "liyan"),
    ("confirmations", "liyan"),
    ("domains", "liyan"),
    ("tickets", "liyan"),
    ("topics", "liyan"),
    ("scenarios", "wanganji"),
    ("", "zhouminzheng"),
    ("requests", "zhouminzheng"),
    ("confirmations", "zhouminzheng"),
    ("openings", "wujie"),
)


def build(folder: Path, times: int, demo: Path) -> dict[str, int]:
    """The demo province with a register on top; ids of something big of each kind."""
    shutil.copytree(demo, folder)
    with using(folder):
        register_data.fill(times)
        with read() as session:
            run = session.connection().exec_driver_sql
            queries = {
                "scenario": "SELECT min(id) FROM scenario WHERE code LIKE 'CJ-B-%'",
                "draft": "SELECT min(id) FROM scenario WHERE code LIKE 'CJ-B-%' AND state = 'draft'",
                "appraisal": "SELECT min(id) FROM scenario WHERE code LIKE 'CJ-B-%' AND state = 'appraisal'",
                "need": "SELECT min(id) FROM need WHERE code LIKE 'XQ-B-%'",
                "resource": "SELECT resource_id FROM scenario_data GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1",
            }
            return {name: int(run(query).scalar_one()) for name, query in queries.items()}


def change(folder: Path) -> None:
    """Somebody did something: what servers kept is no longer asked."""
    with using(folder), write() as session:
        audit.record(session, None, "demo:fill", "scenario", 0, {})


def draw(address: str, folder: Path, page: str, account: str) -> tuple[float, float, float, int]:
    """Seconds of a draw after a change, its processor seconds, seconds of a rerun, bytes."""
    tab = Page(address, sign_in(address, account), page)
    try:
        tab.rerun()
        fresh, used = [], []
        for _ in range(FRESH):
            change(folder)
            before = cpu_seconds(address)
            fresh.append(tab.rerun()[0])
            used.append(cpu_seconds(address) - before)
        again = [tab.rerun() for _ in range(RERUNS)]
        return (
            statistics.median(fresh),
            statistics.median(used),
            statistics.median(seconds for seconds, *_ in again),
            again[-1][2],
        )
    finally:
        tab.close()


def behind_buttons(folder: Path, ids: dict[str, int]) -> dict[str, tuple[float, float]]:
    """Wall and processor seconds of what buttons ask of the whole register."""
    staff = Actor(1, None, "李研", Role.INSTITUTE, 1)
    with using(folder):
        listing = resource_listing.workbook(staff)
        tasks: dict[str, Callable[[], object]] = {
            "应用查重（与全部场景比较）": lambda: duplicates.find(ids["appraisal"]),
            "数据资源目录导出": lambda: resource_listing.workbook(staff),
            "数据资源目录导入预览": lambda: resource_imports.preview(staff, listing, "目录.xlsx"),
        }
        found = {}
        for name, task in tasks.items():
            if name.startswith("应用"):
                task()  # the library loads once a process
            wall, cpu = time.perf_counter(), time.process_time()
            task()
            found[name] = time.perf_counter() - wall, time.process_time() - cpu
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="the smaller size only")
    parser.add_argument("--pages", nargs="*", default=[], help="only pages whose address begins with one of these")
    arguments = parser.parse_args()
    sizes = (1,) if arguments.once else (1, 10)
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        demo = Path(place) / "demo"
        demo.mkdir()
        with using(demo):
            startup.prepare()
        folders = {times: Path(place) / f"{times}" for times in sizes}
        ids = {times: build(folder, times, demo) for times, folder in folders.items()}
        addresses = {
            times: stack.enter_context(server(ROOT / "streamlit_app.py", data=folder))
            for times, folder in folders.items()
        }
        names = ("fresh ms", "cpu ms", "rerun ms", "kB")
        print(f"{'page':<38}{'who':<14}" + "".join(f"{f'{n} {t}×':>14}" for t in sizes for n in names))
        slow = []
        for page, account in PAGES:
            if arguments.pages and not page.startswith(tuple(arguments.pages)):
                continue
            line = f"{page:<38}{account:<14}"
            for times in sizes:
                fresh, used, again, size = draw(
                    addresses[times], folders[times], "/" + page.format(**ids[times]), account
                )
                line += f"{fresh * 1000:>14.0f}{used * 1000:>14.0f}{again * 1000:>14.0f}{size / 1000:>14.0f}"
                if times == 1 and min(fresh, used) > GOAL:
                    slow.append(page)
            print(line, flush=True)
        for times in sizes:
            for name, (wall, cpu) in behind_buttons(folders[times], ids[times]).items():
                print(f"{times:>3}×  {name}  {wall:.2f} s, processor {cpu:.2f} s")
        print(f"slower than {GOAL:.0f} s: {', '.join(slow) or 'none'}")


if __name__ == "__main__":
    main()
