"""The demo province on a real server, as `zhiping run` starts it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import browser as support

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(demo_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the server: a copy of the demo province."""
    made = tmp_path_factory.mktemp("site")
    shutil.copyfile(demo_template, made / "zhiping.db")
    return made


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "ZHIPING_DATA_DIR": str(folder), "STREAMLIT_SERVER_PORT": str(port)}
    environment.pop("ZHIPING_DATABASE_URL", None)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                if httpx.get(f"{address}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert process.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.4)
        else:
            raise AssertionError((folder / "server.log").read_text())
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        yield support.launch(play, chromium)
