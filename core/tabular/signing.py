"""The hidden sheet by which a workbook that comes back is known: rows of plain text, the last their signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from core.tabular.reading import Cell, Sheet

_LAST = "signature"


def signed(rows: Sequence[Sequence[str]], secret: bytes) -> list[list[str]]:
    """The rows as they are written, with the signature behind them."""
    plain = [_plain(row) for row in rows]
    return [*plain, [_LAST, _sign(plain, secret)]]


def unsigned(sheet: Sheet) -> list[list[str]]:
    """The rows as they come back from any program, without the signature; not yet trusted."""
    return [row for row in _rows(sheet) if row[:1] != [_LAST]]


def genuine(sheet: Sheet, secret: bytes) -> bool:
    """Whether the rows are as they were signed."""
    seal = next((row[1] for row in _rows(sheet) if row[:1] == [_LAST] and len(row) > 1), "")
    return hmac.compare_digest(_sign(unsigned(sheet), secret).encode(), seal.encode())


def _rows(sheet: Sheet) -> list[list[str]]:
    return [_plain([cell.text for cell in cells]) for cells in sheet.cells()]


def _plain(row: Sequence[str]) -> list[str]:
    """A row as it comes back from any program: single spaces, no blank cells at its end."""
    texts = [" ".join(Cell(0, 0, text).text.split()) for text in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _sign(rows: Sequence[Sequence[str]], secret: bytes) -> str:
    text = json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
