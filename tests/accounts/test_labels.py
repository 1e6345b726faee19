"""Every code that the program records has its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from accounts import labels

ROOT = Path(__file__).parents[2]
NOT_OURS = {"tests", "build", "dist", "var"}


def recorded() -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """(where, action, entity) of everything that the program records in the log."""
    for path in sorted(ROOT.glob("*/**/*.py")):
        top = path.relative_to(ROOT).parts[0]
        if top in NOT_OURS or top.startswith("."):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[2], node.args[3]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.Note":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0], node.args[1]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) == "files.attach":
                # `db.files` records for whoever calls it: the caller names the record.
                yield f"{path.relative_to(ROOT)}:{node.lineno}", ast.Constant("file:attach"), node.args[2]


def constants(expression: ast.expr) -> set[str]:
    """The strings an expression can be; {"?"} among them when it is not written out."""
    match expression:
        case ast.Constant(value=str() as value):
            return {value}
        case ast.IfExp():
            return constants(expression.body) | constants(expression.orelse)
        case _:
            return {"?"}


def test_the_calls_are_found() -> None:
    assert len(list(recorded())) > 20


def test_every_action_has_words() -> None:
    used = {(where, code) for where, action, _ in recorded() for code in constants(action)}
    assert sorted(pair for pair in used if pair[1] not in labels.ACTIONS) == []
    assert sorted(set(labels.ACTIONS) - {code for _, code in used}) == []


def test_every_kind_of_record_has_words() -> None:
    calls = [call for call in recorded() if not call[0].startswith("db/files.py")]
    used = {(where, code) for where, _, entity in calls for code in constants(entity)}
    assert sorted(pair for pair in used if pair[1] not in labels.ENTITIES) == []
    assert sorted(set(labels.ENTITIES) - {code for _, code in used}) == []


def test_the_words_are_chinese_and_tell_actions_apart() -> None:
    words = [*labels.ACTIONS.values(), *labels.ENTITIES.values()]
    assert [word for word in words if any(character.isascii() for character in word)] == []
    assert len(set(labels.ACTIONS.values())) == len(labels.ACTIONS)
