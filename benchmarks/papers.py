"""Printing: a report of ten pages beside fpdf2 and weasyprint, what three charts add, and a table of 10,000 rows.

    python -m benchmarks.papers

The ten pages are the same for all: cover, headings with bookmarks, paragraphs, tables with captions, page numbers, the
two embedded faces. Ours also has a table of contents, justified Chinese lines and a tagged structure. They take turns,
with other figures in every round, so that nothing can be remembered whole; CPU time, medians and their ratios. The
house asks for ours ÷ fpdf2 at most 1, three vector charts at most 0.4 s, and a time per row at 10,000 rows at most
1.2 of that at 1,000. fpdf2 comes with the dev extra; weasyprint does not, for it needs Pango from the system. Whichever
is missing is left out. weasyprint is measured from an environment of its own, so that the house's stays as
`constraints.txt` has it:

    apt-get install libpango-1.0-0 libpangoft2-1.0-0
    python -m venv ../beside
    ../beside/bin/pip install -c constraints.txt -e '.[dev]' weasyprint
    ../beside/bin/python -m benchmarks.papers
"""

from __future__ import annotations

import html
import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any, NamedTuple

import pandas as pd
from pypdf import PdfReader

from reports import figures, typefaces
from reports.kit import Report

ROUNDS = 7
MOST_OF_FPDF2, MOST_FOR_CHARTS, MOST_PER_ROW = 1.0, 0.4, 1.2
AS_OF = datetime(2026, 11, 22, tzinfo=UTC)
TITLE, ORGANISATION = "基层矛盾纠纷多元化解场景试点评估报告", "省基层治理研究院"
HEADER = ["序号", "地区", "分子", "分母", "比率"]
_seeds = count(1)


class Chapter(NamedTuple):
    heading: str
    paragraphs: list[str]
    rows: list[list[str]]


def chapters(seed: int) -> list[Chapter]:
    """Six chapters that fill ten pages together with cover and contents."""
    return [
        Chapter(
            f"第{number}类地区的情况",
            [
                f"本次试点在第{number}类地区开展，试点期内按时办结率由 {60 + (seed * 7 + at) % 20}.{at}% 提高到 "
                f"{80 + (seed + at) % 19}.{number}%，与登记的对照单位相比净提高 {at}.{seed % 10} 个百分点，95% 区间为 "
                f"{at}.0 至 {at + 4}.2；缺报 {seed % 7} 期，不当作零，“不适用”不计入应报。数据来自各地逐期报送，更正的数注明原因。"
                for at in range(1, 6)
            ],
            table(18, seed + number),
        )
        for number in range(1, 7)
    ]


def table(rows: int, seed: int) -> list[list[str]]:
    return [
        [str(at), f"第{at}县", f"{at * 37 * seed % 9973:,}", f"{at * 91 * seed % 9973:,}", f"{at * seed % 1000 / 10}%"]
        for at in range(1, rows + 1)
    ]


def ours(content: Sequence[Chapter], charts: Sequence[Callable[[], Any]] = ()) -> bytes:
    report = Report(title=TITLE, organisation=ORGANISATION, number="ZP-PG-2026-0001", digest="0" * 64, as_of=AS_OF)
    for chapter in content:
        report.heading(chapter.heading)
        for paragraph in chapter.paragraphs:
            report.text(paragraph)
        report.table(HEADER, chapter.rows, caption="各地按时办结率")
    for chart in charts:
        report.chart(chart(), "附图")
    return report.bytes()


def by_fpdf2(content: Sequence[Chapter]) -> bytes:
    fpdf = importlib.import_module("fpdf")

    class Paper(fpdf.FPDF):  # type: ignore[name-defined]
        def footer(self) -> None:
            self.set_y(-35)
            self.set_font("Noto", "", 14)
            self.cell(0, 7, f"— {self.page_no()} —", align="R" if self.page_no() % 2 else "L")

    paper = Paper(format="A4")
    paper.set_margins(28, 37, 26)
    paper.set_auto_page_break(True, 35)
    for style, face in (("", typefaces.REGULAR), ("B", typefaces.BOLD)):
        paper.add_font("Noto", style, typefaces.FOLDER / f"{face}-sub.ttf")
    paper.set_title(TITLE)
    paper.set_lang("zh-CN")
    line = {"new_x": "LMARGIN", "new_y": "NEXT"}
    paper.add_page()
    paper.set_font("Noto", "B", 26)
    paper.set_y(95)
    paper.multi_cell(0, 15, TITLE, align="C", **line)
    paper.set_font("Noto", "", 16)
    paper.cell(0, 10, ORGANISATION, align="C", **line)
    paper.add_page()
    for chapter in content:
        paper.set_font("Noto", "B", 16)
        paper.start_section(chapter.heading)
        paper.multi_cell(0, 9, chapter.heading, **line)
        paper.set_font("Noto", "", 12)
        for paragraph in chapter.paragraphs:
            paper.multi_cell(0, 7.4, "　　" + paragraph, wrapmode="CHAR", **line)
        paper.set_font("Noto", "B", 10)
        paper.cell(0, 6, "各地按时办结率", align="C", **line)
        paper.set_font("Noto", "", 9.5)
        with paper.table(text_align=("RIGHT", "LEFT", "RIGHT", "RIGHT", "RIGHT"), wrapmode="CHAR") as grid:
            for row in [HEADER, *chapter.rows]:
                grid.row(row)
    return bytes(paper.output())


