"""Counties of the demo province that started later than their pilot."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor
from core.periods import Period
from pilots import start_service
from pilots.start_service import StartIn

# Pilot → how many of its counties began how many months later.
LATER = {"防贫监测帮扶试点": (3, 3)}


def tell(actor: Actor, pilot_id: int, name: str, chosen: Sequence[str], start: Period) -> dict[str, int]:
    """Record them; returns by how many months each was late."""
    many, months = LATER.get(name, (0, 0))
    for code in chosen[:many]:
        day = start.shift(months).start
        start_service.start_later(
            actor, pilot_id, StartIn(region_code=code, start_on=day, reason="五部门数据接口接入较晚，第二批启动")
        )
    return dict.fromkeys(chosen[:many], months)
