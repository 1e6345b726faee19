"""The pages before the app."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import SITE
from tests.web.stubs import CODE, DEMOS, PASSWORD, StubSessions
from web.plain import POLICY
from web.signin import safe_next

MakeClient = Callable[[StubSessions], TestClient]
OURS = {"origin": SITE}
SECRET_WORDS = "my-wrong-password"


def test_signing_in_sets_the_cookie_and_returns_to_the_page(client: TestClient, sessions: StubSessions) -> None:
    answer = client.post(
        "/login", data={"username": " liyan ", "password": PASSWORD, "next": "/pilot?id=3"}, headers=OURS
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/pilot?id=3")
    (token,) = sessions.sessions
    assert answer.headers["set-cookie"] == f"zhiping_session={token}; HttpOnly; Path=/; SameSite=lax"
    assert sessions.addresses == ["testclient"]


def test_behind_tls_the_cookie_is_secure(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.settings import settings

    monkeypatch.setenv("ZHIPING_COOKIE_SECURE", "true")
    settings.cache_clear()
    answer = client.post("/login/demo", data={"username": "liyan"}, headers=OURS)
    assert answer.headers["set-cookie"].endswith("; Secure")


def test_a_refusal_says_what_to_do_and_never_repeats_the_password(client: TestClient) -> None:
    answer = client.post(
        "/login", data={"username": '"><b>liyan', "password": SECRET_WORDS, "next": "/pilots"}, headers=OURS
    )
    assert answer.status_code == 422
    assert '<div class="alert" role="alert" id="problem" tabindex="-1" autofocus>' in answer.text
    assert "用户名或密码不正确。请核对后重试；连续多次不对会暂停登录 15 分钟。" in answer.text
    assert SECRET_WORDS not in answer.text
    assert 'value="&quot;&gt;&lt;b&gt;liyan"' in answer.text
    assert '<input type="hidden" name="next" value="/pilots">' in answer.text
    assert "set-cookie" not in answer.headers


def test_browsers_can_fill_the_form(client: TestClient) -> None:
    page = client.get("/login").text
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
    assert '<html lang="zh-CN">' in page


def test_the_page_needs_no_script_and_allows_none(client: TestClient) -> None:
    answer = client.get("/login")
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"


def test_somebody_signed_in_goes_on(signed_in: TestClient) -> None:
    assert signed_in.get("/login?next=/pilots").headers["location"] == "/pilots"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\..\\b",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "evil.example",
        "",
        "/login",
        "/login?next=/login",
        "/logout",
        "/setup",
        "/_stcore/metrics",
        "/" + "x" * 3000,
    ],
)
def test_no_open_redirect(signed_in: TestClient, target: str) -> None:
    assert safe_next(target) == "/"
    assert signed_in.get("/login", params={"next": target}).headers["location"] == "/"
    answer = signed_in.post("/login/demo", data={"username": "liyan", "next": target}, headers=OURS)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("target", ["/", "/pilots", "/pilot?id=3&q=https://x.example", "/试点"])
def test_pages_of_this_site_are_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "http://testserver:81"},
        {"origin": SITE, "sec-fetch-site": "cross-site"},
        {"origin": SITE, "sec-fetch-site": "same-site"},
        {"origin": SITE, "sec-fetch-site": "none"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/login/demo", "/setup", "/logout"])
def test_posts_from_elsewhere_are_refused(
    client: TestClient, sessions: StubSessions, headers: dict[str, str], path: str
) -> None:
    answer = client.post(path, data={"username": "liyan", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "这次提交不是从本站的页面发出的" in answer.text
    assert sessions.sessions == {}


@pytest.mark.parametrize("headers", [OURS, {"sec-fetch-site": "same-origin"}])
def test_posts_from_here_are_accepted(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/login/demo", data={"username": "liyan"}, headers=headers).status_code == 303


def test_demo_accounts_are_cards_marked_as_demo(client: TestClient) -> None:
    page = client.get("/login").text
    assert page.count('<button class="card">') == len(DEMOS)
    assert "演示数据" in page
    assert all(account.name in page and account.organisation in page for account in DEMOS)


def test_without_demo_there_are_no_cards_and_no_demo_sign_in(make_client: MakeClient) -> None:
    client = make_client(StubSessions(demo=False))
    assert "演示" not in client.get("/login").text
    answer = client.post("/login/demo", data={"username": "liyan"}, headers=OURS)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"username=" + b"x" * 20_000, b"&" * 1000])
def test_nonsense_is_a_failed_sign_in(client: TestClient, body: bytes) -> None:
    answer = client.post("/login", content=body, headers=OURS)
    assert answer.status_code == 422


def test_first_set_up(make_client: MakeClient) -> None:
    sessions = StubSessions(empty=True, demo=False)
    client = make_client(sessions)
    page = client.get("/setup").text
    assert 'autocomplete="new-password"' in page
    given = {"username": "admin", "name": "周管", "password": SECRET_WORDS, "organisation": "省院", "code": "bad"}
    refused = client.post("/setup", data=given, headers=OURS)
    assert refused.status_code == 422
    assert "初始化口令不对。" in refused.text
    assert 'value="周管"' in refused.text
    assert SECRET_WORDS not in refused.text
    answer = client.post("/setup", data={**given, "code": CODE}, headers=OURS)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/pilots").status_code == 200


def test_set_up_closes_behind_the_first_administrator(client: TestClient, sessions: StubSessions) -> None:
    assert client.get("/setup").headers["location"] == "/login"
    answer = client.post("/setup", data={"username": "x", "password": PASSWORD, "code": CODE}, headers=OURS)
    assert answer.headers["location"] == "/login"
    assert sessions.sessions == {}


def test_signing_out_asks_first_and_ends_the_session(signed_in: TestClient, sessions: StubSessions) -> None:
    assert "在所有设备上退出" in signed_in.get("/logout").text
    assert len(sessions.sessions) == 1
    answer = signed_in.post("/logout", headers=OURS)
    assert answer.headers["location"] == "/login"
    assert 'zhiping_session=""' in answer.headers["set-cookie"]
    assert sessions.sessions == {}


def test_only_named_files_are_served(client: TestClient) -> None:
    assert client.get("/brand/mark.svg").headers["content-type"] == "image/svg+xml"
    assert [client.get(f"/brand/{name}").status_code for name in ("x", "streamlit.zh-CN.tsv", "asgi.py")] == [404] * 3
    assert "import" not in client.get("/brand/..%2fasgi.py").text
