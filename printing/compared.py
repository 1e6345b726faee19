"""What the next report is compared with, line by line: labels that say where a value stands, and the value as printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.numbers import MISSING


def table(where: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, keys: int = 1) -> dict[str, str]:
    """A line a cell: “where：row　column”. The first `keys` columns name the row; rows of the same name are counted."""
    found: dict[str, str] = {}
    seen: dict[str, int] = {}
    for row in rows:
        name = " ".join(_text(cell) for cell in row[:keys])
        seen[name] = seen.get(name, 0) + 1
        again = f"（{seen[name]}）" if seen[name] > 1 else ""
        for title, cell in zip(header[keys:], row[keys:], strict=True):
            found[f"{where}：{name}{again}　{title}"] = _text(cell)
    return found


def listed(where: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, keys: int = 1) -> dict[str, str]:
    """A line a row, for tables of words: what one says beside its name, in one piece."""
    found: dict[str, str] = {}
    for row in rows:
        name = " ".join(_text(cell) for cell in row[:keys])
        label = f"{where}：{name}"
        while label in found:
            label += "＊"
        said = list(zip(header[keys:], map(_text, row[keys:]), strict=True))
        found[label] = said[0][1] if len(said) == 1 else "；".join(f"{title} {cell}" for title, cell in said)
    return found


def pairs(where: str, said: Iterable[tuple[str, object]]) -> dict[str, str]:
    """A line a fact."""
    return {f"{where}：{name}": _text(value) for name, value in said}


def together(*parts: Mapping[str, str]) -> dict[str, str]:
    """All of them in their order."""
    return {label: value for part in parts for label, value in part.items()}


def _text(cell: object) -> str:
    return MISSING if cell is None or cell == "" else str(cell).replace("\n", " ")
