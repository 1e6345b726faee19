"""Rules as data as commands: written, tried, switched on, asked, excused; and what checks leave behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Conflict, Forbidden, Invalid, WrongState
from core.periods import Period
from core.validation import checked
from core.words import RuleScope, RuleSeverity, RuleState
from db.session import read
from db.tables import ReturnCheck, ReturnFinding
from metrics import catalogue, queries, recording, rule_queries, rule_service, rule_words
from metrics.checks import RULES
from metrics.rule_schemas import RuleIn, WaiverIn
from metrics.rules import validate
from metrics.stages import SWITCH_OFF, SWITCH_ON, SWITCH_ON_AGAIN
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.support import Cast


def rule(**more: Any) -> RuleIn:
    given: dict[str, Any] = {
        "name": "不比上期低太多", "severity": RuleSeverity.WARNING, "scope": RuleScope.INDICATOR, "indicator_code": "SX01",
        "expression": "数值 >= 0.8 × 上期", "message": "{指标}：{数值}，比上期 {上期} 低了两成以上",
        "remedy": "请核对分子 {分子}，或写明原因。", "valid_from": "2020-01",
    }  # fmt: skip
    return checked(RuleIn, **(given | more))


def waiver(**more: Any) -> WaiverIn:
    given: dict[str, Any] = {
        "rule": "ZD001", "region_code": ANJI, "starts_on": clock.today() - timedelta(days=60),
        "ends_on": clock.today() + timedelta(days=60), "reason": "机构合并期间口径有变动",
    }  # fmt: skip
    return checked(WaiverIn, **(given | more))


def version(number: int) -> int:
    found = rule_queries.rule(OPERATOR, number)
    assert found is not None
    return found.version


def switched_on(cast: Cast, **more: Any) -> int:
    number = rule_service.create(cast.li_staff, rule(**more))
    rule_service.rehearse(cast.li_staff, number, "2020-01", stored.last_month())
    rule_service.move(cast.li_staff, number, SWITCH_ON, seen_version=version(number))
    return number


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"expression": "数值 >="}, "条件读不懂"),
        ({"message": "{指标}是{单位}"}, "不认识 {单位}"),
        ({"indicator_code": ""}, "请选择指标"),
        ({"scope": RuleScope.COLLECTION}, "请选择报送任务"),
        ({"valid_from": "去年"}, "起始期形如 2026-10"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        rule(**wrong)
    assert said in refused.value.problems[0]


def test_a_rule_about_an_indicator_nobody_knows(house: object, cast: Cast) -> None:
    catalogue.load()
    with pytest.raises(Invalid, match="没有代码为 XX99 的指标"):
        rule_service.create(cast.li_staff, rule(expression='分子 <= 分子("XX99")'))


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_only_staff_write_rules(house: object, cast: Cast, who: str) -> None:
    actor = cast.everybody()[who]
    for command in (
        lambda: rule_service.create(actor, rule()),
        lambda: rule_service.edit(actor, 1, rule(), seen_version=1),
        lambda: rule_service.rehearse(actor, 1, "2026-01", "2026-02"),
        lambda: rule_service.move(actor, 1, SWITCH_ON, seen_version=1),
        lambda: rule_service.waive(actor, waiver()),
        lambda: rule_service.end_waiver(actor, 1, "不再需要", seen_version=1),
    ):
        with pytest.raises(Forbidden):
            command()


def test_a_rule_is_tried_before_it_is_switched_on(database: str, cast: Cast) -> None:
    catalogue.load()
    number = rule_service.create(cast.li_staff, rule())
    with pytest.raises(WrongState, match="还没有试跑过"):
        rule_service.move(cast.li_staff, number, SWITCH_ON, seen_version=version(number))
    rule_service.rehearse(cast.li_staff, number, "2026-01", "2026-03")
    rule_service.edit(cast.li_staff, number, rule(expression="数值 >= 0.7 × 上期"), seen_version=version(number))
    with pytest.raises(WrongState, match="还没有试跑过"):  # it was tried as it no longer is
        rule_service.move(cast.li_staff, number, SWITCH_ON, seen_version=version(number))
    rule_service.rehearse(cast.li_staff, number, "2026-01", "2026-03")
    assert rule_service.move(cast.li_staff, number, SWITCH_ON, seen_version=version(number)) is RuleState.ACTIVE
    with pytest.raises(WrongState, match="正在启用，不能修改"):
        rule_service.edit(cast.li_staff, number, rule(name="改名"), seen_version=version(number))
    rule_service.move(cast.li_staff, number, SWITCH_OFF, "误报太多", seen_version=version(number))
    with pytest.raises(WrongState, match="还没有试跑过"):
        rule_service.move(cast.li_staff, number, SWITCH_ON_AGAIN, seen_version=version(number))
    with pytest.raises(Conflict):
        rule_service.edit(cast.li_staff, number, rule(name="改名"), seen_version=1)


def test_what_a_trial_says(database: str, cast: Cast) -> None:
    """Three months, two counties; one fall by half, one county without the month before."""
    made = stored.collection()
    months = [str(stored.this_month().shift(-step)) for step in (3, 2, 1)]
    for region, figures in ((ANJI, (90, 45, 44)), (DEQING, (90, None, 30))):
        for month, n in zip(months, figures, strict=True):
            given = entry(n, 100) if n is not None else entry(state="missing", reason="系统停机")
            stored.hand_in(made.of(region, month), {"SX01": given, "SX04": entry(45, 50)})
    number = rule_service.create(cast.li_staff, rule())
    outcome = rule_service.rehearse(cast.li_staff, number, months[1], months[2])
    # four values are asked about, one of them missing; what came before Deqing's last is not known
    assert (outcome.checked, outcome.unknown, outcome.found) == (3, 1, 1)
    (example,) = outcome.examples
    assert (example.region, example.period) == ("安吉县", months[1])
    assert example.message == "按时办结率：45.00%，比上期 90.00% 低了两成以上"
    assert (example.collection_id, example.region_code, example.indicator_id) == (
        made.id,
        ANJI,
        made.indicators["SX01"],
    )
    found = rule_queries.rule(cast.li_staff, number)
    assert found is not None
    (tried,) = found.rehearsals
    assert (tried.checked, tried.unknown, tried.found, tried.current) == (3, 1, 1, True)
    assert tried.examples[0]["region"] == "安吉县"


def test_a_trial_finds_what_the_form_would_have_found(database: str, cast: Cast) -> None:
    """Rule by rule, the values a trial names are those the validator objects to in the returns themselves."""
    made = stored.collection()
    months = [str(stored.this_month().shift(-step)) for step in (3, 2, 1)]
    for region, shares in ((ANJI, (90, 70, 60)), (DEQING, (50, 55, 20))):
        for month, n in zip(months, shares, strict=True):
            stored.hand_in(made.of(region, month), {"SX01": entry(n, 100), "SX04": entry(n - 10, 50 + n)})
    for text, scope in (
        ("数值 >= 0.9 × 上期", RuleScope.ALL),
        ('分子 >= 分子("SX04") + 10.5', RuleScope.ALL),
        ("数值 < 目标 且 数值 > 基线", RuleScope.INDICATOR),
        ("分母 <= 100", RuleScope.COLLECTION),
    ):
        more = {"indicator_code": "SX01" if scope is RuleScope.INDICATOR else ""}
        number = switched_on(
            cast, expression=text, scope=scope, collection_id=made.id if scope is RuleScope.COLLECTION else None, **more
        )
        outcome = rule_service.rehearse(cast.li_staff, number, months[0], months[2])
        tried = {(e.region_code, e.period, e.indicator_id) for e in outcome.examples}
        code = next(view.code for view in rule_queries.rules(OPERATOR) if view.id == number)
        asked = set()
        for region in (ANJI, DEQING):
            for month in months:
                found = queries.form(OPERATOR, made.of(region, month))
                assert found is not None
                stored_now = {line.indicator.code: line.current for line in found[1].lines if line.current}
                asked |= {
                    (region, month, made.indicators[finding.code])
                    for finding in validate(found[1], stored_now)
                    if finding.rule == code
                }
        assert tried == asked, text
        assert outcome.found == len(asked)


def test_an_active_rule_is_asked_through_every_door(database: str, cast: Cast) -> None:
    made = stored.collection()
    switched_on(cast, expression="分母 >= 200", severity=RuleSeverity.ERROR, message="{指标}的分母 {分母} 太小")
    saved = stored.save(cast.wang_anji, made.of(ANJI), GOOD)
    assert [(finding.rule, finding.message) for finding in saved.findings] == [("ZD001", "按时办结率的分母 100 太小")]
    assert (saved.written, saved.rejected) == (1, 1)


def test_a_rule_is_silent_before_its_first_month_and_when_off(database: str, cast: Cast) -> None:
    made = stored.collection()
    number = switched_on(cast, expression="分母 >= 200", valid_from=str(stored.this_month()))
    assert stored.save(cast.wang_anji, made.of(ANJI), GOOD).findings == []
    rule_service.move(cast.li_staff, number, SWITCH_OFF, "不再需要", seen_version=version(number))
    assert [view.state for view in rule_queries.rules(OPERATOR) if not view.built_in] == [RuleState.RETIRED]


def test_a_unit_is_excused_and_the_others_are_not(database: str, cast: Cast) -> None:
    made = stored.collection()
    switched_on(cast, expression="分母 >= 200", severity=RuleSeverity.ERROR)
    number = rule_service.waive(cast.li_staff, waiver())
    assert stored.save(cast.wang_anji, made.of(ANJI), GOOD).rejected == 0
    assert stored.save(cast.zhao_deqing, made.of(DEQING), GOOD).rejected == 1
    (seen,) = rule_queries.waivers(cast.wang_anji)
    assert (seen.region, seen.reason, seen.granted_by) == ("安吉县", "机构合并期间口径有变动", "李研")
    assert rule_queries.waivers(cast.zhao_deqing) == []
    rule_service.end_waiver(cast.li_staff, number, "合并已完成", seen_version=seen.version)
    (ended,) = rule_queries.waivers(cast.li_staff)
    assert ended.ends_on == clock.today() - timedelta(days=1)
    with pytest.raises(WrongState, match="已于"):
        rule_service.end_waiver(cast.li_staff, number, "合并已完成", seen_version=ended.version)


@pytest.mark.parametrize("code", [item.id for item in RULES])
def test_impossible_figures_are_never_excused(house: object, cast: Cast, code: str) -> None:
    built = next(item for item in RULES if item.id == code)
    if built.severity == "error" or code == "blank":
        with pytest.raises(Invalid, match=f"“{rule_words.name(code)}”不能豁免"):
            rule_service.waive(cast.li_staff, waiver(rule=code))
    else:
        assert rule_service.waive(cast.li_staff, waiver(rule=code))


def test_an_excuse_has_an_end() -> None:
    with pytest.raises(Invalid, match="豁免最长一年"):
        waiver(starts_on=date(2026, 1, 1), ends_on=date(2027, 6, 1))
    with pytest.raises(Invalid, match="结束日期不能早于开始日期"):
        waiver(starts_on=date(2026, 1, 2), ends_on=date(2026, 1, 1))


def test_rules_in_code_and_rules_as_data_stand_in_one_list(house: object, cast: Cast) -> None:
    catalogue.load()
    rule_service.create(cast.li_staff, rule())
    listed = rule_queries.rules(cast.wang_anji)
    assert [view.code for view in listed] == [item.id for item in RULES] + ["ZD001"]
    assert {item.id for item in RULES} == set(rule_words.CHECKS)
    assert [view.built_in for view in listed] == [True] * len(RULES) + [False]


# -- what checks leave behind ------------------------------------------------------


def found_in(return_id: int) -> list[tuple[str, str, str]]:
    with read() as session:
        rows = session.exec(
            select(ReturnFinding).join(ReturnCheck).where(ReturnCheck.return_id == return_id).order_by(ReturnFinding.id)  # type: ignore[arg-type]
        )
        return [(row.rule, row.severity, row.indicator_code) for row in rows]


def test_every_check_is_kept_once(database: str, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    wrong = GOOD | {"SX01": entry(101, 100)}
    stored.save(cast.wang_anji, number, wrong)
    assert found_in(number) == [("share", "error", "SX01")]
    stored.save(cast.wang_anji, number, wrong)  # the same again is the same check
    assert found_in(number) == [("share", "error", "SX01")]
    stored.save(cast.wang_anji, number, GOOD | {"SX01": entry(30, 100)})
    assert found_in(number)[1:] == [("bounds.plausible", "warning", "SX01")]
    with read() as session:
        assert [(c.errors, c.warnings, c.door) for c in session.exec(select(ReturnCheck))] == [
            (1, 0, "form"),
            (0, 1, "form"),
        ]


def test_what_somebody_is_excused_from_is_kept_as_such(database: str, cast: Cast) -> None:
    made = stored.collection()
    switched_on(cast, expression="分母 >= 200")
    rule_service.waive(cast.li_staff, waiver())
    stored.save(cast.wang_anji, made.of(ANJI), GOOD)
    assert found_in(made.of(ANJI)) == [("ZD001", "waived", "SX01")]


def test_a_look_is_kept_for_those_who_fill_in(database: str, cast: Cast) -> None:
    made = stored.collection()
    found = queries.form(cast.wang_anji, made.of(ANJI))
    assert found is not None
    findings = validate(found[1], {"SX01": entry(101, 100)})
    for actor in (cast.zhao_deqing, cast.sun_judge):
        recording.note(actor, made.of(ANJI), "a" * 64, "workbook", findings)
    assert found_in(made.of(ANJI)) == []
    recording.note(cast.wang_anji, made.of(ANJI), "a" * 64, "workbook", findings)
    recording.note(cast.wang_anji, made.of(ANJI), "a" * 64, "workbook", findings)
    assert sorted(found_in(made.of(ANJI))) == [("blank", "warning", "SX04"), ("share", "error", "SX01")]
    assert Period.parse(stored.last_month())
