"""What reviews ask of a judge."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor, Permission, may
from core.words import ReviewState
from panels import sheet_queries
from panels.pages.judging_parts import deadline
from workbench.tasks import Task

_JUDGING = "panels/pages/judging.py"


def judging(actor: Actor) -> Iterator[Task]:
    """Recusals to declare and entries to score. Not kept: one's own drafts are no version of the data."""
    for own in sheet_queries.calls(actor) if may(actor, Permission.REVIEW_READ) else ():
        key, viewer = f"judge_{own.review.id}", own.review.standing.viewer
        if own.review.state is ReviewState.RECUSING and own.review.standing.declared_at is None:
            yield Task(key, f"次回避申报：{own.review.name}", _JUDGING, "去申报回避", 1)
        elif own.review.state in (ReviewState.SCORING, ReviewState.MODERATING):
            words = f"个项目等您评分：{own.review.name}　{deadline(own)}"
            yield Task(key, words, _JUDGING, "去评分", viewer.open_sheets)
