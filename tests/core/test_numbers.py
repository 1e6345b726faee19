"""Exact numbers: rounding as people do it, reading what people type, printing without lies."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.numbers import (
    MICRO,
    MICRO_LIMIT,
    Reading,
    format_exact,
    format_number,
    from_micro,
    parse_number,
    round_half_up,
    to_micro,
)

MICROS = st.integers(-MICRO_LIMIT, MICRO_LIMIT)


@pytest.mark.parametrize(
    "value, places, expected",
    [
        (Decimal("2.5"), 0, "3"),  # half to even would be 2
        (Decimal("-2.5"), 0, "-3"),
        (2.675, 2, "2.68"),  # its binary neighbour would be 2.67
        (Fraction(2, 3), 4, "0.6667"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(10**20 + 1, 2), 0, "50000000000000000001"),
        ("1.005", 2, "1.01"),
        (7, 2, "7.00"),
    ],
)
def test_round_half_up(value: Decimal | float | Fraction | str, places: int, expected: str) -> None:
    assert round_half_up(value, places) == Decimal(expected)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_rounding_refuses_what_is_not_finite(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        round_half_up(value, 2)


@settings(deadline=None)
@given(MICROS)
def test_micro_comes_back_exactly(micro: int) -> None:
    assert to_micro(from_micro(micro)) == micro


@pytest.mark.parametrize("value", ["0.0000001", "1e13", "-1e13", "NaN", "Infinity"])
def test_micro_refuses_what_it_cannot_hold(value: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        to_micro(value)


@pytest.mark.parametrize(
    "raw, value",
    [
        (96, "96"),
        (96.5, "96.5"),
        (Decimal("1.10"), "1.10"),
        ("96", "96"),
        (" 96 ", "96"),
        ("+96", "96"),
        ("-96.5", "-96.5"),
        (".5", "0.5"),
        ("1.5e3", "1500"),
    ],
)
def test_plain_numbers_need_no_note(raw: object, value: str) -> None:
    reading = parse_number(raw)
    assert (reading.value, reading.note, reading.error) == (Decimal(value), "", "")


@pytest.mark.parametrize(
    "raw, value, word",
    [
        ("1,234.5", "1234.5", "千分位"),
        ("1 234,5", "1234.5", "空格分组"),
        ("1\u00a0234", "1234", "空格分组"),
        ("12%", "0.12", "百分数"),
        ("12 %", "0.12", "百分数"),
        ("１２３", "123", "全角字符"),
        ("１２．５％", "0.125", "百分数"),
        ("－５", "-5", "全角字符"),
    ],
)
def test_unobvious_numbers_say_how_they_were_read(raw: str, value: str, word: str) -> None:
    reading = parse_number(raw)
    assert reading.value == Decimal(value)
    assert word in reading.note
    assert raw.strip() in reading.note


@pytest.mark.parametrize("raw", [None, "", "   ", "\u3000"])
def test_blank_is_neither_zero_nor_an_error(raw: str | None) -> None:
    reading = parse_number(raw)
    assert (reading.value, reading.note, reading.error) == (None, "", "")


@pytest.mark.parametrize("raw", ["n/a", "无", "100件", "1,23", "12,34", "1.2.3", "--5", "%", "2026-10", "=1+1", True])
def test_anything_else_is_an_error_that_quotes_it(raw: object) -> None:
    reading = parse_number(raw)
    assert reading.value is None
    assert ("是" if raw is True else str(raw)) in reading.error


@pytest.mark.parametrize("raw", [float("nan"), float("inf")])
def test_infinite_cells_are_errors(raw: float) -> None:
    assert parse_number(raw).error


@settings(deadline=None)
@given(MICROS, st.sampled_from(["plain", "grouped", "spaced", "full width", "padded"]))
def test_a_formatted_number_is_read_as_itself(micro: int, look: str) -> None:
    value = from_micro(micro)
    plain = f"{value:f}"
    text = {
        "plain": plain,
        "grouped": f"{value:,f}",
        "spaced": f"{value:,f}".replace(",", " "),
        "full width": plain.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"}),
        "padded": f"  {plain}\u3000",
    }[look]
    reading = parse_number(text)
    assert (reading.value, reading.error) == (value, "")


@settings(deadline=None)
@given(st.decimals(-(10**6), 10**6, places=4))
def test_a_printed_percentage_is_read_as_its_fraction(value: Decimal) -> None:
    assert parse_number(f"{value}%").value == value / 100


@settings(deadline=None)
@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    reading = parse_number(text)
    assert reading.value is None or not reading.error


@pytest.mark.parametrize(
    "value, places, expected",
    [
        (Decimal("1234567.891"), 2, "1,234,567.89"),
        (Fraction(1, 3), 2, "0.33"),
        (-0.001, 2, "0.00"),
        (None, 2, "–"),
        (float("nan"), 2, "–"),
        (0, 0, "0"),
    ],
)
def test_format_number(value: Decimal | Fraction | float | None, places: int, expected: str) -> None:
    assert format_number(value, places) == expected


def test_a_sign_is_shown_only_where_something_changed() -> None:
    assert format_number(2, 1, signed=True) == "+2.0"
    assert format_number(-2, 1, signed=True) == "-2.0"
    assert format_number(0, 1, signed=True) == "0.0"


def test_reported_quantities_are_printed_as_reported() -> None:
    assert format_exact(Decimal("1234.50")) == "1,234.5"
    assert format_exact(Decimal(0)) == "0"
    assert format_exact(Decimal(1000)) == "1,000"
    assert format_exact(None) == "–"
    assert to_micro(Decimal("0.000001")) == 1
    assert from_micro(96 * MICRO) == 96


@pytest.mark.parametrize("text", ["0,123", "5²", "٣٤", "1,23", "①"])
def test_what_only_looks_like_a_number_is_not_guessed(text: str) -> None:
    reading = parse_number(text)
    assert reading.value is None
    assert reading.error


def test_a_unicode_minus_is_a_minus_and_no_full_width_character() -> None:
    assert parse_number("\u22123.5") == Reading(Decimal("-3.5"))


def test_numpy_floats_round_like_ours() -> None:
    assert round_half_up(np.float64(2.675), 2) == Decimal("2.68")


def test_thirty_digits_stay_exact() -> None:
    long = Decimal("123456789012345678901234567890.55")
    assert round_half_up(long, 1) == Decimal("123456789012345678901234567890.6")
    with pytest.raises(ValueError, match="decimals"):
        to_micro(Decimal("1.0000000000000000000000000000001"))
