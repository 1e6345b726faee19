"""Pictures of every page for the guide: `make shots`."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.pages import ROOT, server
from core import clock
from core.periods import Cadence, Period
from tests.support.browser import launch, visitor
from web.router import PAGES

WIDTH = 1440


def query(url: str) -> str:
    """What follows the page's name so that it has something to show."""
    month = Period.containing(clock.today(), Cadence.MONTH).shift(-3)
    return {
        "design": "?scenario=1",
        "figure": f"?collection=1&indicator=1&region=330000&period={month}",
        "register": "?need=1",
    }.get(url, "?id=1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with server(ROOT / "streamlit_app.py") as address, sync_playwright() as play:
        browser = launch(play, chromium)
        with visitor(browser, address, "guanli", width=WIDTH) as person:
            for page in PAGES:
                person.visit(page.url + query(page.url))
                path = folder / f"{page.url}-{WIDTH}.png"
                person.page.screenshot(path=path)
                print(path)
        browser.close()


if __name__ == "__main__":
    main()
