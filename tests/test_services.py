"""Every command of every room: it is told who asks, and refuses those who may not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts import service as accounts
from accounts.permissions import Actor
from accounts.schemas import AccountIn, OrganisationIn
from core.errors import Forbidden, NotFound
from core.words import OrganisationKind, Role
from regions import queries as regions_queries
from regions import service as regions
from regions.schemas import MembershipIn
from tests.support import PASSWORD, Cast, calls

COMMANDS = list(calls.commands())
NAMES = [calls.name(command) for command in COMMANDS]


def test_rooms_are_found() -> None:
    assert {"accounts", "metrics", "pilots", "regions", "scenarios"} <= {name.split(".")[0] for name in NAMES}
    assert set(calls.CALLS) | set(calls.OPEN) <= set(COMMANDS)


def test_commands_are_told_who_asks() -> None:
    assert [calls.name(command) for command in COMMANDS if calls.parameters(command)[0] != ("actor", Actor)] == []


@pytest.mark.parametrize("username", ["sunping", "wujie"])
@pytest.mark.parametrize("room", sorted({name.split(".")[0] for name in NAMES}))
def test_commands_refuse_those_who_only_judge_or_bid(demo_cast: dict[str, Actor], room: str, username: str) -> None:
    """What is not theirs to see is not there: both answers are the same refusal. A refusal changes nothing, so the
    commands of a room are given one after the other."""
    taken = []
    for command in COMMANDS:
        if command in calls.OPEN or not calls.name(command).startswith(f"{room}."):
            continue
        call = calls.CALLS.get(command) or calls.automatic(command)
        try:
            call(demo_cast[username])
        except (Forbidden, NotFound):
            continue
        taken.append(calls.name(command))
    assert taken == []


def membership(actor: Actor, _: Cast) -> None:
    data = MembershipIn(
        region_code="330523", name="山区海岛县", valid_from=date(2026, 7, 1), source="浙政办发〔2026〕1号"
    )
    regions.add_membership(actor, data)


def leaving(actor: Actor, _: Cast) -> None:
    spell = next(s for s in regions_queries.membership_history("330000") if s.valid_to is None)
    regions.end_membership(actor, spell.id, date(2026, 12, 31), "浙政办发〔2026〕1号")


def correction(actor: Actor, _: Cast) -> None:
    spell = next(s for s in regions_queries.membership_history("330000") if s.valid_to is None)
    data = MembershipIn(
        region_code=spell.region_code, name=spell.group, valid_from=date(2024, 9, 1), source="浙政办发〔2026〕1号"
    )
    regions.correct_membership(actor, spell.id, data, "录入时日期看错")


def account(actor: Actor, _: Cast) -> None:
    data = AccountIn(username="new", name="新人", role=Role.JUDGE, organisation_id=1, password=PASSWORD)
    accounts.add_account(actor, data)


ADMIN, STAFF = {"admin"}, {"admin", "li_staff", "chen_staff"}

# Who may, for each command of the two lowest rooms; everybody else is refused.
GOLDEN: dict[Callable[..., Any], tuple[set[str], Callable[[Actor, Cast], Any]]] = {
    accounts.add_account: (ADMIN, account),
    accounts.add_organisation: (
        ADMIN,
        lambda actor, _: accounts.add_organisation(actor, OrganisationIn(name="新单位", kind=OrganisationKind.SOCIAL)),
    ),
    accounts.change_password: (
        set(Cast.__dataclass_fields__),
        lambda actor, _: accounts.change_password(actor, PASSWORD, "another sentence"),
    ),
    accounts.reset_password: (ADMIN, lambda actor, _: accounts.reset_password(actor, 8, "another sentence")),
    accounts.set_active: (ADMIN, lambda actor, _: accounts.set_active(actor, 8, False, seen_version=1)),
    regions.add_membership: (STAFF, membership),
    regions.correct_membership: (STAFF, correction),
    regions.end_membership: (STAFF, leaving),
    regions.load: (STAFF, lambda actor, _: regions.load(actor, "海南省")),
}


def test_the_golden_table_is_whole() -> None:
    assert set(GOLDEN) == {c for c in COMMANDS if c.__module__ in ("accounts.service", "regions.service")}


@pytest.mark.parametrize("who", list(Cast.__dataclass_fields__))
@pytest.mark.parametrize("command", list(GOLDEN), ids=[calls.name(command) for command in GOLDEN])
def test_who_may_give_a_command(cast: Cast, command: calls.Command, who: str) -> None:
    allowed, call = GOLDEN[command]
    actor = cast.everybody()[who]
    if who in allowed:
        call(actor, cast)
    else:
        with pytest.raises(Forbidden):
            call(actor, cast)
