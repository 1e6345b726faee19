"""Server time of a page rerun, ours beside Streamlit's defaults.

    python -m benchmarks.pages
    python -m benchmarks.pages /pilots "wanganji:/county?code=330523"

Starts two servers of the same app on a temporary data directory with the demo province: one as
shipped, one with Streamlit's full garbage collection after every rerun, without our freeze, with
Nagle's algorithm holding back small messages, and with messages handed over one by one. Speaks to both over their
websockets as the frontend does (BackMsg out, ForwardMsg in; what it has already is not sent again), signed in by a
demo account, reruns back to back and prints the time from the request to `script_finished`, the processor time of
the server and the protobuf bytes, of reruns and of the first view. Without pages named: those people live in.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

ROOT = Path(__file__).resolve().parents[1]

# Where people spend their day, and who they are there.
LIVED_IN = (
    "/pilots",
    "/pilot?id=1",
    "/",
    "wanganji:/",
    "wanganji:/return",
    "/evaluation?id=2",
    "/ranking",
    "/portfolio",
    "sunping:/score?review=2&entry=12",
    "/edition?id=2",
)

# Run by a fresh interpreter: the switch is this script's, the product knows nothing of it
_LAUNCHER = """
import gc, os, sys
if os.environ.get("ZHIPING_BENCH_DEFAULTS"):
    import web.asgi
    gc.freeze = lambda: None
    web.asgi._send_at_once = lambda: None
    web.asgi.bundles.install = lambda: None
from streamlit.web.cli import main
sys.argv = ["streamlit", "run", *sys.argv[1:]]
main()
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_PROCESSES: dict[str, int] = {}  # address → process


