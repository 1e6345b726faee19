"""The parts of the page about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from accounts import service
from accounts.permissions import Actor
from accounts.queries import AccountView, OrganisationView
from accounts.schemas import AccountIn, OrganisationIn
from core.words import OrganisationKind, Role
from web import guard, widgets


def account_table(accounts: Sequence[AccountView]) -> AccountView | None:
    """The list; returns the account whose row was chosen."""
    if not accounts:
        widgets.empty("没有符合条件的账号。请换一个词查找。")
        return None
    event = st.dataframe(
        pd.DataFrame(
            {
                "用户名": account.username,
                "姓名": account.name,
                "角色": account.role.label,
                "单位": account.organisation,
                "状态": "● 可登录" if account.active else "■ 已停用",
            }
            for account in accounts
        ),
        key="people_accounts",
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
    )
    st.caption("点选一行左侧的方框，可停用、恢复账号或重置密码。")
    rows = event.selection.rows
    return accounts[rows[0]] if rows and rows[0] < len(accounts) else None


def account_actions(actor: Actor, account: AccountView) -> None:
    """Close, reopen, new password: each asks first and says what will happen."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="people_actions"):
        st.markdown(f"**{guard.plain(account.name)}**（{guard.plain(account.username)}）")
        if account.active:
            with st.popover("停用账号…", key="people_close_ask"):
                st.warning("停用后立即退出所有浏览器，不能再登录；已做的工作全部保留。")
                if st.button("确认停用", key="people_close", type="primary"):
                    with guard.show_errors():
                        service.set_active(actor, account.id, False, seen_version=account.version)
                        _done(f"已停用 {account.name} 的账号。")
        elif st.button("恢复账号", key="people_reopen"):
            with guard.show_errors():
                service.set_active(actor, account.id, True, seen_version=account.version)
                _done(f"已恢复 {account.name} 的账号。")
        with st.popover("重置密码…", key="people_reset_ask"):
            st.warning("原密码立即失效，该账号退出所有浏览器。请当面或电话告知新密码。")
            password = st.text_input("新密码", type="password", key="people_new", autocomplete="new-password")
            if st.button("确认重置", key="people_reset", type="primary"):
                with guard.show_errors():
                    service.reset_password(actor, account.id, password)
                    _done(f"已重置 {account.name} 的密码。")


def account_form(actor: Actor, organisations: Mapping[int, str]) -> None:
    with (
        st.expander("新增账号", icon=":material/person_add:", key="people_add"),
        st.form("people_form", enter_to_submit=False, border=False),
    ):
        left, right = st.columns(2)
        username = left.text_input("用户名", max_chars=32, key="people_username", help="小写字母和数字，登录时用")
        name = right.text_input("姓名", max_chars=40, key="people_name")
        role = left.selectbox("角色", list(Role), None, _label, placeholder="选择角色", key="people_role")
        organisation = right.selectbox(
            "单位",
            list(organisations),
            None,
            organisations.__getitem__,
            placeholder="没有时先在“单位”中新增",
            key="people_organisation",
        )
        password = left.text_input(
            "初始密码", type="password", key="people_password", autocomplete="new-password", help="请本人登录后修改"
        )
        if st.form_submit_button("新增账号", key="people_submit", type="primary"):
            with guard.show_errors(AccountIn):
                data = AccountIn.model_validate(
                    {
                        "username": username,
                        "name": name,
                        "role": role,
                        "organisation_id": organisation,
                        "password": password,
                    }
                )
                service.add_account(actor, data)
                _done(f"已新增 {data.name} 的账号。")


def organisation_table(organisations: Sequence[OrganisationView]) -> None:
    if not organisations:
        widgets.empty("还没有单位。请在下方新增。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "单位": body.name,
                "简称": body.short_name or "–",
                "类别": body.kind.label,
                "所属地区": body.region or "–",
            }
            for body in organisations
        ),
        "people_organisations",
    )


def organisation_form(actor: Actor, regions: Mapping[str, str]) -> None:
    with (
        st.expander("新增单位", icon=":material/domain_add:", key="people_body_add"),
        st.form("people_body_form", enter_to_submit=False, border=False),
    ):
        left, right = st.columns(2)
        name = left.text_input("单位全称", max_chars=80, key="people_body_name")
        short_name = right.text_input("简称（可不填）", max_chars=20, key="people_body_short")
        kind = left.selectbox(
            "类别", list(OrganisationKind), None, _label, placeholder="选择类别", key="people_body_kind"
        )
        region = right.selectbox(
            "所属地区（县级团队的单位必填）",
            list(regions),
            None,
            regions.__getitem__,
            placeholder="选择地区",
            key="people_body_region",
            help="县级团队只能看到和填报所属地区的数据",
        )
        if st.form_submit_button("新增单位", key="people_body_submit", type="primary"):
            with guard.show_errors(OrganisationIn):
                data = OrganisationIn.model_validate(
                    {"name": name, "short_name": short_name, "kind": kind, "region_code": region}
                )
                service.add_organisation(actor, data)
                _done(f"已新增单位 {data.name}。")


def _label(word: Role | OrganisationKind) -> str:
    return word.label


def _done(message: str) -> None:
    widgets.flash(message)
    st.rerun()
