"""The parts of the pages about rules: what a rule says, the editor, a trial, who is excused, what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

import regions.queries
from accounts.permissions import Actor
from core import clock
from core.errors import Invalid
from core.periods import Cadence, Period
from core.validation import checked
from core.words import RuleScope, RuleSeverity, RuleState
from metrics import defined, expressions, overview, rule_queries, rule_service, rule_words
from metrics.expressions import Quantity
from metrics.finding_queries import Found, RuleCount
from metrics.model import Severity
from metrics.pages.values import FIGURE
from metrics.pages.values import address as figure_address
from metrics.rule_queries import RuleDetail, RuleView, WaiverView
from metrics.rule_schemas import RuleIn, WaiverIn
from metrics.rulebook import PLACEHOLDERS
from web import guard, widgets

SEVERITIES = {Severity.ERROR: "■ 错误", Severity.WARNING: "◐ 提醒"}
TONES = {RuleState.DRAFT: "", RuleState.ACTIVE: "approved", RuleState.RETIRED: "paused"}
_EXAMPLES = (
    ("分子 <= 分母", "分子不大于分母"),
    ("数值 >= 0.5 × 上期", "不比上期低一半以上"),
    ('分子("SX05") <= 分子("SX01") + 分子("SX02")', "一个指标的分子不超过另外两个之和"),
    ('非 有数("SX17") 或 有数("SX10")', "填了一个就要填另一个"),
    ("绝对值(数值 - 去年同期) <= 20 或 月份 = 1", "和去年同期相差不超过 20，一月除外"),
)


def address(view: RuleView | None, code: str) -> dict[str, str]:
    """Where a rule is told about; rules of reading a file have no page of their own and are asked by code."""
    return {"code": code} if view is None or view.id is None else {"id": str(view.id)}


def built_in(view: RuleView) -> None:
    """A rule in code: what it asks and what it says."""
    st.table(
        {
            "应当成立": guard.plain(view.condition),
            "严重程度": SEVERITIES[view.severity],
            "适用范围": view.scope,
            "怎么说": guard.plain(view.message),
            "怎么改": guard.plain(view.remedy),
            "豁免": "可以按地区、按期豁免" if view.waivable else "不能豁免：拦的是不可能的数或漏填的格子",
        },
        border="horizontal",
    )


def written(detail: RuleDetail) -> None:
    """A rule written by staff, as it stands."""
    rule = detail.rule
    scope = {
        RuleScope.ALL: "全部报送",
        RuleScope.COLLECTION: f"报送任务：{detail.collection}",
        RuleScope.INDICATOR: f"指标 {rule.indicator_code}",
    }[rule.scope]
    st.table(
        {
            "应当成立": guard.plain(rule.expression),
            "严重程度": SEVERITIES[Severity(rule.severity.value)],
            "适用范围": guard.plain(scope),
            "怎么说": guard.plain(rule.message),
            "怎么改": guard.plain(rule.remedy),
            "从何时起": Period.parse(rule.valid_from).label,
        },
        border="horizontal",
    )


def editor(actor: Actor, detail: RuleDetail | None) -> None:
    """Write or change a rule. The condition is read as it is typed; the rest is said when it is saved."""
    rule = detail.rule if detail else None
    key = f"rule_{detail.id}_{detail.version}" if detail else "rule_new"
    name = st.text_input("名称（必填）", rule.name if rule else "", key=f"{key}_name")
    first, second, third = st.columns(3)
    severities, scopes = list(RuleSeverity), list(RuleScope)
    severity = first.selectbox(
        "严重程度", severities, severities.index(rule.severity if rule else RuleSeverity.WARNING),
        lambda item: item.label, key=f"{key}_severity",
        help="“错误”的行不能保存；“提醒”说明原因后可以保存。新规则建议先用“提醒”。",
    )  # fmt: skip
    scope = second.selectbox(
        "适用范围", scopes, scopes.index(rule.scope if rule else RuleScope.INDICATOR),
        lambda item: item.label, key=f"{key}_scope",
    )  # fmt: skip
    indicator_code, collection_id = "", None
    with third:
        if scope == RuleScope.INDICATOR:
            codes = {row.code: f"{row.code} {row.name}" for row in defined.indicators()}
            listed = list(codes)
            at = listed.index(rule.indicator_code) if rule and rule.indicator_code in codes else 0
            indicator_code = st.selectbox("指标", listed, at, codes.__getitem__, key=f"{key}_indicator")
        elif scope == RuleScope.COLLECTION:
            named = overview.collections(actor)
            ids = list(named)
            at = ids.index(rule.collection_id) if rule and rule.collection_id in named else 0
            collection_id = st.selectbox("报送任务", ids, at, named.__getitem__, key=f"{key}_collection")
    text = st.text_area(
        "应当成立的条件（必填）", rule.expression if rule else "", key=f"{key}_expression", height=80,
        placeholder="例如：数值 >= 0.5 × 上期",
    )  # fmt: skip
    _heard(text)
    _language()
    message = st.text_area(
        "不成立时怎么说（必填）", rule.message if rule else "{指标}：{数值}，……", key=f"{key}_message", height=70
    )
    remedy = st.text_area(
        "怎么改（必填）", rule.remedy if rule else "请核对后填写，或写明原因。", key=f"{key}_remedy", height=70
    )
    st.caption(guard.plain("可以写：" + "、".join(f"{{{word}}}" for word in PLACEHOLDERS) + "，显示时换成实际的数。"))
    months = [str(Period.containing(clock.today(), Cadence.MONTH).shift(step)) for step in range(-24, 13)]
    if rule and rule.valid_from not in months:
        months.insert(0, rule.valid_from)
    start = st.selectbox(
        "从哪个月起", months, months.index(rule.valid_from) if rule else 25, lambda month: Period.parse(month).label,
        key=f"{key}_from", help="这个月起的报送按这条规则核对，以前的报送不受影响。",
    )  # fmt: skip
    if st.button("保存修改" if detail else "新建规则", key=f"{key}_save", type="primary"):
        with guard.show_errors():
            data = checked(
                RuleIn, name=name.strip(), severity=severity, scope=scope, indicator_code=indicator_code,
                collection_id=collection_id, expression=text, message=message.strip(), remedy=remedy.strip(),
                valid_from=start,
            )  # fmt: skip
            if detail:
                rule_service.edit(actor, detail.id, data, seen_version=detail.version)
                widgets.flash("规则已修改，请重新试跑。")
                st.rerun()
            saved = rule_service.create(actor, data)
            widgets.flash("规则已建立。下一步：试跑，看过去的报送里会发现多少。")
            st.switch_page("metrics/pages/rule.py", query_params={"id": str(saved)})


def _heard(text: str) -> None:
    """Whether the condition is understood, said at once."""
    if not text.strip():
        return
    try:
        condition = expressions.read(text)
    except Invalid as wrong:
        st.error(f"{guard.plain(wrong.problems[0])}。{guard.plain(wrong.remedy)}")
        return
    uses = [quantity.value for quantity in Quantity if quantity in condition.quantities]
    known = {row.code: row.name for row in defined.indicators()}
    others = [f"{code} {known[code]}" if code in known else f"{code}（没有这个指标）" for code in condition.codes]
    st.success(
        f"读得懂。用到：{guard.plain('、'.join([*uses, *others]) or '没有用到任何数')}。缺了其中的数就不下结论。"
    )


def _language() -> None:
    with st.expander("条件怎么写", icon=":material/help:", key="rule_language"):
        st.table({quantity.value: quantity.meaning for quantity in Quantity}, border="horizontal")
        st.markdown(
            "- 比较：`<` `<=` `>` `>=` `=` `≠`；运算：`+` `-` `×` `÷` 和括号；连接：`且` `或` `非`。\n"
            '- 其他指标：写带引号的代码，如 `分子("SX01")`；几个代码就是合计。\n'
            '- `绝对值(…)`、`最大(…, …)`、`最小(…, …)`；`有数("SX01")` 问那个指标填没填数。\n'
            "- 缺报、不适用的数不当作零：条件里缺了数，就不算成立也不算不成立。"
        )
        for example, meaning in _EXAMPLES:
            st.markdown(f"- `{example}`　{meaning}")


def rehearse(actor: Actor, detail: RuleDetail) -> None:
    """Try the rule on the past, and what the last trials found."""
    st.subheader("试跑", anchor=False)
    st.caption("用已经提交的报送试一遍：会发现多少个数，是哪些。试跑不改变任何报送。")
    first, last = rule_queries.default_rehearsal()
    months = [str(Period.parse(last).shift(-step)) for step in range(36)]
    left, right, button = st.columns([2, 2, 1], vertical_alignment="bottom")
    begins = left.selectbox(
        "从", months, months.index(first), lambda month: Period.parse(month).label, key=f"rehearse_from_{detail.id}"
    )
    ends = right.selectbox("到", months, 0, lambda month: Period.parse(month).label, key=f"rehearse_to_{detail.id}")
    if button.button("试跑", key=f"rehearse_{detail.id}", type="primary", width="stretch"):
        with guard.show_errors():
            outcome = rule_service.rehearse(actor, detail.id, begins, ends)
            widgets.flash(f"试跑了 {outcome.checked:,} 个数，会发现 {outcome.found:,} 个。")
            st.rerun()
    if not detail.rehearsals:
        return
    latest = detail.rehearsals[0]
    span = f"{Period.parse(latest.first_period).label}至{Period.parse(latest.last_period).label}"
    share = f"占 {latest.found / latest.checked:.1%}" if latest.checked else ""
    widgets.figures(
        [
            ("核对的数", f"{latest.checked:,} 个", span),
            ("会发现", f"{latest.found:,} 个", share),
            ("不能下结论", f"{latest.unknown:,} 个", "缺少条件里用到的数"),
        ]
    )
    st.caption(
        f"{guard.plain(latest.by)}　{clock.show(latest.at)} 试跑"
        + ("" if latest.current else "；此后规则改过或换过状态，请重新试跑")
        + f"；共试跑过 {len(detail.rehearsals)} 次。"
    )
    if not latest.examples:
        st.success("这段时间里没有一个数违反这条规则。" if latest.checked else "这段时间里没有可以核对的数。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "报送期": Period.parse(item["period"]).label,
                "地区": item["region"],
                "指标": item["indicator"],
                "会怎么说": item["message"],
                "报送任务": item["collection"],
            }
            for item in latest.examples
        ),
        f"rehearsal_{detail.id}_{len(detail.rehearsals)}",
        open_page=FIGURE,
        addresses=[
            figure_address(item["collection_id"], item["indicator_id"], item["region_code"], item["period"])
            for item in latest.examples
        ],
        counties=widgets.to_counties(actor, [item["region_code"] for item in latest.examples]),
    )
    if latest.found > len(latest.examples):
        st.caption(f"只列最近的 {len(latest.examples)} 个。")


def waivers(actor: Actor, rows: Sequence[WaiverView], names: Mapping[str, str]) -> None:
    """Who is excused from what, until when and why; staff may end it early."""
    if not rows:
        st.caption("没有豁免。" if actor.is_staff else "本地区没有豁免。")
        return
    today = clock.today()
    widgets.table(
        pd.DataFrame(
            {
                "规则": rule_words.label(row.rule, names.get(row.rule, "")),
                "地区": row.region,
                "报送任务": row.collection or "全部",
                "自": str(row.starts_on),
                "至": str(row.ends_on),
                "状态": "● 有效" if row.running(today) else "○ 已结束",
                "理由": row.reason,
                "批准": f"{row.granted_by}　{clock.show(row.granted_at)}",
            }
            for row in rows
        ),
        f"waivers_{len(rows)}",
        counties=widgets.to_counties(actor, [row.region_code for row in rows]),
    )
    running = {row.id: row for row in rows if row.running(today)}
    if actor.is_staff and running:
        with st.popover("提前结束一项豁免…", key="waiver_end_ask"):
            chosen = st.selectbox(
                "豁免", list(running), 0,
                lambda number: "　".join(
                    (
                        running[number].region,
                        rule_words.label(running[number].rule, names.get(running[number].rule, "")),
                        f"至 {running[number].ends_on}",
                    )
                ),
                key="waiver_end_which",
            )  # fmt: skip
            reason = st.text_area("理由（必填）", key="waiver_end_reason")
            if st.button("确认结束", key="waiver_end", type="primary"):
                with guard.show_errors():
                    rule_service.end_waiver(actor, chosen, reason, seen_version=running[chosen].version)
                    widgets.flash("豁免已结束；在它有效期内结束的各期仍然豁免。")
                    st.rerun()


def waive(actor: Actor, choices: Sequence[RuleView]) -> None:
    """Excuse one unit from one rule for a time."""
    with st.popover("豁免一个地区…", key="waive_ask"), st.form("waive_form", border=False, enter_to_submit=False):
        st.caption("只对一个地区、一段时间有效；校验时改为“说明”，写明理由和期限，不再拦下。")
        rules = {row.code: rule_words.label(row.code, row.name) for row in choices}
        rule = st.selectbox("规则", list(rules), None, rules.__getitem__, key="waive_rule", placeholder="选择规则")
        places = {place.code: f"{place.name}（{place.parent}）" for place in _counties()}
        region = st.selectbox(
            "地区", list(places), None, places.__getitem__, key="waive_region", placeholder="输入地名搜索"
        )
        named = overview.collections(actor)
        collection = st.selectbox(
            "报送任务", list(named), None, named.__getitem__, key="waive_collection", placeholder="全部报送任务"
        )
        left, right = st.columns(2)
        today = clock.today()
        starts = left.date_input("从哪天起", today, key="waive_from", format="YYYY-MM-DD")
        ends = right.date_input("到哪天止", today + timedelta(days=90), key="waive_to", format="YYYY-MM-DD")
        reason = st.text_area("理由（必填，不少于 8 个字）", key="waive_reason", max_chars=300)
        if st.form_submit_button("确认豁免", key="waive_go", type="primary"):
            with guard.show_errors():
                given: dict[str, Any] = {
                    "rule": rule or "", "region_code": region or "", "collection_id": collection,
                    "starts_on": starts, "ends_on": ends, "reason": reason.strip(),
                }  # fmt: skip
                if not rule or not region:
                    raise Invalid(["请选择规则和地区"], "选好后再提交。")
                rule_service.waive(actor, checked(WaiverIn, **given))
                widgets.flash(f"已豁免{places[region]}，至 {ends}。")
                st.rerun()


def found(actor: Actor, counted: Sequence[RuleCount], listed_rows: Sequence[Found]) -> None:
    """What a rule has found, round by round and one by one."""
    st.subheader("近来发现了多少", anchor=False)
    if not counted:
        st.caption("还没有发现过。")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "报送期": Period.parse(row.period).label,
                "报送": row.returns,
                "发现的数": row.values,
                "最后仍有": row.left,
                "豁免": row.waived,
            }
            for row in counted[:24]
        ),
        key="rule_rounds",
        hide_index=True,
        width="stretch",
    )
    listed(actor, listed_rows)


def listed(actor: Actor, rows: Sequence[Found]) -> None:
    """The values one rule objected to; a row opens the return."""
    if not rows:
        return
    widgets.table(
        pd.DataFrame(
            {
                "报送期": Period.parse(row.period).label,
                "地区": row.region,
                "指标": row.indicator or "整份报送",
                "当时怎么说": row.message,
                "现在": "■ 仍有" if row.left else "● 已不再",
                "报送任务": row.collection,
                "时间（北京）": clock.show(row.at),
            }
            for row in rows
        ),
        f"found_{len(rows)}_{rows[0].return_id}",
        open_page="metrics/pages/return_form.py",
        ids=[row.return_id for row in rows],
        counties=widgets.to_counties(actor, [row.region_code for row in rows]),
    )


def _counties() -> Sequence[regions.queries.RegionView]:
    return [
        place
        for province in regions.queries.provinces()
        for place in regions.queries.counties(province.code, clock.today())
    ]
