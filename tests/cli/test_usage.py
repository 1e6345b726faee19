"""The command line explains itself in Chinese, also what argparse says by itself."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from cli.main import _parser, main
from cli.usage import WORDS, in_chinese

Said = pytest.CaptureFixture[str]
# Kinds of files, and words that are typed as they stand.
_KNOWN = ("zhiping", "PDF", "pdf", "Excel", "xlsx", "CSV", "Word", "docx", "ZIP", "zip", "county", "all")
# What argparse says to whoever writes a parser wrongly, not to whoever uses one.
_FOR_PROGRAMMERS = (
    *("conflicting", ".__call__", "'required' is", "mutually exclusive", "%r is not callable", "cannot merge"),
    *("invalid option string", "dest=", "invalid conflict", "cannot have multiple", 'argument "-"'),
)


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def test_every_help_is_chinese() -> None:
    with in_chinese():
        for parser in parsers(_parser()):
            text = parser.format_help()
            names = {*_KNOWN, *re.findall("[A-Za-z]+", parser.prog)}
            for action in parser._actions:
                names |= set(
                    re.findall("[A-Za-z]+", " ".join([*action.option_strings, *map(str, action.choices or ())]))
                )
            assert set(re.findall("[A-Za-z]{2,}", text)) - names == set(), text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "缺少必填的：命令"),
        ("backup", "缺少必填的：文件"),
        ("backup 甲 乙", "不认识：乙"),
        (
            "report-batch county all 甲.zip --processes 一",
            "“--processes”不能是 '一'，请写成说明里要求的样子（如个数只写数字）",
        ),
        ("demo --reset=1", "“--reset”后面不能写值，多了 '1'"),
        ("user add a --name", "“--name”后面要写一个值"),
    ],
)
def test_a_wrong_use_is_refused_in_chinese(given: str, said: str, capsys: Said) -> None:
    with pytest.raises(SystemExit) as end:
        main(given.split())
    refusal, hint = capsys.readouterr().err.strip().split("\n")[-2:]
    assert (end.value.code, refusal) == (2, f"没有执行：{said}")
    assert hint.startswith("加 -h 可以看用法，例如：zhiping")


def test_argparse_has_no_words_that_are_not_translated() -> None:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(argparse))) if isinstance(node, ast.Call)]
    used = {
        str(argument.value)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")
        for argument in call.args
        if isinstance(argument, ast.Constant) and not str(argument.value).startswith(_FOR_PROGRAMMERS)
    }
    assert used <= WORDS.keys()


def test_argparse_speaks_english_to_everybody_else() -> None:
    with in_chinese():
        pass
    assert argparse.ArgumentParser().format_usage().startswith("usage: ")
