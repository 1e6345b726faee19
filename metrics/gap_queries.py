"""The comparison of the two groups, asked by those who may."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, require
from core import clock
from core.words import Arm
from metrics import figure_panel, gap_wording
from metrics.figure_panel import Choice, Panel
from metrics.gap_wording import Comparison

CURRENT, LATEST = "current", "latest"  # each period by its own list, or all by today's


def choices(actor: Actor) -> list[Choice]:
    """What may be compared."""
    require(actor, Permission.GAP_READ)
    return figure_panel.choices(actor)


def comparison(
    actor: Actor, collection_id: int, code: str, arm: Arm | None = None, listing: str = CURRENT
) -> Comparison | None:
    """Both groups over all periods; None when there is no such indicator. `arm` keeps pilots or comparison
    counties only."""
    require(actor, Permission.GAP_READ)
    today = clock.today()
    fixed = figure_panel.panel(actor, collection_id, code, today)
    panel = fixed if listing == LATEST else figure_panel.panel(actor, collection_id, code)
    if panel is None or fixed is None:
        return None
    return gap_wording.compared(_of(panel, arm), _of(fixed, arm))


def _of(panel: Panel, arm: Arm | None) -> Panel:
    return panel if arm is None else panel.of([code for code, unit in panel.units.items() if unit.arm is arm])
