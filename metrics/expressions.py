"""The small language of validation rules: a condition that a row of a return should meet.

    分子 <= 分母 且 数值 >= 0.5 * 上期
    分子("SX02") <= 分子("SX01") + 分子("SX03")
    非 有数("SX04") 或 有数("SX05")

A quantity by itself is the row's own; with codes it is that indicator's in the same return, several
codes add up. Text is parsed by Python's own parser and only the forms listed here are let through, so
nothing is ever executed. Conditions are evaluated over whole columns at once, by the same code for one
form and for a hundred thousand rows. A figure that is not there makes the answer unknown, never false
and never zero. Numbers are float64; two that differ by less than 1e-9 of their size are equal.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid

MOST_CHARACTERS = 500
_DEEPEST = 30
_CLOSE = 1e-9
_LARGEST = 1e18  # as large as any figure in the database

Numbers = NDArray[np.float64]


class Quantity(StrEnum):
    """What a rule may speak of; the value is the name in the language, `english` its other name."""

    N = "分子"
    D = "分母"
    VALUE = "数值"
    PREVIOUS = "上期"
    LAST_YEAR = "去年同期"
    TARGET = "目标"
    BASELINE = "基线"
    MONTH = "月份"

    @property
    def english(self) -> str:
        return self.name.lower()

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    Quantity.N: "本期填的分子；没有分母的指标就是填的那个数",
    Quantity.D: "本期填的分母",
    Quantity.VALUE: "本期算出来的结果，按指标的单位（百分数写 90，不写 0.9）",
    Quantity.PREVIOUS: "上一期的结果",
    Quantity.LAST_YEAR: "去年同一期的结果",
    Quantity.TARGET: "这一期现行的目标值",
    Quantity.BASELINE: "这一期现行的基线值",
    Quantity.MONTH: "报送期最后一个月是几月（1 至 12）",
}
QUANTITIES = {name: quantity for quantity in Quantity for name in (quantity.value, quantity.english)}
FUNCTIONS = {"绝对值": "abs", "最小": "min", "最大": "max", "abs": "abs", "min": "min", "max": "max"}
REPORTED = ("有数", "reported")

_CHINESE = str.maketrans("（），；＜＞＝＋－＊／．“”‘’０１２３４５６７８９", "(),;<>=+-*/.\"\"''0123456789")
_WORDS = {"且": " and ", "或": " or ", "非": " not ", "×": "*", "÷": "/", "≥": ">=", "≤": "<=", "≠": "!=", "<>": "!="}
_STRING = re.compile(r"(\"[^\"]*\"|'[^']*')")
_LONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


class Figures(Protocol):
    """Columns of figures, one place a row. nan stands for what is not known."""

    @property
    def size(self) -> int: ...

    def column(self, quantity: Quantity, code: str) -> Numbers:
        """A quantity of every row's own indicator (`code` ""), or of the indicator `code` in the row's return."""
        ...


@dataclass(frozen=True)
class Truth:
    """Which rows meet a condition, and of which rows that is known at all. Unknown rows are not met."""

    holds: NDArray[np.bool_]
    known: NDArray[np.bool_]

    @property
    def fails(self) -> NDArray[np.bool_]:
        return self.known & ~self.holds


@dataclass(frozen=True)
class Expression:
    """A condition that has been read and found sound."""

    text: str
    tree: ast.expr

    def evaluate(self, figures: Figures) -> Truth:
        with np.errstate(all="ignore"):
            return _truth(self.tree, figures)

    @property
    def codes(self) -> list[str]:
        """The other indicators it speaks of, in their order."""
        found = (node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        return list(dict.fromkeys(value for value in found if isinstance(value, str)))

    @property
    def quantities(self) -> set[Quantity]:
        names = (node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name))
        return {QUANTITIES[name] for name in names if name in QUANTITIES}


@lru_cache(maxsize=512)
def read(text: str) -> Expression:
    """Read a condition. Invalid says what cannot be understood and how to write it."""
    if not text.strip():
        raise _wrong("条件是空的", "例如：分子 <= 分母")
    if len(text) > MOST_CHARACTERS:
        raise _wrong(f"条件太长（{len(text)} 个字符）", f"请控制在 {MOST_CHARACTERS} 个字符以内，或拆成几条规则。")
    if "\\" in text:
        raise _wrong("条件里有反斜杠", "除号请写 / 或 ÷。")
    try:
        tree = ast.parse(_plain(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _wrong(
            "条件读不懂",
            "请核对括号是否成对、运算符是否写全；比较用 < <= > >= = ≠，条件之间用“且”“或”“非”连接。",
        ) from None
    _check(tree, truth=True, depth=0)
    return Expression(text.strip(), tree)


def _plain(text: str) -> str:
    """Chinese signs and words to the parser's, outside quoted codes; a lone = is a comparison."""
    pieces = _STRING.split(text.translate(_CHINESE).replace("\n", " ").strip())
    for place in range(0, len(pieces), 2):
        for word, sign in _WORDS.items():
            pieces[place] = pieces[place].replace(word, sign)
        pieces[place] = _LONE_EQUALS.sub("==", pieces[place])
    return "".join(pieces).strip()


