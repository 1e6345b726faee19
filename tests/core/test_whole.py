"""A file is there in full or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from core import whole


def test_what_was_there_stays_when_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = tmp_path / "报告.zip", Path.write_bytes
    whole.write(path, b"old")

    def half(self: Path, data: bytes) -> int:
        write(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(OSError, match="No space"):
            whole.write(path, b"much longer")
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("报告.zip", b"old")]
    whole.write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_link_stays_a_link_and_a_device_a_device(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    whole.write(link, b"new")
    assert link.is_symlink() and (tmp_path / "target").read_bytes() == b"new"
    whole.write(Path(os.devnull), b"anything")
    assert not Path(os.devnull).is_file()
