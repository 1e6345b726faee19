"""Public notices and objections on the page of an edition."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from awards import listing, objection_service, queries, report
from awards.pages.edition_parts import facts
from awards.views import EditionView
from core import clock
from core.words import EditionState, Veto
from panels import noticing
from panels.objections import ObjectionView
from panels.pages import notice_parts
from printing.pages import parts as report_parts
from web import widgets


def notices(actor: Actor, view: EditionView) -> None:
    """The list before the public, the newest first, each as paper too."""
    if not view.notices:
        return
    released = view.row.state is EditionState.RELEASED
    st.subheader("入选名单" if released else "公示", anchor=False)
    for at, notice in enumerate(view.notices):
        with st.container(border=True, key=f"notice_{notice.number}"):
            since = f"北京时间 {clock.show(view.released_at)}" if released else ""
            paused = view.row.state is EditionState.PAUSED
            notice_parts.standing(notice, newest=at == 0, paused=paused, released=since)
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
            "等次": listing.graded(line),
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
    """File one, see one's own; staff handle them."""
    number, listed = view.row.id, view.notices[0].listed if view.notices else []
    desk = notice_parts.Desk(
        facts=facts,
        handles=view.runs,
        names={line["entry"]: f"{line['title']}（{line['organisation']}）" for line in listed},
        file=lambda words, given, about, nonce: objection_service.file(actor, number, words, given, about, nonce=nonce),
        take_on=lambda key: objection_service.take_on(actor, key),
        choices=lambda item: list(_answers(view, item)),
        answer=lambda item, chosen, words: _answer(actor, item, words, *_answers(view, item)[chosen]),
        people=lambda: queries.answerers(actor, number),
        reassign=lambda item, who, reason: objection_service.reassign(
            actor, item.id, who, reason, seen_version=item.version
        ),
        download=lambda key: queries.file(sessions.fresh(actor), key),
    )
    during = view.row.state in (EditionState.NOTICE, EditionState.PAUSED)
    files = during and bool(may(actor, Permission.OBJECTION_FILE))
    days = view.notices[0].answer_days if view.notices else noticing.ANSWER_DAYS
    notice_parts.objections(actor, view.objections, desk, files=files, answer_days=days)


Answer = tuple[bool, Veto | None, str]  # upheld, what throws the entry out, the track that comes together again


def _answers(view: EditionView, item: ObjectionView) -> dict[str, Answer]:
    found: dict[str, Answer] = {"不成立：公示继续": (False, None, "")}
    for track in dict.fromkeys(review.track for review in view.reviews):
        found[f"成立：“{track}”评审组重新合议"] = (True, None, track)
    found["成立：不退回评审组，名单重新合成"] = (True, None, "")
    if item.about_id is not None:
        found |= {f"成立：一票否决（{kind.label}）": (True, kind, "") for kind in Veto}
    return found


def _answer(actor: Actor, item: ObjectionView, words: str, upheld: bool, thrown_out: Veto | None, track: str) -> None:
    objection_service.answer(
        actor, item.id, upheld, words, thrown_out=thrown_out, track=track, seen_version=item.version
    )
