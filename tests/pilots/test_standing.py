"""A kept evaluation is never stale: after commands of every kind it is what would be worked out anew, and it rests on
one collection's returns alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core.numbers import MICRO
from core.periods import Cadence, Period
from core.words import ReturnState, TargetKind
from db import stamps
from db.engine import engine
from db.session import read
from db.tables import Collection, Pilot, ReturnRow
from metrics import queries as returns
from metrics import service as metrics
from metrics.model import Entry
from metrics.schemas import TargetIn
from pilots import queries
from pilots import service as pilots
from regions import queries as regions
from regions import service as groups
from regions.schemas import MembershipIn
from scenarios import need_service
from tests.scenarios.conftest import need_in
from web import keep


def plain(value: Any) -> Any:
    """All that an evaluation holds, but for the moment it was made."""
    if isinstance(value, pd.DataFrame):
        return value.to_json(default_handler=str)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name != "as_of"}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return repr(value)


def evaluations(actor: Actor, numbers: list[int], *, kept: bool) -> dict[int, Any]:
    ask: Callable[..., Any] = keep.ask if kept else lambda query, *args: query(*args)
    return {number: plain(ask(queries.evaluate, actor, number)) for number in numbers}


def test_after_any_command_what_is_kept_is_what_would_be_worked_out_anew(demo_cast: dict[str, Actor]) -> None:
    keep.forget()
    li, wang = demo_cast["liyan"], demo_cast["wanganji"]
    with read() as session:
        pilot = session.get_one(Pilot, 1)
        of = select(ReturnRow).where(ReturnRow.collection_id == pilot.collection_id)
        rows = session.exec(of.where(ReturnRow.state == ReturnState.SUBMITTED).order_by(col(ReturnRow.id))).all()
        handed_in, other = next(row for row in rows if row.submitted_by != li.account_id), session.get_one(Pilot, 4)
        draft = session.exec(of.where(ReturnRow.state == ReturnState.DRAFT, ReturnRow.region_code == "330523")).first()
        assert draft is not None
        line = returns.form_of(session, draft).lines[0]
    spell = next(s for s in regions.membership_history("330000") if s.valid_to is None)
    corrected = MembershipIn(
        region_code=spell.region_code, name=spell.group, valid_from=date(2024, 9, 1), source="浙政办发〔2026〕1号"
    )
    value = Entry(7 * MICRO, 9 * MICRO)
    goal = TargetIn(
        indicator_id=line.indicator.id, kind=TargetKind.TARGET, value=Decimal(97),
        from_period=str(Period.containing(date.today(), Cadence.MONTH)), reason="年度工作会议调整",
    )  # fmt: skip
    # Command → the pilots of which an evaluation must be made anew
    commands: list[tuple[Callable[[], object], set[int]]] = [
        (lambda: need_service.register_need(wang, need_in()), set()),
        (
            lambda: metrics.save(
                wang, draft.id or 0, {line.indicator.code: value}, door="form", seen_version=draft.version
            ),
            {1},
        ),
        (lambda: metrics.move(li, handed_in.id or 0, "退回", "请核对", seen_version=handed_in.version), {1}),
        (lambda: pilots.set_target(li, 1, goal), {1, 2, 4}),
        (lambda: groups.correct_membership(li, spell.id, corrected, "录入时日期看错"), {1, 2, 4}),
        (lambda: pilots.judge(li, other.id or 0), {1, 2, 4}),
        (lambda: metrics.repair_rollups(OPERATOR), set()),
    ]
    numbers = [1, 2, 4]
    kept = {number: keep.ask(queries.evaluate, li, number) for number in numbers}
    for command, touched in commands:
        command()
        now = {number: keep.ask(queries.evaluate, li, number) for number in numbers}
        assert {number for number in numbers if now[number] is not kept[number]} == touched
        assert {n: plain(now[n]) for n in numbers} == evaluations(li, numbers, kept=False)
        kept = now


@pytest.mark.parametrize("number", [1, 4, 8])
def test_an_evaluation_rests_on_its_own_collection(demo_cast: dict[str, Actor], number: int) -> None:
    """Whatever stands in the returns of others."""
    li = demo_cast["liyan"]
    before = evaluations(li, [number], kept=False)
    with read() as session:
        own = session.get_one(Pilot, number).collection_id
    strange = f"(SELECT id FROM data_return WHERE collection_id <> {own})"
    with engine().execution_options(write=True).begin() as connection:
        for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars():
            connection.execute(text(f"DROP TRIGGER {trigger}"))
        connection.execute(
            text(f"UPDATE rollup SET n = n + 5, unapproved = unapproved + 1 WHERE collection_id <> {own}")
        )
        connection.execute(text(f"UPDATE observation SET n = n + 5, state = 'missing' WHERE return_id IN {strange}"))
        connection.execute(
            text(
                f"UPDATE return_finding SET severity = 'error' WHERE check_id IN (SELECT id FROM return_check WHERE return_id IN {strange})"
            )
        )
        connection.execute(text(f"UPDATE follow_up SET state = 'open' WHERE return_id IN {strange}"))
        connection.execute(
            text(f"UPDATE data_return SET state = 'draft', due_on = opens_on WHERE collection_id <> {own}")
        )
    assert evaluations(li, [number], kept=False) == before


def test_a_return_writes_into_its_own_collection(demo_cast: dict[str, Actor]) -> None:
    """All that saving and handing on writes into the tables that are stamped by collection."""
    with read() as session:
        row = session.exec(select(ReturnRow).where(ReturnRow.state == ReturnState.SUBMITTED)).first()
        assert row is not None
        others = session.exec(select(Collection.id).where(Collection.id != row.collection_id)).all()

    def rows() -> dict[str, list[Any]]:
        keys = ",".join(map(str, others))
        of = {
            "data_return": f"collection_id IN ({keys})",
            "rollup": f"collection_id IN ({keys})",
            "observation": f"return_id IN (SELECT id FROM data_return WHERE collection_id IN ({keys}))",
            "follow_up": f"return_id IN (SELECT id FROM data_return WHERE collection_id IN ({keys}))",
            "return_check": f"return_id IN (SELECT id FROM data_return WHERE collection_id IN ({keys}))",
            "return_finding": f"check_id IN (SELECT id FROM return_check WHERE return_id IN (SELECT id FROM data_return WHERE collection_id IN ({keys})))",
        }
        assert set(of) == stamps.PARTED
        with read() as session:
            return {
                name: list(session.execute(text(f"SELECT * FROM {name} WHERE {where}"))) for name, where in of.items()
            }

    before = rows()
    with read() as session:
        marks = dict(stamps.every(session))
    metrics.move(demo_cast["liyan"], row.id or 0, "退回", "请核对", seen_version=row.version)
    assert rows() == before
    with read() as session:
        moved = {name for name, mark in stamps.every(session).items() if marks.get(name) != mark}
    assert {name for name in moved if name.partition("#")[0] in stamps.PARTED} == {
        f"{name}#{of}" for name in ("data_return", "rollup") for of in ("", row.collection_id)
    }
