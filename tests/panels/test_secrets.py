"""Who sees what, walked: every read, export and page of the room, as everybody, in every phase, with marks in the
database that could leak.

What a judge writes about an entry is a word that occurs nowhere else, and so is his mark; a leak shows as one of
them. A read, an export or a page that the walk does not know fails it.
"""

from __future__ import annotations

import importlib
import inspect
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select
from streamlit.testing.v1 import AppTest

from accounts.permissions import Actor
from core import clock
from core.errors import AppError
from db.session import read, write
from db.tables import AuditEvent, Recusal, Review, Sheet, SheetVersion
from panels import recusal_service, sheet_service, stages
from panels.schemas import CriterionIn
from panels.sheet_schemas import SheetIn
from tests.conftest import Page
from tests.panels.support import NAMES, WEIGHTS, Panel, prepare, rubric_in, rubric_version
from tests.panels.test_judging_pages import signed_in
from tests.support import Cast
from web.router import PAGES

ROOM = Path(__file__).parents[2] / "panels"
ENTRIES = "ABC"
JUDGES = range(6)  # the last one is the shadow
Secret = tuple[int, str]  # who gave it, about which entry
EVERYTHING = {(judge, code) for judge in JUDGES for code in ENTRIES} - {(0, "C"), (1, "B")}


def word(judge: int, code: str) -> str:
    return f"密语{judge}{code}"


def mark(judge: int, code: str) -> str:
    return f"{40 + judge}.{31 + ENTRIES.index(code) * 2}"


def told(text: str) -> set[Secret]:
    """The secrets that a text tells: the word, or the mark in points or in hundredths. Digests are no numbers."""
    found = set()
    for judge in JUDGES:
        for code in ENTRIES:
            given = mark(judge, code)
            pattern = rf"(?<![0-9a-f.])(?:{re.escape(given)}|{given.replace('.', '')})(?![0-9a-f])"
            if word(judge, code) in text or re.search(pattern, text):
                found.add((judge, code))
    return found


@pytest.fixture
def panel(cast: Cast) -> Panel:
    """Five judges and a shadow. The first has not handed in C, the second steps aside from B, 李研 from A."""
    version = rubric_version(
        cast.li_staff,
        rubric_in("分到百分位").model_copy(
            update={
                "criteria": [
                    CriterionIn(code=code, name=NAMES[code], weight=Decimal(weight), step=Decimal("0.01"))
                    for code, weight in WEIGHTS.items()
                ]
            }
        ),
    )
    made = prepare(cast, shadows=1, quorum=1, rubric_version_id=version)
    made.open()
    for place, (name, actor) in enumerate(made.judges.items()):
        for code in ENTRIES:
            if (place, code) in EVERYTHING:
                data = SheetIn(
                    marks=dict.fromkeys(WEIGHTS, Decimal(mark(place, code))),
                    reasons={"need": word(place, code)},
                    comment=word(place, code),
                )
                sheet_service.save(
                    actor, made.review_id, made.entries[code], data, seen=made.number(name, code), submit=True
                )
    recusal_service.declare(list(made.judges.values())[1], made.review_id, made.entries["B"], "配偶在该单位任职")
    recusal_service.declare(made.staff, made.review_id, made.entries["A"], "曾任该单位顾问")
    with read() as session:
        waiting = [(row.id or 0, row.version) for row in session.exec(select(Recusal))]
    for key, seen in waiting:
        recusal_service.decide(cast.admin, key, confirmed=True, reason="属实", seen_version=seen)
    return made


def people(panel: Panel, cast: Cast) -> dict[str, Actor]:
    judges = list(panel.judges.values())
    return {
        "unfinished": judges[0],
        "aside": judges[1],
        "judge": judges[2],
        "shadow": judges[5],
        "conflicted staff": panel.staff,
        "staff": panel.other,
        "another judge": cast.sun_judge,
        "county": cast.wang_anji,
        "department": cast.zhou_minzheng,
        "bidder": cast.qian_bidder,
    }


def own(judge: int) -> set[Secret]:
    return {secret for secret in EVERYTHING if secret[0] == judge}


def others(*codes: str) -> set[Secret]:
    """What counting judges gave."""
    return {secret for secret in EVERYTHING if secret[0] != 5 and secret[1] in codes}


WHILE_SCORING: dict[str, set[Secret]] = {"unfinished": own(0), "aside": own(1), "judge": own(2), "shadow": own(5)}
# Everybody whose own are in sees the counting judges' of the entries he is given. No read shows a shadow's to others.
AFTER: dict[str, set[Secret]] = {
    "unfinished": own(0),
    "aside": others("A", "C"),
    "judge": others("A", "B", "C"),
    "shadow": others("A", "B", "C") | own(5),
    "conflicted staff": others("B", "C"),
    "staff": others("A", "B", "C"),
}


