"""Databases with rows in them go up a step and keep what they held."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory
from sqlalchemy import text

from db import upgrade
from db.engine import engine
from tests.support.databases import Databases, use


def step(words: str) -> Script:
    """The migration whose description has these words: its number changes when others land first."""
    return next(s for s in ScriptDirectory.from_config(upgrade.config()).walk_revisions() if words in (s.doc or ""))


BEFORE_THE_CATALOGUE = """
INSERT INTO region (code, name, short_name, level, sort_key) VALUES ('33', '浙江', '浙江', 'province', 'z');
INSERT INTO organisation (version, id, name, short_name, kind, credit_code)
    VALUES (1, 1, '省民政厅', '', 'department', '');
INSERT INTO account (version, id, username, name, role, organisation_id, password_hash, active, demo, created_at)
    VALUES (1, 1, 'li', '李', 'institute', 1, '', true, false, '2026-01-01 00:00:00');
INSERT INTO scenario (version, id, code, name, domain, summary, technologies, level, state, lead_organisation_id,
    region_code, search_text, created_by, created_at)
    VALUES (1, 1, 'CJ', '帮扶', '民生服务', '', '', 'county', 'draft', 1, '33', '', 1, '2026-01-01 00:00:00');
INSERT INTO data_resource (version, id, code, name, provider_id, summary, sharing_scheme, sharing, update_cycle,
    security_level, personal_information) VALUES
    (1, 1, 'SJ-1', '低保1', 1, '', 'national', 'conditional', '', 'L3', 'none'),
    (1, 2, 'SJ-2', '低保2', 1, '', 'national', 'conditional', '', 'L3', 'none'),
    (1, 3, 'SJ-3', '低保3', 1, '', 'national', 'conditional', '', 'L3', 'none');
INSERT INTO scenario_data (version, id, scenario_id, resource_id, purpose, status, requested_on, answered_on) VALUES
    (1, 1, 1, 1, '核对', 'refused', '2026-01-05', '2026-01-09'),
    (1, 2, 1, 2, '核对', 'connected', '2026-01-06', '2026-01-08'),
    (1, 3, 1, 3, '核对', 'not_requested', NULL, NULL)
"""


def test_the_catalogue_and_its_requests(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, databases.create())
    script = step("the data catalogue and its requests")
    upgrade.upgrade(revision=str(script.down_revision))
    on = engine().execution_options(write=True)
    with on.begin() as connection:
        for statement in BEFORE_THE_CATALOGUE.split(";"):
            connection.execute(text(statement))
    upgrade.upgrade(revision=script.revision)
    with on.begin() as connection:

        def rows(query: str) -> list[tuple[object, ...]]:
            return [tuple(row) for row in connection.execute(text(query))]

        assert rows("SELECT name, search_text, class_code, opening FROM data_resource WHERE id = 1") == [
            ("低保1", "", "", None)
        ]
        assert rows("SELECT status, asking_id, refused_because FROM scenario_data ORDER BY id") == [
            ("refused", None, ""),
            ("connected", None, ""),
            ("not_requested", None, ""),
        ]
        assert rows('SELECT resource_id, "do", status, CAST(day AS VARCHAR) FROM data_request_step ORDER BY id') == [
            (1, "提出申请", "requested", "2026-01-05"),
            (1, "拒绝", "refused", "2026-01-09"),
            (2, "提出申请", "requested", "2026-01-06"),
            (2, "批准", "granted", "2026-01-08"),
        ]
        flags = rows("SELECT sensitive_information, automated_decisions FROM scenario")
        assert [tuple(map(bool, row)) for row in flags] == [(False, False)]


BEFORE_PHASES = (
    BEFORE_THE_CATALOGUE.split("INSERT INTO data_resource", maxsplit=1)[0]
    + """
INSERT INTO scenario_version (id, scenario_id, label, changes, created_by, created_at)
    VALUES (1, 1, 'v1.0', '', 1, '2026-01-01 00:00:00');
INSERT INTO collection (version, id, name, kind, cadence, due_days, contact, group_scheme, source)
    VALUES (1, 1, '帮扶试点', 'pilot', 'month', 5, '', '', '');
INSERT INTO pilot (version, id, code, name, scenario_id, scenario_version_id, collection_id, province_code, level,
    state, lead_organisation_id, promise, start_on, end_on, created_by, created_at)
    VALUES (3, 1, 'SD-2026-001', '帮扶试点', 1, 1, 1, '33', 'county', 'running', 1, '让帮扶按时办结', '2026-02-01',
    '2026-12-31', 1, '2026-01-05 00:00:00')
"""
)


def test_pilots_that_were_get_their_first_phase(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, tmp_path, databases.create())
    script = step("phases and plans of pilots")
    upgrade.upgrade(revision=str(script.down_revision))
    on = engine().execution_options(write=True)
    with on.begin() as connection:
        for statement in BEFORE_PHASES.split(";"):
            connection.execute(text(statement))
    upgrade.upgrade(revision=script.revision)
    with on.begin() as connection:
        rows = connection.execute(
            text(
                "SELECT pilot_id, number, name, kind, scenario_version_id, CAST(start_on AS VARCHAR), "
                "CAST(end_on AS VARCHAR), goal, created_by FROM pilot_phase"
            )
        )
        assert [tuple(row) for row in rows] == [
            (1, 1, "第一阶段", "trial", 1, "2026-02-01", "2026-12-31", "让帮扶按时办结", 1)
        ]


BEFORE_EVIDENCE = """
INSERT INTO indicator (id, code, version, name, meaning, formula, kind, unit, n_label, d_label, n_unit, d_unit, factor,
    decimals, direction, combine_time, combine_regions, cadence, source, collected_by, evidence_required, limits)
    VALUES (1, 'A1', 1, '甲', '', '', 'count', '件', '件数', '', '', '', 1, 0, 'lower', 'sum', 'sum', 'month', '', '',
    true, ''), (2, 'A2', 1, '乙', '', '', 'count', '件', '件数', '', '', '', 1, 0, 'lower', 'sum', 'sum', 'month', '', '',
    false, '')
"""


def test_what_needed_evidence_needs_a_file(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, tmp_path, databases.create())
    script = step("evidence of values")
    upgrade.upgrade(revision=str(script.down_revision))
    on = engine().execution_options(write=True)
    with on.begin() as connection:
        connection.execute(text(BEFORE_EVIDENCE))
    upgrade.upgrade(revision=script.revision)
    with on.begin() as connection:
        rows = connection.execute(text("SELECT code, evidence_kind FROM indicator ORDER BY id"))
        assert [tuple(row) for row in rows] == [("A1", "file"), ("A2", "none")]


def test_domains_that_touch_safety(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, databases.create())
    script = step("supervision and feedback of pilots")
    upgrade.upgrade(revision=str(script.down_revision))
    on = engine().execution_options(write=True)
    with on.begin() as connection:
        for number, name in enumerate(("民生服务", "公共安全", "自定领域"), start=1):
            connection.execute(
                text(
                    "INSERT INTO scenario_domain (version, id, name, position, active) VALUES (1, :n, :name, :n, true)"
                ),
                {"n": number, "name": name},
            )
    upgrade.upgrade(revision=script.revision)
    with on.begin() as connection:
        kept = connection.execute(text("SELECT name, safety FROM scenario_domain ORDER BY id")).all()
        assert [(name, bool(safety)) for name, safety in kept] == [
            ("民生服务", False),
            ("公共安全", True),
            ("自定领域", False),
        ]
