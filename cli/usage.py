"""The words of the command line itself. argparse speaks English and looks its words up like this; here they are
Chinese, while the command line is read."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WORDS = {
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示这份说明后退出",
    "%(prog)s: error: %(message)s\n": "没有执行：%(message)s\n加 -h 可以看用法，例如：%(prog)s -h\n",
    "argument %(argument_name)s: %(message)s": "“%(argument_name)s”%(message)s",
    "the following arguments are required: %s": "缺少必填的：%s",
    "one of the arguments %s is required": "要从这些里面选写一个：%s",
    "unrecognized arguments: %s": "不认识：%s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 说得不全，可能是 %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "不能是 %(value)r，可以写：%(choices)s",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "没有 %(parser_name)r 这个命令，可以写：%(choices)s",
    "invalid %(type)s value: %(value)r": "不能是 %(value)r，请写成说明里要求的样子（如个数只写数字）",
    "expected one argument": "后面要写一个值",
    "expected at most one argument": "后面最多写一个值",
    "expected at least one argument": "后面至少写一个值",
    "expected %s argument": "后面要写 %s 个值",
    "expected %s arguments": "后面要写 %s 个值",
    "ignored explicit argument %r": "后面不能写值，多了 %r",
    "not allowed with argument %s": "不能和 %s 一起用",
    "unexpected option string: %s": "不认识：%s",
    "can't open '%(filename)s': %(error)s": "打不开文件 %(filename)s：%(error)s",
}


@contextmanager
def in_chinese() -> Iterator[None]:
    """Whatever argparse says meanwhile is said in Chinese; what it has no words for stays as it is."""
    module: Any = argparse  # both names are its own, for translations
    said, counted = module._, module.ngettext
    module._ = lambda words: WORDS.get(words, words)
    module.ngettext = lambda one, many, count: WORDS.get(many, counted(one, many, count))
    try:
        yield
    finally:
        module._, module.ngettext = said, counted
