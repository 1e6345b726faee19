"""A feed checked or loaded, here or in a process of its own (`metrics.feed.worker`): the same words either way.

Small files are done at once where they are; a large one would hold up everybody whom this process serves.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from core import worker
from core.errors import AppError, Conflict, Duplicate
from core.settings import settings
from metrics import marking
from metrics.feed import loading, outgoing
from metrics.feed.answers import answer
from metrics.feed.checking import Tell, silent
from metrics.feed.loading import Open, Outcome, Sender, Wish
from metrics.model import ChangeKind

INLINE = 300_000  # bytes: such a file is read faster than a process starts
SHOWN = 500  # rows of each kind of change that a look brings along
_BROKEN = "处理中断了。要保存的内容或者已经全部保存，或者一项也没有保存。"
_AGAIN = "请再送一次同一份文件：已经保存的会列为“不变”，不会重复。若仍然中断，请联系系统管理员。"
_ERRORS: Mapping[str, type[AppError]] = {kind.__name__: kind for kind in (AppError, Conflict, Duplicate)}

Words = dict[str, Any]


@dataclass(frozen=True)
class Look:
    """What loading would do, as far as a page shows it. `answer` is what a sender is told in a dry run, `seen`
    stands for the state of the returns that were looked at (“” when the file was refused), `changes` are the
    first rows of each kind."""

    status: int
    answer: Words
    errors: int
    warnings: int
    seen: str
    changes: list[Words]

    def count(self, kind: ChangeKind) -> int:
        found: int = self.answer.get("rows", {}).get(kind.value, 0)
        return found

    @property
    def refused(self) -> bool:
        """The file as a whole was not what it should be."""
        return not self.seen


def look(sender: Sender, data: bytes, name: str, wish: Wish, tell: Tell = silent) -> Look:
    """Check a file and say what saving it would do; nothing is stored."""
    return Look(**_done("look", sender, data, name, wish, tell))


def load(
    sender: Sender,
    data: bytes,
    name: str,
    wish: Wish,
    tell: Tell = silent,
    *,
    seen: str | None = None,
    key: str | None = None,
    request: str = "",
) -> tuple[int, Words]:
    """(status, answer) of loading a file in one transaction; see `loading.load`."""
    found = _done("load", sender, data, name, wish, tell, seen=seen, key=key, request=request)
    return found["status"], found["answer"]


def marked(sender: Sender, data: bytes, name: str, wish: Wish) -> bytes:
    """The file handed back as a workbook with its findings marked."""
    return base64.b64decode(_done("mark", sender, data, name, wish, silent)["file"])


def changes_csv(sender: Sender, data: bytes, name: str, wish: Wish) -> bytes:
    """What would become of every row."""
    return base64.b64decode(_done("list", sender, data, name, wish, silent)["file"])


def work(task: str, sender: Sender, data: bytes, name: str, wish: Wish, tell: Tell, **more: Any) -> Words:
    """Do a task here."""
    return _TASKS[task](
        sender, loading.opener(data, name, as_json=name.endswith(".json")), data, name, wish, tell, more
    )


def _done(task: str, sender: Sender, data: bytes, name: str, wish: Wish, tell: Tell, **more: Any) -> Words:
    if len(data) <= INLINE:
        return work(task, sender, data, name, wish, tell, **more)
    about = {"sender": _plain(sender), "wish": asdict(wish), "name": name, "more": more}
    for said in worker.listen(worker.spawn("metrics.feed.worker"), task, data, **about):
        if "share" in said:
            tell(said["share"])
        elif "error" in said:
            raise _ERRORS.get(said["error"], AppError)(said["message"], said["remedy"])
        else:
            return said
    raise AppError(_BROKEN, _AGAIN)


def _plain(sender: Sender) -> Words:
    return asdict(sender) | {"regions": None if sender.regions is None else sorted(sender.regions)}


def sender_of(plain: Words) -> Sender:
    """The sender that `_plain` was given."""
    return Sender(**plain | {"regions": None if plain["regions"] is None else frozenset(plain["regions"])})


# -- tasks --------------------------------------------------------------------------


def _look(sender: Sender, opened: Open, data: bytes, name: str, wish: Wish, tell: Tell, more: Words) -> Words:
    outcome = loading.preview(sender, opened, wish, tell)
    checked = outcome.checked
    changes = [] if checked is None else [
        change for kind in ChangeKind if kind is not ChangeKind.BLANK for change in outgoing.changes(checked, kind, SHOWN)
    ]  # fmt: skip
    errors, warnings = (1, 0) if checked is None else (checked.errors, checked.warnings)
    return {
        "status": outcome.status,
        "answer": answer(outcome, dry_run=True),
        "errors": errors,
        "warnings": warnings,
        "seen": "" if checked is None else loading.fingerprint(checked),
        "changes": changes,
    }


def _load(sender: Sender, opened: Open, data: bytes, name: str, wish: Wish, tell: Tell, more: Words) -> Words:
    outcome = loading.load(sender, opened, wish, filename=name, answer=answer, tell=tell, **more)
    return {"status": outcome.status, "answer": answer(outcome)}


def _mark(sender: Sender, opened: Open, data: bytes, name: str, wish: Wish, tell: Tell, more: Words) -> Words:
    outcome = loading.preview(sender, opened, wish, tell)
    found = [told.finding for told in outcome.told]
    return _file(marking.mark(data, found, limit_mb=settings().upload_mb))


def _list(sender: Sender, opened: Open, data: bytes, name: str, wish: Wish, tell: Tell, more: Words) -> Words:
    outcome: Outcome = loading.preview(sender, opened, wish, tell)
    return _file(b"" if outcome.checked is None else outgoing.changes_csv(outcome.checked))


def _file(content: bytes) -> Words:
    return {"file": base64.b64encode(content).decode()}


_TASKS: Mapping[str, Callable[..., Words]] = {"look": _look, "load": _load, "mark": _mark, "list": _list}
