"""Files people attach: what comes in, what is refused and why."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator

import pytest

from core import uploads
from core.errors import Invalid
from core.settings import settings


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return out.getvalue()


PDF = b"%PDF-1.7\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GOOD = {
    "走访记录.pdf": PDF,
    "批复.ofd": archive("OFD.xml"),
    "方案.docx": archive("[Content_Types].xml", "word/document.xml"),
    "台账.XLSX": archive("xl/workbook.xml"),
    "汇报.pptx": archive("ppt/presentation.xml"),
    "旧文件.doc": OLE,
    "旧表.xls": OLE,
    "旧文.wps": OLE,
    "旧表.et": OLE,
    "数据.csv": "甲,1".encode("gb18030"),
    "说明.txt": "说明".encode(),
    "照片.jpg": b"\xff\xd8\xff\xe0",
    "照片.jpeg": b"\xff\xd8\xff\xe0",
    "截图.png": b"\x89PNG\r\n\x1a\n",
}


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def problems(name: str, content: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        uploads.check(name, content)
    return refused.value.problems


@pytest.mark.parametrize("name", list(GOOD))
def test_what_comes_in(name: str) -> None:
    made = uploads.check(name, GOOD[name])
    assert (made.name, made.content, made.size) == (name, GOOD[name], len(GOOD[name]))
    assert made.sha256 == hashlib.sha256(GOOD[name]).hexdigest()
    assert "/" in made.media_type


def test_every_kind_has_an_example() -> None:
    assert {name.rsplit(".", 1)[1].lower() for name in GOOD} == set(uploads.SUFFIXES)


@pytest.mark.parametrize("name", list(GOOD))
def test_the_content_must_be_what_the_name_says(name: str) -> None:
    assert problems(name, b"MZ\x90\x00 a program") == [
        f"“{name}”的内容与扩展名 .{name.rsplit('.', 1)[1].lower()} 不符，请用原来的软件打开后另存，再上传"
    ]


def test_what_is_refused() -> None:
    assert problems("页面.html", b"<html>") == [f"“页面.html”的类型不能上传，可以上传：{'、'.join(uploads.SUFFIXES)}"]
    assert problems("空.pdf", b"") == ["“空.pdf”是空文件，请检查是否保存完整"]
    assert "不符" in problems("带宏.docx", archive("word/document.xml", "word/vbaProject.bin"))[0]


def test_everything_wrong_is_said_at_once(setting: pytest.MonkeyPatch) -> None:
    setting.setenv("ZHIPING_UPLOAD_MB", "1")
    assert problems("大.exe", b"x" * (1024 * 1024 + 1)) == [
        "“大.exe”有 1.0 MB，超过上限 1 MB，请压缩图片或拆分后再传",
        f"“大.exe”的类型不能上传，可以上传：{'、'.join(uploads.SUFFIXES)}",
    ]
    assert uploads.check("刚好.pdf", PDF + b" " * (1024 * 1024 - len(PDF))).size == 1024 * 1024


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\王\\走访.pdf", "走访.pdf"),
        ("../../etc/走访.pdf", "走访.pdf"),
        ("走\r\n访\x00.pdf", "走访.pdf"),
        (" 走访.pdf. ", "走访.pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_loses_what_could_do_harm(given: str, kept: str) -> None:
    assert uploads.check(given, PDF).name == kept


@pytest.mark.parametrize(
    ("command", "clean"),
    [
        (f"{sys.executable} -c raise(SystemExit(0))", True),
        (f"{sys.executable} -c raise(SystemExit(1))", False),
        ("/nowhere/scanner", False),
    ],
    ids=["clean", "infected", "no scanner"],
)
def test_the_scanner_has_a_say(setting: pytest.MonkeyPatch, command: str, clean: bool) -> None:
    setting.setenv("ZHIPING_SCAN_COMMAND", command)
    if clean:
        assert uploads.check("走访.pdf", PDF).name == "走访.pdf"
    else:
        assert problems("走访.pdf", PDF) == ["“走访.pdf”没有通过安全扫描，未保存，请查杀病毒后再传"]