@contextmanager
def server(app: Path, *, defaults: bool = False, data: Path | None = None) -> Iterator[str]:
    """A server of `app` on a data directory of its own, or on `data`; its address once it answers."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        launcher, log = Path(folder) / "launch.py", Path(folder) / "server.log"
        launcher.write_text(_LAUNCHER)
        environment = {**os.environ, "ZHIPING_DATA_DIR": str(data or f"{folder}/data"), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(launcher), str(app), f"--server.port={port}"]
        if defaults:
            environment["ZHIPING_BENCH_DEFAULTS"] = "1"
            command.append("--runner.postScriptGC=true")
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        address = f"http://127.0.0.1:{port}"
        _PROCESSES[address] = process.pid
        try:
            for _ in range(1200):
                try:
                    if httpx.get(f"{address}/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    pass
                if process.poll() is not None:
                    break
                time.sleep(0.1)
            else:
                raise SystemExit(f"no answer from the server:\n{log.read_text()}")
            if process.poll() is not None:
                raise SystemExit(f"the server stopped:\n{log.read_text()}")
            yield address
        finally:
            process.terminate()
            process.wait(30)


def cpu_seconds(address: str) -> float:
    """Processor time the server has used so far, in the system's ticks (10 ms); a busy machine does not add to it."""
    fields = Path(f"/proc/{_PROCESSES[address]}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def sign_in(address: str, account: str) -> str:
    """The Cookie header of a demo account."""
    answer = httpx.post(f"{address}/login/demo", data={"username": account}, headers={"Origin": address})
    if answer.status_code != 303:
        raise SystemExit(f"demo sign-in as {account} refused: {answer.status_code}")
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


class Page:
    """One browser tab on one page."""

    def __init__(self, address: str, cookie: str, page: str) -> None:
        parts = urlsplit(page)
        self.name, self.query = parts.path.strip("/"), parts.query
        self._hash = ""
        self._known: set[str] = set()  # large messages that came once; the server then sends their names alone
        self._stack = ExitStack()
        self._socket: ClientConnection = self._stack.enter_context(
            connect(
                address.replace("http", "ws", 1) + "/_stcore/stream",
                subprotocols=[Subprotocol("streamlit")],
                additional_headers={"Cookie": cookie},
                max_size=None,
            )
        )

    def rerun(self) -> tuple[float, list[ForwardMsg], int]:
        """Seconds to `script_finished`, the messages of the run and their bytes."""
        request = BackMsg()
        request.rerun_script.query_string = self.query
        # The address names the page once; afterwards the server's own name for it is sent back
        if self._hash:
            request.rerun_script.page_script_hash = self._hash
        else:
            request.rerun_script.page_name = self.name
        request.rerun_script.cached_message_hashes.extend(self._known)
        frames: list[bytes] = []
        begun = time.perf_counter()
        self._socket.send(request.SerializeToString())
        while True:
            frame = self._socket.recv(timeout=60)
            frames.append(frame if isinstance(frame, bytes) else frame.encode())
            message = ForwardMsg.FromString(frames[-1])
            if message.WhichOneof("type") == "script_finished":
                break
        seconds = time.perf_counter() - begun
        messages = [ForwardMsg.FromString(frame) for frame in frames]
        self._known |= {message.hash for message in messages if message.metadata.cacheable}
        for message in messages:
            kind = message.WhichOneof("type")
            if kind == "navigation" and message.navigation.page_script_hash:
                self._hash = message.navigation.page_script_hash
            elif kind == "page_not_found":
                raise SystemExit(f"no page /{self.name} for this account")
            elif kind == "delta" and message.delta.new_element.HasField("exception"):
                raise SystemExit(f"/{self.name} failed: {message.delta.new_element.exception.message}")
            elif kind == "delta" and message.delta.new_element.alert.format == Alert.ERROR:
                raise SystemExit(f"/{self.name} shows an error: {message.delta.new_element.alert.body}")
        return seconds, messages, sum(map(len, frames))

    def close(self) -> None:
        self._stack.close()


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[max(0, round(0.95 * len(seconds)) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pages", nargs="*", default=LIVED_IN, help="addresses within the app, “account:address”")
    parser.add_argument("--app", type=Path, default=ROOT / "streamlit_app.py")
    parser.add_argument("--account", default="liyan", help="who opens addresses that name nobody")
    parser.add_argument("--runs", type=int, default=100, help="reruns of each page")
    parser.add_argument("--block", type=int, default=20, help="reruns in a row; of the defaults only one such row")
    arguments = parser.parse_args()

    with ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(server(arguments.app)),
            "defaults": stack.enter_context(server(arguments.app, defaults=True)),
        }
        print(
            f"{'page':<36}{'settings':<10}{'median ms':>10}{'p95 ms':>8}{'CPU ms':>8}{'kB':>7}"
            f"{'first ms':>10}{'CPU ms':>8}{'kB':>7}"
        )
        for wanted in arguments.pages:
            account, _, address = wanted.rpartition(":")
            views = {
                name: View(Page(at, sign_in(at, account or arguments.account), address), at)
                for name, at in servers.items()
            }
            # Half a second of collecting garbage a rerun shows after a block
            views["defaults"].again(arguments.block)
            while len(views["ours"].seconds) < arguments.runs:
                views["ours"].again(arguments.block)
            for name, view in views.items():
                view.page.close()
                print(
                    f"{wanted:<36}{name:<10}{statistics.median(view.seconds) * 1000:>10.1f}{_p95(view.seconds) * 1000:>8.1f}"
                    f"{view.cpu / len(view.seconds) * 1000:>8.1f}{view.size / 1000:>7.1f}"
                    f"{view.first * 1000:>10.0f}{view.first_cpu * 1000:>8.0f}{view.first_size / 1000:>7.1f}",
                    flush=True,
                )


class View:
    """What was measured of one page on one server: its first view, then reruns."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        begun = cpu_seconds(address)
        self.first, _, self.first_size = page.rerun()
        self.first_cpu = cpu_seconds(address) - begun
        self.seconds: list[float] = []
        self.cpu, self.size = 0.0, 0
        page.rerun()  # the first that is spared what came before

    def again(self, times: int) -> None:
        begun = cpu_seconds(self.address)
        for _ in range(times):
            seconds, _, self.size = self.page.rerun()
            self.seconds.append(seconds)
        self.cpu += cpu_seconds(self.address) - begun


if __name__ == "__main__":
    main()
