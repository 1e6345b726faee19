"""Commands about the files and links behind values. They can be added and taken away whenever: a return that is
handed in or locked keeps its figures, and better evidence for them only helps."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Invalid, NotFound
from db import audit, files
from db.session import write
from db.tables import LinkRemoval
from metrics import doubting, queries


def attach(actor: Actor, return_id: int, code: str, given: Sequence[tuple[str, bytes]]) -> int:
    """Attach files (name, content) to one value of a return; returns how many."""
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        require(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code))
        if queries.form_of(session, row).line(code) is None:
            raise NotFound("这份报送里没有这个指标。", "请刷新页面重新选择。")
        if not given:
            raise Invalid(["请选择要附上的文件"])
        for name, content in given:
            files.attach(session, actor.account_id, "return", return_id, uploads.check(name, content), code)
        return len(given)


def remove(actor: Actor, return_id: int, attachment_id: int, reason: str) -> None:
    """Take a file away, with a reason; it stays in the log."""
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        require(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code))
        if attachment_id not in {file.id for file in files.attached(session, "return", [return_id])}:
            raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
        _explained(reason)
        files.remove(session, actor.account_id, attachment_id, reason)


def unlink(actor: Actor, return_id: int, code: str, reason: str) -> None:
    """Take away the evidence link that came with a value, with a reason. The figure is not touched, so nothing is
    late or corrected by it; link and reason stay in the value's history and in the log."""
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        require(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code))
        line = queries.form_of(session, row).line(code)
        if line is None or line.current is None or not line.current.link:
            raise NotFound("这个数没有佐证链接，可能已被移除。", "请刷新页面。")
        _explained(reason)
        value = doubting.newest_values(session, return_id)[line.indicator.id]
        session.add(
            LinkRemoval(
                observation_id=value.id or 0,
                reason=reason.strip(),
                removed_by=actor.account_id,
                removed_at=clock.now(),
            )
        )
        audit.record(
            session,
            actor.account_id,
            "return:unlink",
            "return",
            return_id,
            {code: [f"佐证 {value.link}", "佐证 无"]},
            reason.strip(),
        )


def _explained(reason: str) -> None:
    if len(reason.strip()) < 4:
        raise Invalid(["请写明移除的理由"], "例如：传错了文件，已换成盖章的版本。")
