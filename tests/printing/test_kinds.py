"""Every kind of report, from the demo province and from a nearly empty one: its tables are those of the engine to the
digit, in PDF, Excel and Word; its fonts are its own; the same figures are the same paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfbase import pdfmetrics

from accounts.permissions import Actor
from challenges.queries import challenges
from core.errors import AppError, Forbidden, Invalid, NotFound
from metrics.quarter import Month
from metrics.queries import returns
from printing import making
from reports import typefaces
from tests.printing import expected, pictures, reading
from tests.printing.expected import Item, Table
from tests.printing.printed import KINDS, QUARTER, WHO, Print, Printed
from tests.printing.reading import Read, Rows, squeezed

FACES = {("NotoSansSC-Regular", "yes", "yes"), ("NotoSansSC-Bold", "yes", "yes")}  # embedded, and only what is used


def stands(table: Table, tables: list[Rows], *, on_paper: bool) -> bool:
    """Whether one of the tables has these columns, and in them these very rows."""
    columns, wanted = (
        [squeezed(name) for name in table.columns],
        [[squeezed(cell) or "–" for cell in row] for row in table.rows],
    )
    for header, *rows in tables:
        if not set(columns) <= set(header):
            continue
        at = [header.index(name) for name in columns]
        found = [[row[place] or "–" for place in at] if len(row) == len(header) else row for row in rows]
        left = iter(found)
        if table.among and all(row in left for row in wanted):
            return True
        if not table.among and found == (wanted[: table.printed] if on_paper else wanted):
            return True
    return False


def lacking(items: list[Item], read: Read, pairs: Rows) -> list[Item]:
    """What does not stand in the paper; `pairs` are rows in which names stand before their values."""
    tables, said = [rows for _, rows in read.tables], set(read.said)

    def there(item: Item) -> bool:
        if isinstance(item, Table):
            return stands(item, tables, on_paper=True)
        if isinstance(item, str):
            return all({squeezed(line), squeezed(in_full(line))} & said for line in item.splitlines())
        name, value, *more = map(squeezed, item)
        noted = f"{value}（{more[0]}）" if any(more) else value
        return name + value + "".join(more) in said or any(beside(row, [name, noted]) for row in pairs)

    return [item for item in items if not there(item)]


def in_full(line: str) -> str:
    """Days as official papers write them in running text."""
    return re.sub(r"(\d{4})-(\d\d)-(\d\d)", lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", line)


def beside(row: list[str], cells: list[str]) -> bool:
    return any(row[at : at + len(cells)] == cells for at in range(len(row)))


def lacking_in_workbook(items: list[Item], sheets: dict[str, Rows]) -> list[Item]:
    tables = list(sheets.values())
    rows = [[cell or "–" for cell in row] for sheet in tables for row in sheet]
    cells = {cell for row in rows for cell in row}

    def there(item: Item) -> bool:
        if isinstance(item, Table):
            return stands(item, tables, on_paper=False)
        if isinstance(item, str):  # whom a letter is to stands beside its label
            lines = [squeezed(line) for line in item.splitlines()]
            return all(line in cells or f"主送：{line.rstrip('：')}" in cells for line in lines)
        return any(beside(row, [squeezed(cell) for cell in item if cell]) for row in rows)

    return [item for item in items if not there(item)]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("key", KINDS)
def test_a_kind_prints_what_the_engine_says(printed: Print, key: str) -> None:
    report = printed(key)
    items = list(expected.KINDS[key](report.actor, report.subject))
    read = reading.pdf(report.pdf.data)
    assert lacking(items, read, read.facts) == []
    assert reading.fonts(report.pdf.data) <= FACES
    number, digest = report.pdf.number, report.pdf.digest
    first = reading.poppler("pdftotext", report.pdf.data, "-l", "1", to="-")
    assert "演示数据" in first
    assert number in read.text and digest[:12] in first + read.text
    book = report.made("xlsx")
    sheets = reading.workbook(book.data)
    assert (book.number, book.digest) == (number, digest)
    assert ["数据指纹（SHA-256）", digest] in sheets["出处"]
    assert lacking_in_workbook(items, sheets) == []
    # Whatever else is a table on paper has its rows in the workbook.
    others = [
        Table(rows[0], [row for row in rows[1:] if len(row) == len(rows[0])], among=True) for _, rows in read.tables
    ]
    if key == "receipt":  # where an entry's code and title share a cell
        others = []
    assert [table for table in others if not stands(table, list(sheets.values()), on_paper=True)] == []
    if report.kind.word:
        letter = reading.letter(report.made("docx").data)
        assert lacking(items, letter, [row for _, rows in letter.tables for row in rows]) == []
        assert number in letter.text


@pytest.mark.parametrize("key", [key for key in KINDS if key not in ("pilot", "gap", "county", "receipt")])
def test_printing_again_gives_the_same_bytes(printed: Print, key: str) -> None:
    """Those that take seconds are printed again by tests of their own; a receipt says when it was read."""
    report = printed(key)
    assert making.make(report.actor, report.kind, report.subject) == report.pdf


@pytest.mark.timeout(180)
@pytest.mark.parametrize("key", KINDS)
def test_pages_look_as_in_their_pictures(printed: Print, told: dict[str, Printed], key: str) -> None:
    for name, page in pictures.looked_at(key, printed(key), told).items():
        apart = pictures.differs(name, page, _picture(name))
        assert not apart, f"{apart}: look at it, then python -m tests.printing.pictures"


def test_a_moved_column_and_a_lost_picture_are_noticed() -> None:
    """On every page."""
    names = sorted(path.stem for path in pictures.FOLDER.glob("*.png"))
    assert {name[:-2] for name in names} == set(KINDS) and {name[:-2] for name in names if name[-1] == "b"} == set(
        pictures.MAIN
    )
    assert sum(path.stat().st_size for path in pictures.FOLDER.glob("*.png")) < 350_000
    for name in names:
        page = _picture(name)
        ink = 255 - page.astype(float)
        assert pictures.differs(name, page, page) == ""
        wide, high = 60, page.shape[0] // 4
        x = int(np.argmax(np.convolve(ink[60:-90].sum(axis=0)[:-6], np.ones(wide), "valid")))
        y = int(np.argmax(np.convolve(ink.sum(axis=1), np.ones(high), "valid")))
        moved, lost = page.copy(), page.copy()
        moved[60:-90, x : x + 6] = 255
        moved[60:-90, x + 6 : x + wide + 6] = page[60:-90, x : x + wide]
        lost[y : y + high] = 255
        assert pictures.differs(name, lost, page), name
        assert pictures.differs(name, moved, page), name


def test_another_face_is_noticed(printed: Print, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bold one for all: as wide, and blacker."""
    monkeypatch.setitem(pdfmetrics._fonts, typefaces.REGULAR, pdfmetrics.getFont(typefaces.BOLD))
    for key in ("indicator", "award_letter", "review"):
        for name, page in pictures.pages(key, printed(key).made("pdf").data).items():
            assert pictures.differs(name, page, _picture(name)), name