def _wrong(what: str, remedy: str) -> Invalid:
    return Invalid([what], remedy)


def _check(node: ast.expr, *, truth: bool, depth: int) -> None:
    """Let only the language through, each part where a condition or a number is due."""
    if depth > _DEEPEST:
        raise _wrong("条件套得太深", "请拆成几条规则。")
    wanted = _parts(node, truth=truth)
    for part, as_truth in wanted:
        _check(part, truth=as_truth, depth=depth + 1)


def _parts(node: ast.expr, *, truth: bool) -> Iterator[tuple[ast.expr, bool]]:
    match node:
        case ast.BoolOp() if truth:
            yield from ((part, True) for part in node.values)
        case ast.UnaryOp(op=ast.Not()) if truth:
            yield node.operand, True
        case ast.Compare() if truth:
            if bad := [operator for operator in node.ops if type(operator) not in _COMPARE]:
                raise _wrong(f"不认识的比较（{type(bad[0]).__name__}）", "比较用 < <= > >= = ≠。")
            yield from ((part, False) for part in (node.left, *node.comparators))
        case ast.Call(func=ast.Name(id=name)) if truth and name in REPORTED:
            _codes(node)
        case ast.BinOp() if not truth and type(node.op) in _ARITHMETIC:
            yield from ((node.left, False), (node.right, False))
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()) if not truth:
            yield node.operand, False
        case ast.Constant(value=int() | float() as value) if not truth and type(value) is not bool:
            if not abs(value) < _LARGEST:
                raise _wrong("数字太大", "请核对数字。")
        case ast.Name(id=name) if not truth and name in QUANTITIES:
            return
        case ast.Call(func=ast.Name(id=name)) if not truth and name in QUANTITIES:
            if QUANTITIES[name] is Quantity.MONTH:
                raise _wrong("“月份”后面不用写代码", "直接写：月份")
            _codes(node)
        case ast.Call(func=ast.Name(id=name)) if not truth and name in FUNCTIONS:
            few = 1 if FUNCTIONS[name] == "abs" else 2
            if node.keywords or len(node.args) < few or (few == 1 and len(node.args) > 1):
                raise _wrong(
                    f"“{name}”要写 {few} 个{'以上的' if few > 1 else ''}数",
                    "例如：绝对值(数值 - 上期)、最大(上期, 目标)",
                )
            yield from ((part, False) for part in node.args)
        case _:
            raise _unknown(node, truth=truth)


