"""What the pages of one pilot share: the row of ways between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from accounts.permissions import Actor, Permission, may
from pilots.queries import PilotView
from web import widgets
from web.guard import plain


@dataclass(frozen=True)
class SubPage:
    """A page about one pilot. `of` names the pilot's field that its address takes as `id`."""

    file: str
    label: str
    icon: str
    permission: Permission = Permission.PILOT_READ
    of: str = "id"


PILOT = "pilots/pages/pilot.py"
EVALUATION = "pilots/pages/evaluation.py"
VERDICT = "pilots/pages/verdict.py"

# In the order of the row. A page adds itself with one line.
SUBPAGES = (
    SubPage(PILOT, "总览", "science"),
    SubPage(EVALUATION, "五个问题", "balance"),
    SubPage(VERDICT, "结论与依据", "gavel"),
    SubPage("pilots/pages/plan.py", "计划与经费", "event_note"),
    SubPage("pilots/pages/supervision.py", "监管", "policy"),
    SubPage("pilots/pages/feedback.py", "反馈", "forum"),
    SubPage("pilots/pages/iteration.py", "迭代", "autorenew"),
    SubPage("pilots/pages/promotion.py", "推广", "share", Permission.PILOT_PROMOTE),
    SubPage("metrics/pages/targets.py", "基线与目标", "flag", of="collection_id"),
    SubPage("metrics/pages/units.py", "参加地区", "groups", of="collection_id"),
)


def header(pilot: PilotView, question: str, here: str, actor: Actor) -> None:
    """The head of a page about one pilot: back to the pilot, its name, the question, the way to the others."""
    widgets.header(pilot.name, question, back=(PILOT, "试点总览"), query={"id": str(pilot.id)})
    ways(pilot, here, actor)


def ways(pilot: PilotView, here: str, actor: Actor) -> None:
    """The row of links to the pages about this pilot; the one that is open is named, not linked."""
    with st.container(horizontal=True, vertical_alignment="center", key="pilot_ways"):
        for page in SUBPAGES:
            if page.file == here:
                st.markdown(f"**{plain(page.label)}**", width="content")
            elif may(actor, page.permission):
                widgets.link(
                    page.file,
                    page.label,
                    icon=f":material/{page.icon}:",
                    query={"id": str(getattr(pilot, page.of))},
                )


def stamp(rows: Sequence[Any]) -> str:
    """Changes whenever one of these (each with its `version`) was added or changed. A popover whose key has it
    closes once what it was opened for is done."""
    return f"{len(rows)}_{sum(row.version for row in rows)}"
