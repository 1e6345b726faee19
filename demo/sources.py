"""Who is the source of items that several departments of the demo province hold: one decided, one that stays with
several, the rest waiting."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import SourceOutcome
from scenarios import resource_rules, source_queries, source_service
from scenarios.resource_schemas import SourceIn

DECISIONS = {
    "统一社会信用代码": (SourceOutcome.SOURCE, "以登记机关为准，其他部门不再单独采集。"),
    "家庭住址": (SourceOutcome.SEPARATE, "救助以常住地、医保以参保地为准，口径不同。"),
}


def tell(staff: Actor) -> None:
    for item in source_queries.shared_items(staff).rows:
        if item.name in DECISIONS:
            outcome, reason = DECISIONS[item.name]
            best, _ = resource_rules.proposed_source(item.holders)
            data = SourceIn(key=item.key, outcome=outcome, resource_id=best.resource_id, reason=reason)
            source_service.decide(staff, data, seen=0)
