"""Who may do what: the whole table, and the cases that depend on whose thing it is."""

from __future__ import annotations

import re

import pytest

from accounts.permissions import OPERATOR, POLICY, Actor, Permission, Subject, may, require
from core.errors import Forbidden
from core.words import Role

ACTORS = {
    "admin": Actor(1, 1, "管理员", Role.ADMIN, 1),
    "institute": Actor(2, 2, "李研", Role.INSTITUTE, 1),
    "owner": Actor(4, 4, "王安吉", Role.COUNTY, 3, region_code="330523"),
    "outsider": Actor(5, 5, "赵德清", Role.COUNTY, 4, region_code="330521"),
    "department": Actor(6, 6, "周民政", Role.DEPARTMENT, 2),
    "bidder": Actor(7, 7, "钱揭榜", Role.BIDDER, 5),
    "judge": Actor(8, 8, "孙评", Role.JUDGE, 6),
}
# Something of 安吉's, registered by its own team.
SUBJECT = Subject(region_code="330523", organisation_id=3, created_by=4)

# y: may; - : may not. Columns in the order of ACTORS.
TABLE = """
account:manage      y - - - - - -
adoption:report     y y y - - - -
appraisal:read      y y - - y - -
appraisal:review    - - - - - - -
audit:read          y y - - - - -
award:apply         - - y - - - -
award:check         y y - - - - -
award:recommend     y y y - - - -
award:veto          y y - - - - -
bid:check            y y - - - - -
bid:write            - - - - - - -
bidder:admit         y y - - - - -
challenge:argue      - - - - - - -
challenge:award      y y - - - - -
challenge:conclude   y y - - - - -
challenge:read       y y y y y y y
challenge:run        y y - - - - -
collection:design   y y - - - - -
county:read         y y y y - - -
data:answer         y y y - - - -
data:request        y y y - - - -
domain:edit         y y - - - - -
duty:confirm        y y y - - - -
duty:edit           y y y - - - -
edition:read        y y y y y y y
edition:run         y y - - - - -
edition:sign        y y - - - - -
feed:issue          y y - - - - -
feed:load           y y y y - - -
feedback:answer     y y y - - - -
feedback:log        y y y y y - -
gap:read            y y - - - - -
impact:record       y y y - - - -
impact:remove       y y - - - - -
index:design        y y - - - - -
index:read          y y - - - - -
indicator:edit      y y - - - - -
indicator:read      y y y y y y y
milestone:check      y y - - - - -
milestone:confirm    y y - - - - -
milestone:deliver    - - - - - - -
need:create         y y y y y - -
need:edit           y y y - - - -
objection:answer     y y - - - - -
objection:file       - - y y y y y
objection:supervise  y - - - - - -
opening:answer      - - y - - - -
opening:publish     y y y - - - -
opening:read        y y y y y y -
opening:reply       y y y - - - -
order:decide        y y - - - - -
order:issue         y y - - - - -
order:reply         y y y - - - -
pilot:decide        y y - - - - -
pilot:design        y y - - - - -
pilot:iterate       y y - - - - -
pilot:plan          y y y - - - -
pilot:promote       y y - - - - -
pilot:read          y y y y y - -
pilot:release       y y - - - - -
pilot:start         y y - - - - -
portfolio:read      y y - - - - -
ranking:read        y y y y - - -
recusal:decide      y y - - - - -
region:edit         y y - - - - -
report:issue        y y - - - - -
resource:create     y y y y y - -
resource:edit       y y y - - - -
return:decide       y y - - - - -
return:fill         - - y - - - -
return:read         y y y - - - -
return:remind       y y - - - - -
return:unlock       y y - - - - -
review:judge        - - - - - - -
review:read         y y - - y - y
review:run          y y - - - - -
review:sign         y y - - - - -
rollup:repair       y - - - - - -
round:freeze        y y - - - - -
rubric:edit         y y - - - - -
rule:edit           y y - - - - -
rule:read           y y y y y - -
scenario:appraise   y y - - - - -
scenario:create     y y y y y - -
scenario:edit       y y y - - - -
scenario:iterate    y y y - - - -
scenario:move       y y - - - - -
scenario:read       y y y y y - -
scenario:release    y y - - - - -
sheet:ask           y y - - - - -
sheet:unlock        y y - - - - -
source:decide       y y - - - - -
supervision:set     y y - - - - -
ticket:import       y y y y - - -
ticket:read         y y y y - - -
tolerance:decide    y y - - - - -
"""


