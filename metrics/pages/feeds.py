"""Many returns at once: a table uploaded here or sent by a machine, and the machines' tokens."""

from datetime import timedelta

import streamlit as st

import accounts.queries
from accounts.permissions import Permission, may
from core import clock
from core.errors import Invalid
from core.validation import checked
from metrics import feed_service, overview
from metrics.feed import jobs, senders
from metrics.feed_service import TokenIn
from metrics.pages import feeding
from web import guard, widgets

actor = guard.current_actor()
widgets.header("批量送报", "一张表里有许多地区、许多期的数，怎样一次报齐？")
collections = overview.collections(actor)
job = jobs.of(actor)
if not collections:
    widgets.empty("没有可以送报的报送任务。试点启动后，参加试点的地区可以在这里批量送报。")
elif job is None:
    feeding.choose(actor, collections)
elif not job.done:
    feeding.progress(actor)
elif job.answer is not None:
    feeding.result(actor, job)
else:
    feeding.preview(actor, job)

st.subheader("最近的送报", anchor=False)
feeding.log(actor, senders.deliveries(actor))

if may(actor, Permission.FEED_ISSUE):
    st.subheader("送报令牌", anchor=False)
    st.caption("业务系统用令牌自动送报。令牌只在发放时显示一次；不再使用的请及时吊销。")
    secret = st.session_state.pop("feeds_secret", None)
    if secret:
        st.success("令牌已发放，请立即交给对方系统的管理员，离开本页后不再显示：")
        st.code(secret, language=None)
    for view in senders.tokens(actor):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"token_{view.id}"):
            tone, words = view.state(clock.now())
            st.markdown(
                f"{widgets.badge(tone, words)}　**{guard.plain(view.name)}**　{guard.plain(view.organisation)}\n\n"
                f":gray[送{guard.plain(view.region)}的数，{guard.plain(view.collection or '全部报送任务')}；尾号 "
                f"`{view.hint}`；有效期至 {view.last_day}（含）；最近使用 {clock.show(view.last_used_at)}，"
                f"送报 {view.deliveries} 次]",
                width="stretch",
            )
            if tone == "running" and st.button("吊销", key=f"token_revoke_{view.id}"):
                with guard.show_errors():
                    feed_service.revoke_token(actor, view.id, seen_version=view.version)
                    widgets.flash("令牌已吊销。")
                    st.rerun()
    with st.expander("发放令牌", key="feeds_issue", icon=":material/key:"), st.form("feeds_issue_form"):
        organisations = {view.id: view.name for view in accounts.queries.organisations(actor)}
        regions = accounts.queries.region_choices(actor)
        name = st.text_input("用途", key="token_name", placeholder="例如：12345 热线平台每月送报")
        organisation = st.selectbox(
            "单位", list(organisations), None, organisations.__getitem__, key="token_organisation"
        )
        region = st.selectbox("地区（含下辖）", list(regions), None, regions.__getitem__, key="token_region")
        task = st.selectbox(
            "报送任务（不选为全部）", list(collections), None, collections.__getitem__, key="token_task"
        )
        until = st.date_input("有效期至", clock.today() + timedelta(days=365), key="token_until")
        if st.form_submit_button("发放令牌", key="token_issue", type="primary"):
            with guard.show_errors(TokenIn):
                if organisation is None or region is None:
                    raise Invalid(["请选择单位和地区"], "令牌只能送报所选地区及其下辖地区的数。")
                data = checked(
                    TokenIn,
                    name=name,
                    organisation_id=organisation,
                    region_code=region,
                    collection_id=task,
                    expires_on=until,
                )
                st.session_state["feeds_secret"] = feed_service.issue_token(actor, data)
                st.rerun()
