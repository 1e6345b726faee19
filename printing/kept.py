"""What is left of a batch when the server that printed it is gone: in the data directory a note of how far it has
come, and the archive once it is whole. A person has one of each. They are no records: no backup holds them, after a
week they are taken away, and whoever has another post by then is not handed them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from shutil import rmtree

from accounts.permissions import Actor
from core import clock, whole
from core.settings import settings

_DAYS = 7


@dataclass(frozen=True)
class Note:
    """`subjects` as (ID, label), `refused` why by ID. `ended` when nothing more comes: then `digest` is the SHA-256 of
    the archive, or `error` says (what, remedy) why there is none."""

    kind: str
    group: Sequence[str]
    form: str
    subjects: Sequence[Sequence[str]]
    made: Sequence[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    ended: bool = False
    filename: str = ""
    digest: str = ""
    error: Sequence[str] = ()


def put(actor: Actor, note: Note) -> None:
    """Say how far it has come. OSError: there is no room, or no right to write."""
    path = _path(actor)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole.write(path, json.dumps({"who": _who(actor), "note": asdict(note)}, ensure_ascii=False).encode())


def put_archive(actor: Actor, data: bytes) -> str:
    """Keep the archive; returns its SHA-256."""
    whole.write(_path(actor, "zip"), data)
    return hashlib.sha256(data).hexdigest()


def note(actor: Actor) -> Note | None:
    """The newest of this person; None without one, and where somebody else had the account or it another post."""
    try:
        found = json.loads(_path(actor).read_bytes())
        return Note(**found["note"]) if found["who"] == _who(actor) else None
    except (OSError, ValueError, TypeError, KeyError):  # none, or one of another version of the program
        return None


def archive(actor: Actor, digest: str) -> bytes | None:
    """The archive of a note; None when it is not there any more."""
    try:
        data = _path(actor, "zip").read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest() == digest else None


def clear(actor: Actor) -> None:
    for suffix in ("json", "zip"):
        _path(actor, suffix).unlink(missing_ok=True)


def clear_old() -> None:
    """Take away what nobody has come for."""
    for path in _folder().glob("*"):
        if path.stat().st_mtime < clock.moment().timestamp() - _DAYS * 86_400:
            path.unlink(missing_ok=True)


def clear_all() -> None:
    """When the database becomes another: its people are others."""
    rmtree(_folder(), ignore_errors=True)


def _folder() -> Path:
    return settings().data_dir / "batches"


def _path(actor: Actor, suffix: str = "json") -> Path:
    return _folder() / f"{actor.account_id or 0}.{suffix}"


def _who(actor: Actor) -> list[object]:
    return [actor.account_id, actor.name, actor.role.value, actor.organisation_id]
