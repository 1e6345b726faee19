"""QR codes."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

_QUIET = 4  # modules of margin that readers ask for


def modules(text: str) -> Sequence[Sequence[bool]]:
    """The rows of the code, dark modules True; as large as the text needs, level M."""
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    rows: Sequence[Sequence[bool]] = code.modules
    return rows


def svg(text: str, side: int = 220) -> str:
    """The code as a picture for the screen, `side` pixels wide with its margin."""
    rows = modules(text)
    size = len(rows) + 2 * _QUIET
    path = "".join(
        f"M{column + _QUIET} {row + _QUIET}h1v1h-1z"
        for row, cells in enumerate(rows)
        for column, dark in enumerate(cells)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}" viewBox="0 0 {size} {size}" '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
    )
