"""Files of records: kept once, listed without their content, never quite gone."""

from __future__ import annotations

import pytest
from sqlalchemy import func
from sqlmodel import select

from core import uploads
from core.errors import NotFound
from db import files
from db.session import read, write
from db.tables import Attachment, AuditEvent, FileContent

PDF = uploads.check("走访.pdf", b"%PDF-1.7 a")
OTHER = uploads.check("问卷.pdf", b"%PDF-1.7 b")


def listed(*ids: int) -> list[tuple[int, str, str, int]]:
    with read() as session:
        return [(row.entity_id, row.label, row.name, row.size) for row in files.attached(session, "need", ids)]


def count(table: type[Attachment] | type[FileContent]) -> int:
    with read() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def test_attach_and_read_back(database: str) -> None:
    with write() as session:
        number = files.attach(session, None, "need", 7, PDF, "走访记录")
        files.attach(session, None, "need", 8, OTHER)
        files.attach(session, None, "scenario", 7, OTHER)
    assert listed(7) == [(7, "走访记录", "走访.pdf", 10)]
    assert listed(7, 8) == [(7, "走访记录", "走访.pdf", 10), (8, "", "问卷.pdf", 10)]
    assert listed() == []
    with read() as session:
        assert files.content(session, number) == b"%PDF-1.7 a"
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "file:attach")).first()
        assert event is not None
        assert event.changes == {"name": "走访.pdf", "label": "走访记录", "sha256": PDF.sha256}


def test_the_same_content_is_kept_once(database: str) -> None:
    with write() as session:
        first = files.attach(session, None, "need", 7, PDF)
        assert files.attach(session, None, "need", 7, PDF) == first
        assert files.attach(session, None, "need", 8, PDF) != first
    assert (count(Attachment), count(FileContent)) == (2, 1)


def test_a_file_taken_away_is_kept_for_the_record(database: str) -> None:
    with write() as session:
        number = files.attach(session, None, "need", 7, PDF)
    with write() as session:
        files.remove(session, None, number, " 传错了 ")
    assert listed(7) == []
    assert (count(Attachment), count(FileContent)) == (1, 1)
    with read() as session, pytest.raises(NotFound):
        files.content(session, number)
    with write() as session, pytest.raises(NotFound):
        files.remove(session, None, number, "再移一次")
    with read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "file:remove")).all()
        assert [(event.entity, event.entity_id, event.reason) for event in events] == [("need", "7", "传错了")]
    with write() as session:  # and can come back
        assert files.attach(session, None, "need", 7, PDF) != number
    assert len(listed(7)) == 1