def test_the_whole_table() -> None:
    expected = {line.split()[0]: dict(zip(ACTORS, line.split()[1:], strict=True)) for line in TABLE.split("\n") if line}
    actual = {
        permission.value: {name: "y" if may(actor, permission, SUBJECT) else "-" for name, actor in ACTORS.items()}
        for permission in Permission
    }
    assert actual == expected


def test_permissions_are_named_and_sorted() -> None:
    values = [permission.value for permission in Permission]
    assert values == sorted(values)
    assert [value for value in values if not re.fullmatch(r"[a-z]+:[a-z]+", value)] == []
    assert [p.name for p in Permission if p.name != p.value.replace(":", "_").upper()] == []
    assert list(POLICY) == list(Permission)


@pytest.mark.parametrize("permission", [Permission.PILOT_START, Permission.SCENARIO_APPRAISE])
def test_nobody_approves_their_own(permission: Permission) -> None:
    own = Subject(created_by=2)
    assert may(ACTORS["institute"], permission, own).reason == "不能审批自己登记的事项，请由另一位研究院人员办理。"
    assert may(ACTORS["admin"], permission, own)
    assert may(OPERATOR, permission, Subject(created_by=None))


def test_a_request_is_answered_by_the_provider_and_never_by_who_asked() -> None:
    asked_by_county = Subject(organisation_id=2, asked_by=3)
    answering = {name for name, actor in ACTORS.items() if may(actor, Permission.DATA_ANSWER, asked_by_county)}
    assert answering == {"department", "admin", "institute"}
    asked_by_staff = Subject(organisation_id=2, asked_by=1)
    answering = {name for name, actor in ACTORS.items() if may(actor, Permission.DATA_ANSWER, asked_by_staff)}
    assert answering == {"department"}
    assert may(ACTORS["institute"], Permission.DATA_ANSWER, asked_by_staff).reason.startswith("本单位提出的申请")
    # A provider that asks itself for its data is still the provider.
    assert may(ACTORS["department"], Permission.DATA_ANSWER, Subject(organisation_id=2, asked_by=2))


@pytest.mark.parametrize("permission", [Permission.NEED_EDIT, Permission.SCENARIO_EDIT])
def test_drafts_are_edited_by_their_organisation_while_they_are_drafts(permission: Permission) -> None:
    department_draft = Subject(organisation_id=2)
    assert may(ACTORS["department"], permission, department_draft)
    assert not may(ACTORS["owner"], permission, department_draft)
    closed = Subject(organisation_id=2, editable=False)
    assert {name for name, actor in ACTORS.items() if may(actor, permission, closed)} == set()


def test_nobody_closes_what_he_answered_nor_tolerates_what_he_ran() -> None:
    order = Subject(organisation_id=2, authors=frozenset({2}), asked_by=3)  # 2 supervises, 李研 wrote the reply down
    deciding = {name for name, actor in ACTORS.items() if may(actor, Permission.ORDER_DECIDE, order)}
    assert deciding == {"admin", "department"}
    own = Subject(organisation_id=2, asked_by=2)
    assert may(ACTORS["department"], Permission.ORDER_DECIDE, own).reason == "被督办的单位不能核实自己的回复。"
    ran = {
        name: bool(may(ACTORS["institute"], Permission.TOLERANCE_DECIDE, subject))
        for name, subject in {
            "designed": Subject(created_by=2),
            "worked": Subject(authors=frozenset({2})),
            "neither": Subject(created_by=1),
        }.items()
    }
    assert ran == {"designed": False, "worked": False, "neither": True}


def test_a_return_is_filled_by_its_county_or_the_command_line() -> None:
    assert may(OPERATOR, Permission.RETURN_FILL, SUBJECT)
    nowhere = Actor(9, 9, "无地区", Role.COUNTY, 9)
    assert not may(nowhere, Permission.RETURN_FILL, Subject(region_code=None))


def test_a_refusal_says_why_and_who_one_is() -> None:
    with pytest.raises(Forbidden) as refused:
        require(ACTORS["judge"], Permission.ACCOUNT_MANAGE)
    assert str(refused.value) == "只有系统管理员可以办理。 您当前的角色是“评审专家”。"
