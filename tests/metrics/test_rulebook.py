"""Rules as data in the one validator: where they are asked, what they say, who is excused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.numbers import MICRO
from core.periods import Period
from core.words import Accumulation, Combine, Kind, RuleScope, RuleSeverity
from metrics.examining import COLUMNS, failing
from metrics.model import ChangeKind, Entry, Form, Line
from metrics.rulebook import DataRule, Waiver, unknown_placeholders
from metrics.rules import diff, validate
from tests.metrics.returns_support import GOOD, INDICATORS, PERIOD, PLACES, entry, form, indicator


def rule(expression: str, **more: Any) -> DataRule:
    defaults: dict[str, Any] = {
        "code": "ZD001",
        "name": "自定规则",
        "severity": RuleSeverity.WARNING,
        "scope": RuleScope.INDICATOR,
        "indicator_code": "A1",
        "message": "{指标}：{数值}，上期 {上期}",
        "remedy": "请核对 {分子} 与 {分母}。",
        "valid_from": "2026-01",
    }
    return DataRule(expression=expression, **(defaults | more))


def said(asked: Form, entries: dict[str, Entry]) -> list[tuple[str, str, str, str]]:
    """(severity, rule, code, message) of what rules as data found."""
    found = validate(asked, entries)
    return [(f.severity.value, f.rule, f.code, f.message) for f in found if f.rule.startswith("ZD")]


def with_history(*rules: DataRule, **more: Any) -> Form:
    past = [("2025-10", entry(50, 100)), ("2026-09", entry(90, 100))]
    lines = tuple(
        Line(item, history=past if item.code == "A1" else (), target=Decimal(95) if item.code == "A1" else None)
        for item in INDICATORS
    )
    return form(lines=lines, rules=rules, **more)


@pytest.mark.parametrize(
    "expression, found",
    [
        ("数值 >= 0.5 * 上期", 0),
        ("数值 >= 1.1 * 上期", 1),
        ("数值 <= 去年同期", 1),
        ("数值 >= 目标", 0),
        ("数值 <= 基线", 0),  # there is none, so nothing is known
        ('分子 + 分子("A2") <= 1247', 0),
        ('分子 + 分子("A2") <= 1246', 1),
        ("月份 = 9", 1),
    ],
)
def test_a_condition_that_does_not_hold_is_a_finding(expression: str, found: int) -> None:
    assert len(said(with_history(rule(expression)), GOOD)) == found


def test_what_it_says() -> None:
    (finding,) = validate(with_history(rule("数值 < 上期")), GOOD, where=PLACES, sheet="报送表")[-1:]
    assert finding.message == "按时办结率：96.00%，上期 90.00%"
    assert finding.remedy == "请核对 1,152 与 1,200。"
    assert (finding.cell, finding.seen) == (PLACES["A1", "n"], "96.00%")
    assert unknown_placeholders("{指标}{单位}") == ["单位"]


def test_where_it_is_asked() -> None:
    everywhere = rule("数值 < 0", scope=RuleScope.ALL, indicator_code="")
    assert {code for _, _, code, _ in said(form(rules=(everywhere,)), GOOD)} == set(GOOD)
    here = rule("数值 < 0", scope=RuleScope.COLLECTION, indicator_code="", collection_id=7)
    elsewhere = rule("数值 < 0", scope=RuleScope.COLLECTION, indicator_code="", collection_id=8)
    assert len(said(form(rules=(here,)), GOOD)) == len(GOOD)
    assert said(form(rules=(elsewhere,)), GOOD) == []
    assert len(said(form(rules=(rule("数值 < 0", valid_from="2026-10"),)), GOOD)) == 1
    assert said(form(rules=(rule("数值 < 0", valid_from="2026-11"),)), GOOD) == []


def test_an_error_refuses_the_row_and_a_warning_does_not() -> None:
    for severity, kind in ((RuleSeverity.ERROR, ChangeKind.REJECTED), (RuleSeverity.WARNING, ChangeKind.NEW)):
        asked = form(rules=(rule("数值 < 0", severity=severity),))
        changes = {change.code: change.kind for change in diff(asked, GOOD, validate(asked, GOOD))}
        assert changes["A1"] is kind
        assert changes["A2"] is ChangeKind.NEW


def test_a_row_that_is_wrong_or_empty_is_not_asked() -> None:
    asked = form(rules=(rule("数值 < 0", scope=RuleScope.ALL, indicator_code=""),))
    wrong = GOOD | {"A1": entry(1300, 1200), "A2": Entry()}
    assert {code for _, _, code, _ in said(asked, wrong)} == set(GOOD) - {"A1", "A2"}


def test_a_figure_that_is_wrong_is_not_used_for_another() -> None:
    """A2 is refused, so what A1 owes to it is not known."""
    asked = form(rules=(rule('分子 <= 分子("A2")'),))
    assert len(said(asked, GOOD)) == 1
    assert said(asked, GOOD | {"A2": entry(101, 100)}) == []


def test_a_unit_is_excused_for_a_time() -> None:
    waiver = Waiver("ZD001", "330523", date(2026, 10, 1), date(2026, 12, 31), "合并试点区划，年底前口径不一")
    asked = form(rules=(rule("数值 < 0", severity=RuleSeverity.ERROR),), waivers=(waiver,))
    ((severity, _, _, message),) = said(asked, GOOD)
    assert severity == "info"
    assert "已豁免这条规则至 2026-12-31：合并试点区划，年底前口径不一" in message
    assert {change.kind for change in diff(asked, GOOD, validate(asked, GOOD))} == {ChangeKind.NEW}


@pytest.mark.parametrize(
    "change",
    [{"region_code": "330521"}, {"rule": "ZD002"}, {"ends_on": date(2026, 10, 30)}, {"collection_id": 8}],
)
def test_nobody_else_and_nothing_else_is_excused(change: dict[str, Any]) -> None:
    given: dict[str, Any] = {
        "rule": "ZD001", "region_code": "330523", "starts_on": date(2026, 10, 1), "ends_on": date(2026, 10, 31),
        "reason": "理由", "collection_id": None,
    }  # fmt: skip
    asked = form(rules=(rule("数值 < 0"),), waivers=(Waiver(**given),))
    assert said(asked, GOOD)[0][0] == "info"
    other = form(rules=(rule("数值 < 0"),), waivers=(Waiver(**(given | change)),))
    assert said(other, GOOD)[0][0] == "warning"


def test_a_waiver_of_a_rule_in_code_quiets_it_too() -> None:
    waiver = Waiver("bounds.plausible", "330523", date(2026, 10, 1), date(2026, 10, 31), "疫情期间回访中断")
    low = GOOD | {"A1": entry(30, 100)}
    severities = {
        finding.severity.value
        for asked in (form(), form(waivers=(waiver,)))
        for finding in validate(asked, low)
        if finding.rule == "bounds.plausible"
    }
    assert severities == {"warning", "info"}


def test_a_table_is_asked_as_its_forms_are() -> None:
    """Three returns in one table and one by one come to the same findings."""
    conditions = ("数值 >= 0.9 * 上期", '分子 <= 分子("A2") + 1100', "数值 <= 去年同期 或 月份 = 10", '非 有数("A2")')
    returns = [GOOD, GOOD | {"A1": entry(40, 100)}, GOOD | {"A2": entry(state="missing", reason="系统停机")}]
    asked = with_history()
    rows = []
    for key, entries in enumerate(returns):
        for line in asked.lines:
            given = entries[line.indicator.code]
            past = dict(line.history)
            value = line.indicator.value(given.n, given.d) if given.state.has_value else None

            def number(found: Any, scale: int = 1) -> float:
                return np.nan if found is None else float(found) / scale

            def earlier(period: str, line: Line = line, past: dict[str, Entry] = past) -> float:
                return number(line.indicator.value(past[period].n, past[period].d)) if period in past else np.nan

            rows.append(
                (
                    key, line.indicator.code, number(given.n, MICRO), number(given.d, MICRO), number(value),
                    earlier("2026-09"), earlier("2025-10"), number(line.target), number(line.baseline), 10.0,
                )
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for text in conditions:
        one = rule(text, scope=RuleScope.ALL, indicator_code="")
        fails, known = failing(one, table)
        assert not (fails & ~known).any()
        together = {(int(key), code) for key, code in table[fails][["return_key", "code"]].itertuples(index=False)}
        alone = {
            (key, code) for key, entries in enumerate(returns) for _, _, code, _ in said(with_history(one), entries)
        }
        # A row without a number is asked nothing on its own; in the table its own figures are unknown.
        assert {pair for pair in together if returns[pair[0]][pair[1]].state.has_value} == {
            pair for pair in alone if returns[pair[0]][pair[1]].state.has_value
        }, text


# -- cumulative figures -----------------------------------------------------------

TOTAL = indicator(
    9, "A9", Kind.COUNT, "完成数", unit="件", n_label="年初至今完成数", n_unit="件", decimals=0,
    accumulation=Accumulation.YEAR_TO_DATE, combine_time=Combine.LAST, combine_regions=Combine.SUM,
)  # fmt: skip


def cumulative(*history: tuple[str, Entry], following: tuple[str, Entry] | None = None, **more: Any) -> Form:
    return form(lines=(Line(TOTAL, history=history, following=following),), **more)


def rules_of(asked: Form, given: Entry) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.rule) for finding in validate(asked, {"A9": given})]


def test_a_total_that_falls_is_refused_until_it_is_explained() -> None:
    asked = cumulative(("2026-08", entry(50)), ("2026-09", entry(state="missing", reason="停机")))
    assert rules_of(asked, entry(49)) == [("error", "cumulative.falls")]
    assert rules_of(asked, entry(49, reason="八月多报一件，已更正")) == [("warning", "cumulative.fell")]
    assert rules_of(asked, entry(50)) == []
    (finding,) = validate(asked, {"A9": entry(49)})
    assert finding.message == "完成数：“年初至今完成数”是累计数，2026年8月已报 50，现在是 49，变小了。"


def test_a_new_year_begins_at_nothing() -> None:
    assert rules_of(cumulative(("2025-12", entry(900)), period=Period.parse("2026-01")), entry(3)) == []


def test_a_correction_must_not_overtake_what_came_after() -> None:
    asked = cumulative(("2026-09", entry(50)), following=("2026-11", entry(60)))
    assert rules_of(asked, entry(60)) == []
    assert rules_of(asked, entry(61)) == [("warning", "cumulative.overtakes")]


def test_an_unusual_total_is_one_that_grew_unusually() -> None:
    """Growing totals are no outliers; an increment unlike all the others is."""
    totals = accumulate((11, 9, 10, 12, 8, 10, 11, 9, 10))
    grown = [(f"2026-{month:02d}", entry(total)) for month, total in enumerate(totals, start=1)]
    assert rules_of(cumulative(*grown), entry(101)) == []
    assert rules_of(cumulative(*grown), entry(400)) == [("warning", "history.outlier")]
    (finding,) = validate(cumulative(*grown), {"A9": entry(400)})
    assert finding.message == "完成数：本期增加 310件，与以往 9 期每期增加的（中位数 10件）相差很大。"
    assert str(PERIOD) == "2026-10"
