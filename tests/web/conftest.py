"""The middleware and routes around a stand-in for Streamlit, and the stub app on a real server."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from benchmarks.pages import server
from core.settings import settings
from tests.web.stubs import StubSessions
from web.asgi import options

with warnings.catch_warnings():
    # Starlette prefers httpx2 for its test client and says so at import; httpx does the same here
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://testserver"


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ZHIPING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ZHIPING_UPLOAD_MB", "1")
    monkeypatch.setenv("ZHIPING_TICKET_MB", "1")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def sessions() -> StubSessions:
    return StubSessions()


async def _echo(request: Request) -> JSONResponse:
    """Stands for Streamlit: what arrived behind the middleware."""
    body = await request.body()
    return JSONResponse({"identity": request.headers.getlist("x-zhiping-session"), "bytes": len(body)})


async def _shell(request: Request) -> HTMLResponse:
    return HTMLResponse('<html lang="en"><title>Streamlit</title>' + request.headers.get("x-zhiping-session", ""))


async def _stream(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json(websocket.headers.getlist("x-zhiping-session"))
    await websocket.close()


@pytest.fixture
def make_client() -> Iterator[Callable[[StubSessions], TestClient]]:
    opened: list[TestClient] = []

    def make(sessions: StubSessions) -> TestClient:
        given = options(lambda: None, sessions=sessions, warm=())
        streamlit = [
            WebSocketRoute("/_stcore/stream", _stream),
            Route("/_stcore/{rest:path}", _echo, methods=["GET", "PUT", "DELETE", "OPTIONS"]),
            Route("/media/{rest:path}", _echo),
            Route("/{rest:path}", _shell, methods=["GET", "POST"]),
        ]
        app = Starlette(routes=[*given["routes"], *streamlit], middleware=given["middleware"])
        client = TestClient(app, base_url=SITE, follow_redirects=False, raise_server_exceptions=False)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(make_client: Callable[[StubSessions], TestClient], sessions: StubSessions) -> TestClient:
    """Nobody signed in."""
    return make_client(sessions)


@pytest.fixture
def signed_in(client: TestClient) -> TestClient:
    answer = client.post("/login/demo", data={"username": "liyan"}, headers={"origin": SITE})
    assert answer.status_code == 303
    return client


@pytest.fixture(scope="session")
def stub_server() -> Iterator[str]:
    """The stub app behind `streamlit run`, as in production."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZHIPING_TICKET_MB", "20")  # the stub's uploader asks for no limit of its own
        with server(ROOT / "tests" / "web" / "stub_app.py") as address:
            yield address
