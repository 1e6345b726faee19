"""The operation log as a file."""

from __future__ import annotations

import json

from accounts import queries
from accounts.permissions import Actor
from core import clock
from core.tabular import write_csv

_HEADERS = ("序号", "时间", "操作人", "操作", "对象", "编号", "理由", "变更内容")
_LIMIT = 100_000


def audit_csv(actor: Actor, *, text: str = "", entity: str | None = None, account_id: int | None = None) -> bytes:
    """All events that fit, newest first, as CSV for a spreadsheet; `queries.events` says what fits."""
    return write_csv(
        _HEADERS,
        (
            (
                event.id,
                f"{clock.beijing(event.at):%Y-%m-%d %H:%M:%S}",
                event.actor,
                event.words,
                event.entity_words,
                event.entity_id,
                event.reason,
                json.dumps(event.changes, ensure_ascii=False),
            )
            for event in queries.events(actor, text=text, entity=entity, account_id=account_id, limit=_LIMIT)
        ),
    )
