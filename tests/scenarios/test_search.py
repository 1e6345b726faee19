"""What people type finds what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.search import found_in, search_key

KEY = search_key("重点人群防贫监测AI帮扶", "CJ-2026-0001", every_reading=True)


@pytest.mark.parametrize(
    "typed",
    [
        *("防贫", "监测ai", "监测 防贫", "重点人群防贫监测AI帮扶"),  # Chinese, in parts, in any order
        *("zdrq", "fpjc", "ZDRQ", "jcaibf"),  # initials, from anywhere
        *("zhongdian", "zhongdianrenqun", "fang pin", "fangp", "zhong dian ren qun", "jianceai", "ce'ai"),  # pinyin
        *("chongdian", "cdrq"),  # 重 is also read chong
        *("cj-2026", "CJ2026", "0001", "ＣＪ", "cj-"),  # codes
        *("", "  "),  # nothing asked
    ],
)
def test_found(typed: str) -> None:
    assert found_in(KEY, typed)


@pytest.mark.parametrize(
    "typed", ["安吉", "hongdian", "an", "en", "dianzhong", "tongdian", "zdrx", "%", "_", "防贫 安吉", "-", "ian"]
)
def test_not_found(typed: str) -> None:
    assert not found_in(KEY, typed)


def test_words_are_read_as_the_dictionary_reads_them() -> None:
    assert found_in(search_key("银行"), "yinhang")
    assert found_in(search_key("重庆"), "chongqing")
    assert not found_in(search_key("银行"), "yinxing")
    assert found_in(search_key("银行", every_reading=True), "yinxing")
    assert found_in(search_key("绿色发展"), "lvse")


def test_scholars_readings_do_not_find_everything() -> None:
    assert not found_in(search_key("民呼我为", every_reading=True), "xiao")  # 呼, in an old book


def test_syllables_may_be_cut_either_way() -> None:
    assert found_in(search_key("西安"), "xian")
    assert found_in(search_key("先进"), "xian")
    assert not found_in(search_key("西安"), "xianj")


@given(st.text(max_size=40), st.text(max_size=12))
def test_whatever_is_typed(text: str, typed: str) -> None:
    found_in(search_key(text, every_reading=True), typed)


@given(st.text(alphabet="重点人群防贫监测帮扶长行乐", min_size=1, max_size=8), st.data())
def test_every_part_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(begin + 1, len(name)))
    assert found_in(search_key(name), name[begin:end])
