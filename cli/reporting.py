"""`zhiping report` and `zhiping report-batch`: any report there is, alone or all of a group in one archive."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from core import whole
from core.errors import AppError

Add = Callable[..., argparse.ArgumentParser]
_WIDTH = 30  # of the progress bar, in characters


def declare(add: Add) -> None:
    """The two commands. Kinds are looked up when one is used: reading them loads every room."""
    one = add("report", _report, "生成一份报告：PDF、Excel（报告里的数）或 Word（需要改的公文）")
    one.add_argument("kind", nargs="?", metavar="种类", help="报告种类；不写时列出全部种类")
    one.add_argument("id", nargs="?", metavar="编号", help="给谁的报告，如试点编号；不写时列出可以生成的")
    one.add_argument("out", nargs="?", type=Path, metavar="文件", help="输出文件，.pdf、.xlsx 或 .docx")
    many = add("report-batch", _batch, "批量生成报告：一个季度的全部县、一届的全部证书、全部试点，打成一个 ZIP")
    many.add_argument("kind", metavar="种类", help="报告种类，如 county")
    many.add_argument("group", metavar="哪一批", help="哪一批，如 2026Q3；只有一批的写 all")
    many.add_argument("out", type=Path, metavar="文件", help="输出的 .zip 文件")
    many.add_argument(
        "--form",
        default="pdf",
        choices=["pdf", "xlsx", "docx"],
        metavar="格式",
        help="每一份的格式：pdf（默认）、xlsx 或 docx",
    )
    many.add_argument("--processes", type=int, default=None, metavar="个数", help="同时用几个进程，默认每个核一个")


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
        batch = f"；批量：zhiping report-batch {kind.key} {kind.batch.asks or 'all'}" if kind.batch else ""
        print(f"  {kind.key}　{kind.name}（{kind.asks}；{'、'.join(kind.forms)}{batch}）")


def _batch(arguments: argparse.Namespace) -> int:
    from accounts.permissions import OPERATOR
    from printing import batches, registry

    if arguments.out.suffix.lower() != ".zip":
        raise AppError(f"批量的输出是一个压缩包，不能存为“{arguments.out.name}”。", "文件名请以 .zip 结尾。")
    kind = registry.kind(arguments.kind)
    work = batches.plan(OPERATOR, kind, "" if arguments.group == "all" else arguments.group, arguments.form)
    shown = sys.stderr.isatty()
    for done in batches.run(OPERATOR, work, processes=arguments.processes):
        if shown:
            filled = _WIDTH * done.done // work.total
            bar = "█" * filled + "░" * (_WIDTH - filled)
            print(f"\r{bar} {done.done}/{work.total}", end="", file=sys.stderr, flush=True)
    if shown:
        print(file=sys.stderr)
    _write(arguments.out, work.archive())
    print(f"已生成 {arguments.out}：{len(work.made)} 份{kind.name}，每份的编号和哈希值在包内的“{batches.MANIFEST}”。")
    for part in work.refused:
        print(f"  没有生成：{part.subject.label}　{part.words}")
    return int(bool(work.refused))


def _write(out: Path, data: bytes) -> None:
    try:
        whole.write(out, data)
    except OSError as error:
        raise AppError(f"写不了文件 {out}。", "请核对目录是否存在、是否有写入权限、磁盘是否已满。") from error
