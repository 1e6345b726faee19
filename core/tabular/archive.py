"""Unpacking an .xlsx within limits: nothing is believed about sizes that was not counted."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from xml.parsers.expat import ExpatError

from core.tabular.refusal import MB, BadFile, refuse_by_parts

UNPACKED_LIMIT = 300 * MB
RATIO_LIMIT = 100  # only asked above RATIO_FROM: small repetitive sheets compress very well
RATIO_FROM = 50 * MB
PARTS_LIMIT = 2000
_PIECE = 16 * MB

# What zipfile, zlib and the XML parsers raise for bytes that are not what they should be.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    SyntaxError,  # ElementTree's ParseError is one
    ExpatError,
    ValueError,
    LookupError,  # a part that is missing, an encoding that does not exist
    NotImplementedError,
    EOFError,
    OSError,
    RuntimeError,
)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """The archive of an .xlsx whose parts unpack to exactly what their headers promise.

    Raises BadFile, or one of BROKEN when it is not even an archive.
    """
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    if len(parts) > PARTS_LIMIT or total > UNPACKED_LIMIT:
        raise BadFile("file.bomb")
    if total > RATIO_FROM and total > RATIO_LIMIT * len(data):
        raise BadFile("file.bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise BadFile("file.password")
    names = frozenset(part.filename.lower() for part in parts)
    if len(names) != len(parts):  # two readers could each believe another one of the twins
        raise BadFile("file.damaged")
    refuse_by_parts(names)
    for part in parts:
        _check_size(data, part)
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise BadFile("file.macros")
    return archive


def _check_size(data: bytes, part: zipfile.ZipInfo) -> None:
    """Unpack a part piece by piece and compare with its header.

    zipfile stops at the promised size, but calamine unpacks to the end of the stream, so a part
    that promises little and holds much would pass every check and still fill the memory.
    """
    head = part.header_offset
    name_length, extra_length = struct.unpack_from("<HH", data, head + 26)
    start = head + 30 + name_length + extra_length
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        if part.compress_size != part.file_size:
            raise BadFile("file.damaged")
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise BadFile("file.damaged")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    piece = inflater.decompress(packed, _PIECE)
    while piece:
        size += len(piece)
        if size > part.file_size:
            raise BadFile("file.bomb")
        piece = inflater.decompress(inflater.unconsumed_tail, _PIECE)
    if size != part.file_size:
        raise BadFile("file.damaged")
