"""One workbook for every rule, with all that is to be said about it: data/golden.json.

rule      the rule it is there for
workbook  how the filled-in template is spoilt: cells written over, formats, rows hidden or copied, cells merged,
          words of the hidden sheet altered
asked     what the return knows: stored values, history, the next period, targets, a rule as data
findings  severity, rule, cell, message of everything that is said, in the order shown
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.words import RuleScope, RuleSeverity
from metrics import rules
from metrics.model import Form, Line
from metrics.rulebook import DataRule
from metrics.workbook import META_SHEET
from tests.metrics import feeds
from tests.metrics.returns_support import GOOD, check, edit, entry, form, template, upload

HERE = Path(__file__).parent
GOLDEN: list[dict[str, Any]] = json.loads((HERE / "data" / "golden.json").read_text(encoding="utf-8"))
FILLED = GOOD | {"A9": entry(40), "B1": entry(30, 100)}
# Where the rules are that read a workbook. What only the old format or a table without our template can break has
# tests of its own in test_strange_files.
READING = ("reading.py", "figures.py", "rules.py", "workbook.py")
ELSEWHERE = frozenset(("identity.template", "row.legacy", "row.period", "row.region", "row.unsigned"))


def asked(about: Mapping[str, Any]) -> Form:
    """The return that the workbook is for."""
    lines = []
    for item in feeds.ASKED:
        history, following = about.get("history", {}).get(item.code, []), about.get("following", {}).get(item.code)
        target, stored = about.get("target", {}).get(item.code), about.get("stored", {}).get(item.code)
        lines.append(
            Line(
                item,
                current=entry(**stored) if stored else None,
                history=[(period, entry(*figures)) for period, *figures in history],
                following=(following[0], entry(*following[1:])) if following else None,
                target=None if target is None else Decimal(target),
            )
        )
    found = form(lines=tuple(lines))
    if (data := about.get("rule")) is None:
        return found
    kinds = {"severity": RuleSeverity(data["severity"]), "scope": RuleScope(data["scope"])}
    return replace(found, rules=(DataRule(**data | kinds),))


@cache
def places() -> Mapping[tuple[str, str], str]:
    return upload(template(asked({})), asked({})).where


def at(words: str) -> str:
    """“A1 n” as an address."""
    code, field = words.split()
    return places()[code, field]


def workbook(about: Mapping[str, Any], wanted: Form) -> bytes:
    def change(sheet: Worksheet, book: openpyxl.Workbook) -> None:
        for code, given in FILLED.items():
            for field, micro in (("n", given.n), ("d", given.d)):
                if micro is not None:
                    sheet[places()[code, field]] = micro / 1_000_000
        for cell, value in about.get("cells", {}).items():
            sheet[at(cell)] = value
        for cell, pattern in about.get("formats", {}).items():
            sheet[at(cell)].number_format = pattern
        for cell in about.get("hidden", ()):
            sheet.row_dimensions[sheet[at(cell)].row].hidden = True
        for first, last in about.get("merged", ()):
            sheet.merge_cells(f"{at(first)}:{at(last)}")
        for cell in about.get("copied", ()):
            below = sheet.max_row + 1
            for source in list(sheet[sheet[at(cell)].row]):
                sheet.cell(below, source.column).value = copy(source.value)
        for row in book[META_SHEET].iter_rows():
            if row[0].value in about.get("meta", {}):
                row[1].value = about["meta"][row[0].value]

    return edit(template(wanted), change)


@pytest.mark.parametrize("golden", GOLDEN, ids=[golden["rule"] for golden in GOLDEN])
def test_a_golden_workbook(golden: Mapping[str, Any]) -> None:
    wanted = asked(golden.get("asked", {}))
    found = check(workbook(golden["workbook"], wanted), wanted).findings
    assert [[item.severity.value, item.rule, item.cell, item.message] for item in found] == golden["findings"]
    assert golden["rule"] in [item.rule for item in found]
    assert all(item.remedy for item in found if item.severity != "info")


def test_a_good_workbook_has_nothing_said_about_it() -> None:
    assert check(workbook({}, asked({})), asked({})).findings == []


def test_every_rule_has_its_workbook() -> None:
    written = {rule.id for rule in rules.RULES}
    for name in READING:
        source = (HERE.parents[1] / "metrics" / name).read_text(encoding="utf-8")
        written |= set(re.findall(r'"((?:cell|row|identity)\.[a-z_]+)"', source))
    data_rules = {f"D.{scope}.{severity}" for scope in RuleScope for severity in RuleSeverity}
    assert {golden["rule"] for golden in GOLDEN} == (written | data_rules) - ELSEWHERE
