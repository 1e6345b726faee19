"""The command line: what it says, what it leaves behind, how it ends."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from accounts import queries, sessions
from accounts.permissions import OPERATOR
from cli.main import main
from db.engine import engine
from printing import registry

ROOT = Path(__file__).parents[2]
Said = pytest.CaptureFixture[str]


@pytest.mark.usefixtures("demo_house")
class TestDemo:
    def test_check_finds_a_demo_whole(self, capsys: Said) -> None:
        assert main(["check"]) == 0
        assert capsys.readouterr().out.count("一致") == 4

    def test_check_names_a_tampered_roll_up(self, capsys: Said) -> None:
        with engine().begin() as connection:
            connection.execute(
                text("UPDATE rollup SET n = n + 1000000 WHERE scope_code = '330000' AND group_name = ''")
            )
        assert main(["check"]) == 1
        said = capsys.readouterr().out
        assert "浙江省：汇总为" in said
        assert "zhiping check --repair" in said
        assert main(["check", "--repair"]) == 0
        said = capsys.readouterr().out
        assert "浙江省：汇总为" in said
        assert said.count("：一致") == 4
        assert main(["check", "--repair"]) == 0
        assert "没有需要重算的" in capsys.readouterr().out

    def test_the_report_is_written(self, tmp_path: Path, capsys: Said) -> None:
        out = tmp_path / "报告.pdf"
        assert main(["report", "pilot", "3", str(out)]) == 0
        assert out.read_bytes().startswith(b"%PDF")
        number = capsys.readouterr().out.partition("ZP-PG-")[2][:9]
        assert len(number) == 9
        # The figures behind it have the number of the report.
        assert main(["report", "pilot", "3", str(tmp_path / "报告.xlsx")]) == 0
        assert f"ZP-PG-{number}" in capsys.readouterr().out

    def test_what_can_be_reported_is_listed_and_what_cannot_refused_with_a_way_out(self, capsys: Said) -> None:
        assert main(["report"]) == 0
        listed = [line.split("（")[0].strip() for line in capsys.readouterr().out.splitlines()[1:]]
        assert listed == [f"{kind.key}　{kind.name}" for kind in registry.kinds().values()] and len(listed) == 20
        assert main(["report", "pilot"]) == 0
        assert "  3　" in capsys.readouterr().out
        for given, words in (
            (["kindless", "1", "a.pdf"], "没有名为“kindless”的报告"),
            (["pilot", "three", "a.pdf"], "“three”不是试点编号"),
            (["pilot", "3", "a.docx"], "文件名请以 .pdf、.xlsx 结尾"),
            (["receipt", "1", "a.pdf"], "评分回执只由评委本人下载"),
            (["order", "6"], "没有写输出文件"),
            (["indicator", "1", "没有这个目录/a.pdf"], "写不了文件 没有这个目录/a.pdf"),
        ):
            assert main(["report", *given]) == 1
            assert words in capsys.readouterr().err

    def test_a_backup_can_be_made(self, tmp_path: Path, capsys: Said) -> None:
        out = tmp_path / "备份.zip"
        assert main(["backup", str(out)]) == 0
        assert out.stat().st_size > 10_000

    def test_the_published_assessment_comes_in_and_again_changes_nothing(self, capsys: Said) -> None:
        assert main(["import-return", str(ROOT / "demo" / "data" / "lyg_12345_panel.csv")]) == 0
        said = capsys.readouterr().out
        assert "组内名次与通报一致 45/45" in said
        assert "写入 0 项" in said

    def test_a_file_that_is_no_return_is_refused(self, tmp_path: Path, capsys: Said) -> None:
        wrong = tmp_path / "不是.xlsx"
        wrong.write_bytes(b"%PDF-1.7 not a workbook")
        assert main(["import-return", str(wrong)]) == 1
        assert "PDF" in capsys.readouterr().out

    def test_a_missing_file_is_said(self, tmp_path: Path, capsys: Said) -> None:
        assert main(["import-return", str(tmp_path / "没有.xlsx")]) == 1
        assert "读不到文件" in capsys.readouterr().err


@pytest.mark.usefixtures("house")
class TestUsers:
    def add(self, monkeypatch: pytest.MonkeyPatch, password: str, *more: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        return main(
            ["user", "add", "newcomer", "--name", "新人", "--role", "institute", "--organisation", "新研究院", *more]
        )

    def test_an_added_user_can_sign_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.add(monkeypatch, "a long enough secret") == 0
        assert sessions.sign_in("newcomer", "a long enough secret", "192.0.2.9")

    def test_a_weak_password_is_refused_with_every_reason(self, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
        assert self.add(monkeypatch, "aaa") == 1
        said = capsys.readouterr().err
        assert "至少 10 位" in said
        assert "不同的字符" in said

    def test_a_wrong_username_is_explained(self, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("a long enough secret\n"))
        wrong = ["user", "add", "新人", "--name", "新人", "--role", "institute", "--organisation", "新研究院"]
        assert main(wrong) == 1
        assert "用户名：请用 2–32 位小写字母、数字或" in capsys.readouterr().err
        assert "新研究院" not in [view.name for view in queries.organisations(OPERATOR)]

    def test_another_province_loads(self, capsys: Said) -> None:
        assert main(["load-region", "江苏省"]) == 0
        assert "新增 109 个地区" in capsys.readouterr().out
        assert main(["load-region", "不存在省"]) == 1


@pytest.mark.parametrize("given", [["report"], ["report", "--help"]])
def test_a_reader_that_has_seen_enough_is_no_error(given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`zhiping report | head` closes its end of the pipe: no traceback, neither now nor when the interpreter ends."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        monkeypatch.setattr("sys.stdout", gone)
        assert main(given) == 1
        gone.write("what is still said")
        gone.flush()
