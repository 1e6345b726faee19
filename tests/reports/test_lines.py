"""Where Chinese lines break, and what they leave out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.layouts import REPORT
from reports.lines import Lines, balanced_lines, break_lines, cell_pieces, clean, shorten
from reports.typefaces import BOLD, REGULAR, register, text_width

register()


def _broken(text: str, ems: float) -> list[str]:
    return [line.text for line in break_lines(text, REGULAR, 10, ems * 10)]


def test_a_title_is_broken_at_its_marks_where_that_makes_lines_of_like_length() -> None:
    def lines(text: str) -> list[str]:
        return [line.text for line in balanced_lines(text, BOLD, 22, 442)]

    assert lines("关于“幸福里二期：服务点联网”参评情况的反馈") == ["关于“幸福里二期：", "服务点联网”参评情况的反馈"]
    assert lines("关于“甲”的危化品运输路径动态风险预警拟中榜名单的公示")[0] != "关于“甲”"  # too short a line


@pytest.mark.parametrize(
    "text, ems, expected",
    [
        ("按时办结率", 5, ["按时办结率"]),
        ("按时办结率", 3, ["按时办", "结率"]),
        ("按时办结，率", 4, ["按时办", "结，率"]),  # no closing mark begins a line
        ("按时（办结）率", 3, ["按时", "（办", "结）率"]),  # no opening mark ends one
        ("达到98.25%以上", 4, ["达到", "98.25%", "以上"]),  # numbers stay whole
        ("ABCDEFGHIJKLMNOP", 4, ["ABCDEF", "GHIJKL", "MNOP"]),  # unless they are wider than the line
        ("甲\n\n乙", 4, ["甲", "", "乙"]),
        ("", 4, [""]),
    ],
)
def test_breaking(text: str, ems: float, expected: list[str]) -> None:
    assert _broken(text, ems) == expected


@given(st.text("，。（）“”《》—…AB1.% 甲乙丙\n", max_size=80), st.floats(20, 120))
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: float) -> None:
    lines = break_lines(text, REGULAR, 10, width)
    assert "".join(line.text for line in lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(text_width(line.text, REGULAR, 10) <= width + 1e-6 for line in lines)
    assert all(line.spare == pytest.approx(width - text_width(line.text, REGULAR, 10)) for line in lines)


def test_an_indent_shortens_only_the_first_line_of_a_paragraph() -> None:
    lines = break_lines("一二三四五六\n七八九十", REGULAR, 10, 40, indent=20)
    assert [line.text for line in lines] == ["一二", "三四五六", "七八", "九十"]
    assert [line.last for line in lines] == [False, True, False, True]


def test_a_title_does_not_end_in_a_single_character() -> None:
    title = "一二三四五六七八九十一"
    assert _broken(title, 10) == ["一二三四五六七八九十", "一"]
    assert [line.text for line in balanced_lines(title, REGULAR, 10, 100)] == ["一二三四五六", "七八九十一"]


@pytest.mark.parametrize(
    "pasted, printed",
    [
        ("甲\u200b乙\ufeff", "甲乙"),
        ("葛\U000e0100城", "葛城"),
        ("a\u00a0b\tc", "a b c"),
        ("一\r\n二\r三", "一\n二\n三"),
        ("甲　乙", "甲　乙"),
        ("e\u0301", "é"),
        (None, "None"),
    ],
)
def test_clean(pasted: object, printed: str) -> None:
    assert clean(pasted) == printed


def test_shorten() -> None:
    assert shorten("按时办结率", REGULAR, 10, 50) == "按时办结率"
    assert shorten("按时办结率", REGULAR, 10, 45) == "按时办…"


@pytest.mark.parametrize(("lines", "kept"), [(1, 1), (2, 2), (3, 3), (4, 2), (9, 2)])
def test_a_paragraph_too_short_to_be_parted_keeps_its_heading_with_it(lines: int, kept: int) -> None:
    paragraph = Lines("\n".join("字" * 4 for _ in range(lines)), REPORT.body)
    _, height = paragraph.wrap(400, 800)
    assert height == lines * REPORT.body.leading
    assert paragraph.head_height() == kept * REPORT.body.leading
    assert (len(paragraph.split(400, kept * REPORT.body.leading)) == 2) is (kept < lines)


def test_a_title_is_broken_between_words() -> None:
    title = "关于公布2026年度基层智治场景揭榜挂帅拟中榜名单的公示"
    lines = [line.text for line in balanced_lines(title, BOLD, 22, 442)]
    assert lines == ["关于公布2026年度基层智治", "场景揭榜挂帅拟中榜名单的公示"]


def test_a_cell_is_not_broken_inside_an_interval_a_month_or_a_measure() -> None:
    text = "+9.54个百分点（+6.06 至 +13.02）2025年11月第 65 名（65–65）"
    assert "".join(cell_pieces(text)) == text
    lines = [line.text for line in break_lines(text, REGULAR, 10, 95, pieces=cell_pieces)]
    assert lines == ["+9.54个百分点", "（+6.06 至 +13.02）", "2025年11月第 65 名", "（65–65）"]
    assert [line.text for line in break_lines("3.32个工作日", REGULAR, 10, 40, pieces=cell_pieces)] == [
        "3.32个工",
        "作日",
    ]
