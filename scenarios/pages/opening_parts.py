"""What pages about 场景开放 share: the form, a dossier's section."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from scenarios import opening_queries, opening_service, stages
from scenarios.opening_queries import OpeningView
from scenarios.opening_schemas import AUDIENCE, OpeningIn
from scenarios.pages.parts import label
from scenarios.queries import ScenarioDetail
from web import guard, widgets
from web.keep import ask

USUAL_DAYS = 30


def draw(actor: Actor, scenario: ScenarioDetail) -> None:
    """A dossier's section: what is open, who takes part because of it, and the form for another."""
    found = ask(opening_queries.openings_list, actor, scenario.row.id)
    manages = may(actor, Permission.OPENING_PUBLISH, scenario.subject)
    released = scenario.row.state in stages.OFFERED
    if found:
        table(found, "scenario_openings", scenario=False)
    elif released:
        st.markdown("还没有向部门、企业开放合作。")
    else:
        st.markdown("场景立项后，可以向部门、企业开放资源、征集合作。")
    if joined := ask(opening_queries.partners, actor, scenario.row.id):
        st.markdown("**已采纳的合作单位**　" + guard.plain("；".join(f"{name}（{title}）" for name, title in joined)))
    if not (manages and released):
        return
    with st.popover("发布场景开放…", icon=":material/handshake:"), st.form("opening_new", border=False):
        values = fields("opening_new", None)
        if st.form_submit_button("发布", key="opening_new_save", type="primary"):
            with guard.show_errors(OpeningIn):
                made = opening_service.publish(
                    actor, scenario.row.id, OpeningIn(**values), nonce=widgets.nonce("opening_new")
                )
                widgets.spend_nonce("opening_new")
                widgets.flash("场景开放已发布，面向的单位现在可以应答。")
                st.switch_page("scenarios/pages/opening.py", query_params={"id": str(made)})


def fields(key: str, view: OpeningView | None) -> dict[str, Any]:
    """The inputs of an opening; what `OpeningIn` takes."""
    today = clock.today()
    return {
        "title": st.text_input("开放事项", view.title if view else "", max_chars=60, key=f"{key}_title"),
        "resources": st.text_area(
            "开放的资源",
            view.resources if view else "",
            max_chars=1000,
            placeholder="开放哪些数据、接口、场地或应用权限",
            key=f"{key}_resources",
        ),
        "conditions": st.text_area(
            "合作条件",
            view.conditions if view else "",
            max_chars=1000,
            placeholder="需要合作方具备什么、承担什么",
            key=f"{key}_conditions",
        ),
        "audience": st.multiselect(
            "面向",
            AUDIENCE,
            list(view.audience) if view else None,
            format_func=label,
            placeholder="选择可以应答的单位类型",
            key=f"{key}_audience",
        ),
        "deadline": st.date_input(
            "截止日期（当日仍可应答）",
            max(view.deadline, today) if view else today + timedelta(days=USUAL_DAYS),
            min_value=today,
            format="YYYY-MM-DD",
            key=f"{key}_deadline",
        ),
    }


def table(found: list[OpeningView], key: str, *, scenario: bool = True) -> None:
    """Openings; a row opens one."""
    frame = pd.DataFrame(
        {
            "状态": widgets.shape(*view.status),
            "开放事项": view.title,
            "场景": f"{view.scenario.code} {view.scenario.name}",
            "地区": view.region,
            "面向": view.for_whom,
            "截止": str(view.deadline),
            "应答": _offers(view),
        }
        for view in found
    )
    widgets.table(
        frame if scenario else frame.drop(columns=["场景", "地区"]),
        key,
        open_page="scenarios/pages/opening.py",
        ids=[view.id for view in found],
    )


def _offers(view: OpeningView) -> str:
    """What of the offers this person may know: the count for who manages, else how one's own stands."""
    if view.manages:
        return f"{len(view.offers)} 份，{view.waiting} 份待答复" if view.waiting else f"{len(view.offers)} 份"
    if view.mine:
        return widgets.shape(view.mine.state, view.mine.state.label)
    return "可以应答" if view.invites else "–"