def _picture(name: str) -> np.ndarray:
    return np.asarray(Image.open(pictures.FOLDER / f"{name}.png").convert("L"))


def test_nothing_is_said_by_colour_alone(printed: Print) -> None:
    """Whatever is told apart by a colour in a printed picture is told apart by a shape, a dash, its words or its place,
    too: it can be read from a black-and-white copy."""
    seen = 0
    for key in ("pilot", "county", "gap", "promotion", "dossier", "duties"):
        for spec in printed(key).specs:
            coloured, otherwise = _channels(spec)
            rows = [row for rows in spec.get("datasets", {}).values() for row in rows]
            silent = [
                field
                for field in coloured - otherwise
                if not any(_same(rows, field, other) for other in otherwise)  # the same in other words
            ]
            assert not silent, (key, spec.get("title"), silent)
            seen += bool(coloured)
    assert seen > 10


def _channels(spec: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The fields of which colours are names, and those that something else says as well."""
    coloured: set[str] = set()
    otherwise: set[str] = set()
    for layer in _layers(spec):
        for channel, said in layer.get("encoding", {}).items():
            if not isinstance(said, dict) or "field" not in said:
                continue
            if channel in ("color", "fill", "stroke"):
                if said.get("type") == "nominal" and said.get("scale") is not None:
                    coloured.add(said["field"])
            elif channel not in ("detail", "tooltip", "opacity"):
                otherwise.add(said["field"])
    return coloured, otherwise


def _same(rows: list[dict[str, Any]], field: str, other: str) -> bool:
    """Whether each says of every row what the other says."""
    pairs = {(row[field], row[other]) for row in rows if field in row and other in row}
    return len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs}) > 1


def _layers(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield spec
    for part in ("layer", "hconcat", "vconcat", "concat"):
        for inner in spec.get(part, ()):
            yield from _layers(inner)
    if "spec" in spec:
        yield from _layers(spec["spec"])


def test_a_shifted_row_or_another_digit_is_noticed() -> None:
    rows = [["报送期", "数值", "分子"], ["2026年9月", "50.57%", "397"], ["2026年8月", "86.07%", "686"]]
    right = Table(["报送期", "数值"], [["2026年9月", "50.57%"], ["2026年8月", "86.07%"]])
    assert stands(right, [rows], on_paper=True)
    for wrong in (
        [["2026年9月", "86.07%"], ["2026年8月", "50.57%"]],
        [["2026年9月", "50.58%"], ["2026年8月", "86.07%"]],
        [["2026年9月", "50.57%"]],
    ):
        assert not stands(Table(["报送期", "数值"], wrong), [rows], on_paper=True)


# What a province says in which one pilot was begun and nobody has reported: what is missing, in so many words.
NOTHING: dict[str, list[Item]] = {
    "pilot": [
        "按时办结率（试点合计）–尚无完整的一期，目标90.00%",
        "这个指标还没有任何数据。",
        "试点与对照地区没有可比的前后数据，不能说是不是试点带来的。",
        Table(["部分", "符合 / 应有"], [["完整性", "0 / 64"], ["及时性", "0 / 64"]]),
    ],
    "county": [
        "危房智能巡查试点：2025年第3季度没有可用的数（已报 0 / 应报 3 期）。",
        "2025年第3季度，安吉县应报 1 项指标，有数的 0 项；应报 3 份报送，按时 0 份。",
        Table(["报送期", "数值"], [["暂无数据"]]),
        Table(["指标", "本季度", "已报 / 应报"], [["按时办结率", "–", "0 / 3"]]),
    ],
    "promotion": [
        "现在还不能制定推广计划：这个试点还没有记录结论。先在试点页记录结论，结论为“推广”或“有条件推广”时才能制定推广计划。",
        ("优先推广", "0 个", "范围内、数据齐"),
    ],
    "indicator": [Table(["报送任务", "作用"], [["危房智能巡查试点", "目标指标"]])],
    "catalogue": ["应在本期办结的事项中，在规定时限内办结的比例。"],
    "dossier": ["数据就绪度 0/1（0%）（已接入 ÷ 需要）。", ("技术手段", "–"), "没有待补的内容。"],
    "duties": [("已确认", "1/1", ""), ("配合单位", "–")],
}
REFUSED = {
    "order": "没有找到这份督办单", "gap": "还没有两类地区的数可以比较", "review": "没有找到这次评审",
    "marks": "没有找到这次评审", "receipt": "没有找到这次评审", "challenge_list": "现在没有正在揭榜的榜单",
    "challenge_notice": "公示发布后可以生成", "challenge_contract": "没有找到这份揭榜申请",
    "challenge_milestone": "没有找到这份揭榜申请", "award_notice": "公示发布后可以生成",
    "award_list": "没有找到这个年度", "award_certificate": "证书在名单发布后", "award_letter": "没有找到这个参评项目",
}  # fmt: skip


@pytest.mark.parametrize("key", KINDS)
def test_a_kind_prints_from_nearly_nothing_or_says_what_is_missing(empty: dict[str, Actor], key: str) -> None:
    li, kind = empty["li_staff"], KINDS[key]
    assert bool(kind.subjects(li)) is (key in NOTHING or key == "challenge_list")
    if key in REFUSED:
        with pytest.raises(AppError) as refused:
            making.make(li, kind, "all" if key == "challenge_list" else "1")
        assert REFUSED[key] in str(refused.value) and refused.value.remedy
        return
    subject = "330523:2025Q3" if key == "county" else kind.subjects(li)[0].id
    report = Printed(li, kind, subject, kind.load(li, subject))
    read = reading.pdf(report.pdf.data)
    assert lacking(NOTHING[key], read, read.facts) == []
    if key == "promotion":  # nobody was measured, so the pilot's counties only stand in for those where it worked
        assert "暂以全部2个试点地区作参照" in read.text
    assert reading.fonts(report.pdf.data) <= FACES
    for form in kind.forms[1:]:
        assert report.made(form).number == report.pdf.number


def test_a_county_with_one_value_and_a_rare_name(empty: dict[str, Actor]) -> None:
    """One month reported, in a place whose name is written beyond U+FFFF; another name cannot be printed at all."""
    li, kind = empty["li_staff"], KINDS["county"]
    found = kind.load(li, "330523:2025Q3")
    month = Month("2025-08", 9_000_000, 10_000_000, Fraction(90), "已报", 0)
    line = replace(
        found.lines[0], months=[month], value=Fraction(90), n=9_000_000, d=10_000_000, how="当期", reported=1
    )
    one = Printed(li, kind, "", replace(found, name="𬭎㙊县", lines=[line]))
    items: list[Item] = [
        Table(["报送期", "数值", "按时办结件数", "应办结件数"], [["2025年8月", "90.00%", "9", "10"]]),
        Table(["指标", "本季度", "目标", "已报 / 应报"], [["按时办结率", "90.00%", "90.00%", "1 / 3"]]),
    ]
    read = reading.pdf(one.pdf.data)
    assert lacking(items, read, []) == [] and "𬭎㙊县" in read.text
    assert lacking_in_workbook(items, reading.workbook(one.made("xlsx").data)) == []
    with pytest.raises(Invalid) as refused:
        Printed(li, kind, "", replace(found, name="🏠县")).made("pdf")
    assert any("U+1F3E0" in problem and "副标题" in problem for problem in refused.value.problems)


LONG = "关于在全省山区海岛县和部分发达县市区联动开展基层矛盾纠纷多元化解、网格事件智能流转与群众诉求闭环办理的数字化改革试点项目"
TITLED: dict[str, Callable[[Any], Any]] = {
    "award_certificate": lambda of: replace(of, row=replace(of.row, title=LONG)),
    "award_letter": lambda of: replace(of, row=replace(of.row, title=LONG)),
    "award_notice": lambda of: replace(
        of, notice=replace(of.notice, listed=[{**line, "title": LONG} for line in of.notice.listed])
    ),
    "challenge_notice": lambda of: replace(of, view=replace(of.view, row=replace(of.view.row, title=LONG))),
    "challenge_contract": lambda of: replace(
        of, facts=[(name, LONG if name == "方案名称" else x) for name, x in of.facts]
    ),
    "dossier": lambda of: replace(of, scenario=replace(of.scenario, row=replace(of.scenario.row, name=LONG))),
    "order": lambda of: replace(of, order=replace(of.order, title=LONG)),
}


@pytest.mark.parametrize("key", TITLED)
def test_a_name_of_sixty_characters_is_printed_whole_and_inside_the_page(printed: Print, key: str) -> None:
    """In every kind whose title somebody writes by hand."""
    assert len(LONG) == 60
    report = printed(key)
    data = replace(report, inputs=TITLED[key](report.inputs)).made("pdf").data
    text = squeezed(reading.poppler("pdftotext", data, "-l", "1", "-raw", to="-"))
    assert LONG in text
    boxes = reading.poppler("pdftotext", data, "-bbox", to="-")
    wide = float(re.findall(r'<page width="([\d.]+)"', boxes)[0])
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', boxes))) <= wide - 40
    assert min(map(float, re.findall(r'xMin="([\d.]+)"', boxes))) >= 40


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ("wujie", {"county", "gap", "marks", "order", "pilot", "promotion", "review", "dossier", "duties"}),
        ("wanganji", {"gap", "marks", "pilot", "promotion", "review", "receipt"}),
    ],
)
def test_who_may_not_is_refused(demo: dict[str, Actor], who: str, refused: set[str]) -> None:
    """Whoever may ask for a kind is shown what is his; a whole kind is refused with the permission."""
    actor = demo[who]
    found = set()
    for key, kind in KINDS.items():
        if key.startswith("award"):  # that room walks its own
            continue
        try:
            making.make(actor, kind, "330521:2026Q3" if key == "county" else "1")
        except Forbidden:
            found.add(key)
        except NotFound:
            continue
    assert found - {"receipt"} == refused - {"receipt"}


def test_a_county_has_its_own_quarter_and_nobody_elses(printed: Print, demo: dict[str, Actor]) -> None:
    """One report, whoever asks for it: the county or the institute."""
    wang, asked = demo["wanganji"], printed("county")
    own = asked.kind.load(wang, asked.subject)
    assert asked.kind.identity(wang, own) == asked.kind.identity(asked.actor, asked.inputs)
    assert {item.id.partition(":")[0] for item in asked.kind.subjects(wang)} == {"330523"}
    with pytest.raises(NotFound):
        asked.kind.load(wang, f"330521:{QUARTER}")


def test_what_is_listed_stands_in_one_order_whatever_the_database(demo: dict[str, Actor]) -> None:
    """Returns due on one day stood as the database handed them out, and so a county's report had another number."""
    due = [(-view.due_on.toordinal(), view.id) for view in returns(demo["liyan"], region_code="331181")]
    assert len({day for day, _ in due}) < len(due) and due == sorted(due)
    closed = [row.id for row in challenges(demo["liyan"]) if not row.open]
    assert len(closed) > 2 and closed == sorted(closed, reverse=True)


@pytest.mark.parametrize("subject", ["330523", "330523:2026", "330523:2030Q1", "330500:2026Q3", "999999:2026Q3"])
def test_no_such_quarter_is_refused_with_the_way_to_write_it(demo: dict[str, Actor], subject: str) -> None:
    with pytest.raises(NotFound) as refused:
        making.make(demo["liyan"], KINDS["county"], subject)
    assert re.search(r"2026Q3|330523", refused.value.remedy)


@pytest.mark.parametrize("given", ["999999", "9" * 20, "0", "-1", "没有", "1:没有", "²"])
def test_no_kind_takes_an_id_that_there_is_not(demo: dict[str, Actor], given: str) -> None:
    """Each says so in words and with a way out, however large the number."""
    for key, kind in KINDS.items():
        with pytest.raises(NotFound) as refused:
            kind.load(demo[WHO.get(key, "liyan")], given)
        assert re.search("[一-龥]{4}", refused.value.message) and refused.value.remedy, key
