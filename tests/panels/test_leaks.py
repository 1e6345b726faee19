"""Who sees what: role × page × phase, walked with something that could leak.

Entry A carries a summary and an organisation nobody else has; 甲, 乙 and the shadow judge give it marks that occur
nowhere else. Each role opens every page it has, asks every query and takes every file; what it must not know is
looked for in all that comes back.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd
import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest

import accounts.queries
from accounts import sessions
from accounts.permissions import Actor, may
from core import clock
from core.errors import AppError
from db.session import read
from db.tables import Account, Attachment
from panels import (
    blocking,
    entry_imports,
    exports,
    panel_queries,
    progress_queries,
    receipts,
    recusal_service,
    result_book,
    result_queries,
    review_queries,
    review_service,
    rubric_queries,
    setup_service,
    sheet_queries,
    stages,
    unlock_service,
)
from panels.rubric import Rubric
from panels.schemas import EntryIn, MemberIn, ScheduleIn
from tests.conftest import Page
from tests.panels.support import Panel, judge_account, prepare, rubric_in, rubric_version
from tests.support import Cast
from tests.support.cast import ADDRESS, PASSWORD
from web.router import PAGES

MATERIAL = ("只此一家的简介", "AAA号乡村振兴促进会")
MARKS = {"甲评委": "71.37", "乙评委": "83.59", "己评委": "64.21"}
URLS = [
    *("reviews", "review", "review_entries", "review_entry", "review_panel", "review_assign", "review_progress"),
    *(
        "review_result",
        "review_end",
        "rubric",
        "judging",
        "declare",
        "score",
        "receipt",
        "panel_result",
        "audit",
        "home",
    ),
]


@dataclass
class Scene:
    panel: Panel
    people: dict[str, Actor]
    file: int


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """A review in scoring. 甲 and the shadow judge 己 have everything in, 乙 has one sheet left, 丙 steps aside from A
    and so does 陈审 of the staff; 庚 was replaced."""
    rubric_version(cast.li_staff, rubric_in(step=Decimal("0.01")))
    panel = prepare(cast, shadows=1, places=1)
    actor, entry = panel.staff, review_queries.entries(panel.staff, panel.review_id)[0]
    data = EntryIn(code="A", title=entry.title, summary=MATERIAL[0], organisation_name=MATERIAL[1])
    setup_service.edit_entry(actor, panel.review_id, entry.id, data, seen_version=entry.version)
    setup_service.attach_files(actor, panel.review_id, entry.id, [("A.txt", "附件里的秘密".encode())])
    panel.step(stages.CALL)
    recusal_service.declare(panel.judges["丙评委"], panel.review_id, entry.id, "曾经的同事")
    recusal_service.decide(cast.admin, 1, confirmed=True, reason="", seen_version=1)
    recusal_service.declare(cast.chen_staff, panel.review_id, entry.id, "亲属在该单位")
    recusal_service.decide(cast.admin, 2, confirmed=True, reason="", seen_version=1)
    panel.step(stages.ASSIGN)
    panel.assign_all()
    panel.step(stages.OPEN)
    gone = panel.judges["戊评委"]
    for judge in ("甲评委", "己评委"):
        for code in "ABC":
            panel.mark(judge, code, float(MARKS[judge]) if code == "A" else 70)
    panel.mark("乙评委", "A", float(MARKS["乙评委"]))
    panel.mark("乙评委", "B", 70)
    for code in "BC":
        panel.mark("丙评委", code, 72)
    for code in "ABC":
        panel.mark("丁评委", code, 74)
    panel.mark("戊评委", "A", 75)
    new = judge_account(7)
    setup_service.replace_member(
        actor, panel.review_id, panel.members["戊评委"], MemberIn(account_id=new.account_id or 0), "突发疾病"
    )
    panel.judges[new.name], panel.members[new.name] = new, 7
    for code in "ABC":
        panel.mark(new.name, code, 76)
    unlock_service.ask(panel.judges["甲评委"], 1, "想改一项")
    people = {
        "li": panel.staff,
        "chen": cast.chen_staff,
        "jia": panel.judges["甲评委"],
        "yi": panel.judges["乙评委"],
        "bing": panel.judges["丙评委"],
        "ji": panel.judges["己评委"],
        "gone": gone,
        "county": cast.wang_anji,
        "judge": cast.sun_judge,
    }
    with read() as session:
        file = session.exec(select(Attachment.id)).one() or 0
    return Scene(panel, {name: signed_in(who) for name, who in people.items()}, file)


def signed_in(actor: Actor) -> Actor:
    if actor.session_id is not None:
        return actor
    with read() as session:
        username = session.get_one(Account, actor.account_id).username
    number = sessions.resolve(sessions.sign_in(username, PASSWORD, ADDRESS))
    found = sessions.actor(number) if number else None
    assert found is not None
    return found


# What each role may know: m material, 甲 乙 己 their marks on A. In scoring, then in discussion.
MAY = {
    "li": ("m", "m甲乙"),
    "chen": ("", ""),
    "jia": ("m甲", "m甲乙"),
    "yi": ("m乙", "m乙"),
    "bing": ("", ""),
    "ji": ("m己", "m甲乙己"),
    "gone": ("", ""),
    "county": ("", ""),
    "judge": ("", ""),
}


def secret(known: str) -> dict[str, str]:
    """What a role must not find: token → what it is."""
    found = {} if "m" in known else {**dict.fromkeys(MATERIAL, "material"), "附件里的秘密": "file"}
    return found | {mark: judge for judge, mark in MARKS.items() if judge[0] not in known}


def answers(scene: Scene, who: Actor) -> Iterator[tuple[str, str]]:
    """(what was asked, all that came back) of every read, export and file of the room."""
    panel = scene.panel
    review_id, entry_id = panel.review_id, panel.entries["A"]

    def result() -> object:
        view = result_queries.result(who, review_id)
        return view and [sheet.rows for sheet in result_book.sheets(view)] + result_book.summary(view)

    asked: dict[str, Callable[[], object]] = {
        "reviews": lambda: review_queries.reviews(who),
        "review": lambda: review_queries.review(who, review_id),
        "entries": lambda: review_queries.entries(who, review_id),
        "files": lambda: review_queries.entry_files(who, review_id, entry_id),
        "file": lambda: review_queries.entry_file(who, scene.file).decode(),
        "members": lambda: panel_queries.members(who, review_id),
        "recusals": lambda: panel_queries.recusals(who, review_id),
        "assignments": lambda: panel_queries.assignments(who, review_id),
        "candidates": lambda: panel_queries.candidates(who, review_id),
        "progress": lambda: progress_queries.progress(who, review_id),
        "unlocks": lambda: progress_queries.unlocks(who, review_id),
        "result": result,
        "frozen": lambda: result_queries.frozen(who, review_id),
        "blockers": lambda: blocking.blockers(who, review_id),
        "result.xlsx": lambda: cells(exports.result_xlsx(who, review_id)),
        "entries.xlsx": lambda: cells(exports.entries_xlsx(who, review_id)),
        "import": lambda: entry_imports.preview(who, review_id, "编号,项目名称\nA,一\n".encode(), "a.csv"),
        "replay": lambda: rubric_queries.finished(who, Rubric()),
        "calls": lambda: sheet_queries.calls(who),
        "savings": lambda: sheet_queries.savings(who, review_id, entry_id),
        "changes": lambda: sheet_queries.entry_changes(who, review_id, entry_id, 0),
        "receipt.xlsx": lambda: cells(receipts.xlsx(who, review_id)),
        "log": lambda: accounts.queries.events(who),
    }
    for name, ask in asked.items():
        try:
            yield name, repr(ask())
        except AppError:
            continue


def cells(workbook: bytes) -> str:
    sheets = pd.read_excel(io.BytesIO(workbook), sheet_name=None, header=None, engine="calamine")
    return "".join(sheet.to_csv() for sheet in sheets.values())


def everything(app: AppTest) -> str:
    """All that a page sends to the browser, tables in plain text."""
    words = [frame.value.to_csv() for frame in app.dataframe]
    todo = [app._tree]
    while todo:
        node = todo.pop()
        if (proto := getattr(node, "proto", None)) is not None and hasattr(proto, "DESCRIPTOR"):
            words.append(proto.SerializeToString().decode(errors="ignore"))
        todo += list(getattr(node, "children", {}).values())
    return "".join(words)


def hundredths(text: str) -> str:
    """Marks as they are printed, and as they are kept. The digits inside a hash are no mark."""
    return text + "".join(
        f" {mark} " for mark in MARKS.values() if re.search(rf"(?<![0-9a-f]){mark.replace('.', '')}(?![0-9a-f])", text)
    )


@pytest.mark.parametrize("phase", [0, 1], ids=["scoring", "discussion"])
def test_reads_exports_and_files(scene: Scene, phase: int) -> None:
    leaks, seen = [], dict.fromkeys(MAY, "")
    if phase:
        close_early(scene)
    for role, known in MAY.items():
        for name, text in answers(scene, scene.people[role]):
            found = hundredths(text)
            seen[role] += found
            leaks += [(role, name, what) for token, what in secret(known[phase]).items() if token in found]
    assert leaks == []
    # The walk would find a leak: whoever may know does find it there.
    for role, known in MAY.items():
        for judge in "甲乙己":
            if judge in known[phase]:
                assert MARKS[f"{judge}评委"] in seen[role], (role, judge)
        if "m" in known[phase] and role != "li":
            assert MATERIAL[0] in seen[role], role


# What staff without anything to step aside from could be told too early; everybody else walks every page he has.
TELLING = ("review_progress", "review_result", "review_end", "audit")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("phase", [0, 1], ids=["scoring", "discussion"])
def test_pages(scene: Scene, page: Page, phase: int) -> None:
    if phase:
        close_early(scene)
    leaks, seen = [], ""
    for role in ("li", "chen", "jia", "yi", "bing"):
        for url in TELLING if role == "li" else URLS:
            who = scene.people[role]
            if not may(who, next(known.permission for known in PAGES if known.url == url)):
                continue
            app = page(url, who, **address(scene, url))
            assert [error.value for error in app.error if "页面出错" in error.value] == []
            found = everything(app)
            leaks += [(role, url, what) for token, what in secret(MAY[role][phase]).items() if token in found]
            seen += found if role in ("li", "jia") else ""
    assert leaks == []
    # The walk would find a leak: those who may know do find it there.
    assert MATERIAL[0] in seen
    assert MARKS["甲评委"] in seen
    assert (MARKS["乙评委"] in seen) is (phase == 1)


def address(scene: Scene, url: str) -> dict[str, object]:
    entry = scene.panel.entries["A"]
    if url in ("judging", "home", "audit"):
        return {}
    return {"review": 1, "entry": entry, "id": entry if url == "review_entry" else 1}


def close_early(scene: Scene) -> None:
    """Pages look at the real clock, so the window is moved instead."""
    panel = scene.panel
    view = review_queries.review(panel.staff, panel.review_id)
    assert view is not None and view.opens_at is not None
    data = ScheduleIn(opens_at=view.opens_at, closes_at=clock.now())
    review_service.set_schedule(panel.staff, panel.review_id, data, "提前结束", seen_version=view.version)
    panel.step(stages.CLOSE)
