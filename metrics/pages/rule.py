"""One rule: what it says, what it would have found, whether it is on."""

import streamlit as st

from accounts.permissions import Permission, may, require
from core.words import RuleState
from metrics import finding_queries, rule_queries, rule_service, rule_words
from metrics.pages import ruling
from metrics.stages import RULE
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
require(actor, Permission.RULE_READ)
edits = bool(may(actor, Permission.RULE_EDIT))
code, number = st.query_params.get("code", ""), guard.parameter("id")
back = ("metrics/pages/rules.py", "全部规则")
names = {row.code: row for row in ask(rule_queries.rules, actor)}

if code:
    view = names.get(code)
    if view is None and code not in rule_words.READING:
        guard.found(None, "规则")
    name = rule_words.name(code)
    widgets.header(name, "这条规则核对什么，近来发现了多少？", back=back)
    if view is not None:
        ruling.built_in(view)
    else:
        st.caption("读取文件时的核对：格子或行读不了，就不再问别的规则。不能豁免。")
    ruling.found(actor, ask(finding_queries.counts, actor, rule=code), ask(finding_queries.found, actor, code))
    ruling.waivers(actor, ask(rule_queries.waivers, actor, rule=code), {code: name})
    st.stop()

if not number:
    require(actor, Permission.RULE_EDIT)
    widgets.header("新建规则", "什么条件应当成立，不成立时怎么说？", back=back)
    ruling.editor(actor, None)
    st.stop()

detail = guard.found(ask(rule_queries.rule, actor, number), "规则")
rule = detail.rule
widgets.header(f"{rule.code}　{rule.name}", "这条规则核对什么，会发现多少？", back=back)


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = rule_service.move(actor, detail.id, do, reason, seen_version=detail.version)
        widgets.flash(f"规则 {rule.code} 现为“{state.label}”。")
        st.rerun()


with st.container(border=True):
    st.markdown(
        f"{widgets.badge(ruling.TONES[detail.state], detail.state.label)}　{guard.plain(detail.created_by)} 编写"
    )
    if edits:
        widgets.steps("rule", RULE.steps_from(detail.state), act)
        tried = any(rehearsal.current for rehearsal in detail.rehearsals)
        if detail.state is not RuleState.ACTIVE and not tried:
            st.caption("启用以前，先用过去的报送试跑一次，看会发现多少、是哪些。")
ruling.written(detail)
if edits:
    ruling.rehearse(actor, detail)
    if detail.state is not RuleState.ACTIVE:
        st.subheader("修改", anchor=False)
        ruling.editor(actor, detail)
    else:
        st.caption("规则正在启用；要修改，请先停用，改好、试跑后再重新启用。")
ruling.found(actor, ask(finding_queries.counts, actor, rule=rule.code), ask(finding_queries.found, actor, rule.code))
st.subheader("豁免", anchor=False)
ruling.waivers(actor, ask(rule_queries.waivers, actor, rule=rule.code), {rule.code: rule.name})
