"""Who gets where: refusals, identity, headers, limits, health."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit import config

from tests.web.stubs import StubSessions
from web.asgi import _send_at_once, is_open, is_page, options, policy
from web.identity import sign

MakeClient = Callable[[StubSessions], TestClient]
HEADERS = (
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
)


@pytest.mark.parametrize(
    ("path", "next_page"),
    [
        ("/", "/login"),
        ("/pilots", "/login?next=%2Fpilots"),
        ("/pilot?id=3&tab=图", "/login?next=%2Fpilot%3Fid%3D3%26tab%3D%25E5%259B%25BE"),
        ("/manifest.json", "/login?next=%2Fmanifest.json"),
    ],
)
def test_an_anonymous_page_request_goes_to_sign_in_and_back(client: TestClient, path: str, next_page: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, next_page)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/media/report.xlsx"),
        ("GET", "/_stcore/metrics"),
        ("GET", "/_stcore/host-config"),
        ("GET", "/_stcore/agent/openapi.json"),
        ("GET", "/pilots/_stcore/host-config"),
        ("GET", "/component/x/index.html"),
        ("GET", "/auth/login"),
        ("PUT", "/_stcore/upload_file/a/b"),
        ("DELETE", "/_stcore/upload_file/a/b"),
        ("OPTIONS", "/_stcore/upload_file/a/b"),
        ("POST", "/pilots"),
    ],
)
def test_an_anonymous_fetch_is_told_to_sign_in(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.text) == (401, "您的登录已结束，请刷新页面后重新登录。")


def test_an_anonymous_websocket_is_refused(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as refusal, client.websocket_connect("/_stcore/stream"):
        pass
    assert refusal.value.code == 1008


@pytest.mark.parametrize(
    "path", ["/login", "/healthz", "/readyz", "/_stcore/health", "/favicon.png", "/favicon.ico", "/brand/signin.css"]
)
def test_the_way_in_stays_open(client: TestClient, path: str) -> None:
    assert is_open(path)
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/loginx", "/login/", "/staticx", "/_stcore/healthx", "/brand", "/LOGIN"])
def test_open_paths_are_exact(path: str) -> None:
    assert not is_open(path)


def test_pages_and_fetches_are_told_apart() -> None:
    assert [is_page(path) for path in ("/", "/pilot", "/x/_stcore/health", "/media/x")] == [True, True, False, False]


def test_identity_reaches_requests_and_websockets(signed_in: TestClient, sessions: StubSessions) -> None:
    (session,) = sessions.sessions.values()
    assert signed_in.get("/_stcore/host-config").json()["identity"] == [sign(session)]
    with signed_in.websocket_connect("/_stcore/stream") as stream:
        assert stream.receive_json() == [sign(session)]


def test_a_client_cannot_bring_its_own_identity(client: TestClient) -> None:
    forged = {"x-zhiping-session": sign(1)}
    assert client.get("/_stcore/host-config", headers=forged).status_code == 401
    assert client.get("/_stcore/health", headers=forged).json()["identity"] == []
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream", headers=forged):
        pass


def test_a_client_cannot_add_to_its_identity(signed_in: TestClient, sessions: StubSessions) -> None:
    (session,) = sessions.sessions.values()
    forged = {"X-Zhiping-Session": sign(session + 1)}
    assert signed_in.get("/_stcore/host-config", headers=forged).json()["identity"] == [sign(session)]
    with signed_in.websocket_connect("/_stcore/stream", headers=forged) as stream:
        assert stream.receive_json() == [sign(session)]


def test_signing_out_counts_at_the_next_request(signed_in: TestClient, sessions: StubSessions) -> None:
    assert signed_in.get("/pilots").status_code == 200
    sessions.sessions.clear()
    answer = signed_in.get("/pilots")
    assert answer.status_code == 303
    assert 'zhiping_session=""' in answer.headers["set-cookie"]


def test_without_any_account_everyone_is_sent_to_set_up(make_client: MakeClient) -> None:
    client = make_client(StubSessions(empty=True))
    assert client.get("/pilots").headers["location"] == "/setup"
    assert client.get("/login").headers["location"] == "/setup"


def test_an_unreachable_database_lets_nobody_in(make_client: MakeClient, sessions: StubSessions) -> None:
    client = make_client(sessions)
    sessions.broken = True
    client.cookies.set("zhiping_session", "anything")
    answer = client.get("/pilots")
    assert (answer.status_code, answer.text) == (503, "数据库暂时无法访问，请稍后重试；如持续出现，请联系系统管理员。")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass


def test_readiness_says_why_not_and_names_no_secrets(client: TestClient, sessions: StubSessions) -> None:
    assert client.get("/readyz").json() == {"ready": True}
    sessions.broken = True
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503,
        {"ready": False, "reason": "数据库无法访问（ConnectionError）"},
    )
    assert client.get("/healthz").text == "ok"


@pytest.mark.parametrize(
    "path", ["/", "/login", "/media/x", "/_stcore/metrics", "/healthz", "/_stcore/health", "/brand/x"]
)
def test_every_answer_has_the_security_headers(client: TestClient, path: str) -> None:
    assert [name for name in HEADERS if name not in client.get(path).headers] == []


def test_the_app_may_only_talk_to_its_own_server(signed_in: TestClient) -> None:
    given = signed_in.get("/pilots").headers["content-security-policy"]
    assert given == policy("testserver")
    assert "connect-src 'self' ws://testserver wss://testserver;" in given
    assert "frame-ancestors 'none'" in given


@pytest.mark.parametrize("host", ["", "evil; script-src *", "a b", "a,b", "[::1", "x\r\ny"])
def test_a_strange_host_does_not_reach_the_policy(host: str) -> None:
    assert "connect-src 'self';" in policy(host)


def test_files_of_a_signed_in_person_are_not_kept_by_proxies(signed_in: TestClient) -> None:
    assert signed_in.get("/media/report.xlsx").headers["cache-control"] == "private, no-store"


def test_a_declared_upload_beyond_the_limit_is_refused_unread(signed_in: TestClient) -> None:
    answer = signed_in.put("/_stcore/upload_file/a/b", content=b"x" * (2 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.text) == (413, "文件超过 1 MB 的上限，请拆分或压缩后再上传。")
    assert "content-security-policy" in answer.headers


def test_an_upload_that_does_not_declare_its_size_is_counted(signed_in: TestClient) -> None:
    chunks = (b"x" * 1024 * 1024 for _ in range(3))
    answer = signed_in.put("/_stcore/upload_file/a/b", content=chunks)
    assert (answer.status_code, answer.text) == (413, "文件超过 1 MB 的上限，请拆分或压缩后再上传。")


def test_a_file_of_exactly_the_limit_passes(signed_in: TestClient) -> None:
    answer = signed_in.put("/_stcore/upload_file/a/b", content=b"x" * (1024 * 1024 + 500))
    assert answer.json()["bytes"] == 1024 * 1024 + 500


def test_other_bodies_are_small(client: TestClient) -> None:
    assert client.post("/login", content=b"x" * 100_000).status_code == 413


def test_a_listening_socket_is_told_to_send_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as other:
        _send_at_once()
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert other.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0


def test_a_slow_database_is_not_waited_for(
    make_client: MakeClient, sessions: StubSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.asgi._READY_SECONDS", 0.02)
    monkeypatch.setattr(sessions, "needs_setup", lambda: time.sleep(0.2))
    answer = make_client(sessions).get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_streamlit_follows_our_settings(client: TestClient) -> None:
    assert config.get_option("server.maxUploadSize") == 1
    assert config.get_option("server.cookieSecret")


def test_the_committed_settings_hold() -> None:
    wanted = {
        "runner.postScriptGC": False,
        "runner.fastReruns": False,
        "client.showErrorDetails": "none",
        "browser.gatherUsageStats": False,
        "server.address": "127.0.0.1",
        "theme.base": "light",
        "theme.primaryColor": "#1D4E89",
    }
    assert {name: config.get_option(name) for name in wanted} == wanted


def test_it_does_not_start_without_its_streamlit_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("web.asgi.config.get_option", lambda name: None)
    with pytest.raises(RuntimeError, match="trustedUserHeaders"):
        options(lambda: None, sessions=StubSessions(), warm=())
