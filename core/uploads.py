"""Files people attach as evidence: what may come in, decided by the name, the size and the first bytes.

A file is kept as it came and only ever handed back as a download, never shown inside a page.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Invalid
from core.settings import settings

MB = 1024 * 1024
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_LONGEST_NAME = 120
_SCAN_SECONDS = 60


@dataclass(frozen=True)
class Upload:
    """A checked file: its own name without folders, media type, content and the content's SHA-256 (hex)."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    sha256: str

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)


def check(name: str, content: bytes) -> Upload:
    """Accept a file or raise Invalid with everything that is wrong with it, each with its way out."""
    name = clean_name(name)
    suffix = Path(name).suffix.lower()
    problems = []
    limit = settings().upload_mb
    if not content:
        problems.append(f"“{name}”是空文件，请检查是否保存完整")
    if len(content) > limit * MB:
        problems.append(f"“{name}”有 {len(content) / MB:.1f} MB，超过上限 {limit} MB，请压缩图片或拆分后再传")
    if suffix not in _KINDS:
        problems.append(f"“{name}”的类型不能上传，可以上传：{'、'.join(suffix[1:] for suffix in _KINDS)}")
    elif content and not _KINDS[suffix][1](content):
        problems.append(f"“{name}”的内容与扩展名 {suffix} 不符，请用原来的软件打开后另存，再上传")
    if problems:
        raise Invalid(problems)
    if _is_infected(name, content):
        raise Invalid([f"“{name}”没有通过安全扫描，未保存，请查杀病毒后再传"])
    return Upload(name, _KINDS[suffix][0], content, hashlib.sha256(content).hexdigest())


def clean_name(name: str) -> str:
    """The last part of a path of any system, without control characters, not longer than the database
    and people can stand; the suffix stays."""
    name = unicodedata.normalize("NFC", re.split(r"[\\/]", name)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .") or "未命名"
    path = Path(name)
    return path.stem[: _LONGEST_NAME - len(path.suffix)] + path.suffix


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


def _has_part(part: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = [name.lower() for name in archive.namelist()]
        except zipfile.BadZipFile:
            return False
        # A macro is a program; evidence has no need of one.
        return any(name.startswith(part) for name in names) and not any("vbaproject" in name for name in names)

    return check


def _is_text(content: bytes) -> bool:
    if b"\0" in content:
        return False
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


_OLD_OFFICE = _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")

# suffix → (media type, whether the content is what the suffix says)
_KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".ofd": ("application/ofd", _has_part("ofd.xml")),
    ".docx": (f"{_OPEN_XML}.wordprocessingml.document", _has_part("word/")),
    ".xlsx": (f"{_OPEN_XML}.spreadsheetml.sheet", _has_part("xl/")),
    ".pptx": (f"{_OPEN_XML}.presentationml.presentation", _has_part("ppt/")),
    ".doc": ("application/msword", _OLD_OFFICE),
    ".xls": ("application/vnd.ms-excel", _OLD_OFFICE),
    ".wps": ("application/vnd.ms-works", _OLD_OFFICE),
    ".et": ("application/vnd.ms-excel", _OLD_OFFICE),
    ".csv": ("text/csv", _is_text),
    ".txt": ("text/plain", _is_text),
    ".jpg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".jpeg": ("image/jpeg", _begins(b"\xff\xd8\xff")),
    ".png": ("image/png", _begins(b"\x89PNG\r\n\x1a\n")),
}
SUFFIXES = tuple(suffix[1:] for suffix in _KINDS)  # for an uploader's `type`


def _is_infected(name: str, content: bytes) -> bool:
    """Ask the installation's scanner, if it has one: a command that gets the file's path and ends with 0
    when the file is clean. A scanner that cannot be run refuses the file too."""
    command = settings().scan_command.split()
    if not command:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"upload{Path(name).suffix}"
        path.write_bytes(content)
        try:
            done = subprocess.run([*command, str(path)], check=False, capture_output=True, timeout=_SCAN_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            return True
        return done.returncode != 0
