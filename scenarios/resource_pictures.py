"""Pictures about data, for the screen and for paper."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from reports import figures
from reports.figures.common import Figure
from scenarios.matrix_queries import Matrix, ScenarioLine


def heat_map(matrix: Matrix, lines: Sequence[ScenarioLine]) -> Figure:
    """Some scenarios against the departments they need data of: connected of needed, × where one refused."""
    rows = []
    for line in lines:
        for provider in matrix.providers:
            cell = matrix.cells.get((line.link.id, provider.id))
            if cell is None:
                continue
            ready = cell.readiness
            rows.append(
                {
                    "row": line.link.name,
                    "column": provider.name,
                    "share": float(ready.share or 0),
                    "shown": f"{ready.connected}/{ready.total}" + ("×" if cell.refused else ""),
                    "note": cell.words,
                }
            )
    frame = pd.DataFrame(rows, columns=["row", "column", "share", "shown", "note"])
    shown = set(frame["column"])
    return figures.matrix(
        frame,
        legend="已接入",
        rows="场景",
        columns="提供单位",
        row_order=[line.link.name for line in lines],
        column_order=[provider.name for provider in matrix.providers if provider.name in shown],
    )
