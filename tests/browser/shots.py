"""Pictures of every page for the guide: `make shots`. With `--width 390` as a phone shows them.

Each page is taken as somebody it is for and fails when it has nothing to show them (tests/support/shown.py).
"""

from __future__ import annotations

import argparse
import shutil
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks.pages import ROOT, server
from tests.support.browser import Person, launch, visitor
from tests.support.shown import SHOWN, shown
from web.router import PAGES

_NOTHING = ("没有找到", "页面出错")  # what a page says whose address leads nowhere
_COLOURS = 96  # of a palette: pages are drawn in few, and the pictures stay small enough to be kept


def keep(picture: bytes, path: Path) -> None:
    """Write a picture with a palette of its own."""
    with Image.open(BytesIO(picture)) as drawn:
        drawn.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def go(person: Person, url: str) -> None:
    """To the page; to the form of a return by the first one that the county owes, as returns have no fixed numbers."""
    if url != "return":
        person.visit(shown(url)[1])
        return
    person.visit("")
    person.page.locator("[class*=st-key-todo_owed_]").get_by_role("link").first.click()
    person.settle()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--only", nargs="*", default=[], help="addresses of pages, all when none is named")
    parser.add_argument("--server", default="", help="a server on the demo that runs already")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    pages = [page for page in PAGES if page.url in arguments.only or not arguments.only]
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium here: apt-get install chromium fonts-noto-cjk")
    empty: list[str] = []
    with ExitStack() as stack:
        address = arguments.server or stack.enter_context(server(ROOT / "streamlit_app.py"))
        browser = launch(stack.enter_context(sync_playwright()), chromium)
        for username in sorted({SHOWN[page.url][0] for page in pages}):
            with visitor(browser, address, username, width=arguments.width) as person:
                for page in pages:
                    if SHOWN[page.url][0] != username:
                        continue
                    go(person, page.url)
                    picture = folder / f"{page.url}-{arguments.width}.png"
                    keep(person.page.screenshot(), picture)
                    print(picture, flush=True)
                    words = person.page.get_by_test_id("stMain").inner_text()
                    if any(sign in words for sign in _NOTHING):
                        empty.append(f"{page.url} as {username}")
        browser.close()
    if empty:
        raise SystemExit(f"nothing to show: {', '.join(empty)}")


if __name__ == "__main__":
    main()
