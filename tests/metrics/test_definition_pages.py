"""The pages about definitions, lines and rules: what each says to whom, and what its buttons do."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Forbidden
from core.words import RuleScope, RuleState, TargetKind
from metrics import (
    catalogue,
    defined,
    definition_queries,
    definition_report,
    definition_service,
    finding_queries,
    rule_queries,
    rule_service,
    target_queries,
    target_service,
)
from metrics.definition_schemas import DefinitionIn
from metrics.schemas import TargetIn
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.metrics.test_definition_service import changed, definition, of, revision
from tests.metrics.test_pages import links, press, table, words
from tests.metrics.test_rule_service import rule, switched_on, waiver
from tests.support import Cast, count_queries


def field(app: AppTest, kind: str, key: str) -> object:
    return next(widget for widget in app.get(kind) if str(widget.key).endswith(key))


# -- definitions ---------------------------------------------------------------------


def test_the_editor_explains_every_field_with_an_example(page: Page, cast: Cast) -> None:
    catalogue.load()
    said = words(page("define", cast.li_staff))
    for name, info in DefinitionIn.model_fields.items():
        assert info.description, name
        assert info.examples, name
        assert str(info.description) in said.replace("\\", ""), name
        assert f"例如：{info.examples[0]}" in said.replace("\\", ""), name


def test_only_staff_edit(page: Page, cast: Cast) -> None:
    catalogue.load()
    for actor in (cast.wang_anji, cast.zhou_minzheng, cast.sun_judge):
        app = page("define", actor, id=1)
        assert [button.label for button in app.button if button.label in ("保存修改", "新建指标", "发布新版")] == []
        assert "修改口径" not in links(page("indicator", actor, id=1))
    assert "修改口径" in links(page("indicator", cast.li_staff, id=1))


def test_the_preview_reads_combines_and_scores(page: Page, cast: Cast) -> None:
    catalogue.load()
    app = page("define", cast.li_staff, id=of("SX01").id)
    said = words(app)
    assert "甲县：96.00%（1,152 / 1,200）" in said
    assert "乙县：75.00%（45 / 60）" in said
    assert "两地合成（Σ分子÷Σ分母）：95.00%，不是两个数的平均 85.50%。" in said
    for text in app.text_input:
        if text.label == "示例基线":
            text.set_value("90")
        if text.label == "示例目标":
            text.set_value("98")
        if text.label == "乙县　按时办结件数":
            text.set_value("70")
    said = words(app.run())
    assert (
        "甲县目标达成率 75%（从基线 90.00% 到目标 98.00%）；按“比目标每低 1 %扣 1 分”计，得 98.00 分。"
        in said.replace("\\", "")
    )
    assert "分子 70 大于分母 60" in said


def test_a_definition_is_edited_before_use_and_versioned_after(page: Page, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    number = of("SX01").id
    app = page("define", cast.li_staff, id=number)
    field(app, "text_area", "_limits").set_value("延期的按新时限。")  # type: ignore[attr-defined]
    app.run()
    assert table(app, "项目") == [["局限与偏差", of("SX01").limits, "延期的按新时限。"]]
    press(app, "保存修改")
    assert of("SX01").limits == "延期的按新时限。"

    stored.save(OPERATOR, made.of(ANJI), GOOD)
    app = page("define", cast.li_staff, id=number)
    assert "已经有数用了现行口径" in words(app)
    field(app, "text_area", "_limits").set_value("只计实际办结的。")  # type: ignore[attr-defined]
    app.run()
    field(app, "text_area", "_changed").set_value("不计延期的。")  # type: ignore[attr-defined]
    field(app, "text_area", "_reason").set_value("审计要求。")  # type: ignore[attr-defined]
    field(app, "text_input", "_comparable").set_value("0.95")  # type: ignore[attr-defined]
    press(app, "发布新版")
    new = of("SX01")
    assert (new.version, new.limits, new.comparable) == (2, "只计实际办结的。", Decimal("0.95"))
    assert new.valid_from == str(stored.this_month().shift(1))


def test_a_wrong_definition_keeps_what_was_typed(page: Page, cast: Cast) -> None:
    catalogue.load()
    app = page("define", cast.li_staff)
    field(app, "text_input", "_code").set_value("SX30")  # type: ignore[attr-defined]
    field(app, "text_input", "_name").set_value("干部打卡率")  # type: ignore[attr-defined]
    app.run()
    assert "◆ 合规提醒" in words(app)  # while it is being written
    press(app, "新建指标")
    said = words(app)
    assert "含义" in said
    assert field(app, "text_input", "_name").value == "干部打卡率"  # type: ignore[attr-defined]
    assert "SX30" not in {indicator.code for indicator in defined.indicators()}


def test_the_warning_stands_in_list_page_and_entry(page: Page, cast: Cast) -> None:
    catalogue.load()
    number = definition_service.create(
        cast.li_staff, definition(name="网格员打卡率", compliance_note="老指标，年底前停报，不排名。")
    )
    listed = page("indicators", cast.wang_anji)
    assert {row[0]: row[2] for row in table(listed, "indicators_table")}["SX21"] == "◆ 疑似形式主义"
    assert "◆ 合规提醒" in words(listed)
    assert "合规说明：老指标，年底前停报，不排名。" in words(page("indicator", cast.wang_anji, id=number))
    assert "◆" not in words(page("indicator", cast.wang_anji, id=1))
    assert "合规提醒" in pdf(definition_report.entry(cast.wang_anji, number))


def pdf(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())


def test_the_page_shows_versions_with_their_differences(page: Page, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(3))
    old = of("SX01").id
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    new = definition_service.revise(cast.li_staff, old, changed("SX01", decimals=1), revision())
    app = page("indicator", cast.li_staff, id=new.id)
    assert table(app, "项目") == [["小数位数", "2", "1"]]
    assert "改了什么：分母改为应办结件数。" in words(app)
    assert any("按时办结月报（目标指标，第 1 版，至" in label for label in links(app))
    assert any("按时办结月报（目标指标，第 2 版，自" in label for label in links(app))
    assert "这是第 1 版口径，现行的是第 2 版" in words(page("indicator", cast.li_staff, id=old))
    text = pdf(definition_report.entry(cast.li_staff, new.id))
    for said in ("按时办结率", "第2版", "不可比，序列断开", "小数位数：2→1", "按时办结月报", "局限与偏差"):
        assert said in text


def test_who_uses_it_is_only_for_those_who_may_see(house: object, cast: Cast) -> None:
    made = stored.collection(regions=(ANJI,))
    assert definition_queries.latest(cast.li_staff, "SX01") == []
    stored.hand_in(made.of(ANJI), GOOD)
    place = {cast.li_staff: "330000", cast.wang_anji: ANJI}
    for actor, code in place.items():
        (now,) = definition_queries.latest(actor, "SX01")
        assert (now.region_code, now.period) == (code, stored.last_month())
        assert now.value == Fraction(GOOD["SX01"].n or 0) / (GOOD["SX01"].d or 1) * 100
    assert definition_queries.latest(cast.zhao_deqing, "SX01") == []
    assert definition_queries.latest(cast.sun_judge, "SX01") == []
    assert [use.collection for use in definition_queries.uses(cast.wang_anji, "SX01")] == ["按时办结月报"]
    assert definition_queries.uses(cast.zhao_deqing, "SX01") == []
    assert definition_queries.uses(cast.sun_judge, "SX01") == []


def test_the_whole_catalogue_prints(house: object, cast: Cast) -> None:
    catalogue.load()
    printed = definition_report.catalogue(cast.wang_anji)
    assert definition_report.catalogue(cast.wang_anji) == printed  # the same number, time and bytes
    text = pdf(printed)
    assert "ZP-ML-" in text
    for indicator in defined.indicators():
        assert indicator.code in text


def test_versions_are_read_in_one_go(house: object, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(6))
    stored.save(OPERATOR, made.of(ANJI), GOOD)
    with count_queries() as one:
        definition_queries.versions(cast.li_staff, "SX01")
    definition_service.revise(cast.li_staff, of("SX01").id, changed("SX01", decimals=1), revision())
    with count_queries() as two:
        assert len(definition_queries.versions(cast.li_staff, "SX01")) == 2
    assert len(one) == len(two)


# -- baselines and targets -------------------------------------------------------------


def line(number: int, value: str = "95", **more: object) -> TargetIn:
    given: dict[str, object] = {
        "indicator_id": number, "kind": TargetKind.TARGET, "value": Decimal(value),
        "from_period": stored.last_month(), "region_code": None, "reason": "专题会议商定",
    }  # fmt: skip
    return TargetIn(**(given | more))


def test_a_changed_line_keeps_the_old_one(database: str, cast: Cast) -> None:
    made = stored.collection()
    number = made.indicators["SX01"]
    target_service.set_line(cast.li_staff, made.id, line(number))
    target_service.set_line(cast.chen_staff, made.id, line(number, "88", region_code=ANJI))
    found = target_queries.promises(cast.li_staff, made.id)
    assert found is not None
    said = [
        (item.target.kind, int(item.target.value), item.region, item.standing, item.target.author)
        for item in found.lines
    ]
    assert said == [
        (TargetKind.TARGET, 88, "安吉县", "现行", "陈审"),
        (TargetKind.TARGET, 95, "全部地区", "现行", "李研"),
        (TargetKind.TARGET, 90, "全部地区", "原有", "命令行"),
        (TargetKind.BASELINE, 80, "全部地区", "现行", "命令行"),
    ]
    seen = target_queries.promises(cast.zhao_deqing, made.id)
    assert seen is not None
    assert {item.region for item in seen.lines} == {"全部地区"}
    assert target_queries.promises(cast.sun_judge, made.id) is None


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "sun_judge"])
def test_only_staff_set_lines(house: object, cast: Cast, who: str) -> None:
    made = stored.collection()
    with pytest.raises(Forbidden):
        target_service.set_line(cast.everybody()[who], made.id, line(made.indicators["SX01"]))


def test_a_line_is_set_on_the_page(page: Page, cast: Cast) -> None:
    made = stored.collection()
    app = page("targets", cast.li_staff, id=made.id)
    assert {row[5] for row in table(app, "设定人")} == {"● 现行"}
    app.text_input(key="target_value").set_value("93")
    app.text_area(key="target_reason").set_value("专题会议商定")
    press(app, "确认设定")
    rows = table(page("targets", cast.wang_anji, id=made.id), "设定人")
    assert [(row[1], row[2], row[5]) for row in rows] == [
        ("目标值", "93.00%", "● 现行"),
        ("目标值", "90.00%", "○ 原有"),
        ("基线值", "80.00%", "● 现行"),
    ]
    assert not page("targets", cast.wang_anji, id=made.id).button(key="sign_out").disabled
    assert "确认设定" not in [button.label for button in page("targets", cast.wang_anji, id=made.id).button]


# -- rules ------------------------------------------------------------------------------


def test_a_rule_is_written_tried_and_switched_on(page: Page, cast: Cast) -> None:
    made = stored.collection()
    for month, n in ((-3, 90), (-2, 40), (-1, 85)):
        stored.hand_in(
            made.of(ANJI, str(stored.this_month().shift(month))), {"SX01": entry(n, 100), "SX04": entry(45, 50)}
        )
    app = page("rule", cast.li_staff)
    app.text_input(key="rule_new_name").set_value("不比上期低太多")
    app.selectbox(key="rule_new_indicator").set_value("SX01")
    app.text_area(key="rule_new_expression").set_value("数值 >= 上期")
    assert "读得懂。用到：数值、上期" in words(app.run())
    app.text_area(key="rule_new_expression").set_value("数值 >= 上季")
    assert "不认识“上季”" in words(app.run())
    app.text_area(key="rule_new_expression").set_value("数值 >= 上期 - 20")
    app.text_area(key="rule_new_message").set_value("{指标}从 {上期} 降到 {数值}")
    app.run()
    press(app, "新建规则")
    (view,) = [view for view in rule_queries.rules(OPERATOR) if not view.built_in]
    app = page("rule", cast.li_staff, id=view.id)
    assert "启用以前，先用过去的报送试跑一次" in words(app)
    press(app, "试跑")
    app = page("rule", cast.li_staff, id=view.id)
    assert [(metric.label, metric.value) for metric in app.metric] == [
        ("核对的数", "3 个"),
        ("会发现", "1 个"),
        ("不能下结论", "1 个"),
    ]
    assert table(app, "rehearsal_")[0][1:4] == ["安吉县", "按时办结率", "按时办结率从 90.00% 降到 40.00%"]
    press(app, "确认启用")
    assert [v.state for v in rule_queries.rules(OPERATOR) if v.id == view.id] == [RuleState.ACTIVE]


def test_the_list_holds_all_rules_and_a_county_reads_them(page: Page, cast: Cast) -> None:
    catalogue.load()
    rule_service.create(cast.li_staff, rule())
    app = page("rules", cast.wang_anji)
    assert [row[0] for row in table(app, "rules_table")][-1] == "ZD001"
    assert "新建规则" not in links(app)
    assert "本地区没有豁免。" in words(app)
    assert "分子大于分母" in words(page("rule", cast.wang_anji, code="share"))
    assert "没有找到这项规则" in words(page("rule", cast.wang_anji, code="nonsense"))


def test_what_checks_found_is_told_by_rule_and_round(page: Page, cast: Cast) -> None:
    made = stored.collection()
    before, last = str(stored.this_month().shift(-2)), stored.last_month()
    wrong = GOOD | {"SX01": entry(101, 100)}
    stored.save(cast.wang_anji, made.of(ANJI, before), wrong)
    stored.save(cast.wang_anji, made.of(ANJI, before), GOOD)
    stored.save(cast.zhao_deqing, made.of(DEQING, before), wrong)
    stored.save(cast.wang_anji, made.of(ANJI, last), wrong)
    rows = finding_queries.counts(cast.li_staff)
    assert [(row.rule, row.name, row.period, row.returns, row.values, row.left) for row in rows] == [
        ("share", "分子大于分母", last, 1, 1, 1),
        ("share", "分子大于分母", before, 2, 2, 1),
    ]
    assert [row.values for row in finding_queries.counts(cast.zhao_deqing)] == [1]
    assert finding_queries.by_round(rows).loc["share"].tolist() == [2, 1, 3]
    assert [(row.region, row.left) for row in finding_queries.found(cast.li_staff, "share")] == [
        ("安吉县", True),
        ("德清县", True),
        ("安吉县", False),
    ]
    app = page("rule_findings", cast.li_staff)
    assert table(app, "findings_table")[0][0] == "分子大于分母"
    assert "发现最多的规则" in words(app)
    assert "还没有校验记录" in words(page("rule_findings", cast.zhou_minzheng))


def test_counting_costs_the_same_for_few_and_many(house: object, cast: Cast) -> None:
    made = stored.collection()
    stored.save(cast.wang_anji, made.of(ANJI), GOOD | {"SX01": entry(101, 100)})
    with count_queries() as few:
        finding_queries.counts(cast.li_staff)
        finding_queries.found(cast.li_staff, "share")
    for step in (-3, -2):
        for region in (ANJI, DEQING):
            month = str(stored.this_month().shift(step))
            stored.save(OPERATOR, made.of(region, month), GOOD | {"SX01": entry(101, 100)})
    with count_queries() as many:
        finding_queries.counts(cast.li_staff)
        finding_queries.found(cast.li_staff, "share")
    assert len(few) == len(many)


def test_a_waiver_is_given_and_seen(page: Page, cast: Cast) -> None:
    stored.collection()
    switched_on(cast, scope=RuleScope.ALL, indicator_code="", expression="分母 >= 1")
    number = rule_service.waive(cast.li_staff, waiver())
    app = page("rules", cast.wang_anji)
    assert table(app, "批准")[0][:2] == ["不比上期低太多（ZD001）", "安吉县"]
    assert "没有豁免" in words(page("rules", cast.zhao_deqing)) or "本地区没有豁免" in words(
        page("rules", cast.zhao_deqing)
    )
    assert number
    assert clock.today() + timedelta(days=60) == rule_queries.waivers(cast.li_staff)[0].ends_on
