"""The province as tiles, coloured by group."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regions.queries import RegionView, group_counts
from reports.figures import category_map
from reports.figures.common import Figure


def on_grid(regions: Sequence[RegionView]) -> list[RegionView]:
    """Those that have a place on the tile map: none in a province without one."""
    return [region for region in regions if region.tile_row is not None and region.tile_col is not None]


def group_map(regions: Sequence[RegionView], title: str, *, width: int = 560) -> Figure:
    """Regions on the grid, coloured by the group each is in; `width` in pixels."""
    frame = pd.DataFrame(
        {
            "code": region.code,
            "short_name": region.short_name,
            "row": region.tile_row,
            "col": region.tile_col,
            "shown": region.group[:2],
            "note": region.parent,
            "group": region.group,
            "mark": "",
            "category": region.group,
        }
        for region in regions
    )
    names = [count.name for count in group_counts(regions) if count.side]
    return category_map(frame, title=title, legend="地区类型", order=names, width=width)
