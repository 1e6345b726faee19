"""The way of an installation from its first account to its first pilot."""

from __future__ import annotations

import streamlit as st

from accounts import queries as accounts
from accounts.permissions import Actor, Permission, may
from scenarios import need_queries
from scenarios import queries as scenarios
from web.keep import ask


def draw(actor: Actor) -> None:
    """What comes first and what then, each step with its mark; for those who run the programme."""
    if not actor.is_staff:
        return
    steps = [
        (bool(ask(need_queries.needs, actor)), "登记基层提出的需求", "scenarios/pages/needs.py"),
        (bool(ask(scenarios.scenarios, actor)), "由需求登记场景，写明数据来源和责任人", "scenarios/pages/scenarios.py"),
        (False, "场景论证通过后，发起试点：选地区、对照和指标", "pilots/pages/pilots.py"),
    ]
    if may(actor, Permission.ACCOUNT_MANAGE):
        others = len(ask(accounts.accounts, actor)) > 1
        steps.insert(0, (others, "开通单位和账号：研究院、部门、县级团队、专家", "accounts/pages/people.py"))
    following = next(number for number, (done, _, _) in enumerate(steps) if not done)
    st.subheader("开始使用", anchor=False)
    with st.container(border=True):
        for number, (done, words, page) in enumerate(steps):
            mark = "✓" if done else "▶" if number == following else "○"
            label = f"{mark}　{number + 1}. {words}"
            st.page_link(page, label=f"**{label}**" if number == following else label)
    st.caption("常用指标和校验规则已经备好，可在“指标”“校验规则”中核对、修改。")
