"""The server's side of the ticket worker: start one, hand it a task, take its answer."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from core.errors import AppError

_SECONDS = 180


def ask(task: str, content: bytes, **about: Any) -> str:
    """What a worker answers. AppError when it takes too long or breaks."""
    worker = spawn(stdout=subprocess.PIPE)
    try:
        answer, _ = worker.communicate(_message(task, content, **about), timeout=_SECONDS)
    except subprocess.TimeoutExpired as late:
        worker.kill()
        worker.communicate()
        raise AppError("文件太大，读取超时。", "请拆成几份后分别导入。") from late
    if worker.returncode:
        raise AppError("读取文件时出错。", "请用 WPS 或 Excel 打开，另存为 .xlsx 后再试。")
    return answer.decode()


def hand_over(task: str, content: bytes, **about: Any) -> None:
    """Send a task to a worker without waiting for it; the thread also collects the worker when it ends."""
    worker = spawn(stdout=subprocess.DEVNULL)
    message = _message(task, content, **about)

    def send() -> None:
        worker.communicate(message)  # a worker that died early is no error here: it is found dead and cleared away

    threading.Thread(target=send, name=f"tickets-{task}", daemon=True).start()


def spawn(stdout: int) -> subprocess.Popen[bytes]:
    """A worker waiting for its task on standard input."""
    # A session of its own: stopping the server lets an import under way come to its end.
    return subprocess.Popen(
        [sys.executable, "-m", "scenarios.ticket_worker"],
        stdin=subprocess.PIPE,
        stdout=stdout,
        start_new_session=True,
    )


def _message(task: str, content: bytes, **about: Any) -> bytes:
    return json.dumps({"task": task, "size": len(content), **about}).encode() + b"\n" + content
