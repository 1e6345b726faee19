"""How each command is called, so that tests can walk them all as anybody.

Calls are made in the demo province, where number 1 of everything exists: a refusal there hides
something that could have been seen. Commands that refuse before they look at their arguments need
no entry: `automatic` makes some up.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import types
import typing
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from sqlmodel import Session

from accounts import service as accounts
from accounts.permissions import Actor
from awards import objection_service as award_objections
from core.workflow import Workflow
from db.session import read, write
from db.tables import Pilot, ReturnRow, Scenario
from metrics import service as metrics
from metrics.stages import RETURN
from pilots import inspection_service as inspections
from pilots import money_service as money
from pilots import order_service as orders
from pilots import service as pilots
from pilots.plan_schemas import PaymentIn
from pilots.stages import PILOT
from pilots.supervision_schemas import InspectionIn, OrderIn
from scenarios import service as scenarios
from scenarios.stages import SCENARIO

ROOT = Path(__file__).parents[2]

Command = Callable[..., Any]
Call = Callable[[Actor], Any]


def _step(workflow: Workflow, table: type[Any], number: int = 1) -> str:
    """A step that the record could take now, so that only the person can be the reason for a refusal."""
    with read() as session:
        row = session.get(table, number)
        assert row is not None
        return workflow.steps_from(row.state)[0].do


_PAYMENT = PaymentIn(
    line_id=1, paid_on=date(2026, 1, 5), amount=Decimal(1), purpose="首期款", files=[("回单.txt", b"paid")]
)

_ORDER: dict[str, Any] = {"pilot_id": 1}  # a form with nothing else filled in

CALLS: dict[Command, Call] = {
    inspections.plan: lambda actor: inspections.plan(actor, InspectionIn.model_construct(**_ORDER)),
    metrics.move: lambda actor: metrics.move(actor, 1, _step(RETURN, ReturnRow), "理由充分", seen_version=1),
    money.pay: lambda actor: money.pay(actor, _PAYMENT),
    orders.issue: lambda actor: orders.issue(actor, OrderIn.model_construct(**_ORDER)),
    pilots.move: lambda actor: pilots.move(actor, 1, _step(PILOT, Pilot), "理由充分", seen_version=1),
    scenarios.move: lambda actor: scenarios.move(actor, 1, _step(SCENARIO, Scenario), "理由充分", seen_version=1),
}

# Commands everybody may give, and why.
OPEN: dict[Command, str] = {
    award_objections.file: "anybody with an account may object to a list on notice",
    accounts.change_password: "one's own password, and the old one must be given",
}


def commands() -> Iterator[Command]:
    """Every public function of every room's services: `service.py`, and `…_service.py` where one would be too long."""
    for path in sorted({*ROOT.glob("*/service.py"), *ROOT.glob("*/*_service.py")}):
        module = importlib.import_module(f"{path.parent.name}.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


def name(command: Command) -> str:
    return f"{command.__module__}.{command.__name__}"


def parameters(command: Command) -> list[tuple[str, Any]]:
    """(name, type) of a command's parameters, without the session that some work inside."""
    hints = typing.get_type_hints(command)
    named = [(parameter, hints.get(parameter)) for parameter in inspect.signature(command).parameters]
    return named[1:] if named and named[0][1] is Session else named


def automatic(command: Command) -> Call:
    """A call with made-up arguments: number 1, some text, an unfilled form."""
    hints = typing.get_type_hints(command)
    signature = inspect.signature(command)
    required = {
        key: _made_up(hints[key])
        for key, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty and hints[key] not in (Actor, Session)
    }
    if Session not in hints.values():
        return lambda actor: command(actor=actor, **required)

    def call(actor: Actor) -> Any:
        with write() as session:
            return command(session=session, actor=actor, **required)

    return call


def _made_up(kind: Any) -> Any:
    origin = get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _made_up(get_args(kind)[0])
    if origin in (Collection, Sequence, list, tuple, set, frozenset):
        return []
    if origin in (Mapping, dict):
        return {}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_construct()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: _made_up(hints[field.name]) for field in dataclasses.fields(kind)})
    return {
        int: 1,
        str: "理由充分的文字",
        bytes: b"PK",
        bool: True,
        float: 1.0,
        date: date(2026, 1, 1),
        datetime: datetime(2026, 1, 1, tzinfo=UTC),
    }[kind]
