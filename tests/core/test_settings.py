"""Settings: documented one by one, read from the environment, safe by default."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.settings import Settings, settings

DOC = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(ZHIPING_\w+)` \| (.*?) \| (.+) \|$", DOC.read_text(encoding="utf-8"), re.MULTILINE)
    documented = {name: default.strip("`") for name, default, _ in rows}
    expected = {f"ZHIPING_{name.upper()}": _shown(field.default) for name, field in Settings.model_fields.items()}
    assert list(documented.items()) == list(expected.items())
    assert [name for name, _, meaning in rows if len(meaning) < 20] == []


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(int(default))
    if isinstance(default, Path):
        return f"./{default}"
    return "–" if default in (None, "") else str(default)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_setting_is_used() -> None:
    root = DOC.parents[1]
    program = "".join(
        path.read_text(encoding="utf-8")
        for path in root.glob("*/**/*.py")
        if path.relative_to(root).parts[0] not in ("tests", ".venv") and path.name != "settings.py"
    )
    own = {"data_dir", "database_url", "secret_key"}  # read through `url` and `secret()`
    assert [name for name in Settings.model_fields if name not in own and f"settings().{name}" not in program] == []


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith("ZHIPING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ZHIPING_DATA_DIR", str(tmp_path / "var"))
    settings.cache_clear()
    yield tmp_path / "var"
    settings.cache_clear()


@pytest.mark.parametrize(
    ("given", "used", "embedded"),
    [
        ("postgresql://u@h/db", "postgresql+psycopg://u@h/db", False),
        ("postgres://u@h/db", "postgresql+psycopg://u@h/db", False),
        ("postgresql+psycopg://u@h/db", "postgresql+psycopg://u@h/db", False),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db", True),
    ],
)
def test_the_database(bare: Path, monkeypatch: pytest.MonkeyPatch, given: str, used: str, embedded: bool) -> None:
    assert settings().url == f"sqlite:///{bare}/zhiping.db"
    assert settings().embedded
    settings.cache_clear()
    monkeypatch.setenv("ZHIPING_DATABASE_URL", given)
    assert (settings().url, settings().embedded) == (used, embedded)


def test_the_secret_is_made_once_for_its_owner_only(bare: Path) -> None:
    first = settings().secret()
    assert len(first) >= 32
    assert settings().secret() == first == (bare / "secret").read_bytes()
    assert stat.S_IMODE((bare / "secret").stat().st_mode) == 0o600


def test_a_shared_database_needs_a_secret_of_its_own(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIPING_DATABASE_URL", "postgresql://u@h/db")
    with pytest.raises(RuntimeError, match="ZHIPING_SECRET_KEY must be set"):
        settings().secret()
    settings.cache_clear()
    monkeypatch.setenv("ZHIPING_SECRET_KEY", "known to all processes")
    assert settings().secret() == b"known to all processes"


@pytest.mark.parametrize(
    ("name", "value"), [("PASSWORD_LENGTH", "7"), ("UPLOAD_MB", "0"), ("COVERAGE_FLOOR", "1.2"), ("DEMO", "perhaps")]
)
def test_values_out_of_range_are_refused(bare: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ZHIPING_{name}", value)
    with pytest.raises(ValidationError):
        settings()
