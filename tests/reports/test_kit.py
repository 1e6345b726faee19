"""The document: what is printed, how it breaks over pages, what identifies it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import Destination

from core.errors import Invalid
from reports.figures import tile_map
from reports.kit import Report, chinese, numbering
from reports.pages import Pages

Make = Callable[..., Report]
Read = Callable[[Report], PdfReader]


def _text(reader: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def _solid(text: str) -> str:
    """Without spaces and line breaks, which the reader adds where words stand apart."""
    return "".join(text.split())


def _lefts(page: PageObject) -> list[float]:
    """Where each piece of text begins, in points from the left, in the order of drawing."""
    found: list[float] = []

    def visit(operator: bytes, _operands: Any, place: list[float], text: list[float]) -> None:
        if operator == b"Tj":
            found.append(place[4] + text[4])

    page.extract_text(visitor_operand_before=visit)
    return found


def _fill(report: Report, counties: pd.DataFrame) -> Report:
    report.heading("试点概况")
    report.text("第一段。\n第二段。")
    report.figures([("按时办结率", "84.6%", "+6.4"), ("净效果", "+3.1")])
    report.facts([("牵头单位", "研究院"), ("经费", None), ("层级", "县")], columns=2)
    report.heading("结果")
    report.heading("各地", 2)
    report.chart(tile_map(counties, title="按时办结率", legend="%"), "各地按时办结率")
    report.table(["地区", "比率"], [["安吉", "91.8%"]], caption="明细")
    report.note("区间由整县重抽样得到。")
    report.signatures(["组长", "成员"])
    return report


def _full(make: Make, counties: pd.DataFrame, **given: Any) -> Report:
    known: dict[str, Any] = {
        "subtitle": "安吉县等 4 个试点",
        "organisation": "省研究院",
        "number": "ZP-2026-0017",
        "digest": "9f86d081884c7d659a2f",
        "cover": True,
        "contents": True,
    }
    return _fill(make(**known | given), counties)


@pytest.fixture(scope="module")
def full(make: Make, read: Read, counties: pd.DataFrame) -> PdfReader:
    """One report with a piece of every kind, printed once for all who only read it."""
    return read(_full(make, counties))


def test_the_same_calls_give_the_same_bytes(make: Make, counties: pd.DataFrame) -> None:
    first, second = _full(make, counties), _full(make, counties)
    assert first.bytes() == second.bytes() == first.bytes()
    other = _full(make, counties, as_of=datetime(2026, 11, 22, 6, 6, tzinfo=UTC))
    assert other.bytes() != first.bytes()


def test_only_the_embedded_faces_are_named(full: PdfReader) -> None:
    resources: list[Any] = [page["/Resources"] for page in full.pages]
    fonts: list[Any] = [font.get_object() for page in resources for font in page["/Font"].values()]
    assert {font["/BaseFont"].split("+")[-1] for font in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}
    assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


def test_everything_is_printed_and_found_again(full: PdfReader) -> None:
    text = _solid(_text(full))
    for words in (
        *("试点评估报告", "安吉县等 4 个试点", "省研究院", "2026年11月22日", "编号：ZP-2026-0017"),
        *("目　录", "一、试点概况", "二、结果", "（一）各地", "第一段。", "第二段。"),
        *("84.6%", "+6.4", "净效果", "牵头单位", "经费–", "层级县"),
        *("景宁", "山区海岛县", "图1　各地按时办结率", "表1　明细", "91.8%"),
        *(
            "说明：区间由整县重抽样得到。",
            "组长（签字）：",
            "— 1 —",
            "校验 9f86d081884c · 数据截至 2026-11-22 14:05（北京时间）",
        ),
    ):
        assert _solid(words) in text, words


def test_rare_characters_are_found_again(make: Make, read: Read) -> None:
    report = make(title="𬭎㙊报告")
    report.text("二〇二六年，𬭎先生在㙊村。")
    report.table(["姓名"], [["𬭎"]])
    text = _text(read(report))
    assert "二〇二六年，𬭎先生在㙊村。" in text
    assert text.count("𬭎") == 4  # title, running head, text, table


def test_properties_and_outline(full: PdfReader) -> None:
    properties = full.metadata
    assert properties is not None
    assert (properties.title, properties.author, properties.subject) == (
        "试点评估报告",
        "省研究院",
        "安吉县等 4 个试点",
    )
    assert properties.keywords == "ZP-2026-0017, 9f86d081884c7d659a2f"
    assert properties.creation_date == datetime(2026, 11, 22, 6, 5, tzinfo=UTC)
    assert str(full.root_object["/Lang"]) == "zh-CN"

    def titles(entries: list[Any]) -> list[Any]:
        return [entry.title if isinstance(entry, Destination) else titles(entry) for entry in entries]

    assert titles(full.outline) == ["一、试点概况", "二、结果", ["（一）各地"]]
    assert full.page_labels[:3] == ["封面", "目录", "1"]


def test_contents_give_the_pages_on_which_headings_stand(make: Make, read: Read) -> None:
    report = make(contents=True)
    for _ in range(40):
        report.heading("章节")
        report.text("正文。\n" * 20)
    reader = read(report)
    listed = "".join(page.extract_text() for page in reader.pages[:2])
    for destination in reader.outline:
        assert isinstance(destination, Destination)
        page = reader.get_destination_page_number(destination)
        assert page is not None
        number = reader.page_labels[page]
        assert f"{destination.title}\n{number}\n" in listed
        assert f"— {number} —" in reader.pages[page].extract_text()
    assert reader.page_labels[:3] == ["目录", "目录", "1"]


def test_a_heading_is_not_left_alone_at_the_foot_of_a_page(make: Make, read: Read) -> None:
    for lines in range(20, 32):
        report = make()
        for number in range(lines):
            report.text(f"第{number}行")
        report.heading("标题甲")
        report.heading("标题乙", 2)
        report.table(["列"], [["格一"], ["格二"], ["格三"]])
        pages = [page.extract_text() for page in read(report).pages]
        together = [page for page in pages if "标题甲" in page]
        assert len(together) == 1
        assert "标题乙" in together[0]
        assert "格二" in together[0]


def test_a_long_table_begins_below_its_heading(make: Make, read: Read) -> None:
    report = make()
    report.heading("明细")
    report.table(["序号"], [[number] for number in range(200)])
    assert "表1" in read(report).pages[0].extract_text()


def test_a_thousand_rows_keep_their_header_and_order(make: Make, read: Read) -> None:
    report = make()
    report.table(["序号", "地区"], [[number, f"地区{number}"] for number in range(1000)], caption="明细")
    pages = [page.extract_text() for page in read(report).pages]
    assert len(pages) > 20
    assert all("序号 地区" in page for page in pages)
    assert [("续表1　明细" in page, "表1　明细" in page) for page in pages] == [(False, True)] + [(True, True)] * (
        len(pages) - 1
    )
    cells = re.findall(r"^(\d+) 地区(\d+)$", "\n".join(pages), re.MULTILINE)
    assert cells == [(str(number), str(number)) for number in range(1000)]


def test_no_row_is_left_alone_at_the_foot_or_the_head_of_a_page(make: Make, read: Read) -> None:
    for lines in range(26, 31):
        for rows in (3, 30, 31, 32, 33):
            report = make()
            report.text("\n".join("段落" for _ in range(lines)))
            report.table(["序号"], [[number] for number in range(rows)], caption="明细")
            counts = [len(re.findall(r"^\d+$", page.extract_text(), re.MULTILINE)) for page in read(report).pages]
            assert sum(counts) == rows
            assert 1 not in counts


def test_a_section_without_content_says_so(make: Make, read: Read) -> None:
    report = make()
    for name, level in (("有下级", 1), ("空的", 2), ("也空", 2), ("末尾", 1)):
        report.heading(name, level)
        report.text("正文" if name == "有下级" else "")
    text = read(report).pages[0].extract_text().replace("\n", "").replace(" ", "")
    assert text.endswith("一、有下级正文（一）空的本节没有内容。（二）也空本节没有内容。二、末尾本节没有内容。")


def test_a_cell_higher_than_a_page_continues(make: Make, read: Read) -> None:
    long = "".join(f"第{number}句。" for number in range(1500))
    report = make()
    report.table(["地区", "说明"], [["安吉", long], ["德清", "短"]])
    reader = read(report)
    assert len(reader.pages) >= 3
    parts = [page.extract_text() for page in reader.pages]
    joined = "".join(parts).replace("\n", "")
    for number in range(0, 1500, 50):
        assert f"第{number}句。" in joined or f"第{number}" in joined
    assert "德清" in parts[-1]


def test_an_empty_table_says_so(make: Make, read: Read) -> None:
    report = make()
    report.table(["地区", "比率"], [])
    assert "地区 比率\n暂无数据" in _text(read(report))


def test_rows_need_as_many_cells_as_the_header(make: Make) -> None:
    with pytest.raises(ValueError, match="表1: every row needs 2 cells"):
        make().table(["地区", "比率"], [["安吉"]])


def test_many_wide_columns_stay_on_the_page(make: Make, read: Read) -> None:
    report = make()
    header = [f"指标名称{number}" for number in range(14)]
    report.table(header, [["1,234,567.89"] * 14, ["说明文字很长很长"] * 14])
    lefts = _lefts(read(report).pages[0])
    assert min(lefts) > 79
    assert max(lefts) < 79.4 + 442.3 - 20


def test_a_table_of_many_numbers_is_set_smaller_rather_than_cutting_them(make: Make, read: Read) -> None:
    report = make()
    report.table(["地区", *(f"{month}月" for month in range(1, 13))], [["安吉县", *["1,234.5"] * 12]])
    assert _text(read(report)).count("1,234.5") == 12


def test_numbers_go_right_and_words_left(make: Make, read: Read) -> None:
    report = make()
    report.table(["地区", "件数"], [["安吉县", "7"], ["景宁", "1,234"]], widths=[1, 1])
    longer, few, shorter, many = _lefts(read(report).pages[0])[-4:]
    assert longer == shorter
    assert few > many


def test_a_title_of_sixty_characters_is_printed_whole(make: Make, read: Read) -> None:
    title = "关于在安吉县等四个县市区开展基层矛盾纠纷多元化解场景试点并与登记对照单位比较其按时办结率变化情况的二〇二六年第三季度评估报告"
    assert len(title) >= 60
    for cover in (True, False):
        report = make(title=title, cover=cover)
        report.text("正文")
        assert title in read(report).pages[0].extract_text().replace("\n", "")


def test_shares_that_make_a_column_of_single_words_give_way(make: Make, read: Read) -> None:
    """A column thought for a word holds three sentences: five rows of it filled five pages."""
    report = make(cover=False, contents=False, official=True)
    lacking = "持证残疾人信息（省级单位提供，被拒）；大额医疗支出提醒（省级单位提供，已批准）；低保和特困人员信息" * 2
    report.table(["理由", "还缺"], [["与见效地区最像", lacking]] * 5, widths=(6.3, 0.7))
    assert len(read(report).pages) == 1


def test_a_title_is_broken_into_lines_of_like_length(make: Make, read: Read) -> None:
    title = "一二三四五六七八九十一二三四五六七八"
    lines = read(make(title=title, cover=True)).pages[0].extract_text().splitlines()
    assert title[:9] in lines
    assert title[9:] in lines


def test_text_is_not_markup(make: Make, read: Read, counties: pd.DataFrame) -> None:
    raw = '<b>&amp;</b> <a href="x">&'
    report = make(title=raw, subtitle=raw, number="<b>", cover=True, contents=True)
    report.heading(raw)
    report.text(raw)
    report.note(raw)
    report.table([raw], [[raw]], caption=raw)
    report.chart(tile_map(counties.assign(short_name="<b>&"), title=raw, legend="l"), raw)
    text = _solid(_text(read(report)))
    assert text.count(_solid(raw)) >= 9
    assert "<b>&" in text.replace(_solid(raw), "")  # the name in the tile


def test_characters_that_cannot_be_printed_are_named_with_their_places(make: Make, counties: pd.DataFrame) -> None:
    report = make(title="报告😀")
    report.text("好👍，又👍")
    report.heading("概况")
    report.note("见👍")
    report.table(["地区", "说明"], [["安吉", "可"], ["德清", "见👍"]])
    report.chart(tile_map(counties, title="图ሀ", legend="l"))
    with pytest.raises(Invalid) as refused:
        report.bytes()
    assert refused.value.problems == [
        "字库中没有“😀”（U+1F600），见标题",
        "字库中没有“👍”（U+1F44D），见正文、“一、概况”一节、表1第2行“说明”",
        "字库中没有“ሀ”（U+1200），见图1",
    ]


def test_the_end_says_where_to_check_and_a_restated_report_what_it_changes(make: Make, read: Read) -> None:
    report = make(number="ZP-2026-0018", digest="0123456789abcdef", check="https://zhiping.example.cn/verify?n=ZP")
    report.restated("ZP-2026-0017", [("按时办结率", "89.83%", "90.02%")], ["目标改为 91%。", "安吉县更正。"])
    printed = "".join(page.extract_text() for page in read(report).pages)
    for words in (
        "本报告替代编号 ZP-2026-0017 的报告",
        "89.83%",
        "90.02%",
        "1. 目标改为 91%。",
        "2. 安吉县更正。",
        "报告编号：ZP-2026-0018",
        "校验码：0123456789ab",
    ):
        assert words in printed
    reworded = make(number="ZP-2026-0018", check="x")
    reworded.restated("ZP-2026-0017", [])
    said = "".join(page.extract_text() for page in read(reworded).pages).replace("\n", "")
    assert "变化在文字说明或版式中" in said and "新报送" not in said
    same = make(number="ZP-2026-0018", check="x")
    same.restated("", [])
    assert "替代" not in "".join(page.extract_text() for page in read(same).pages)


def test_demonstrations_are_marked_on_every_page(
    make: Make, read: Read, counties: pd.DataFrame, full: PdfReader
) -> None:
    marked = [page.extract_text() for page in read(_full(make, counties, demo=True)).pages]
    assert all("演示数据，不作决策依据" in page for page in marked)
    assert all(page.count("演示数据") == 2 for page in marked)  # and across the page
    assert "演示" not in _text(full)


def test_page_numbers_stand_outside(make: Make, read: Read) -> None:
    report = make()
    report.text("段落\n" * 60)
    odd, even = (set(map(round, _lefts(page))) for page in read(report).pages[:2])
    left = round((28 / 25.4) * 72 + 14)
    assert left in even - odd
    assert max(odd - even) > 460


def test_headings_are_numbered_as_official_papers_are(make: Make, read: Read) -> None:
    report = make()
    for text, level in [("甲", 1), ("乙", 2), ("丙", 3), ("丁", 4), ("戊", 4), ("己", 2), ("庚", 1), ("辛", 2)]:
        report.heading(text, level)
    report.heading("附录", numbered=False)
    text = _text(read(report))
    for words in ("一、甲", "（一）乙", "1. 丙", "（1）丁", "（2）戊", "（二）己", "二、庚", "（一）辛"):
        assert words in text
    assert "、附录" not in text


def test_an_outline_that_jumps_a_level_is_still_written(make: Make, read: Read) -> None:
    report = make()
    report.heading("甲", 3)
    report.heading("乙", 1)
    report.heading("丙", 4)
    assert len(read(report).outline) == 3


@pytest.mark.parametrize(
    "number, words", [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "100")]
)
def test_chinese_numerals(number: int, words: str) -> None:
    assert chinese(number) == words
    assert numbering(number, 1) == f"{words}、"


def test_labels_count_tables_and_pictures_apart(make: Make, counties: pd.DataFrame) -> None:
    report = make()
    labels = [
        report.table(["甲"], [[1]]),
        report.chart(tile_map(counties, title="t", legend="l")),
        report.table(["乙"], [[2]]),
    ]
    assert labels == ["表1", "图1", "表2"]


def test_a_built_report_takes_nothing_more(make: Make) -> None:
    report = make()
    report.text("正文")
    report.bytes()
    with pytest.raises(RuntimeError):
        report.text("再加一段")


def test_a_naive_time_is_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="time zone"):
        make(as_of=datetime(2026, 1, 1))  # noqa: DTZ001  that is the point


def test_documents_are_built_one_at_a_time(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """ReportLab cuts the faces by seeking in one open file: two documents at once would mix their glyphs."""
    build = Pages.multiBuild
    inside: list[int] = []
    most: list[int] = []

    def watched(pages: Pages, story: list[Any]) -> None:
        inside.append(1)
        time.sleep(0.02)
        most.append(len(inside))
        build(pages, story)
        inside.pop()

    monkeypatch.setattr(Pages, "multiBuild", watched)
    reports = [make(title=f"报告{number}") for number in range(4)]
    for report in reports:
        report.text("正文")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Report.bytes, reports))
    assert most == [1] * 4


def test_no_page_is_begun_for_the_check_code(make: Make, read: Read) -> None:
    """A full last page has it in its margin."""
    for lines, rows, pages in ((12, 0, 1), (23, 0, 1), (24, 0, 2), (0, 25, 1), (0, 26, 2)):
        report = make(check="https://x.example", number="ZP-1")
        report.text("\n".join("行" for _ in range(lines)))
        if rows:
            report.table(["名"], [["值"]] * rows)
        pages_ = read(report).pages
        assert len(pages_) == pages, (lines, rows)
        assert "扫码可核对" in pages_[-1].extract_text()
        assert re.search("行|值", pages_[-1].extract_text())


def test_lines_to_sign_on_stand_below_what_is_signed(make: Make, read: Read) -> None:
    report = make()
    report.text("\n".join("行" for _ in range(24)))
    report.heading("佐证", numbered=False)
    report.table(["文件"], [["方案"]])
    report.signatures(["初核人", "复核人"])
    last = read(report).pages[-1].extract_text()
    assert last.index("佐证") < last.index("方案") < last.index("初核人") < last.index("复核人")


def test_a_short_table_of_names_and_values_stays_on_one_page(make: Make, read: Read) -> None:
    report = make()
    report.text("\n".join("行" for _ in range(24)))
    report.facts([(f"项{at}", "值") for at in range(9)])
    assert "项0" in read(report).pages[1].extract_text()


def test_six_key_figures_are_three_and_three(make: Make, read: Read) -> None:
    report = make()
    report.figures([(f"名{at}", "1") for at in range(6)])
    seen: list[float] = []
    read(report).pages[0].extract_text(
        visitor_text=lambda text, page, matrix, *_: (
            seen.append(round(page[5] + matrix[5])) if text.startswith("名") else None
        )
    )
    assert len(seen) == 6 and [seen.count(y) for y in dict.fromkeys(seen)] == [3, 3]


def test_a_code_without_an_address_promises_no_page(make: Make, read: Read) -> None:
    """An installation that does not know its own address prints number and letters: scanning them opens nothing."""
    for check, said in (("https://a.example/verify?n=1", "扫码可核对"), ("ZP-PG-2026-0001 9f86d081884c", "/verify")):
        report = make(check=check, cover=False, contents=False)
        report.text("正文")
        last = read(report).pages[-1].extract_text()
        assert [words in last for words in ("扫码可核对", "（/verify）填编号")] == [
            said == "扫码可核对",
            said == "/verify",
        ]
