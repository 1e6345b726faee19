"""Promotion of one pilot: where next and why, and how far it has come."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from pilots import promotion_exports as exports
from pilots import promotion_queries as queries
from pilots import promotion_wording as wording
from pilots.pages import promotion_parts as parts
from pilots.pages.parts import header
from pilots.promotion_queries import Cover
from printing.pages import parts as report_parts
from web import charts, guard, widgets
from web.keep import ask

actor = guard.current_actor()
pilot_id = guard.found(guard.parameter("id"), "试点")
factors = guard.found(ask(queries.promotion, actor, pilot_id, ()), "试点").covariates
chosen = parts.factors(factors)
promotion = guard.found(ask(queries.promotion, actor, pilot_id, chosen), "试点")
pilot = promotion.pilot
header(pilot, "先推广到哪些县，为什么，推到哪一步了？", "pilots/pages/promotion.py", actor)
verdict = pilot.verdict.verdict.label if pilot.verdict else "尚未记录"
st.markdown(f"{widgets.badge(pilot.state, pilot.state.label)}　**结论：{verdict}**")
if promotion.held_back:
    st.warning(f"现在还不能制定推广计划。{guard.plain(promotion.held_back)}", icon=":material/block:")

# -- how far it has come ---------------------------------------------------------------
adoptions = ask(queries.adoptions, actor, pilot_id=pilot.id)
if not promotion.held_back or adoptions:
    st.subheader("推广到了哪里", anchor=False)
    days = wording.days(pilot.start_on, clock.today())
    day = parts.day(days)
    cover = guard.found(ask(queries.cover, actor, pilot.id, day), "试点")
    st.markdown(guard.plain(wording.cover_words(cover, "这一做法")))
    widgets.figures(
        [(share.group, wording.percent(share), f"{share.covered} / {share.total} 个") for share in cover.shares]
    )

    def covers() -> list[Cover]:
        return ask(queries.covers, actor, pilot.id, tuple(days))

    left, right = st.columns([11, 9], gap="medium")
    with left:
        charts.draw(
            lambda: wording.cover_map(cover, title=f"各地区推广进展（{day}）", width=500),
            ("cover", pilot.id, day),
            describe=wording.cover_words(cover, "这一做法"),
            stretch=False,
            narrow=lambda: wording.cover_map(cover, title=f"各地区推广进展（{day}）", width=charts.NARROW),
        )
        charts.rows(
            lambda: wording.place_rows(cover),
            "各地区推广进展",
            pilot.name,
            (pilot.id, day),
            counties=lambda _: widgets.to_counties(actor, [place.code for place in cover.places]),
        )
    with right:
        charts.draw(
            lambda: wording.cover_trend(covers()), ("cover_trend", pilot.id), describe="全省和两类地区的覆盖率变化"
        )
        charts.rows(lambda: wording.cover_rows(covers()), "覆盖率变化", pilot.name, (pilot.id,))
        st.caption("覆盖包括试点地区（自试点开始）和已上线地区；地区类型按当日有效的名单。")
    parts.progress(actor, adoptions)

# -- where next --------------------------------------------------------------------------
st.subheader("下一步推广到哪里", anchor=False)
listed = {view.region_code: view.state.label for view in adoptions}
widgets.figures(wording.tier_figures(promotion, listed))
parts.candidates(actor, promotion, listed)
if not promotion.held_back and may(actor, Permission.PILOT_PROMOTE):
    parts.plan_form(actor, promotion, listed)
with st.container(horizontal=True):
    st.download_button(
        "下载推广建议（Excel）",
        data=lambda: exports.workbook(sessions.fresh(actor), pilot.id, chosen),
        file_name=f"推广建议_{pilot.name}_{clock.today():%Y%m%d}.xlsx",
        on_click="ignore",
        icon=":material/table:",
        key="promotion_xlsx",
    )
    report_parts.downloads(actor, "promotion", exports.subject(pilot.id, chosen), pilot.name, name="下载推广建议书")
with st.expander("怎样比较，用了哪些数据"):
    st.markdown(guard.plain(exports.method(promotion)))
    widgets.table(wording.covariate_rows(promotion), "promotion_factors")
    st.caption(
        "数据条件来自数据资源登记库。登记库按场景记录接入情况：省级单位提供、场景已接入的资源视为全省可用；"
        "县级单位提供的只对该县可用；县级团队牵头的场景接入过的，视为该县已接入。"
    )
    st.page_link(
        "regions/pages/regions.py", label="录入常住人口、面积等县情数据", icon=":material/upload:", width="content"
    )