def reads() -> list[Callable[..., Any]]:
    """Every public function of the room that is told who asks and is no command."""
    found: list[Callable[..., Any]] = []
    for path in sorted(ROOM.glob("*.py")):
        if path.stem.endswith("_service") or path.stem == "gates":
            continue
        module = importlib.import_module(f"panels.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters), "")
            if function.__module__ == module.__name__ and not name.startswith("_") and first == "actor":
                found.append(function)
    return found


def calls(function: Callable[..., Any], panel: Panel) -> list[dict[str, Any]]:
    """The arguments to ask it with: this review, each entry, the first of everything else."""
    numbers: dict[str, Any] = {
        "review_id": panel.review_id,
        "result_id": 1,
        "attachment_id": 1,
        "rubric_id": 1,
        "since": 1,
        "item": None,  # an objection, of which a panel has none
    }
    numbers["subject"] = str(panel.review_id)  # as a report is asked for
    needed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "actor" and parameter.default is inspect.Parameter.empty
    ]
    unknown = set(needed) - set(numbers) - {"entry_id", "data", "filename", "tried", "rule"}
    assert not unknown, f"{function.__qualname__}: the walk does not know {unknown}"
    if {"data", "tried"} & set(needed):  # what a file would do, and another rubric tried on finished reviews
        return []
    base = {name: numbers[name] for name in needed if name in numbers}
    if "entry_id" not in needed:
        return [base]
    return [base | {"entry_id": entry} for entry in panel.entries.values()]


def close(panel: Panel) -> None:
    """The time is over, one sheet is missing, and scoring is closed."""
    with write() as session:
        review = session.get_one(Review, panel.review_id)
        review.opens_at, review.closes_at = clock.now() - timedelta(days=2), clock.now() - timedelta(days=1)
    panel.step(stages.CLOSE, actor=panel.other)


def text_of(answer: object) -> str:
    if not isinstance(answer, bytes):
        return repr(answer)
    if answer.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer)).pages)
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        return "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def seen_by(actor: Actor, panel: Panel) -> set[Secret]:
    found: set[Secret] = set()
    for function in reads():
        for arguments in calls(function, panel):
            try:
                answer = function(actor, **arguments)
            except AppError:
                continue
            found |= told(text_of(answer))
    return found


def test_the_walk_finds_what_there_is(panel: Panel) -> None:
    with read() as session:
        everything = " ".join(repr(row) for row in session.exec(select(SheetVersion)))
    assert told(everything) == EVERYTHING
    assert told("0.4031 4031a f4033") == set()


def test_reads_and_exports_while_judges_score(panel: Panel, cast: Cast) -> None:
    for who, actor in people(panel, cast).items():
        assert (who, seen_by(actor, panel)) == (who, WHILE_SCORING.get(who, set()))


def test_reads_and_exports_when_scoring_is_over(panel: Panel, cast: Cast) -> None:
    close(panel)
    for who, actor in people(panel, cast).items():
        assert (who, seen_by(actor, panel)) == (who, AFTER.get(who, set()))


def test_the_log_tells_no_mark(panel: Panel, cast: Cast) -> None:
    close(panel)
    with read() as session:
        events = session.exec(select(AuditEvent)).all()
        assert len(session.exec(select(Sheet)).all()) == len(EVERYTHING)
    assert sum(event.action == "sheet:submit" for event in events) == len(EVERYTHING)
    assert told(" ".join(f"{event.changes} {event.reason}" for event in events)) == set()


def addresses(panel: Panel) -> dict[str, list[dict[str, int]]]:
    """Every page of the room with what it is asked about."""
    review = panel.review_id
    by_entry = [{"review": review, "entry": entry} for entry in panel.entries.values()]
    plain = [{"id": review}]
    return {
        "judging": [{}],
        "declare": [{"review": review}],
        "score": by_entry,
        "receipt": [{"review": review}],
        "panel_result": [{"review": review}],
        "reviews": [{}],
        "review": plain,
        "review_edit": plain,
        "review_entries": plain,
        "review_entry": [{"review": review, "id": entry} for entry in panel.entries.values()],
        "review_panel": plain,
        "review_assign": plain,
        "review_progress": plain,
        "review_result": plain,
        "review_end": plain,
        "rubrics": [{}],
        "rubric": [{"id": 1}],
        "rubric_edit": [{"id": 1}],
    }


def drawn(app: AppTest) -> str:
    """All that is sent to the browser: words, tables, pictures' data."""
    parts = []
    waiting: list[Any] = [app.main, app.sidebar]
    while waiting:
        block = waiting.pop()
        children = getattr(block, "children", None)
        if children is not None:
            waiting += children.values()
        if (proto := getattr(block, "proto", None)) is not None and hasattr(proto, "SerializeToString"):
            parts.append(proto.SerializeToString().decode("utf-8", errors="replace"))
    return "\n".join(parts)


@pytest.mark.parametrize("who", ["unfinished", "conflicted staff", "staff", "another judge"])
def test_pages_while_judges_score(page: Page, panel: Panel, cast: Cast, who: str) -> None:
    known = addresses(panel)
    assert set(known) == {one.url for one in PAGES if one.file.startswith("panels/")}
    actor = people(panel, cast)[who]
    if actor.session_id is None:
        actor = signed_in(actor)
    found: set[Secret] = set()
    for url, queries in known.items():
        for query in queries:
            found |= told(drawn(page(url, actor, **query)))
    assert found == WHILE_SCORING.get(who, set())