def _codes(node: ast.Call) -> list[str]:
    """The codes in brackets; at least one, each quoted."""
    found = [part.value for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    if not found or len(found) != len(node.args) or node.keywords:
        raise _wrong("括号里应写带引号的指标代码", '例如：分子("SX01")，或合计几个指标：分子("SX01", "SX02")')
    return found


def _unknown(node: ast.expr, *, truth: bool) -> Invalid:
    name = node.func if isinstance(node, ast.Call) else node
    if isinstance(name, ast.Name):
        known = [*QUANTITIES, *FUNCTIONS, *REPORTED]
        if name.id in known and truth:
            return _wrong(f"“{name.id}”是一个数，不是一个条件", "请写出它和什么比较，例如：数值 >= 0")
        near = difflib.get_close_matches(name.id, known, n=1, cutoff=0.5)
        hint = f"是不是“{near[0]}”？" if near else ""
        return _wrong(
            f"不认识“{name.id}”", f'{hint}可以写：{"、".join(Quantity)}；其他指标要带引号的代码，例如 数值("SX01")。'
        )
    if truth:
        return _wrong("这里应是一个条件", "请写出和什么比较，例如：分子 <= 分母")
    return _wrong("这里应是一个数", "只能用数字、量的名称和 + - × ÷，条件不能当数用。")


# -- evaluation -------------------------------------------------------------------


def _close(left: Numbers, right: Numbers) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(left - right) <= _CLOSE * np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
    return near


_COMPARE: dict[type[ast.cmpop], Callable[[Numbers, Numbers], NDArray[np.bool_]]] = {
    ast.Lt: lambda a, b: (a < b) & ~_close(a, b),
    ast.LtE: lambda a, b: (a < b) | _close(a, b),
    ast.Gt: lambda a, b: (a > b) & ~_close(a, b),
    ast.GtE: lambda a, b: (a > b) | _close(a, b),
    ast.Eq: _close,
    ast.NotEq: lambda a, b: ~_close(a, b),
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Numbers, Numbers], Numbers]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: lambda a, b: np.divide(a, np.where(b == 0, np.nan, b)),
}


def _truth(node: ast.expr, figures: Figures) -> Truth:
    match node:
        case ast.BoolOp():
            parts = [_truth(part, figures) for part in node.values]
            decides = isinstance(node.op, ast.Or)  # one true part makes an “or”, one false part breaks an “and”
            holds = (
                np.logical_or.reduce([p.holds for p in parts])
                if decides
                else np.logical_and.reduce([p.holds for p in parts])
            )
            settled = [part.known & (part.holds if decides else ~part.holds) for part in parts]
            known = np.logical_or.reduce(settled) | np.logical_and.reduce([part.known for part in parts])
            return Truth(holds & known, known)
        case ast.UnaryOp():
            part = _truth(node.operand, figures)
            return Truth(part.known & ~part.holds, part.known)
        case ast.Compare():
            numbers = [_number(part, figures) for part in (node.left, *node.comparators)]
            known = np.logical_and.reduce([np.isfinite(column) for column in numbers])
            holds = known.copy()
            for operator, left, right in zip(node.ops, numbers, numbers[1:], strict=False):
                holds &= _COMPARE[type(operator)](left, right)
            return Truth(holds, known)
        case ast.Call():
            present = [np.isfinite(figures.column(Quantity.VALUE, code)) for code in _codes(node)]
            return Truth(np.logical_and.reduce(present), np.ones(figures.size, dtype=bool))
    raise AssertionError(f"unreachable: {ast.dump(node)} was let through")


def _number(node: ast.expr, figures: Figures) -> Numbers:
    match node:
        case ast.Constant(value=int() | float() as value):
            return np.full(figures.size, float(value))
        case ast.Name(id=name):
            return figures.column(QUANTITIES[name], "")
        case ast.UnaryOp(op=op):
            number = _number(node.operand, figures)
            return -number if isinstance(op, ast.USub) else number
        case ast.BinOp():
            return _ARITHMETIC[type(node.op)](_number(node.left, figures), _number(node.right, figures))
        case ast.Call(func=ast.Name(id=name)) if name in QUANTITIES:
            columns = [figures.column(QUANTITIES[name], code) for code in _codes(node)]
            return _reduce(np.add, columns)
        case ast.Call(func=ast.Name(id=name)):
            numbers = [_number(part, figures) for part in node.args]
            match FUNCTIONS[name]:
                case "abs":
                    return np.abs(numbers[0])
                case "min":
                    return _reduce(np.minimum, numbers)
                case _:
                    return _reduce(np.maximum, numbers)
    raise AssertionError(f"unreachable: {ast.dump(node)} was let through")


def _reduce(how: np.ufunc, columns: list[Numbers]) -> Numbers:
    found: Numbers = how.reduce(columns)
    return found
