"""When a scenario's opening to partners takes offers, and whose. Pure rules; the last day counts whole."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from core.words import OpeningState, OrganisationKind, ScenarioState
from scenarios import stages


def closed_because(state: OpeningState, deadline: date, scenario: ScenarioState, today: date) -> str:
    """Why an opening takes no offers now; "" while it does."""
    if scenario not in stages.OFFERED:
        return f"场景当前为“{scenario.label}”，暂不接受应答。"
    if state is OpeningState.CLOSED:
        return "征集已结束。"
    return f"征集已于 {deadline} 截止。" if deadline < today else ""


def not_for(kind: OrganisationKind | None, audience: Collection[OrganisationKind], *, own: bool) -> str:
    """Why an organisation of this kind is not asked; "" when it is."""
    if own:
        return "这是本单位登记或牵头的场景，不必应答。"
    if kind not in audience:
        return f"这项开放面向{'、'.join(known.label for known in audience)}，不包括本单位。"
    return ""
