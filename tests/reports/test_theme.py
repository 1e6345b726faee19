"""Colours are never alone, and what is written on them can be read."""

import pytest

from reports import theme


def test_the_two_groups_keep_their_looks_whatever_stands_beside_them() -> None:
    first, second, third = theme.looks(["全省", "山区海岛县", "发达地区"])
    assert second.colour == theme.MOUNTAIN
    assert third.colour == theme.DEVELOPED
    assert first.colour not in (theme.MOUNTAIN, theme.DEVELOPED)


def test_up_to_seven_series_differ_in_colour_shape_and_dash() -> None:
    looks = theme.looks(list("甲乙丙丁戊己庚"))
    for part in ("colour", "shape", "dash"):
        assert len({getattr(look, part) for look in looks}) == 7


def test_more_series_than_looks_start_again() -> None:
    looks = theme.looks([str(number) for number in range(9)])
    assert looks[7] == looks[0]


def test_a_name_asked_for_twice_has_one_look() -> None:
    assert len(set(theme.looks(["甲", "乙", "甲"]))) == 2


@pytest.mark.parametrize(
    "background, ink", [("#FFFFFF", theme.INK), (theme.MAIN, theme.PAPER), (theme.MOUNTAIN, theme.INK)]
)
def test_readable_ink(background: str, ink: str) -> None:
    assert theme.readable_on(background) == ink


@pytest.mark.parametrize(
    "place, colour",
    [(-1, "#000000"), (0, "#000000"), (0.25, "#808080"), (0.5, "#FFFFFF"), (0.75, "#FF8080"), (1, "#FF0000")],
)
def test_blend(place: float, colour: str) -> None:
    assert theme.blend(["#000000", "#FFFFFF", "#FF0000"], place) == colour


def test_tones_differ_in_symbol() -> None:
    assert len({tone.symbol for tone in theme.TONES.values()}) == len(theme.TONES)
