"""How alike scenarios are, and by which words."""

from __future__ import annotations

import math
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.likeness import Match, similar

HOTLINE = "民呼我为。统一受理12345、网格、信访窗口的群众诉求，自动去重、限时派单、到期提醒、办结回访。"
REWORDED = "市民诉求直通办。统一受理12345热线和网格上报的群众诉求，自动派单、到期提醒、办结回访。"
CHEMICALS = "危化品智控。汇集危化品生产、储存、运输各环节数据，自动识别超量储存和异常路线，闭环处置。"
PIPES = "污水管网数字孪生。用液位、流量和水质监测数据还原管网运行，定位渗漏和偷排。"

texts = st.text(alphabet="智治平台数据群众诉求派单回访一二三，。 aA1", max_size=30)


def by_hand(one: str, other: str) -> float:
    """Cosine of sublinear TF-IDF over character pairs, written out for two texts of one run each."""

    def pairs(text: str) -> Counter[str]:
        return Counter(text[at : at + 2] for at in range(len(text) - 1))

    counts = [pairs(one), pairs(other)]
    idf = {
        pair: math.log((1 + 2) / (1 + sum(pair in count for count in counts))) + 1 for count in counts for pair in count
    }
    first, second = ({pair: (1 + math.log(n)) * idf[pair] for pair, n in count.items()} for count in counts)
    length = math.hypot(*first.values()) * math.hypot(*second.values())
    return sum(first[pair] * second.get(pair, 0) for pair in first) / length


def test_the_score_is_the_cosine_of_the_definition() -> None:
    one, other = "群众诉求派单群众", "群众来电派单"
    (found,) = similar(one, {1: other})
    assert found.score == pytest.approx(by_hand(one, other), abs=1e-8)


def test_the_reworded_scenario_comes_first_with_the_words_that_made_it() -> None:
    found = similar(HOTLINE, {7: PIPES, 8: REWORDED, 9: CHEMICALS})
    assert found[0].id == 8
    assert found[0].score > 0.3
    assert {"统一受理12345", "到期提醒", "办结回访"} <= set(found[0].shared_words)
    assert all(word in HOTLINE and word in REWORDED for word in found[0].shared_words)
    assert all(match.score < 0.1 for match in found[1:])


def test_the_same_text_is_one_and_nothing_shared_is_not_listed() -> None:
    assert similar(PIPES, {1: PIPES, 2: "甲乙丙丁"}) == [Match(1, 1.0, similar(PIPES, {1: PIPES})[0].shared_words)]


@pytest.mark.parametrize("text", ["", "  ，。", "一"])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    assert similar(text, {1: PIPES}) == []
    assert similar(PIPES, {1: text}) == []
    assert similar(PIPES, {}) == []
    assert similar(PIPES, {1: PIPES}, top=0) == []


def test_full_width_and_case_make_no_difference() -> None:
    assert similar("ＡＩ巡查１２３", {1: "ai巡查123"})[0].score == 1


@given(texts, st.dictionaries(st.integers(1, 50), texts, max_size=8), st.integers(1, 5))
def test_whatever_the_texts(text: str, corpus: dict[int, str], top: int) -> None:
    found = similar(text, corpus, top)
    assert found == similar(text, dict(reversed(corpus.items())), top)
    assert len(found) <= top
    assert [match.score for match in found] == sorted((match.score for match in found), reverse=True)
    assert all(0 < match.score <= 1 and match.shared_words for match in found)
    assert {match.id for match in found} <= set(corpus)


def test_likeness_is_mutual() -> None:
    (there,), (back,) = similar(HOTLINE, {1: REWORDED}), similar(REWORDED, {1: HOTLINE})
    assert there.score == pytest.approx(back.score)


def test_a_copied_paragraph_is_shown_cut() -> None:
    long = "每月由网格员逐户核对低收入家庭大额医疗支出并录入平台后推送村社核实"
    assert all(len(word) <= 24 for word in similar(long, {1: long})[0].shared_words)


def test_three_thousand_scenarios_take_about_a_second() -> None:
    letters = "智治平台数据群众诉求派单回访危化监测管网医保救助执法检查网格村社企业海上船舶"
    corpus = {
        number: "".join(letters[(number * 7 + at * at * 3) % len(letters)] for at in range(150))
        for number in range(3000)
    }
    begun = time.perf_counter()
    assert similar(HOTLINE + CHEMICALS, corpus)
    assert time.perf_counter() - begun < 5  # about half a second on an idle machine
