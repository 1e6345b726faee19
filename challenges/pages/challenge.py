"""One challenge: what it asks, how far it has come, and what this person can do now."""

from functools import partial

import streamlit as st

from accounts import sessions
from challenges import archive, queries, service, stages, work_queries
from challenges.pages import challenge_parts, contract_parts, notice_parts
from core.words import ChallengeState
from web import guard, widgets

actor = guard.current_actor()
view = guard.found(queries.challenge(actor, guard.parameter("id")), "榜单")
row = view.row
widgets.header(row.title, "求解什么难题，走到哪一步，我能做什么？", back=("challenges/pages/challenges.py", "全部榜单"))


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = service.move(actor, row.id, do, reason, seen_version=view.version)
        widgets.flash(f"已办理“{do}”，现为“{state.label}”。")
        st.rerun()


def packed(number: int) -> bytes:
    return archive.archive_zip(sessions.fresh(actor), number)


with st.container(border=True):
    over = row.state is ChallengeState.OPEN and not row.open
    label = "已截止，待资格审查" if over else row.state.label
    st.markdown(f"{widgets.badge('running' if row.open else row.state, label)}　{guard.plain(row.code)}")
    st.markdown(
        guard.plain("截止时间已到，申请已封存。" if over else stages.NEXT[row.state] if view.runs or row.open else "")
    )
    if view.reason and row.state in stages.CHALLENGE.terminal - {ChallengeState.PAID}:
        challenge_parts.facts([("理由", view.reason)])
    if view.runs:
        if row.state is ChallengeState.DRAFT:
            st.page_link(
                "challenges/pages/challenge_edit.py",
                label="修改草稿",
                icon=":material/edit:",
                query_params={"id": str(row.id)},
            )
        widgets.steps("challenge", view.steps, act)
        challenge_parts.put_off(actor, view)
        st.download_button(
            "下载全部档案",
            partial(packed, row.id),
            file_name=archive.file_name(view),
            mime="application/zip",
            key="challenge_archive",
            icon=":material/folder_zip:",
            type="tertiary",
            on_click="ignore",
        )
    elif not view.barred and (row.open or view.mine):
        st.page_link(
            "challenges/pages/bid.py",
            label=f"本单位的申请（{view.mine.state.label}）" if view.mine else "我要揭榜",
            icon=":material/edit_document:",
            query_params={"id": str(row.id)},
        )
    elif view.barred and row.open and actor.role == "bidder":
        st.caption(guard.plain(view.barred))
    if view.mine and view.mine.reason:
        challenge_parts.facts([("最近的审查意见", view.mine.reason)])

notice_parts.award(actor, view)
notice_parts.notices(actor, view)
notice_parts.objections(actor, view)
contract_parts.contracts(actor, view, guard.found(work_queries.work(actor, row.id), "榜单"))
challenge_parts.argumentation(actor, view)
challenge_parts.bids(actor, view)
st.subheader("榜单内容", anchor=False)
challenge_parts.text(view)
challenge_parts.questions(actor, view)