_CSS = """
@page { size: A4; margin: 37mm 26mm 35mm 28mm; @bottom-right { content: "— " counter(page) " —"; font-size: 14pt } }
@font-face { font-family: Noto; src: url("%(folder)s/NotoSansSC-Regular-sub.ttf") }
@font-face { font-family: Noto; font-weight: bold; src: url("%(folder)s/NotoSansSC-Bold-sub.ttf") }
body { font: 12pt/21pt Noto } p { margin: 0; text-indent: 2em; text-align: justify } h1 { font-size: 16pt }
.cover { height: 200mm; padding-top: 60mm; text-align: center; break-after: page; font-size: 26pt }
table { width: 100%%; border-collapse: collapse; font-size: 9.5pt; line-height: 13.5pt }
td, th { border-top: .4pt solid #D1D5DB; padding: 3.5pt 4pt; text-align: right } td:nth-child(2) { text-align: left }
"""


def by_weasyprint(content: Sequence[Chapter]) -> bytes:
    weasyprint = importlib.import_module("weasyprint")
    said = html.escape
    parts = [f'<html lang="zh-CN"><title>{TITLE}</title><style>{_CSS % {"folder": typefaces.FOLDER.as_uri()}}</style>']
    parts.append(f'<div class="cover">{TITLE}<br>{ORGANISATION}</div>')
    for chapter in content:
        parts.append(
            f"<h1>{said(chapter.heading)}</h1>" + "".join(f"<p>{said(text)}</p>" for text in chapter.paragraphs)
        )
        rows = "".join("<tr>" + "".join(f"<td>{said(cell)}</td>" for cell in row) + "</tr>" for row in chapter.rows)
        head = "".join(f"<th>{cell}</th>" for cell in HEADER)
        parts.append(f"<table><caption>各地按时办结率</caption><thead><tr>{head}</tr></thead>{rows}</table>")
    return bytes(weasyprint.HTML(string="".join(parts)).write_pdf())


def three_charts() -> list[Callable[[], Any]]:
    """The pictures of an evaluation: a course of a year for two groups, effects with their intervals, attainment."""
    months = pd.date_range("2026-01-01", periods=12, freq="MS")
    course = pd.DataFrame(
        [
            {
                "period_start": month,
                "period_label": f"{month.year}年{month.month}月",
                "series": name,
                "value": float(base + month.month),
                "shown": f"{base + month.month}%",
                "n": base + month.month,
                "d": 100,
                "incomplete": month.month == 12,
            }
            for name, base in (("发达地区", 80), ("山区海岛县", 70))
            for month in months
        ]
    )
    groups = pd.DataFrame({"group": ["发达地区", "山区海岛县", "两类之差"], "estimate": [3.1, -5.4, 8.5]})
    groups = groups.assign(low=groups.estimate - 2, high=groups.estimate + 2, shown=groups.estimate.astype(str))
    names = [f"第{at}县" for at in range(1, 25)]
    sides = ["发达地区", "山区海岛县"] * 12
    attained = pd.DataFrame({"name": names, "value": [70.0 + 2 * at for at in range(24)], "group": sides})
    attained = attained.assign(shown=attained.value.astype(str) + "%", n=attained.value, d=100)
    return [
        lambda: figures.trend(course, title="变化趋势", unit="%"),
        lambda: figures.effects(groups, title="试点效果", unit="个百分点"),
        lambda: figures.attainment(attained, title="目标达成率"),
    ]


def seconds(work: Callable[[], bytes]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def side_by_side() -> float:
    """Prints every maker's median; gives ours ÷ fpdf2, or nan without it."""
    makers: dict[str, Callable[[Sequence[Chapter]], bytes]] = {"ours": ours}
    for name, module, other in (("fpdf2", "fpdf", by_fpdf2), ("weasyprint", "weasyprint", by_weasyprint)):
        try:
            importlib.import_module(module)
        except (ImportError, OSError) as absent:  # OSError: the libraries it needs from the system
            print(f"  {name} is left out: {str(absent).splitlines()[0]}")
        else:
            makers[name] = other
    for name, make in makers.items():
        data = make(chapters(0))
        print(f"  {name:<11} {len(PdfReader(BytesIO(data)).pages):>3} pages {len(data) / 1024:>7.0f} KiB")
    times: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        content = chapters(next(_seeds))
        for name, make in makers.items():
            times[name].append(seconds(partial(make, content)))
    medians = {name: statistics.median(found) for name, found in times.items()}
    for name, median in medians.items():
        print(f"  {name:<11} {median * 1000:8.1f} ms   ours is × {medians['ours'] / median:.2f}")
    return medians["ours"] / medians["fpdf2"] if "fpdf2" in medians else float("nan")


def added_by_charts() -> float:
    charts = three_charts()
    ours(chapters(0), charts)
    added = []
    for _ in range(ROUNDS):
        content = chapters(next(_seeds))
        without = seconds(partial(ours, content))
        added.append(seconds(partial(ours, content, charts)) - without)
    return statistics.median(added)


def per_row(rows: int) -> float:
    found = []
    for _ in range(3):
        content = [Chapter("明细", [], table(rows, next(_seeds)))]
        found.append(seconds(partial(ours, content)) / rows)
    return statistics.median(found)


def main() -> int:
    typefaces.characters()
    print(f"a report of ten pages, CPU time, median of {ROUNDS}")
    ratio = side_by_side()
    charts = added_by_charts()
    few, many = per_row(1000), per_row(10_000)
    print(f"ours ÷ fpdf2: {ratio:.2f} (limit {MOST_OF_FPDF2})")
    print(f"three vector charts add {charts:.2f} s (limit {MOST_FOR_CHARTS})")
    print(
        f"a row of 1,000: {few * 1e6:.0f} µs, of 10,000: {many * 1e6:.0f} µs, × {many / few:.2f} (limit {MOST_PER_ROW})"
    )
    failed = ratio > MOST_OF_FPDF2 or charts > MOST_FOR_CHARTS or many / few > MOST_PER_ROW
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
