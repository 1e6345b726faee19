"""A browser as a person uses it: find by label, click, type, wait until the page has settled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SETTLED = "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]"
_ROW = 35  # pixels, a row of a table
SHOTS = Path(__file__).parents[1] / "browser" / "shots"
PATIENCE = 30_000  # ms; a loaded machine answers late, and a test that fails for that says nothing


def launch(play: Playwright, chromium: str) -> Browser:
    return play.chromium.launch(executable_path=chromium, args=list(FLAGS))


@contextmanager
def visitor(
    browser: Browser, address: str, username: str, *, width: int = 1440, height: int = 1200
) -> Iterator[Person]:
    """A person at their own browser, signed in with one click; whatever the page complains about fails the test."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
        viewport={"width": width, "height": height},
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(path=Path(__file__).parent / "settled.js")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((address, "data:", "blob:", "ws:")) else complaints.append(request.url)
        ),
    )
    page.goto(f"{address}/login")
    page.locator(f'form:has(input[name="username"][value="{username}"]) button').click()
    person = Person(page, address)
    person.settle()
    yield person
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{username}-{time.time_ns()}.png")  # what they saw last; not kept in git
    context.close()
    assert complaints == []


class Person:
    """Somebody in front of a page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def settle(self) -> None:
        """Wait until every run that was asked for is over and drawn."""
        for _ in range(2):  # what was drawn may ask for another run
            self.page.wait_for_timeout(40)
            self.page.wait_for_selector("html[data-settled=true]", state="attached")

    def visit(self, path: str) -> None:
        # Leaving a page stops its run: what was clicked last may look over when the run before it is.
        self.settle()
        self.page.goto(f"{self.address}/{path}")
        self.settle()

    def sees(self, words: str) -> None:
        expect(self.page.get_by_text(words).filter(visible=True).first).to_be_visible(timeout=PATIENCE)

    def press(self, name: str) -> None:
        """A button, a link or a folded section, by what stands on it."""
        found = (
            self.page.get_by_role("button", name=name)
            .or_(self.page.get_by_role("link", name=name))
            .or_(self.page.locator("summary").filter(has_text=name))
        )
        found.filter(visible=True).first.click()
        self.settle()

    def fill(self, key: str, text: str) -> None:
        field = self.page.locator(f".st-key-{key}").locator("input, textarea").first
        field.fill(text)
        field.press("Tab")

    def choose(self, key: str, *options: str) -> None:
        """Options of a select box, typed to find them."""
        box = self.page.locator(f".st-key-{key} input").first
        for option in options:
            box.click()
            box.fill(option)
            self.page.get_by_role("option").filter(has_text=option).first.click()
            self.settle()
        self.page.keyboard.press("Tab")  # Escape would empty the box again
        self.settle()

    def cell(self, key: str, across: float, row: int, text: str) -> None:
        """Type into a cell of an editable table: `across` is where its column lies (0 left, 1 right). The row
        below the last adds one. The table is a canvas, so places are all there is."""
        grid = self.page.locator(f".st-key-{key}").get_by_test_id("stDataFrame")
        grid.scroll_into_view_if_needed()
        said = grid.locator("[data-testid^=glide-cell]").filter(has_text=text)
        editor = self.page.locator("#portal textarea, #portal input")
        for _ in range(4):  # the first click on a canvas that has just been drawn may go nowhere
            box = grid.bounding_box()
            assert box is not None
            self.page.mouse.dblclick(box["x"] + across * box["width"], box["y"] + _ROW * (row + 1.5))
            try:
                editor.first.wait_for(timeout=2_000)
            except PlaywrightTimeout:
                continue
            self.page.keyboard.type(text)
            self.page.wait_for_timeout(100)
            self.page.keyboard.press("Enter")
            try:
                said.first.wait_for(state="attached", timeout=2_000)
            except PlaywrightTimeout:
                continue
            self.page.wait_for_timeout(200)  # the grid hands its cells over a sixth of a second later
            return
        raise AssertionError(f"“{text}” did not stay in the table {key}")

    def download(self, name: str, folder: Path) -> Path:
        with self.page.expect_download(timeout=4 * PATIENCE) as caught:
            self.page.get_by_role("button", name=name).first.click()
        path = folder / caught.value.suggested_filename
        caught.value.save_as(path)
        return path

    def upload(self, path: Path) -> None:
        self.page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(path)
        self.settle()
