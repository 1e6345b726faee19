"""Pictures of results, one function each, used by the screen and by the PDF alike.

Every function takes a small DataFrame of values that are already computed and formatted, with
the columns its docstring lists, and returns an Altair chart in Chinese. Text columns are printed
as they come; `shown` is the formatted value, and `n` and `d` (numbers or text) appear in the
tooltip. An empty frame gives a chart that says so. On the screen pass theme=None, or Streamlit's
own theme replaces this one; keep the spec (`chart.to_dict()`) where a page is drawn often.
"""

from reports.figures.answers import courses, funnel, profile, since, ways
from reports.figures.common import empty
from reports.figures.comparisons import attainment, effects
from reports.figures.dots import dots
from reports.figures.lanes import Step, lanes
from reports.figures.matrix import matrix
from reports.figures.references import Reference
from reports.figures.strips import completeness
from reports.figures.tiles import category_map, tile_map
from reports.figures.trends import trend, trend_rows

__all__ = [
    "Reference",
    "Step",
    "attainment",
    "category_map",
    "completeness",
    "courses",
    "dots",
    "effects",
    "empty",
    "funnel",
    "lanes",
    "matrix",
    "profile",
    "since",
    "tile_map",
    "trend",
    "trend_rows",
    "ways",
]
