"""What the annual selection asks for."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor
from awards import waiting
from core import clock
from web.keep import ask
from workbench.tasks import Task


def selection(actor: Actor) -> Iterator[Task]:
    """The next step of an edition, entries to hand in or to recommend, objections."""
    # To the minute: what was asked is kept, and a deadline passes without anybody writing.
    for number, item in enumerate(ask(waiting.waiting, actor, at=clock.now().replace(second=0, microsecond=0))):
        entry = item.entry_id is not None
        yield Task(
            f"award_{number}",
            item.what,
            "awards/pages/award_entry.py" if entry else "awards/pages/edition.py",
            "去提交" if entry else "去查看" if item.tells else "去办理",
            name=item.edition,
            late=item.late,
            due_on=item.due_on,
            parameters={"id": str(item.entry_id or item.edition_id)},
        )
