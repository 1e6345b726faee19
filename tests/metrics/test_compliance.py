"""指尖上的形式主义: what is warned of, and what is not."""

from __future__ import annotations

import csv

import pytest

from core.words import Kind
from metrics import catalogue
from metrics.compliance import concerns, warning
from tests.metrics.returns_support import indicator


@pytest.mark.parametrize(
    "name, kinds",
    [
        ("干部打卡率", ["打卡签到"]),
        ("网格员每日签到次数", ["打卡签到"]),
        ("党员学习积分", ["积分排名"]),
        ("应用日均在线时长", ["在线时长"]),
        ("工作人员登录次数", ["在线时长"]),
        ("视频点赞转发数", ["积分排名", "积分排名"]),
        ("工单及时签收率", []),
        ("监测设备在线率", []),
        ("报表精简率", []),
    ],
)
def test_names_that_warn(name: str, kinds: list[str]) -> None:
    found = concerns(indicator(1, "A1", Kind.RATIO, name, n_label="件数", meaning="含义", formula="怎样算"))
    assert [sign.kind for sign in found] == kinds


def test_where_it_stands_is_said() -> None:
    said = warning(indicator(1, "A1", Kind.RATIO, "活跃情况", n_label="打卡人数", meaning="干部打卡的比例"))
    assert "含义中的“打卡”（打卡签到）" in said
    assert "指尖上的形式主义" in said


def test_what_a_clause_denies_is_no_sign() -> None:
    text = "按单位计，不按人员登录次数计"
    assert warning(indicator(1, "A1", Kind.RATIO, "使用覆盖率", meaning=text)) == ""
    assert warning(indicator(1, "A1", Kind.RATIO, "使用覆盖率", meaning=f"{text}，统计登录次数")) != ""


def test_the_starting_catalogue_is_clean() -> None:
    with catalogue.STARTING.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(csv.DictReader(lines)):
            words = {name: line[name] for name in ("meaning", "formula", "n_label", "d_label")}
            assert concerns(indicator(number, line["code"], Kind.RATIO, line["name"], **words)) == []
