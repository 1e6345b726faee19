"""Every code that the program records has its words."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from accounts import labels
from printing import registry

ROOT = Path(__file__).parents[2]
NOT_OURS = {"tests", "build", "dist", "var"}
CALLS = re.compile(r"audit\.(record|Note)|files\.attach|issuing\.issue")


@cache
def recorded() -> list[tuple[str, ast.expr, ast.expr]]:
    """(where, action, entity) of everything that the program records in the log."""
    return list(_recorded())


def _recorded() -> Iterator[tuple[str, ast.expr, ast.expr]]:
    for path in sorted(ROOT.glob("*/**/*.py")):
        top = path.relative_to(ROOT).parts[0]
        if top in NOT_OURS or top.startswith("."):
            continue
        text = path.read_text(encoding="utf-8")
        if not CALLS.search(text):
            continue
        tree = ast.parse(text)
        handed_on = handing_on(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            where, called = f"{path.relative_to(ROOT)}:{node.lineno}", ast.unparse(node.func)
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            if called == "audit.record" and not isinstance(node.args[2], ast.Name):
                # `db.files` and `db.issuing` record for whoever calls them: the caller names the record.
                callers = isinstance(node.args[3], ast.Name | ast.Attribute)
                entity = ast.Constant("") if callers and where.startswith("db/") else node.args[3]
                yield where, node.args[2], entity
            elif called == "audit.Note":
                yield where, node.args[0], node.args[1]
            elif called == "files.attach":
                yield where, ast.Constant("file:attach"), known(path, node.args[2])
            elif called == "issuing.issue" and ast.unparse(named["entity"]) == "kind.entity":
                for kind in registry.kinds().values():
                    yield f"{where} {kind.key}", ast.Constant("report:issue"), ast.Constant(kind.entity)
            elif called == "issuing.issue":
                yield where, ast.Constant("report:issue"), named["entity"]
            elif called in handed_on:
                place, entity = handed_on[called]
                yield where, node.args[place], entity


def known(path: Path, expression: ast.expr) -> ast.expr:
    """What a constant of the module stands for."""
    if isinstance(expression, ast.Name) and expression.id.isupper():
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        return ast.Constant(getattr(module, expression.id))
    return expression


def handing_on(tree: ast.Module) -> dict[str, tuple[int, ast.expr]]:
    """Functions of a module that record an action which their caller names: (place of it, entity)."""
    found = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            parameters = [argument.arg for argument in function.args.args]
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                    action = node.args[2]
                    if isinstance(action, ast.Name):
                        found[function.name] = (parameters.index(action.id), node.args[3])
    return found


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
    assert len(recorded()) > 20


def test_every_action_has_words() -> None:
    used = {(where, code) for where, action, _ in recorded() for code in constants(action)}
    assert sorted(pair for pair in used if pair[1] not in labels.ACTIONS) == []
    assert sorted(set(labels.ACTIONS) - {code for _, code in used}) == []


def test_every_kind_of_record_has_words() -> None:
    used = {(where, code) for where, _, entity in recorded() for code in constants(entity) if code}
    assert sorted(pair for pair in used if pair[1] not in labels.ENTITIES) == []
    assert sorted(set(labels.ENTITIES) - {code for _, code in used}) == []


def test_the_words_are_chinese_and_tell_actions_apart() -> None:
    words = [*labels.ACTIONS.values(), *labels.ENTITIES.values()]
    assert [word for word in words if any(character.isascii() for character in word)] == []
    assert len(set(labels.ACTIONS.values())) == len(labels.ACTIONS)
