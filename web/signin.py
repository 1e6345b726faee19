"""The pages before the app: sign-in, demo sign-in, first set-up, sign-out.

Plain server-rendered HTML without scripts, so no websocket is open to anyone anonymous.

Forged requests (CSRF): a POST is accepted only when the browser says it comes from this
site: `Sec-Fetch-Site: same-origin`, or, where that is missing (browsers send it over HTTPS and to
localhost only), an `Origin` whose host is the request's `Host`. Browsers send one of the
two with every form, another site cannot choose them, and there is no token to keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core.errors import AppError
from core.settings import settings
from web import plain
from web.identity import COOKIE, Sessions

log = structlog.get_logger(__name__)

STATIC = Path(__file__).parent / "static"
BRAND = {
    "signin.css": "text/css",
    "mark.svg": "image/svg+xml",
    "logo.svg": "image/svg+xml",
    "tiles.svg": "image/svg+xml",
    "favicon.png": "image/png",
}
FORM_BYTES = 16 * 1024

FORGED = "这次提交不是从本站的页面发出的，没有处理。请回到原来的页面重新提交。"


def safe_next(target: str) -> str:
    """`target` when it is a page of this site, else the front page: no open redirects.

    Browsers read a backslash as a slash and drop control characters, so both are refused.
    """
    local = target.startswith("/") and not target.startswith("//") and "\\" not in target
    if not local or not target.isprintable() or len(target) > 2000:
        return "/"
    path = urlsplit(target).path
    return "/" if path in {"/login", "/login/demo", "/setup", "/logout"} or path.startswith("/_stcore/") else target


def from_this_site(request: Request) -> bool:
    """Whether the browser vouches that one of our own pages sent this request."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    host = request.headers.get("host", "")
    return bool(host) and urlsplit(request.headers.get("origin", "")).netloc.lower() == host.lower()


def set_session_cookie(response: Response, token: str) -> None:
    """The cookie ends with the browser; how long a sign-in lasts is decided on the server."""
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="lax", secure=settings().cookie_secure)


def clear_session_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=settings().cookie_secure)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small urlencoded form; {} when it is too large or not one."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0].replace("\0", "") for name, values in fields.items()}


@lru_cache(maxsize=len(BRAND))
def _brand_file(name: str) -> bytes:
    return (STATIC / name).read_bytes()


def _picture(name: str) -> Response:
    return Response(_brand_file(name), media_type=BRAND[name], headers={"cache-control": "public, max-age=3600"})


async def _brand(request: Request) -> Response:
    name = request.path_params["name"]
    return _picture(name) if name in BRAND else Response(status_code=404)


async def _favicon(request: Request) -> Response:
    return _picture("favicon.png")


