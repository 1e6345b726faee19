"""Unified social credit codes: the standard's own example, and what one slip does to it."""

from __future__ import annotations

import pytest

from accounts.credit_code import is_valid, normal

EXAMPLE = "91350100M000100Y43"  # GB 32100-2015


def test_the_standards_example() -> None:
    assert is_valid(EXAMPLE)
    assert is_valid("9133000070471161XA")


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_sign_is_noticed(place: int) -> None:
    for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        changed = EXAMPLE[:place] + sign + EXAMPLE[place + 1 :]
        assert is_valid(changed) == (changed == EXAMPLE)


@pytest.mark.parametrize("place", range(17))
def test_neighbours_exchanged_are_noticed(place: int) -> None:
    changed = EXAMPLE[:place] + EXAMPLE[place + 1] + EXAMPLE[place] + EXAMPLE[place + 2 :]
    assert is_valid(changed) == (changed == EXAMPLE)


@pytest.mark.parametrize(
    "code", ["", EXAMPLE[:17], EXAMPLE + "3", EXAMPLE.lower(), "9135010OM000100Y43", "９" + EXAMPLE[1:]]
)
def test_what_is_not_a_code(code: str) -> None:
    assert not is_valid(code)


@pytest.mark.parametrize(
    "typed", [" 91350100 m000100y43 ", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100-M000100Y4-3"]
)
def test_as_people_type_it(typed: str) -> None:
    assert normal(typed) == EXAMPLE
