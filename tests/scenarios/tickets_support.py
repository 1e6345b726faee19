"""Ticket files as counties hand them in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.permissions import Actor
from core.clock import BEIJING
from core.tabular import Block, write_csv, write_xlsx
from db.session import write
from scenarios import ticket_storing
from scenarios.ticket_look import look
from scenarios.ticket_reading import ColumnMap

HEADINGS = (
    *("工单编号", "受理时间", "来电人姓名", "联系电话", "所属区县", "诉求类别", "诉求内容"),
    *("是否办结", "满意度", "责令整改"),
)
MADE_AT = datetime(2026, 7, 1, 9, 0, tzinfo=BEIJING)


def ticket(number: object = "AJ1", at: object = "2026-03-05 14:20", **changes: Any) -> list[Any]:
    """One row in the order of HEADINGS."""
    values = {
        "name": "张三",
        "phone": "13805712345",
        "region": "安吉县",
        "category": "物业管理",
        "text": "张三来电反映小区电梯故障，电话13805712345。",
        "handled": "是",
        "rating": "满意",
        "rectify": "",
        **changes,
    }
    return [number, at, *values.values()]


def as_csv(rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8-sig", headings: Sequence[str] = HEADINGS) -> bytes:
    text = write_csv(headings, rows).decode("utf-8-sig")
    return text.encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]], *, headings: Sequence[str] = HEADINGS) -> bytes:
    return write_xlsx([Block("工单", headings, rows)], made_at=MADE_AT)


def register(actor: Actor, name: str = "工单.csv", region_code: str | None = None) -> int:
    """An import as `start_import` registers it, without the worker."""
    with write() as session:
        return ticket_storing.register(session, actor.account_id or 0, name, actor.region_code or region_code)


def take_in(actor: Actor, content: bytes, *, region_code: str | None = None, columns: ColumnMap | None = None) -> int:
    """Import a file here and now, as the worker would."""
    number = register(actor, region_code=region_code)
    seen = look(content, "工单.csv")
    ticket_storing.run(number, content, columns or ColumnMap(dict(seen.columns or {}), list(seen.people)))
    return number
