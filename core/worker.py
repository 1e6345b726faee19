"""Work in a process of its own: `python -m` of a module that takes one task and a content on standard input.

Reading a hundred thousand rows takes the interpreter for itself for seconds; in the server's process everybody
would wait for that. The content is never written anywhere. One line of JSON says what is asked, then come the bytes:

    {"task": "…", "size": bytes of the content, …}\\n<content>

What the worker answers goes to standard output; whatever else it or a library prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, BinaryIO

from core import logs
from core.errors import AppError

Process = subprocess.Popen[bytes]
_AHEAD = 2  # pieces a worker has at a time: it does not wait for the next

# Several workers share the cores: pools of threads inside each would only take turns with the other workers.
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS"), "1"
)


def spawn(module: str, stdout: int = subprocess.PIPE) -> Process:
    """A worker waiting for its task."""
    # A session of its own: stopping the server lets what is under way come to its end.
    command = [sys.executable, "-m", module]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=stdout, start_new_session=True, env=os.environ | _ONE_THREAD
    )


def ask(worker: Process, task: str, content: bytes, *, seconds: float, **about: Any) -> str:
    """All that a worker answers. AppError when it takes too long or breaks."""
    try:
        answer, _ = worker.communicate(_message(task, content, **about), timeout=seconds)
    except subprocess.TimeoutExpired as late:
        worker.kill()
        worker.communicate()
        raise AppError("文件太大，读取超时。", "请拆成几份后分别导入。") from late
    if worker.returncode:
        raise AppError("读取文件时出错。", "请用 WPS 或 Excel 打开，另存为 .xlsx 后再试。")
    return answer.decode()


def hand_over(worker: Process, task: str, content: bytes, **about: Any) -> None:
    """Send a task without waiting for it; the thread also collects the worker when it ends."""
    message = _message(task, content, **about)

    def send() -> None:
        worker.communicate(message)  # a worker that died early is no error here: it is found dead and cleared away

    threading.Thread(target=send, name=f"worker-{task}", daemon=True).start()


def listen(worker: Process, task: str, content: bytes, **about: Any) -> Iterator[dict[str, Any]]:
    """What a worker says line by line while it works; it ends when the worker does, however that was."""
    assert worker.stdin is not None and worker.stdout is not None
    with worker, worker.stdout as answers:
        with suppress(BrokenPipeError):  # it died early, and says no more
            worker.stdin.write(_message(task, content, **about))
            worker.stdin.close()
        for line in answers:
            yield json.loads(line)


def converse(worker: Process, task: str, pieces: Iterable[Any], **about: Any) -> Iterator[dict[str, Any]]:
    """What a worker says about one piece of work after another: it is handed the next when it has answered about one,
    so workers that share an iterator of pieces are done together, whichever pieces took long."""
    assert worker.stdin is not None and worker.stdout is not None
    left, into = iter(pieces), worker.stdin

    def hand(count: int) -> None:
        lines = b"".join(json.dumps(piece).encode() + b"\n" for piece in islice(left, count))
        with suppress(BrokenPipeError):  # it died, and is handed nothing more
            if lines and not into.closed:
                into.write(lines)
                into.flush()
                return
        with suppress(BrokenPipeError):
            into.close()

    with worker, worker.stdout as answers:
        into.write(_message(task, b"", **about))
        hand(_AHEAD)
        for line in answers:
            yield json.loads(line)
            hand(1)


def _message(task: str, content: bytes, **about: Any) -> bytes:
    return json.dumps({"task": task, "size": len(content), **about}).encode() + b"\n" + content


# -- the worker's side -------------------------------------------------------------


def receive() -> tuple[dict[str, Any], bytes, BinaryIO] | None:
    """(task, content, where to answer); None when whoever sent it is gone: a part of a file is no file."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    logs.configure()
    if hasattr(os, "nice"):
        os.nice(5)  # people in front of a page come first
    line = sys.stdin.buffer.readline()
    if not line:
        return None
    task = json.loads(line)
    content = sys.stdin.buffer.read(task["size"])
    return (task, content, answers) if len(content) == task["size"] else None


def pieces() -> Iterator[Any]:
    """What `converse` hands over, after the task itself."""
    for line in sys.stdin.buffer:
        yield json.loads(line)


def say(answers: BinaryIO, words: dict[str, Any]) -> None:
    """One line to whoever listens; that nobody does any more is no reason to stop."""
    with suppress(BrokenPipeError):
        answers.write(json.dumps(words, ensure_ascii=False).encode() + b"\n")
