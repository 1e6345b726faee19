"""Responsibility lists for tests: how they stand, what a form would send, who said what."""

from __future__ import annotations

from typing import Any

from accounts.permissions import Actor
from core.words import DutyAnswer, Standing
from scenarios import agreement_service, duty_queries
from scenarios.duty_queries import DutyList
from scenarios.duty_tree import Node
from scenarios.schemas import DutyIn

PDF = ("会议纪要.pdf", b"%PDF-1.7 minutes")
CIVIL = "浙江省民政厅"
ANJI = "安吉县社会治理中心"


def listed(actor: Actor, scenario_id: int) -> DutyList:
    found = duty_queries.duty_list(actor, scenario_id)
    assert found is not None
    return found


def node(actor: Actor, scenario_id: int, name: str) -> Node:
    return next(node for node in listed(actor, scenario_id).nodes if node.name == name)


def outline(actor: Actor, scenario_id: int) -> list[str]:
    return [f"{node.number} {node.name}" for node in listed(actor, scenario_id).nodes]


def item(name: str, **more: Any) -> DutyIn:
    return DutyIn(name=name, **more)


def as_typed(node: Node, **changes: Any) -> DutyIn:
    """What a form holds that was opened on this item and then changed."""
    content = node.content
    assert content is not None
    values = {
        "name": content.name,
        "organisation_id": content.organisation_id,
        "owner": content.owner,
        "supporting": list(content.supporting),
        "trigger": content.trigger,
        "inputs": content.inputs,
        "outputs": content.outputs,
        "data": [{"name": name, "provider_id": provider} for name, provider in content.data],
        "time_limit": content.time_limit,
        "legal_basis": content.legal_basis,
    }
    return DutyIn(**(values | changes))


def confirm(actor: Actor, scenario_id: int, organisation: int | None, *names: str, **more: Any) -> int:
    seen = [node(actor, scenario_id, name) for name in names]
    return agreement_service.answer(
        actor, scenario_id, organisation or 0, seen, more.pop("said", DutyAnswer.CONFIRM), **more
    )


def stands(actor: Actor, scenario_id: int, name: str) -> dict[str, Standing]:
    found = listed(actor, scenario_id)
    return {found.names[key]: value for key, value in found.standings[node(actor, scenario_id, name).id].items()}
