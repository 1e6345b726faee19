"""A register kept before dossiers had versions and appraisals goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlmodel import select

from core.words import ScenarioState
from db import upgrade
from db.engine import engine
from db.session import read
from db.tables import Appraisal
from scenarios import indexing, queries, resource_queries
from tests.support import cast as people
from tests.support.databases import Databases, use

AT = "2026-03-01 01:00:00+00:00"


def put(connection: Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    connection.execute(
        text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
    )


def scenario(connection: Connection, number: int, state: str) -> None:
    values = {"id": number, "version": 1, "code": f"CJ-2026-000{number}", "name": "危房智能巡查", "domain": "公共安全"}
    values |= {"summary": "以物联感知代替人工登记。", "technologies": "", "level": "county", "state": state}
    values |= {"lead_organisation_id": 1, "region_code": "330000", "search_text": "", "created_by": 1, "created_at": AT}
    put(connection, "scenario", **values)
    put(
        connection,
        "scenario_version",
        scenario_id=number,
        label="v1.0",
        changes="首次登记",
        created_by=1,
        created_at=AT,
    )


@pytest.fixture
def old(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, databases.create())
    upgrade.upgrade(revision="0002")
    with engine().execution_options(write=True).begin() as connection:
        put(connection, "region", code="330000", name="浙江省", short_name="浙江", level="province", sort_key="")
        put(connection, "organisation", id=1, version=1, name="研究院", short_name="", kind="institute", credit_code="")
        for number in (1, 2):
            account = {"id": number, "version": 1, "username": f"u{number}", "name": "李研", "role": "institute"}
            account |= {"organisation_id": 1, "password_hash": "", "active": True, "demo": False, "created_at": AT}
            put(connection, "account", **account)
        scenario(connection, 1, "appraisal")
        scenario(connection, 2, "iterating")
        scenario(connection, 3, "draft")
        need = {"id": 1, "version": 1, "code": "XQ-2026-0001", "title": "危房巡查不及时", "description": "三天才上报"}
        need |= {"asker": "public", "people": "", "level": "town", "region_code": "330000", "source": "hotline"}
        put(connection, "need", **need, severity=3, created_by=1, created_at=AT)
        put(connection, "scenario_need", scenario_id=1, need_id=1)
        resource = {"id": 1, "version": 1, "code": "SJ-2026-0001", "name": "危房台账", "provider_id": 1, "summary": ""}
        resource |= {"sharing_scheme": "zhejiang", "sharing": "open", "update_cycle": "", "security_level": "L1"}
        put(connection, "data_resource", **resource, personal_information="none")
        put(connection, "scenario_data", version=1, scenario_id=1, resource_id=1, purpose="核对", status="requested")
        for number, parent in ((1, None), (2, 1)):
            duty = {"id": number, "version": 1, "scenario_id": 1, "parent_id": parent, "name": f"事项{number}"}
            duty |= {"organisation_id": 1, "owner": "", "time_limit": "", "legal_basis": "", "position": number}
            put(connection, "responsibility", **duty)
        for number, (action, who, to) in enumerate(
            [
                ("create", 1, ""),
                ("move", 1, "appraisal"),
                ("move", 1, "returned"),
                ("edit", 2, ""),
                ("move", 1, "appraisal"),
            ]
        ):
            event = {"at": f"2026-03-0{number + 1} 01:00:00+00:00", "actor_id": who, "action": f"scenario:{action}"}
            event |= {
                "entity": "scenario",
                "entity_id": "1",
                "changes": json.dumps({"to": to}),
                "reason": "",
                "hash": "",
            }
            put(connection, "audit_event", **event)
    upgrade.upgrade()


def test_an_older_register_goes_on_where_it_was(old: None) -> None:
    """One walk through all of it: to migrate from the second step on takes seconds."""
    what_waits_for_its_appraisal_gets_one()
    versions_past_approval_are_frozen()
    nothing_else_is_lost()
    what_had_no_search_key_is_found_again()


def what_waits_for_its_appraisal_gets_one() -> None:
    with read() as session:
        (found,) = session.exec(select(Appraisal)).all()
    assert (found.scenario_id, found.round, found.authors, found.submitted_by) == (1, 2, [1, 2], 1)
    assert (found.submitted_at.day, found.decision, found.checked_at) == (5, None, None)


def versions_past_approval_are_frozen() -> None:
    with read() as session:
        rows = session.execute(text("SELECT scenario_id, frozen_at IS NULL FROM scenario_version ORDER BY 1")).all()
    assert [(key, bool(still_open)) for key, still_open in rows] == [(1, True), (2, False), (3, True)]


def what_had_no_search_key_is_found_again() -> None:
    assert indexing.write_missing_keys() == 4  # three scenarios, one data resource
    assert indexing.write_missing_keys() == 0
    found = queries.scenarios(people.OPERATOR, search="wlgz", states=[ScenarioState.DRAFT])
    assert [row.id for row in found] == [3]
    assert resource_queries.options(people.OPERATOR, "wftz") == {1: "危房台账（研究院）"}


def nothing_else_is_lost() -> None:
    kept = ("need", "scenario_need", "data_resource", "scenario_data", "scenario_version", "audit_event", "account")
    with read() as session:
        counts = {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in kept}
        duties = session.execute(text("SELECT name FROM responsibility ORDER BY name")).scalars().all()
        found = queries.detail(session, people.OPERATOR, 1)
    assert counts == dict(zip(kept, (1, 1, 1, 1, 3, 5, 2), strict=True))
    assert duties == ["事项1", "事项2"]
    assert found is not None
    assert [link.code for link in found.needs] == ["XQ-2026-0001"]
    assert [view.status.label for view in found.data] == ["申请中"]
