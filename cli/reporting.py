"""`zhiping report`: any report there is, by its kind and whom it is about."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from core.errors import AppError

Add = Callable[..., argparse.ArgumentParser]


def declare(add: Add) -> None:
    """The command. Kinds are looked up when one is used: reading them loads every room."""
    one = add("report", _report, "生成一份报告：PDF、Excel（报告里的数）或 Word（需要改的公文）")
    one.add_argument("kind", nargs="?", metavar="种类", help="报告种类；不写时列出全部种类")
    one.add_argument("id", nargs="?", metavar="编号", help="给谁的报告，如试点编号；不写时列出可以生成的")
    one.add_argument("out", nargs="?", type=Path, metavar="文件", help="输出文件，.pdf、.xlsx 或 .docx")


def _report(arguments: argparse.Namespace) -> None:
    from accounts.permissions import OPERATOR
    from printing import making, registry

    if arguments.kind is None:
        _list_kinds()
        return
    kind = registry.kind(arguments.kind)
    if arguments.id is None:
        found = kind.subjects(OPERATOR)
        print(f"{kind.name}：zhiping report {kind.key} {kind.asks} 输出文件（{'、'.join(kind.forms)}）")
        for item in found:
            print(f"  {item.id}　{item.label}")
        if not found:
            print("  现在没有可以生成的。")
        return
    if arguments.out is None:
        raise AppError("没有写输出文件。", f"例如：zhiping report {kind.key} {arguments.id} 报告.pdf")
    form = arguments.out.suffix.lower().removeprefix(".")
    if form not in kind.forms:
        raise AppError(
            f"{kind.name}不能存为“{arguments.out.name}”。",
            f"文件名请以 {'、'.join(f'.{name}' for name in kind.forms)} 结尾。",
        )
    made = making.make(OPERATOR, kind, arguments.id, form)
    _write(arguments.out, made.data)
    print(f"已生成 {arguments.out}（{made.number or '不编号'}，{len(made.data) / 1024:,.0f} KB）")


def _list_kinds() -> None:
    from printing import registry

    print("用法：zhiping report 种类 编号 输出文件。可以生成的报告：")
    for kind in registry.kinds().values():
        print(f"  {kind.key}　{kind.name}（{kind.asks}；{'、'.join(kind.forms)}）")


def _write(out: Path, data: bytes) -> None:
    try:
        out.write_bytes(data)
    except OSError as error:
        raise AppError(f"写不了文件 {out}。", "请核对目录是否存在、是否有写入权限。") from error
