"""Why a file is refused, decided by its first bytes and its parts, each reason with its own way out."""

from __future__ import annotations

from core.errors import Unreadable

MB = 1024 * 1024

_SAVE_AS = "请用 WPS 或 Excel 打开，选择“另存为”，类型选“Excel 工作簿 (*.xlsx)”，再上传新文件。"
_USE_TABLE = "请上传 Excel 工作簿 (.xlsx) 或 CSV 文件。"

# rule → (what is wrong, what to do). The rule is stable: findings are counted by it.
REFUSALS = {
    "file.empty": ("文件是空的。", "请检查文件是否保存完整，然后重新上传。"),
    "file.large": ("文件有 {size} MB，超过上限 {limit} MB。", "请删去图片和无关的工作表，另存后重新上传。"),
    "file.bomb": ("文件解压后异常庞大，为安全起见没有打开。", "请新建一个工作簿，只复制需要上报的内容，保存后上传。"),
    "file.macros": ("文件带有宏（程序代码），为安全起见没有打开。", _SAVE_AS),
    "file.password": ("文件设有打开密码，无法读取。", "请在 WPS 或 Excel 中打开，取消打开密码并保存，再重新上传。"),
    "file.damaged": (
        "文件已损坏或没有下载完整，无法读取。",
        "请用 WPS 或 Excel 打开确认内容，另存为新的 .xlsx 后上传。",
    ),
    "file.sprawl": (
        "工作表“{sheet}”的内容一直延伸到 {cell}，范围太大。",
        "可能在很远的地方误输了内容：请按 Ctrl+End 找到最后一个单元格，删除多余的行和列，保存后上传。",
    ),
    "file.encoding": ("文件的文字编码认不出来。", "请用 WPS 或 Excel 打开，另存为“CSV UTF-8”或 .xlsx 后上传。"),
    "file.binary": ("这是二进制工作簿 (.xlsb)，本系统不读取这种格式。", _SAVE_AS),
    "file.ods": ("这是 OpenDocument 表格 (.ods)，本系统不读取这种格式。", _SAVE_AS),
    "file.web": ("这是网页或 XML 格式的表格，只是扩展名像 Excel。", _SAVE_AS),
    "file.word": ("这是 Word 文档，不是表格。", _USE_TABLE),
    "file.slides": ("这是演示文稿，不是表格。", _USE_TABLE),
    "file.pdf": ("这是 PDF 文件，不是表格。", "请上传填好的 Excel 原件，不要转成 PDF。"),
    "file.image": ("这是图片，不是表格。", "请上传填好的 Excel 原件，不要上传截图或照片。"),
    "file.archive": ("这是压缩包，里面才是文件。", "请先解压，再上传其中的 .xlsx 或 CSV 文件。"),
    "file.kind": ("这不是表格文件。", _USE_TABLE),
}

_MAGIC = (
    (b"%PDF", "file.pdf"),
    (b"\x89PNG", "file.image"),
    (b"\xff\xd8\xff", "file.image"),
    (b"GIF8", "file.image"),
    (b"BM", "file.image"),
    (b"Rar!", "file.archive"),
    (b"7z\xbc\xaf\x27\x1c", "file.archive"),
    (b"\x1f\x8b", "file.archive"),
    (b"{\\rtf", "file.word"),
)
_WEB = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head", b"mime-version:")


class BadFile(Unreadable):
    """A file that is refused before anything in it was understood; `rule` is its key in REFUSALS."""

    def __init__(self, rule: str, **seen: str) -> None:
        message, remedy = REFUSALS[rule]
        super().__init__(message.format(**seen), remedy)
        self.rule = rule


def refuse_by_magic(data: bytes) -> None:
    """Raise for content that is neither an archive, nor OLE, nor text."""
    for magic, rule in _MAGIC:
        # Two letters also begin ordinary text; a bitmap's header has zeros that text has not.
        if data.startswith(magic) and (len(magic) > 2 or b"\0" in data[:32] or magic == b"\x1f\x8b"):
            raise BadFile(rule)
    if data.removeprefix(b"\xef\xbb\xbf").lstrip()[:32].lower().startswith(_WEB):
        raise BadFile("file.web")


def refuse_by_streams(data: bytes) -> None:
    """Raise for OLE compound files that are not plain old .xls. Stream names are UTF-16 in the directory."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise BadFile("file.password")
    if has("WordDocument"):
        raise BadFile("file.word")
    if has("PowerPoint Document"):
        raise BadFile("file.slides")
    if not (has("Workbook") or has("Book")):
        raise BadFile("file.kind")
    if has("_VBA_PROJECT"):
        raise BadFile("file.macros")


def refuse_by_parts(names: frozenset[str]) -> None:
    """Raise for archives that are not an .xlsx. `names` are lower-case part names."""
    if any("vbaproject" in name or name.startswith("xl/macrosheets/") for name in names):
        raise BadFile("file.macros")
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise BadFile("file.binary")
    if "content.xml" in names:
        raise BadFile("file.ods")
    if any(name.startswith("word/") for name in names):
        raise BadFile("file.word")
    if any(name.startswith("ppt/") for name in names):
        raise BadFile("file.slides")
    raise BadFile("file.archive" if names else "file.damaged")
