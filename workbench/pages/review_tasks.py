"""What reviews ask of a judge."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, may
from core.words import ReviewState
from panels import sheet_queries
from panels.pages.judging_parts import deadline
from web import guard
from workbench.pages.rows import todo

_JUDGING = "panels/pages/judging.py"


def judging(actor: Actor) -> bool:
    """Recusals to declare and entries to score. Not kept: one's own drafts are no version of the data."""
    found = False
    for own in sheet_queries.calls(actor) if may(actor, Permission.REVIEW_READ) else ():
        viewer = own.review.standing.viewer
        if own.review.state is ReviewState.RECUSING and own.review.standing.declared_at is None:
            found |= todo(1, f"次回避申报：{guard.plain(own.review.name)}", _JUDGING, "去申报回避")
        elif own.review.state in (ReviewState.SCORING, ReviewState.MODERATING) and viewer.open_sheets:
            words = f"个项目等您评分：{guard.plain(own.review.name)}　{deadline(own)}"
            found |= todo(viewer.open_sheets, words, _JUDGING, "去评分")
    return found
