"""The schema's history, on both databases: it goes up, down and up again, and matches the tables in code."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, UniqueConstraint, inspect
from sqlmodel import SQLModel

from core.errors import AppError
from db import upgrade
from db.engine import engine, make
from db.session import UNIQUE_MESSAGES
from scenarios import need_service, service
from tests.scenarios.conftest import need_in, scenario_in
from tests.support.cast import assemble
from tests.support.databases import Databases, use


def tables(url: str) -> set[str]:
    on = make(url)
    try:
        return set(inspect(on).get_table_names())
    finally:
        on.dispose()


def test_up_down_up(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = databases.create()
    use(monkeypatch, tmp_path, url)
    wanted = {table.name for table in SQLModel.metadata.sorted_tables} | {"alembic_version"}

    assert upgrade.current() == ""
    upgrade.upgrade()
    assert upgrade.current() == upgrade.head()
    assert upgrade.differences() == []
    assert tables(url) == wanted
    upgrade.downgrade(engine(), "base")
    assert tables(url) == {"alembic_version"}
    upgrade.upgrade()
    assert upgrade.differences() == []
    assert tables(url) == wanted


def test_what_was_entered_survives_every_step_back_and_forth(database: str) -> None:
    """The last steps rebuild tables that others refer to; down to the first schema and up again nothing is lost."""
    cast = assemble()
    need = need_service.register_need(cast.wang_anji, need_in())
    service.register_scenario(cast.wang_anji, scenario_in(cast.wang_anji, [need]), nonce="kept")
    before = rows()
    upgrade.downgrade(engine(), "0001")
    first = rows()
    upgrade.upgrade()
    assert upgrade.differences() == []
    after = rows()
    assert {name: after[name] for name in first} == {name: before[name] for name in first}
    with engine().connect() as connection:
        if database == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def rows() -> dict[str, int]:
    with engine().connect() as connection:
        kept = inspect(connection).get_table_names()
        return {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in kept}


def test_the_history_is_one_line() -> None:
    scripts = ScriptDirectory.from_config(upgrade.config())
    assert len(scripts.get_heads()) == 1
    assert upgrade.known(upgrade.head())
    assert not upgrade.known("9999")


def test_a_table_that_others_refer_to_can_be_rebuilt(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rebuild(at: Config, _: str) -> None:
        connection = at.attributes["connection"]
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'organisation'").scalar()
        connection.exec_driver_sql(made.replace("organisation", "copy", 1))
        connection.exec_driver_sql("INSERT INTO copy SELECT * FROM organisation")
        connection.exec_driver_sql("DROP TABLE organisation")
        connection.exec_driver_sql("ALTER TABLE copy RENAME TO organisation")

    def lose(at: Config, _: str) -> None:
        at.attributes["connection"].exec_driver_sql("DELETE FROM organisation")

    monkeypatch.setattr(upgrade.command, "upgrade", lose)
    with pytest.raises(RuntimeError, match="refer to nothing"):
        upgrade.upgrade()
    with engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisation").scalar() == 6
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    monkeypatch.setattr(upgrade.command, "upgrade", rebuild)
    upgrade.upgrade()
    with engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM organisation").scalar() == 6


def test_a_difference_is_seen(database: str) -> None:
    with engine().execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("DROP TABLE fact")
        connection.exec_driver_sql("CREATE TABLE leftover (id INTEGER PRIMARY KEY)")
    found = "\n".join(upgrade.differences())
    assert "fact" in found
    assert "leftover" in found


def test_an_embedded_database_upgrades_itself_and_keeps_a_copy(house: Path) -> None:
    upgrade.ensure()
    assert not (house / "backups").exists()
    with engine().execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(Exception, match="0000"):  # a revision nobody knows: Alembic refuses …
        upgrade.ensure()
    (copy,) = (house / "backups").iterdir()  # … and the copy made before it tried is there
    assert "account.jsonl" in zipfile.ZipFile(copy).namelist()


@pytest.mark.postgres
def test_a_shared_database_is_only_checked(postgres: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    databases = Databases(tmp_path, postgres=postgres)  # type: ignore[arg-type]
    use(monkeypatch, tmp_path, databases.create())
    with pytest.raises(AppError, match=r"数据库结构版本为“空”.*zhiping init"):
        upgrade.ensure()
    assert upgrade.current() == ""
    upgrade.upgrade()
    upgrade.ensure()
    engine().dispose()
    databases.remove()


def test_the_next_step_is_written_from_the_tables(house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "migrations"
    shutil.copytree(Path(upgrade.__file__).parent / "migrations", copy)
    original = upgrade.config

    def config(connection: Connection | None = None) -> Config:
        made = original(connection)
        made.set_main_option("script_location", str(copy))
        return made

    monkeypatch.setattr(upgrade, "config", config)
    path = upgrade.revise("nothing changed")
    assert path.parent == copy / "versions"
    assert path.name == f"{int(upgrade.head()[:4]):04d}_nothing_changed.py"
    body = path.read_text(encoding="utf-8")
    assert body.count("    pass\n") == 2, body
    with pytest.raises(AppError, match="请说明改了什么"):
        upgrade.revise(" ")


def test_every_constraint_has_a_name() -> None:
    unnamed = [
        (table.name, type(constraint).__name__)
        for table in SQLModel.metadata.sorted_tables
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []


def test_messages_are_for_constraints_that_exist() -> None:
    """SQLite names a violated constraint by its columns, so the names must follow from them."""
    named = {
        str(constraint.name): f"uq_{table.name}_{'_'.join(column.name for column in constraint.columns)}"
        for table in SQLModel.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    }
    assert {name: built for name, built in named.items() if name != built} == {}
    assert set(UNIQUE_MESSAGES) - set(named) == set()
    unique_indexes = [i.name for table in SQLModel.metadata.sorted_tables for i in table.indexes if i.unique]
    assert unique_indexes == []
