"""Reference pictures of printed pages: how they are made, and how far a page may differ from its picture.

    python -m tests.reports.pictures        writes tests/reports/pictures/*.png anew; look at them before committing

They are small and grey on purpose: what they show is where things stand and that nothing is said by colour alone.
Faces are smoothed a little differently by every version of the renderer, so squares of 4 × 4 pixels are compared.
"""

from __future__ import annotations

import subprocess
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from reports.figures import trend
from reports.figures.common import Figure
from reports.kit import Report

FOLDER = Path(__file__).with_name("pictures")
DPI = 48
SQUARE = 4
MOST, MEAN = 28, 1.5  # of 255: the square that differs most, and all together
_AS_OF = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)
_TEXT = (
    "本次试点在四个县（市、区）开展，试点期内按时办结率由 78.2% 提高到 84.6%，与登记的对照单位相比净提高 3.1 个百分点"
    "（95% 区间 1.0 至 5.2），“不适用”不计入应报，缺报不当作零。"
)


def report() -> Report:
    """A report of every piece: cover, contents, figures, picture, a table over two pages, signatures, check code."""
    made = Report(
        title="关于在安吉县等四个县市区开展基层矛盾纠纷多元化解场景试点并与登记对照单位比较其按时办结率变化的第三季度评估报告",
        subtitle="安吉县等 4 个试点",
        organisation="省基层治理研究院",
        number="ZP-PG-2026-0001",
        digest="9f86d081884c7d659a2feaa0c55ad015",
        check="https://zhiping.example.cn/verify?n=ZP-PG-2026-0001&h=9f86d081884c",
        as_of=_AS_OF,
    )
    made.heading("结论摘要")
    made.text(_TEXT)
    made.figures(
        [("按时办结率（试点合计）", "84.6%", "目标 85%"), ("净效果", "+3.1", "1.0 至 5.2"), ("质量分", "97", "")]
    )
    made.note("区间由整县重抽样得到。", title="怎样读")
    made.heading("变化趋势", 2)
    made.chart(_course(), "两类地区的按时办结率")
    made.heading("各地情况")
    made.facts([("牵头单位", "研究院"), ("层级", "县"), ("经费", None), ("试点地区", "4 个")], columns=2)
    rows = [
        [f"第{at}县", "发达地区" if at % 2 else "山区海岛县", f"{at * 37:,} / 1,000", f"{70 + at / 2}%"]
        for at in range(34)
    ]
    made.table(["地区", "地区类型", "分子 / 分母", "比率"], rows, caption="各地按时办结率")
    made.restated("ZP-PG-2025-0009", [("按时办结率", "84.4%", "84.6%")], ["安吉县更正，理由：台账核对。"])
    made.signatures(["组长", "成员"])
    return made


def official() -> Report:
    """An official paper: title, addressee, headings, table, attachments, signature, annex."""
    made = Report(
        title="关于“信访件智能转办与期限提醒”榜单拟中榜单位名单的公示",
        organisation="省基层治理研究院",
        number="ZP-GS-2026-0001",
        digest="9f86d081884c7d659a2feaa0c55ad015",
        as_of=_AS_OF,
        official=True,
    )
    made.addressee("各设区市党委社会工作部")
    made.text("榜单已完成资格审查和专家评审，现将拟中榜单位公示如下，接受社会监督。")
    made.heading("拟中榜名单")
    made.table(
        ["顺位", "单位", "得分"], [["1", "安吉县矛调中心", "93.25"], ["2", "德清县综治办", "91.10"]], caption="名单"
    )
    made.heading("有关事项")
    for level, name in ((2, "公示期"), (3, "起止"), (4, "计算")):
        made.heading(name, level)
        made.text(_TEXT)
    made.attachments(["拟中榜单位名单及方案摘要和各单位承诺事项一览表以及评审意见", "异议受理办法"])
    made.closing("省基层治理研究院", date(2026, 11, 28))
    made.annex("拟中榜单位名单")
    made.text(_TEXT)
    return made


def _course() -> Figure:
    months = pd.date_range("2026-01-01", periods=9, freq="MS")
    rows = [
        (
            at,
            f"{at.year}年{at.month}月",
            name,
            float(base + at.month + (at.month % 3) * step),
            f"{at.month}%",
            1,
            100,
            False,
        )
        for name, base, step in (("发达地区", 80, 1.5), ("山区海岛县", 70, 2.5), ("对照地区", 75, 0.5))
        for at in months
    ]
    columns = ["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete"]
    return trend(pd.DataFrame(rows, columns=columns), unit="%", title="按时办结率")


PAPERS = {"report": (report, 5), "official": (official, 3)}  # and how many pages each has


def drawn(data: bytes, first: int = 1, last: int = 0) -> list[np.ndarray]:
    """The pages of a PDF, all or some, as grey pixels, 0 to 255."""
    pages = ["-f", str(first), *(["-l", str(last)] if last else [])]
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "paper.pdf"
        pdf.write_bytes(data)
        subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", *pages, pdf, Path(folder) / "page"], check=True)
        return [np.asarray(Image.open(path).convert("L")) for path in sorted(Path(folder).glob("page*.png"))]


def differs(page: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """The greatest and the mean difference of squares."""
    if page.shape != reference.shape:
        return 255.0, 255.0
    apart = np.abs(squares(page) - squares(reference))
    return float(apart.max()), float(apart.mean())


def squares(page: np.ndarray, side: int = SQUARE) -> np.ndarray:
    """The mean grey of each square."""
    high, wide = (length // side * side for length in page.shape)
    found: np.ndarray = page[:high, :wide].reshape(high // side, side, wide // side, side).mean(axis=(1, 3))
    return found


def shades(page: np.ndarray, greys: int) -> np.ndarray:
    """The page in so few greys, counted from black."""
    step = 255 // (greys - 1)
    found: np.ndarray = ((page.astype(np.uint16) + step // 2) // step).astype(np.uint8)
    return found


def keep(page: np.ndarray, path: Path, greys: int = 16) -> None:
    """Write a picture; so few greys are enough, and small."""
    picture = Image.fromarray(shades(page, greys))
    picture.putpalette([min(shade * 255 // (greys - 1), 255) for shade in range(256) for _ in "rgb"])
    picture.save(path, optimize=True, bits=4)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (make, _) in PAPERS.items():
        for number, page in enumerate(drawn(make().bytes()), 1):
            keep(page, FOLDER / f"{name}-{number}.png")


if __name__ == "__main__":
    main()
