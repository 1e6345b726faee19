"""`zhiping`: everything an operator does without a browser. Output is Chinese, exit codes are 0, 1 (a
refusal or a finding) and 2 (wrong usage)."""

from __future__ import annotations

import argparse
import getpass
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cli import reporting
from cli.usage import in_chinese
from core.errors import AppError, Invalid
from core.settings import settings
from core.words import Role

ROOT = Path(__file__).resolve().parent.parent
PORT = 8501
_ROLES = {role.value: role.label for role in Role}
_ROLE_WORDS = " ".join(f"{value}：{label}" for value, label in _ROLES.items())


def main(argv: Sequence[str] | None = None) -> int:
    try:
        try:
            return _main(argv)
        finally:
            sys.stdout.flush()  # here, where a reader that is gone can still be dealt with
    except BrokenPipeError:  # whoever reads along has enough, as `| head` has; what follows has nobody to hear it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _main(argv: Sequence[str] | None) -> int:
    with in_chinese():
        arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except Invalid as error:
        print("没有完成：", *(f"  - {problem}" for problem in error.problems), error.remedy, sep="\n", file=sys.stderr)
    except AppError as error:
        print(f"没有完成：{error}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zhiping", description="智评：基层智治场景的登记、试点、评估与报告")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")

    def add(name: str, function: object, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(run=function)
        return made

    add("init", _init, "建立或升级数据库，载入参考数据（新的内置库同时生成演示省份）")
    demo = add("demo", _demo, "生成演示省份")
    demo.add_argument("--reset", action="store_true", help="清空内置数据库后重新生成")
    add("run", _run, "启动服务")
    user = add("user", _user_add, "管理账号")
    users = user.add_subparsers(dest="action", required=True, metavar="动作")
    new = users.add_parser("add", help="新增账号（密码从终端或标准输入读取）")
    new.add_argument("username", metavar="用户名", help="小写字母、数字")
    new.add_argument("--name", required=True, metavar="姓名", help="姓名")
    new.add_argument("--role", required=True, choices=list(_ROLES), metavar="角色", help=_ROLE_WORDS)
    new.add_argument("--organisation", required=True, metavar="单位", help="单位全称；没有时新建")
    new.add_argument("--region", metavar="代码", help="县级团队单位所属地区代码，如 330523")
    backup = add("backup", _backup, "把全部数据备份为一个文件")
    backup.add_argument("file", type=Path, metavar="文件", help="写到哪个文件")
    restore = add("restore", _restore, "从备份恢复到空数据库")
    restore.add_argument("file", type=Path, metavar="文件", help="备份文件")
    check = add("check", _check, "核对数据库结构、操作记录链和汇总数")
    check.add_argument("--repair", action="store_true", help="按原始值重算不一致的汇总数（记入操作记录）")
    take = add("import-return", _import_return, "导入报送：Excel 报送表、CSV，或公开的月度考核通报")
    take.add_argument("file", type=Path, metavar="文件", help="报送表或通报")
    nudge = add("remind", _remind, "发出到点的报送提醒（供定时任务每天运行；只记入工作台，不发邮件）")
    nudge.add_argument("--dry-run", action="store_true", help="只列出要提醒的，不发出")
    load = add("load-region", _load_region, "载入一个省的地市和县（市、区）")
    load.add_argument("province", metavar="省份", help="省份全称，如 江苏省")
    reporting.declare(add)
    return parser


def _init(_: argparse.Namespace) -> None:
    from cli import startup

    if settings().embedded:
        startup.prepare(print)
    else:
        from db import upgrade

        fresh = upgrade.current() == ""
        upgrade.upgrade()
        if fresh:
            startup.furnish(print, demo=bool(settings().demo))
    print(f"数据库已就绪：{settings().data_dir.resolve() if settings().embedded else '共享数据库'}")


def _demo(arguments: argparse.Namespace) -> None:
    from cli import startup
    from db import upgrade

    if arguments.reset:
        startup.wipe()
    elif upgrade.current():
        raise AppError("数据库里已有内容，没有改动。", "要重新生成请加 --reset（会清空内置数据库）。")
    upgrade.ensure()
    startup.furnish(print, demo=True)
    print("演示省份已生成。")


def _run(_: argparse.Namespace) -> None:
    from accounts import sessions
    from cli import startup

    port = int(os.environ.get("STREAMLIT_SERVER_PORT", PORT))
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", "127.0.0.1")
    _check_port(port)
    startup.prepare(print)
    where = "localhost" if address in ("127.0.0.1", "0.0.0.0") else address
    print(f"\n智评正在启动，请用浏览器打开：http://{where}:{port}\n")
    accounts = sessions.demo_accounts()
    if accounts:
        print("演示账号（登录页一键进入）：")
        for account in accounts:
            print(f"  {account.name}　{account.role_label}　{account.organisation}")
    elif sessions.needs_setup():
        print(f"尚无账号。打开上面的地址建立第一个系统管理员，初始化口令：{sessions.setup_code()}")
    print("\n按 Ctrl+C 停止。", flush=True)
    os.environ["ZHIPING_DATA_DIR"] = str(settings().data_dir.resolve())
    os.chdir(ROOT)  # Streamlit reads .streamlit/config.toml from the working directory
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", str(port)]
    if sys.platform == "win32":  # there, exec would leave the console without its program
        sys.exit(subprocess.call(command))
    os.execv(sys.executable, command)


def _user_add(arguments: argparse.Namespace) -> None:
    from accounts import queries, service
    from accounts.permissions import OPERATOR
    from accounts.schemas import AccountIn, OrganisationIn
    from core.validation import checked
    from core.words import OrganisationKind

    password = getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    role = Role(arguments.role)
    known = {view.name: view.id for view in queries.organisations(OPERATOR)}
    organisation_id = known.get(arguments.organisation)
    person = checked(  # before the organisation is made: a refused account leaves none behind
        AccountIn,
        username=arguments.username,
        name=arguments.name,
        role=role,
        organisation_id=organisation_id or 0,
        password=password,
    )
    if organisation_id is None:
        kinds = {
            Role.COUNTY: OrganisationKind.GOVERNMENT,
            Role.DEPARTMENT: OrganisationKind.DEPARTMENT,
            Role.BIDDER: OrganisationKind.ENTERPRISE,
        }
        organisation_id = service.add_organisation(
            OPERATOR,
            checked(
                OrganisationIn,
                name=arguments.organisation,
                kind=kinds.get(role, OrganisationKind.INSTITUTE),
                region_code=arguments.region,
            ),
        )
    service.add_account(OPERATOR, person.model_copy(update={"organisation_id": organisation_id}))
    print(f"已新增账号 {arguments.username}（{role.label}）。")


def _backup(arguments: argparse.Namespace) -> None:
    from db import backup

    counts = backup.save(arguments.file)
    print(f"已备份 {sum(counts.values()):,} 行（{len(counts)} 张表）到 {arguments.file}")


def _restore(arguments: argparse.Namespace) -> None:
    from db import backup

    counts = backup.restore(arguments.file)
    print(f"已恢复 {sum(counts.values()):,} 行（{len(counts)} 张表）。")


def _check(arguments: argparse.Namespace) -> int:
    from accounts.permissions import OPERATOR
    from db import audit, upgrade
    from db.check import integrity
    from db.session import read
    from metrics import rollups, service

    if arguments.repair:
        mended = service.repair_rollups(OPERATOR)
        print(f"重算汇总数：{len(mended)} 处" if mended else "汇总数一致，没有需要重算的。")
        for words in mended[:50]:
            print(f"  - {words}")

    with read() as session:
        parts = (
            ("数据库结构", upgrade.differences()),
            ("数据库完整性", integrity(session)),
            ("操作记录链", [f"第 {number} 条与前一条不衔接" for number in audit.broken_links(session)]),
            ("汇总数", [item.words for item in rollups.differences(session)]),
        )
    for name, problems in parts:
        print(f"{name}：{'一致' if not problems else f'{len(problems)} 处不一致'}")
        for problem in problems[:50]:
            print(f"  - {problem}")
    if parts[-1][1]:
        print("汇总数可以重算：zhiping check --repair")
    return int(any(problems for _, problems in parts))


def _import_return(arguments: argparse.Namespace) -> int:
    from accounts.permissions import OPERATOR
    from metrics import imports

    try:
        data = arguments.file.read_bytes()
    except OSError as error:
        raise AppError(f"读不到文件 {arguments.file}。", "请核对路径和权限。") from error
    outcome = imports.take_in(OPERATOR, data, arguments.file.name)
    for line in outcome.lines:
        print(line)
    if outcome.marked is not None:
        beside = arguments.file.with_name(f"{arguments.file.stem}-校验结果.xlsx")
        beside.write_bytes(outcome.marked)
        print(f"有问题的单元格已标注：{beside}")
    return 0 if outcome.ok else 1


def _remind(arguments: argparse.Namespace) -> None:
    from accounts.permissions import OPERATOR
    from awards import objection_service as selections
    from challenges import objection_service
    from metrics import reminder_queries, reminder_service

    rooms = [] if arguments.dry_run else [objection_service.escalate, selections.escalate]
    if late := sum(escalate(OPERATOR) for escalate in rooms):
        print(f"{late} 件异议逾期未答复，已移交公示上写明的监督人。")
    waiting = reminder_queries.pending(OPERATOR)
    for item in waiting:
        print(f"{item.view.region}　{item.view.collection}　{item.view.label}　{item.words}")
    if not waiting:
        print("今天没有要发出的提醒。")
    elif arguments.dry_run:
        print(f"共 {len(waiting)} 份到了提醒的日子，没有发出（--dry-run）。")
    else:
        done = reminder_service.remind(OPERATOR)
        print(f"已提醒 {done} 份，显示在各县工作台和报送进度上。系统不发邮件和短信，需要时请按上面的名单另行联系。")


def _load_region(arguments: argparse.Namespace) -> None:
    from accounts.permissions import OPERATOR
    from metrics import rollups  # noqa: F401  they listen for changed groups
    from regions import service

    print(f"新增 {service.load(OPERATOR, arguments.province)} 个地区。")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AppError(
                f"端口 {port} 已被占用，可能智评已经在运行。", f"换一个端口：STREAMLIT_SERVER_PORT={port + 1} make run"
            ) from error


if __name__ == "__main__":
    sys.exit(main())
