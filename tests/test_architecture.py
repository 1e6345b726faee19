"""The shape of the house, where the import contracts (pyproject.toml) cannot see it."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
PAGE_FILES = [path for path in SOURCES if path.parent.name == "pages" and path.name != "__init__.py"]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    """Modules a file names in its imports, at any depth of the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def test_every_package_is_under_contract() -> None:
    """A package without `__init__.py`, or missing from the list, would escape the contracts in silence."""
    tops = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert tops == set(PACKAGES) == set(PYPROJECT["tool"]["importlinter"]["root_packages"])
    folders = {path.parent for path in SOURCES}
    assert sorted(short(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_contracts_are_named_for_their_reason() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    assert [c["name"] for c in contracts if not re.search(r"\b(so|because)\b", c["name"])] == []


def test_the_entry_knows_only_the_web_and_the_start() -> None:
    ours = {name.split(".")[0] for name in imports(ROOT / "streamlit_app.py")} & set(PACKAGES)
    assert ours == {"cli", "web"}


@pytest.mark.parametrize("path", PAGE_FILES, ids=short)
def test_every_widget_of_a_page_has_a_key(path: Path) -> None:
    """Without one, a widget's state is lost when a label or its place changes, and tests cannot find it."""
    widgets = {
        *("button", "checkbox", "data_editor", "date_input", "download_button", "file_uploader"),
        *("form_submit_button", "multiselect", "number_input", "pills", "radio", "segmented_control", "selectbox"),
        *("slider", "text_area", "text_input", "toggle"),
    }
    missing = [
        f"{short(path)}:{node.lineno} {node.func.attr}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in widgets
        if "key" not in {keyword.arg for keyword in node.keywords} and not any(k.arg is None for k in node.keywords)
    ]
    assert missing == []


@pytest.mark.parametrize("path", [*PAGE_FILES, ROOT / "web" / "widgets.py"], ids=short)
def test_every_uploader_names_its_limit(path: Path) -> None:
    """The server lets the largest file of all pass; without a limit of its own an uploader promises that."""
    missing = [
        f"{short(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "file_uploader"
        if "max_upload_size" not in {keyword.arg for keyword in node.keywords}
    ]
    assert missing == []


def test_every_page_file_is_on_the_router() -> None:
    from web.router import PAGES

    scripts = {short(path) for path in PAGE_FILES if "guard.current_actor()" in path.read_text(encoding="utf-8")}
    assert scripts == {page.file for page in PAGES}


def test_only_the_clock_asks_the_time() -> None:
    """So that deadlines and groups are counted in Beijing, and tests can say what day it is."""
    asking = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")
    found = [short(path) for path in SOURCES if asking.search(path.read_text(encoding="utf-8"))]
    assert found == ["core/clock.py"]


def test_no_benchmark_hides_a_room() -> None:
    """A script's own folder comes first on the path, so a file there named like a room would be taken for it."""
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {path.stem for path in (ROOT / "benchmarks").glob("*.py")} & rooms == set()
