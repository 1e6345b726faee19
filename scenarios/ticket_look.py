"""The first look at a ticket file: where its table is, which columns it has, how its first rows read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.settings import settings
from core.tabular import BadFile, open_table
from scenarios.ticket_reading import find_layout, guess
from scenarios.ticket_values import text_of

SAMPLE = 8  # rows


@dataclass(frozen=True)
class Look:
    """What was found, or `problem` and `remedy`. `sample` holds the first rows as they stand in the file: for the
    eyes of whoever chose it, and stored nowhere."""

    headings: Sequence[str] = ()
    columns: dict[str, int] | None = None
    people: Sequence[int] = ()
    sample: Sequence[Sequence[str]] = ()
    rows: int = 0
    notes: Sequence[str] = ()
    problem: str = ""
    remedy: str = ""

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Look:
        return cls(**json.loads(text))


def look(content: bytes, name: str) -> Look:
    try:
        book = open_table(content, name, limit_mb=settings().ticket_mb)
    except BadFile as bad:
        return Look(problem=bad.message, remedy=bad.remedy)
    layout = find_layout(book)
    if layout is None:
        return Look(
            problem="没有找到表头：前 10 行里没有“工单编号”“受理时间”“诉求内容”这样的列名。",
            remedy="请下载模板对照，把列名写在第一行。",
        )
    sheet = book.sheet(layout.sheet)
    assert sheet is not None
    first = [values for number, values in sheet.rows.items() if number > layout.header_row][:SAMPLE]
    found = guess(layout.headings)
    return Look(
        headings=layout.headings,
        columns=dict(found.columns),
        people=list(found.people),
        sample=[[text_of(value) for value in values] for values in first],
        rows=layout.rows,
        notes=list(book.notes),
    )
