"""Reference pictures of the demo's reports: of every kind its first page and the one with its main table or picture.

    python -m tests.printing.pictures        builds the demo, writes tests/printing/pictures/*.png anew; look at them

The demo is made for the day on which it is built, so dates, numbers and hashes differ from picture to picture. What is
compared is coarse enough for that: squares of three millimetres, all together and those that differ most. A column
that moved, a lost picture and another face are beyond it (`test_kinds` shows it). Pages on which the figures themselves
would differ with the day are printed from figures that do not (`tests.printing.steady`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cli import startup
from tests.printing import reading, steady
from tests.printing.printed import KINDS, Printed, of_demo
from tests.printing.reading import squeezed
from tests.reports.pictures import drawn, keep, shades, squares
from tests.support import cast as people
from tests.support import databases

FOLDER = Path(__file__).with_name("pictures")
# What stands on the page with the main table or picture; kinds that are not named say it all on their first.
MAIN = {
    "pilot": "（一）变化趋势",
    "county": "各项指标一览",
    "promotion": "推广顺序和理由一、",
    "gap": "各项指标一览",
    "catalogue": "局限与偏差",
    "dossier": "三张清单",
    "duties": "（一）诉求办理",
    "review": "规则、回避、更正和合议",
    "challenge_contract": "里程碑、考核指标和付款",
    "order": "办理过程",
}
# Of 255: the mean difference of squares, and what 99 in 100 of them stay below. Between days of three years: steady
# pages 0.2 and 9, those with a few dates 0.6 and 17, the one whose last lines begin with a long or a short date 0.9 and
# 30. A column that moved: 0.4 and 10 on a cover, else 0.65 and 20, and 1.5 and 45 on the one; a lost picture: 1.3 and
# 53 on a cover, else 3.3 and 60.
STEADY, DATED, LATE = (0.35, 10.0), (0.8, 24.0), (1.1, 36.0)
LIMITS = dict.fromkeys(
    ("award_certificate-a", "award_list-a", "challenge_notice-a", "order-a", "order-b", "promotion-b"), DATED
) | {"promotion-a": LATE}
GREYS = 8
_SQUARE = 6


def looked_at(key: str, report: Printed, told: Mapping[str, Printed]) -> dict[str, np.ndarray]:
    """The pages of a report of the demo by the names of their pictures; the main one from the figures that were told,
    where there are such."""
    found = pages(key, steady.still(key, report).pdf.data)
    if key in told:
        found[f"{key}-b"] = pages(key, told[key].pdf.data)[f"{key}-b"]
    return found


def pages(key: str, data: bytes) -> dict[str, np.ndarray]:
    """The first page and the main one."""
    texts = [squeezed(text) for text in reading.poppler("pdftotext", data, to="-").split("\f")]
    listed = [at for at, text in enumerate(texts, 1) if "目录" in text.replace("指标目录", "")]  # of contents
    main = [at for at, text in enumerate(texts, 1) if key in MAIN and MAIN[key] in text and at not in listed]
    assert main or key not in MAIN, f"no page of {key} has “{MAIN[key]}”"
    return {f"{key}-{name}": drawn(data, page, page)[0] for name, page in zip("ab", [1, *main[:1]], strict=False)}


def differs(name: str, page: np.ndarray, reference: np.ndarray) -> str:
    """How far a page is from its picture, or "" when that is within what the day explains."""
    if page.shape != reference.shape:
        return f"{name}: {page.shape} pixels, not {reference.shape}"
    # A picture was written in few greys; the page is seen in the same.
    seen, kept = (squares(shades(one, GREYS) * (255 / (GREYS - 1)), _SQUARE) for one in (page, reference))
    apart = np.abs(seen - kept)
    mean, most = float(apart.mean()), float(np.percentile(apart, 99))
    limits = LIMITS.get(name, STEADY)
    within = mean <= limits[0] and most <= limits[1]
    return "" if within else f"{name}: {mean:.2f} and {most:.0f}, more than {limits}"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        template = databases.make_sqlite_template(base)
        with databases.using(base, databases.sqlite_url(template)):
            told = steady.told(people.assemble())
        with databases.using(base, databases.sqlite_url(base / "demo.db")):
            startup.prepare(print)
            report = of_demo(people.assemble_demo())
            FOLDER.mkdir(exist_ok=True)
            for key in KINDS:
                for name, page in looked_at(key, report(key), told).items():
                    keep(page, FOLDER / f"{name}.png", greys=GREYS)


if __name__ == "__main__":
    main()
