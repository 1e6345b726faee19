"""Files of records: attach, list, read, take away. Who may is for the room that owns the record to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotFound
from core.uploads import Upload
from db import audit
from db.tables import Account, Attachment, FileContent

# Records whose files the log does not name: whoever must step aside from an entry reads the log, too.
UNNAMED = frozenset({"review_entry"})


@dataclass(frozen=True)
class Attached:
    """A file of a record, without its content; `size` in bytes."""

    id: int
    entity_id: int
    label: str
    name: str
    media_type: str
    size: int
    added_by: str
    added_at: datetime


def attach(
    session: Session,
    actor_id: int | None,
    entity: str,
    entity_id: int,
    upload: Upload,
    label: str = "",
    *,
    logged: bool = True,
) -> int:
    """Attach a checked file to a record; returns the attachment's id. The same file twice under the same
    label is one attachment. Not `logged`: nobody may learn of it yet, and the caller's room keeps it in evidence."""
    again = session.exec(
        select(Attachment.id).where(
            Attachment.entity == entity,
            Attachment.entity_id == entity_id,
            Attachment.label == label,
            Attachment.sha256 == upload.sha256,
            col(Attachment.removed_at).is_(None),
        )
    ).first()
    if again is not None:
        return again
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept = insert(FileContent).values(sha256=upload.sha256, content=upload.content)
    session.execute(kept.on_conflict_do_nothing())
    row = Attachment(
        entity=entity,
        entity_id=entity_id,
        label=label,
        name=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        sha256=upload.sha256,
        added_by=actor_id,
        added_at=clock.now(),
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    if logged:
        changes = _named(entity, upload.name) | {"label": label, "sha256": upload.sha256}
        audit.record(session, actor_id, "file:attach", entity, entity_id, changes)
    return row.id


def attached(session: Session, entity: str, entity_ids: Sequence[int]) -> list[Attached]:
    """Files of records of one kind that were not taken away, in the order they came."""
    query = (
        select(Attachment, Account.name)
        .outerjoin(Account, col(Account.id) == Attachment.added_by)
        .where(
            Attachment.entity == entity,
            col(Attachment.entity_id).in_(entity_ids),
            col(Attachment.removed_at).is_(None),
        )
        .order_by(col(Attachment.id))
    )
    return [
        Attached(
            row.id or 0, row.entity_id, row.label, row.name, row.media_type, row.size, who or "命令行", row.added_at
        )
        for row, who in session.exec(query)
    ]


def content(session: Session, attachment_id: int) -> bytes:
    """A file's bytes. Ask who may see the record first."""
    found = session.exec(
        select(FileContent.content)
        .join(Attachment, col(Attachment.sha256) == FileContent.sha256)
        .where(Attachment.id == attachment_id, col(Attachment.removed_at).is_(None))
    ).first()
    if found is None:
        raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
    return found


def move(session: Session, entity: str, attachment_ids: Sequence[int], entity_id: int) -> None:
    """Hand files over to another record of the same kind. Why is for the caller's own event to say."""
    for row in session.exec(select(Attachment).where(col(Attachment.id).in_(attachment_ids))):
        if row.entity != entity:
            raise ValueError(f"attachment {row.id} belongs to a {row.entity}, not to a {entity}")
        row.entity_id = entity_id


def remove(session: Session, actor_id: int | None, attachment_id: int, reason: str, *, logged: bool = True) -> None:
    """Take a file off its record. Its row and content stay, for whoever asks later."""
    row = session.get(Attachment, attachment_id)
    if row is None or row.removed_at is not None:
        raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
    row.removed_at = clock.now()
    if logged:
        changes = _named(row.entity, row.name) | {"sha256": row.sha256}
        audit.record(session, actor_id, "file:remove", row.entity, row.entity_id, changes, reason.strip())


def _named(entity: str, name: str) -> dict[str, str]:
    """A file's name for the log, unless those who read the log must not know it."""
    return {} if entity in UNNAMED else {"name": name}