@dataclass
class SignIn:
    """The routes, given what `accounts.sessions` offers."""

    sessions: Sessions
    # An argon2 hash takes 64 MB and a third of a second: a flood of guesses waits here
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.login_page, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/login/demo", self.demo_login, methods=["POST"]),
            Route("/setup", self.setup_page, methods=["GET"]),
            Route("/setup", self.setup, methods=["POST"]),
            Route("/logout", self.logout_page, methods=["GET"]),
            Route("/logout", self.logout, methods=["POST"]),
            Route("/brand/{name}", _brand, methods=["GET"]),
            Route("/favicon.png", _favicon, methods=["GET"]),
            Route("/favicon.ico", _favicon, methods=["GET"]),
        ]

    async def _session(self, request: Request) -> int | None:
        token = request.cookies.get(COOKIE, "")
        return await run_in_threadpool(self.sessions.resolve, token) if token else None

    async def _try(self, enter: Callable[[], str], target: str) -> Response | str:
        """Signed in and on the way to `target`, or the refusal's text."""
        try:
            async with self._turns:
                token = await run_in_threadpool(enter)
        except AppError as refusal:
            return refusal.message + refusal.remedy
        response = RedirectResponse(target, 303)
        set_session_cookie(response, token)
        return response

    async def login_page(self, request: Request) -> Response:
        target = safe_next(request.query_params.get("next", "/"))
        if await run_in_threadpool(self.sessions.needs_setup):
            return RedirectResponse("/setup", 303)
        if await self._session(request) is not None:
            return RedirectResponse(target, 303)
        return await self._login_form(target)

    async def _login_form(self, target: str, username: str = "", problem: str = "", status: int = 200) -> Response:
        wrong = bool(problem)
        following = f'<input type="hidden" name="next" value="{escape(target)}">'
        demos = await run_in_threadpool(self.sessions.demo_accounts)
        cards = "".join(
            f'<li><form method="post" action="/login/demo">{following}'
            f'<input type="hidden" name="username" value="{escape(demo.username)}">'
            f'<button class="card"><span class="initial" aria-hidden="true">{escape(demo.name[:1])}</span>'
            f'<span class="who">{escape(demo.name)}<small>{escape(demo.role_label)}</small></span>'
            f'<span class="where">{escape(demo.organisation)}</span></button></form></li>'
            for demo in demos
        )
        demo_part = (
            f'<section class="demo" aria-labelledby="demo"><header><h2 id="demo">一键进入演示</h2>'
            f'<span class="mark">演示数据</span></header>'
            f'<p class="lead">人员、单位与数据均为虚构，选一个身份即可进入。</p>'
            f'<ul class="cards">{cards}</ul></section>'
            if cards
            else ""
        )
        body = (
            f'<h1>登录</h1><p class="lead">请用本单位管理员为您开通的账号。</p>{plain.alert(problem)}'
            f'<form class="sheet" method="post" action="/login">{following}'
            + plain.field("username", "用户名", username, wrong=wrong, autocomplete="username")
            + plain.field("password", "密码", wrong=wrong, type="password", autocomplete="current-password")
            + '<button class="primary">登录</button></form>'
            + '<p class="after">忘记密码，请联系本单位的系统管理员重置。</p>'
            + '<p class="after">想来揭榜？<a href="/apply">揭榜单位申请账号</a>　<a href="/public/challenges">看看榜单</a>　<a href="/public">公开栏</a>　<a href="/verify">报告核对</a></p>'
            + demo_part
        )
        return plain.page("登录", body, status, narrow=not cards)

    async def login(self, request: Request) -> Response:
        if not from_this_site(request):
            return forged(request)
        form = await read_form(request)
        target, username = safe_next(form.get("next", "/")), form.get("username", "").strip()
        password, address = form.get("password", ""), request.client.host if request.client else ""
        outcome = await self._try(lambda: self.sessions.sign_in(username, password, address), target)
        return await self._login_form(target, username, outcome, 422) if isinstance(outcome, str) else outcome

    async def demo_login(self, request: Request) -> Response:
        if not from_this_site(request):
            return forged(request)
        form = await read_form(request)
        target, username = safe_next(form.get("next", "/")), form.get("username", "")
        address = request.client.host if request.client else ""
        outcome = await self._try(lambda: self.sessions.demo_sign_in(username, address), target)
        return await self._login_form(target, "", outcome, 422) if isinstance(outcome, str) else outcome

    async def setup_page(self, request: Request) -> Response:
        if not await run_in_threadpool(self.sessions.needs_setup):
            return RedirectResponse("/login", 303)
        return self._setup_form({})

    def _setup_form(self, given: dict[str, str], problem: str = "", status: int = 200) -> Response:
        least = settings().password_length
        body = (
            '<h1>首次设置</h1><p class="lead">系统里还没有账号。请建立第一个系统管理员，其余账号由管理员开通。</p>'
            + plain.alert(problem)
            + '<form class="sheet" method="post" action="/setup">'
            + plain.field(
                "code",
                "初始化口令",
                hint="启动服务时打印在控制台上，用来确认是您安装了系统。",
                autocomplete="one-time-code",
            )
            + plain.field("organisation", "单位全称", given.get("organisation", ""), autocomplete="organization")
            + plain.field("name", "姓名", given.get("name", ""), autocomplete="name")
            + plain.field("username", "用户名", given.get("username", ""), autocomplete="username")
            + plain.field(
                "password",
                "密码",
                hint=f"至少 {least} 个字符。",
                type="password",
                autocomplete="new-password",
                minlength=str(least),
            )
            + '<button class="primary">建立管理员并登录</button></form>'
        )
        return plain.page("首次设置", body, status, narrow=True)

    async def setup(self, request: Request) -> Response:
        if not from_this_site(request):
            return forged(request)
        if not await run_in_threadpool(self.sessions.needs_setup):
            return RedirectResponse("/login", 303)
        form = await read_form(request)
        username, name, organisation, code = (
            form.get(key, "").strip() for key in ("username", "name", "organisation", "code")
        )
        password, address = form.get("password", ""), request.client.host if request.client else ""
        outcome = await self._try(
            lambda: self.sessions.set_up(username, name, password, organisation, code, address), "/"
        )
        return self._setup_form(form, outcome, 422) if isinstance(outcome, str) else outcome

    async def logout_page(self, request: Request) -> Response:
        """Asks first: a link from elsewhere must not sign anyone out."""
        body = (
            '<h1>退出登录</h1><p class="lead">将在所有设备上退出您的账号，未提交的内容不会保留。</p>'
            '<form class="sheet" method="post" action="/logout"><button class="primary">退出登录</button></form>'
            '<p class="after"><a href="/">返回系统</a></p>'
        )
        return plain.page("退出登录", body, narrow=True)

    async def logout(self, request: Request) -> Response:
        if not from_this_site(request):
            return forged(request)
        session = await self._session(request)
        if session is not None:
            await run_in_threadpool(self.sessions.sign_out, session)
        response = RedirectResponse("/login", 303)
        clear_session_cookie(response)
        return response


def forged(request: Request, back: str = "/login", label: str = "回到登录页") -> Response:
    """The answer to a form that came from somewhere else."""
    # A proxy that rewrites Host makes honest forms look forged: the log says what was compared
    log.warning(
        "forged_post_refused",
        path=request.url.path,
        origin=request.headers.get("origin"),
        host=request.headers.get("host"),
        site=request.headers.get("sec-fetch-site"),
    )
    body = f'<h1>未予处理</h1>{plain.alert(FORGED)}<p class="after"><a href="{back}">{label}</a></p>'
    return plain.page("未予处理", body, 403, narrow=True)


def login_address(scope_path: str, query: str) -> str:
    """Where an anonymous visitor of a page is sent, to come back to it after signing in."""
    wanted = safe_next(quote(scope_path, safe="/") + (f"?{query}" if query else ""))
    return "/login" if wanted == "/" else f"/login?next={quote(wanted, safe='')}"
