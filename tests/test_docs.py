"""Documents that follow from the code follow it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.permissions import Permission
from awards.stages import EDITION, ENTRY
from challenges.stages import BID, CHALLENGE
from challenges.stages import MILESTONE as BID_MILESTONE
from core.workflow import Workflow
from metrics.stages import FOLLOW_UP, RETURN, RULE
from panels.stages import REVIEW as PANEL
from pilots.stages import ADOPTION, MILESTONE, ORDER, PILOT
from scenarios.stages import DATA_LINK, OPENING, OPENING_ANSWER, SCENARIO
from tests.support.shown import SHOWN
from web.router import PAGES

ROOT = Path(__file__).parents[1]
WORKFLOWS = (
    SCENARIO,
    DATA_LINK,
    OPENING,
    OPENING_ANSWER,
    PILOT,
    MILESTONE,
    ORDER,
    ADOPTION,
    RETURN,
    RULE,
    FOLLOW_UP,
    PANEL,
    CHALLENGE,
    BID,
    BID_MILESTONE,
    EDITION,
    ENTRY,
)


def rendered() -> str:
    head = "# Workflows\n\nDrawn from the transition tables; `pytest tests/test_docs.py` says when they differ.\n"
    return head + "".join(f"\n## {item.name}\n\n```mermaid\n{item.mermaid()}\n```\n" for item in WORKFLOWS)


def test_the_diagrams_are_those_of_the_tables() -> None:
    assert (ROOT / "docs" / "workflows.md").read_text() == rendered()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.name)
def test_a_workflow_is_whole(workflow: Workflow) -> None:
    assert workflow.reachable() == set(workflow.labels)
    assert {state for state in workflow.labels if not workflow.steps_from(state)} == set(workflow.terminal)
    assert {step.permission for step in workflow.steps} <= set(Permission)


def test_the_readme_shows_the_two_commands_and_pictures_that_exist() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text()
        assert "make run" in text
        assert "make test" in text
        for picture in ("docs/guide/pilot-1440.png",):
            assert picture in text
            assert (ROOT / picture).exists()


def test_the_handbook_names_pages_buttons_and_pictures_that_exist() -> None:
    text = (ROOT / "docs" / "guide" / "README.md").read_text()
    code = "".join(path.read_text() for path in ROOT.glob("*/pages/*.py")) + "".join(
        path.read_text() for path in ROOT.glob("*/stages.py")
    )
    assert set(re.findall(r"「(\S+?)」", text)) - {page.title for page in PAGES} == set()
    assert [words for words in re.findall(r"“(\S+?)”", text) if words not in code] == []
    assert [
        name for name in re.findall(r"\(([^()#]+\.(?:png|md))\)", text) if not (ROOT / "docs/guide" / name).exists()
    ] == []


def test_every_page_has_an_address_for_its_picture() -> None:
    assert set(SHOWN) == {page.url for page in PAGES}


def test_every_page_has_its_picture_in_the_guide() -> None:
    assert {path.name for path in (ROOT / "docs" / "guide").glob("*.png")} == {f"{page.url}-1440.png" for page in PAGES}
