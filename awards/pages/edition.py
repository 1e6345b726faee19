"""One year's selection: how far it has come, what blocks it, and what this person can do now."""

import streamlit as st

from awards import edition_service, queries, round_service, stages
from awards.pages import edition_parts, list_parts, notice_parts, rule_parts
from core.words import AwardStage, EditionState
from web import guard, widgets

actor = guard.current_actor()
view = guard.found(queries.edition(actor, guard.parameter("id")), "年度遴选")
row = view.row
widgets.header(row.name, "走到哪一步，什么还没办妥，我能做什么？", back=("awards/pages/editions.py", "全部年度"))


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        if do in (stages.JUDGE, stages.FINAL):
            stage = AwardStage.FIRST if do == stages.JUDGE else AwardStage.FINAL
            made = round_service.begin(actor, row.id, stage, seen_version=view.version)
            widgets.flash(f"已开始{stage.label}，建立了 {len(made)} 个评审；请在“评审”里聘请评委、分配和评分。")
        elif do == stages.SHORTLIST:
            count = round_service.shortlist(actor, row.id, seen_version=view.version)
            widgets.flash(f"{count} 个项目入围。")
        else:
            state = edition_service.move(actor, row.id, do, reason, seen_version=view.version)
            widgets.flash(f"已办理“{do}”，现为“{state.label}”。")
        st.rerun()


edition_parts.head(actor, view, act)
if row.state is EditionState.REVOKED:
    st.stop()
if view.applies or view.city:
    edition_parts.mine(actor, view)
if view.runs:
    edition_parts.corrections(actor, view)
    list_parts.decide(actor, view)
notice_parts.notices(actor, view)
notice_parts.objections(actor, view)
if view.runs:
    list_parts.reviews(view)
    list_parts.lines(actor, view)
    edition_parts.entries(view)
    edition_parts.public(actor, view)
rule_parts.rule(view)
