"""Commands about ticket files: look at one, start its import. The work is done by a process of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.permissions import Actor, Permission, require
from core import uploads
from core.errors import Invalid
from core.settings import settings
from core.words import Role
from db import audit
from db.session import write
from scenarios import ticket_look, ticket_process, ticket_storing, writing
from scenarios.ticket_look import Look
from scenarios.ticket_reading import ColumnMap

_INLINE = 300_000  # bytes: such a file is read faster than a process starts


def look_at(actor: Actor, name: str, content: bytes) -> Look:
    """What a file holds; nothing is stored."""
    require(actor, Permission.TICKET_IMPORT)
    _require_size(name, content)
    if len(content) <= _INLINE:
        return ticket_look.look(content, name)
    return Look.from_json(ticket_process.ask("look", content, name=name))


def start_import(
    actor: Actor,
    name: str,
    content: bytes,
    columns: Mapping[str, int],
    *,
    people: Sequence[int] = (),
    region_code: str | None = None,
) -> int:
    """Register an import and start its worker; returns the import's number, under which its progress is shown.

    `columns` says which column (0-based) holds what, `people` which hold names; `region_code` is the region of
    rows that name none. A county team's files are about its own region.
    """
    require(actor, Permission.TICKET_IMPORT)
    _require_size(name, content)
    mapping = ColumnMap(dict(columns), list(people))
    if mapping.missing:
        raise Invalid([f"还没有指定“{title}”是哪一列" for title in mapping.missing], "请在列的对应中选择。")
    if len(set(columns.values())) < len(columns):
        raise Invalid(["同一列不能对应两项内容"], "请核对列的对应。")
    region_code = actor.region_code if actor.role is Role.COUNTY else region_code
    if "region" not in columns and region_code is None:
        raise Invalid(["文件里没有地区这一列"], "请为整个文件指定地区。")
    ticket_storing.clear_dead()
    with write() as session:
        number = ticket_storing.register(session, writing.author(actor), name, region_code)
        changes = {"file": uploads.clean_name(name), "region": region_code, "columns": dict(columns)}
        audit.record(session, actor.account_id, "ticket:upload", "ticket_import", number, changes)
    ticket_process.hand_over("import", content, import_id=number, columns=mapping.columns, people=mapping.people)
    return number


def _require_size(name: str, content: bytes) -> None:
    limit = settings().ticket_mb
    if not content:
        raise Invalid([f"“{name}”是空文件"], "请检查是否保存完整。")
    if len(content) > limit * uploads.MB:
        raise Invalid([f"“{name}”有 {len(content) / uploads.MB:.0f} MB，超过上限 {limit} MB"], "请按月份拆成几份。")
