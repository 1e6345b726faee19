"""What returns ask for: to be filled in, to be reviewed, to be explained."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.permissions import Actor
from core import clock
from core.words import FollowUpState, ReturnState
from metrics import follow_ups, queries, reminder_queries
from web.keep import ask
from workbench.tasks import Task

_OPEN = (ReturnState.DRAFT, ReturnState.RETURNED)
_RETURNS = "metrics/pages/returns.py"
_ROUNDS = "metrics/pages/rounds.py"
_DOUBTS = "metrics/pages/doubts.py"


def owed(actor: Actor) -> Iterator[Task]:
    """For a county: its returns one by one with the last reminder, and those unlocked; its doubtful values."""
    # To the minute: what was asked is kept, and an unlock ends by itself.
    found = ask(queries.returns, actor, to_fill_at=clock.now().replace(second=0, microsecond=0))
    reminded, today = ask(reminder_queries.standing, actor), clock.today()
    for view in found:
        back = view.state is ReturnState.RETURNED
        notes = [view.comment] if view.comment and back else []
        if (reminder := reminded.get((view.collection_id, view.region_code, view.period))) is not None:
            notes.append(f"◔ {reminder.kind}　{clock.show(reminder.at)}　{reminder.by}：{reminder.words}")
        yield Task(
            f"owed_{view.id}",
            f"{view.label}　已填 {view.filled}/{view.asked}",
            "metrics/pages/return_form.py",
            "去更正" if view.state is ReturnState.LOCKED else "去填报",
            name=view.collection,
            late=view.due_on < today and view.state in _OPEN,
            back=back,
            due_on=view.due_on,
            mark=view.status,
            note="　".join(notes),
            parameters={"id": str(view.id)},
        )
    doubts = ask(follow_ups.counts, actor).get(FollowUpState.OPEN, 0)
    yield Task("doubts_open", "条疑点等您说明或更正", _DOUBTS, "去答复", doubts)


def reviewed(actor: Actor) -> Iterator[Task]:
    """For whoever owns the collections: what was handed in, what is doubtful, what is late, whom to remind."""
    submitted = ask(queries.returns, actor, states=(ReturnState.SUBMITTED,))
    late = sum(view.due_on < clock.today() for view in ask(queries.returns, actor, open_by=clock.today(), states=_OPEN))
    doubts = ask(follow_ups.counts, actor).get(FollowUpState.EXPLAINED, 0)
    pending = len(ask(reminder_queries.pending, actor))
    yield Task("returns_submitted", "份报送等待审核", _RETURNS, "去审核", len(submitted))
    yield Task("doubts_explained", "条疑点县里已说明，等待采信", _DOUBTS, "去核查", doubts)
    yield Task("returns_late", "份报送已逾期", _ROUNDS, "去催报", late, late=True)
    yield Task("reminders", "份报送到了提醒的日子，还没有提醒", _ROUNDS, "去提醒", pending)
