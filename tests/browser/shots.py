"""Pictures of every page for the guide: `make shots`. With `--width 390` as a phone shows them."""

from __future__ import annotations

import argparse
import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.pages import ROOT, server
from core import clock
from core.periods import Cadence, Period
from tests.support.browser import Person, launch, visitor
from web.router import PAGES

_COLOURS = 96  # of a palette: pages are drawn in few, and the pictures stay small enough to be kept


_TRIED = 12  # records at most that are looked at


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with a palette of its own."""
    with Image.open(BytesIO(picture)) as drawn:
        drawn.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


# Who a page is for, where that is not the administrator.
PEOPLE = {
    "bid": "wujie",
    "challenges": "wujie",
    "county": "wanganji",
    "declare": "sunping",
    "figure": "liyan",
    "home": "liyan",
    "judging": "sunping",
    "opening": "wujie",
    "openings": "wujie",
    "panel_result": "sunping",
    "receipt": "sunping",
    "return": "wanganji",
    "score": "sunping",
}


def query(url: str) -> str:
    """What follows the page's name so that it has something to show; `tests/test_pages.py` walks the same."""
    month = Period.containing(clock.today(), Cadence.MONTH).shift(-3)
    return {
        "county": "?code=330523",
        "declare": "?review=2",
        "design": "?scenario=1",
        "figure": f"?collection=1&indicator=1&region=330000&period={month}",
        "home": "",  # its address is the root
        "iteration": "?id=3",
        "panel_result": "?review=2",
        "promotion": "?id=4",
        "quality_unit": f"?collection=1&period={month}&region=330523",
        "receipt": "?review=2",
        "register": "?need=1",
        "review_edit": "",  # a new one
        "review_entry": "?review=1&id=1",
        "rubric_edit": "",
        "round": f"?collection=1&period={month}",
        "score": "?review=2&entry=12",
    }.get(url, "?id=1")


def go(person: Person, url: str) -> None:
    """To the page; where number 1 is not this person's, to the first that is."""
    if url == "return":  # the first that the county owes
        person.visit("")
        person.page.locator("[class*=st-key-owed_]").get_by_role("link").first.click()
        person.settle()
        return
    place = query(url)
    person.visit(("" if url == "home" else url) + place)
    for number in range(2, _TRIED):
        if place != "?id=1" or not person.page.get_by_text("没有找到这项").count():
            return
        person.visit(f"{url}?id={number}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--only", nargs="*", default=[], help="addresses of pages, all when none is named")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    pages = [page for page in PAGES if page.url in arguments.only or not arguments.only]
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with server(ROOT / "streamlit_app.py") as address, sync_playwright() as play:
        browser = launch(play, chromium)
        people = {page.url: PEOPLE.get(page.url, "guanli") for page in pages}
        for who in sorted(set(people.values())):
            with visitor(browser, address, who, width=arguments.width) as person:
                for page in pages:
                    if people[page.url] == who:
                        go(person, page.url)
                        path = folder / f"{page.url}-{arguments.width}.png"
                        keep(person.page.screenshot(), path)
                        print(path)
        browser.close()


if __name__ == "__main__":
    main()
