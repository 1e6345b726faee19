"""Printed pages look as they looked: beside small grey reference pictures, with a tolerance."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.conftest import NOTHING_MISSING
from tests.reports import pictures
from tests.reports.pictures import FOLDER, MEAN, MOST, PAPERS, differs, drawn


@pytest.fixture(autouse=True, scope="module")
def _renderer() -> None:
    if shutil.which("pdftoppm") is None:
        (pytest.fail if NOTHING_MISSING else pytest.skip)("needs pdftoppm (Debian: poppler-utils)")


@pytest.mark.parametrize("name", PAPERS)
def test_pages_look_as_in_their_pictures(name: str) -> None:
    make, count = PAPERS[name]
    pages = drawn(make().bytes())
    assert len(pages) == count
    for number, page in enumerate(pages, 1):
        most, mean = differs(page, np.asarray(Image.open(FOLDER / f"{name}-{number}.png").convert("L")))
        assert most <= MOST, f"{name} page {number}: look at it, then python -m tests.reports.pictures"
        assert mean <= MEAN, f"{name} page {number}: look at it, then python -m tests.reports.pictures"


def test_a_line_that_moved_is_noticed() -> None:
    page = np.asarray(Image.open(FOLDER / "official-1.png").convert("L"))
    assert differs(page, page) == (0, 0)
    moved = page.copy()
    moved[200:230] = page[195:225]
    assert differs(moved, page)[0] > MOST
    assert differs(page[:-8], page) == (255, 255)


def test_the_pictures_stay_small() -> None:
    files = sorted(FOLDER.glob("*.png"))
    assert [path.name for path in files] == sorted(
        f"{name}-{number}.png" for name, (_, count) in PAPERS.items() for number in range(1, count + 1)
    )
    assert sum(path.stat().st_size for path in files) < 150_000
    assert pictures.DPI <= 50


def test_another_process_in_another_zone_gives_the_same_bytes() -> None:
    """Where clocks are put forward in spring, the days of a picture used to stand elsewhere."""
    code = "import sys; from tests.reports.pictures import report; sys.stdout.buffer.write(report().bytes())"
    elsewhere = os.environ | {"TZ": "America/New_York", "PYTHONHASHSEED": "4711"}
    other = subprocess.run([sys.executable, "-c", code], env=elsewhere, check=True, stdout=subprocess.PIPE).stdout
    assert hashlib.sha256(other).hexdigest() == hashlib.sha256(pictures.report().bytes()).hexdigest()
