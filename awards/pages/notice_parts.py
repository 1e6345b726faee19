"""Public notices and objections on the page of an edition."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from awards import objection_service, queries, report
from awards.pages.edition_parts import facts
from awards.views import EditionView, ObjectionView
from core import clock
from core.words import EditionState, Veto
from printing.pages import parts as report_parts
from web import guard, widgets


def notices(actor: Actor, view: EditionView) -> None:
    """The list before the public, the newest first, each as paper too."""
    if not view.notices:
        return
    released = view.row.state is EditionState.RELEASED
    st.subheader("入选名单" if released else "公示", anchor=False)
    for at, notice in enumerate(view.notices):
        with st.container(border=True, key=f"notice_{notice.number}"):
            if at == 0 and released:
                st.markdown(f"{widgets.badge('approved', '已发布')}　北京时间 {clock.show(view.released_at)}")
            elif at == 0 and view.row.state is EditionState.PAUSED:
                st.markdown(f"{widgets.badge('paused', '公示暂停')}　{notice.paused_on} 收到异议，答复后继续。")
            elif notice.left is not None:
                words = f"还有 {notice.left} 个工作日（含今天）" if notice.left else "公示期已满"
                st.markdown(f"{widgets.badge('running', '公示中')}　**{words}**")
            else:
                st.markdown(f"{widgets.badge('closed', f'第 {notice.number} 号公示')}")
            if notice.provisional:
                st.warning("暂算，须人工复核：公示期跨入的年度尚未公布放假安排。")
            if at == 0:
                _listed(view, notice.number)
            facts(report.notice_facts(view, notice))
            if notice.changes:
                facts([(f"与第 {notice.number - 1} 号的差别", "；".join(notice.changes))])
            with st.container(horizontal=True):
                subject = f"{view.row.id}:{notice.number}"
                report_parts.downloads(actor, "award_notice", subject, f"{view.row.code}_第{notice.number}号")


def _listed(view: EditionView, number: int) -> None:
    notice = next(item for item in view.notices if item.number == number)
    visible = {row.id for row in view.entries}
    frame = pd.DataFrame(
        {
            "赛道": line["track"],
            "等次": line["grade"] + ("（山区海岛县保留名额）" if line["kept"] else ""),
            "项目": line["title"],
            "申报单位": line["organisation"],
        }
        for line in notice.listed
    )
    if visible and all(line["entry"] in visible for line in notice.listed):
        widgets.table(
            frame,
            f"listed_{number}",
            open_page="awards/pages/award_entry.py",
            ids=[line["entry"] for line in notice.listed],
        )
    else:
        widgets.table(frame, f"listed_{number}")


def objections(actor: Actor, view: EditionView) -> None:
    """File one, see one's own; staff handle them without learning who it was."""
    during = view.row.state in (EditionState.NOTICE, EditionState.PAUSED)
    files = during and may(actor, Permission.OBJECTION_FILE)
    if not (view.objections or files):
        return
    st.subheader("异议", anchor=False)
    st.caption("实名书面提出并附证据；异议人的身份只有受理人和系统管理员看得到。")
    for item in view.objections:
        with st.container(border=True, key=f"objection_{item.id}"):
            _objection(actor, view, item)
    if files:
        with st.expander("提出异议", icon=":material/report:"), st.form("objection", border=False):
            names = {line["entry"]: f"{line['title']}（{line['organisation']}）" for line in view.notices[0].listed}
            about = st.selectbox(
                "针对哪个项目",
                [None, *names],
                format_func=lambda key: "整个名单" if key is None else names[key],
                key="objection_about",
            )
            words = st.text_area("事实和理由", max_chars=4000, key="objection_text")
            given = widgets.uploads("证据材料（必附）", "objection_files")
            st.caption(f"以您的实名（{guard.plain(actor.name)}）提出。提出后公示暂停，3 日内答复。")
            if st.form_submit_button("提交异议", key="objection_save", type="primary"):
                with guard.show_errors():
                    nonce = widgets.nonce("award_objection")
                    objection_service.file(actor, view.row.id, words, given, about, nonce=nonce)
                    widgets.spend_nonce("award_objection")
                    widgets.flash("异议已收到，公示暂停。")
                    st.rerun()


def _objection(actor: Actor, view: EditionView, item: ObjectionView) -> None:
    state = {None: ("pending", "待答复"), True: ("approved", "成立"), False: ("closed", "不成立")}[item.upheld]
    late = item.upheld is None and item.due_on < clock.today()
    st.markdown(
        f"{widgets.badge(*state)}　北京时间 {clock.show(item.filed_at)} 收到，应于 {item.due_on} 前答复"
        + (f"　{widgets.badge('overdue', '已超期')}" if late else "")
    )
    facts(
        [("异议人", item.name or "保密"), ("针对", item.about), ("内容", item.text), ("受理人", item.handler)]
        + ([("答复", item.answer)] if item.answered_at else [])
    )
    widgets.attachments(item.files, lambda key: queries.file(sessions.fresh(actor), key), f"objection_{item.id}_file")
    if not view.runs or item.upheld is not None:
        return
    if not item.takes:
        st.caption(guard.plain(item.takes.reason))
    elif not item.handler:
        if st.button("受理", key=f"objection_{item.id}_take", help="受理后您可以看到异议人的身份，并由您答复"):
            with guard.show_errors():
                objection_service.take_on(actor, item.id)
                st.rerun()
    elif item.handles:
        _answer(actor, view, item)


def _answer(actor: Actor, view: EditionView, item: ObjectionView) -> None:
    choices: dict[str, tuple[bool, Veto | None, str]] = {"不成立：公示继续": (False, None, "")}
    for track in dict.fromkeys(review.track for review in view.reviews):
        choices[f"成立：“{track}”评审组重新合议"] = (True, None, track)
    if item.entry_id is not None:
        choices |= {f"成立：一票否决（{kind.label}）": (True, kind, "") for kind in Veto}
    with st.form(f"objection_{item.id}_answer", border=False):
        chosen = st.radio("结论", list(choices), key=f"objection_{item.id}_choice")
        words = st.text_area("答复（异议人可见）", max_chars=4000, key=f"objection_{item.id}_words")
        if st.form_submit_button("答复", key=f"objection_{item.id}_save", type="primary"):
            with guard.show_errors():
                upheld, thrown_out, track = choices[chosen or ""]
                objection_service.answer(
                    actor, item.id, upheld, words, thrown_out=thrown_out, track=track, seen_version=item.version
                )
                widgets.flash("异议已答复。")
                st.rerun()
