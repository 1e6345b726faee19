"""The server around Streamlit: identity, refusals, headers, health, start-up.

`options(prepare)` gives `st.App` everything but the script. From the outside in:

    Guard     size limits and security headers on every answer
    Identity  cookie → signed header; anonymous visitors get the sign-in pages only
    Localise  Streamlit's frontend in Chinese
    Streamlit routes, with ours (sign-in, health) before its own
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import importlib
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from socket import AF_INET, AF_INET6
from typing import Any

import streamlit as st
import structlog
from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from core.errors import AppError
from core.settings import settings
from web import applying, bundles, localise, verifying
from web.identity import COOKIE, HEADER, USER_KEY, Sessions, sign
from web.signin import FORM_BYTES, SignIn, clear_session_cookie, login_address

log = structlog.get_logger(__name__)

UPLOADS = "/_stcore/upload_file/"
_OPEN = frozenset(
    {"/login", "/login/demo", "/setup", "/logout", "/healthz", "/readyz", "/_stcore/health"}
    | {"/favicon.png", "/favicon.ico", applying.PATH, verifying.PATH}
)
_OPEN_UNDER = ("/static/", "/brand/")
# A multipart body is a little larger than the file in it
_FRAMING = 1024 * 1024
_WARM = ("pandas", "pyarrow", "altair", "streamlit.elements.arrow")
_READY_SECONDS = 3.0

SIGNED_OUT = "您的登录已结束，请刷新页面后重新登录。"
UNAVAILABLE = "数据库暂时无法访问，请稍后重试；如持续出现，请联系系统管理员。"


def is_open(path: str) -> bool:
    """Paths that anyone may ask for, because they show nothing of ours or are the way in."""
    return path in _OPEN or path.startswith(_OPEN_UNDER)


def is_page(path: str) -> bool:
    """Paths a browser opens as a page; everything else is fetched by a page."""
    fetched = path.startswith(("/media/", "/component/", "/auth/", "/oauth2callback"))
    return not fetched and "/_stcore/" not in path


def _cookie(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"cookie":
            for part in value.decode("latin-1").split(";"):
                key, _, token = part.strip().partition("=")
                if key == COOKIE:
                    return str(token)
    return ""


@dataclass
class Identity:
    """ASGI middleware. A request's identity is decided here, once, and only from the cookie.

    The session is looked up for every request and every websocket (one indexed query in a
    worker thread): remembering the answer would let a signed-out browser go on.
    """

    app: ASGIApp
    sessions: Sessions
    doors: frozenset[str] = frozenset()  # paths that ask for a token of their own
    public: frozenset[str] = frozenset()  # paths that show everybody what was released
    _set_up: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        name = HEADER.encode()
        headers = [pair for pair in scope["headers"] if pair[0] != name]
        scope = {**scope, "headers": headers}
        if is_open(scope["path"]) or scope["path"] in self.doors | self.public:
            await self.app(scope, receive, send)
            return
        token = _cookie(scope)
        try:
            session = await run_in_threadpool(self.sessions.resolve, token) if token else None
            empty = session is None and await self._needs_setup()
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody gets in
            # One line and no traceback: while a database is away this happens at every request
            log.error("session_lookup_failed", error=repr(error))
            await self._refuse(scope, receive, send, PlainTextResponse(UNAVAILABLE, 503))
            return
        if session is not None:
            headers.append((name, sign(session).encode()))
            await self.app(scope, receive, send)
            return
        response: Response
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} and is_page(scope["path"]):
            where = login_address(scope["path"], scope["query_string"].decode("latin-1"))
            response = RedirectResponse("/setup" if empty else where, 303)
        else:
            response = PlainTextResponse(SIGNED_OUT, 401)
        if token:
            clear_session_cookie(response)
        await self._refuse(scope, receive, send, response)

    async def _needs_setup(self) -> bool:
        """Whether there is no account yet; once there is one there always will be."""
        if not self._set_up:
            self._set_up = not await run_in_threadpool(self.sessions.needs_setup)
        return not self._set_up

    @staticmethod
    async def _refuse(scope: Scope, receive: Receive, send: Send, response: Response) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        response.headers["cache-control"] = "no-store"
        await response(scope, receive, send)


@lru_cache(maxsize=64)
def policy(host: str) -> str:
    """The Content-Security-Policy of the app. The websocket's address is named because not
    every browser counts it as 'self'; a bare `wss:` would let a page talk to any server."""
    stream = f" ws://{host} wss://{host}" if re.fullmatch(r"[\w.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", host) else ""
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        f"connect-src 'self'{stream}; worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; "
        "base-uri 'self'; object-src 'none'"
    )


class _TooLarge(Exception):
    """The body went past its limit while it was read."""


@dataclass
class Guard:
    """ASGI middleware: no body beyond its limit, no answer without the security headers."""

    app: ASGIApp
    upload_mb: int
    doors: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fields = dict(scope["headers"])
        host = fields.get(b"host", b"").decode("latin-1")
        uploading = scope["path"].startswith(UPLOADS) or scope["path"] in self.doors
        limit = self.upload_mb * 1024 * 1024 + _FRAMING if uploading else 4 * FORM_BYTES
        declared = fields.get(b"content-length", b"0")
        started, seen = False, 0

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(raw=message["headers"])
                headers.setdefault("content-security-policy", policy(host))
                headers.setdefault("x-content-type-options", "nosniff")
                headers.setdefault("x-frame-options", "DENY")
                # Not "no-referrer": forms would lose the Origin that proves where they come from
                headers.setdefault("referrer-policy", "same-origin")
                headers.setdefault("permissions-policy", "camera=(), microphone=(), geolocation=()")
                headers.setdefault("cross-origin-opener-policy", "same-origin")
                if scope["path"].startswith("/media/"):
                    headers.setdefault("cache-control", "private, no-store")
            await send(message)

        async def receiving() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        try:
            if declared.isdigit() and int(declared) > limit:
                raise _TooLarge
            await self.app(scope, receiving, sending)
        except _TooLarge:
            if started:
                raise
            what = f"文件超过 {self.upload_mb} MB 的上限，请拆分或压缩后再上传。" if uploading else "提交的内容过大。"
            answer: Response = PlainTextResponse(what, 413, {"connection": "close"})
            if scope["path"] in self.doors:
                answer = JSONResponse({"ok": False, "message": what}, 413, {"connection": "close"})
            await answer(scope, receive, sending)


def on_script_error(error: Exception) -> bool:
    """Errors that arise around a page rather than in it, where the router cannot catch them."""
    from web import guard  # not at the top: it loads the rooms below, which the server's own tests do without

    if isinstance(error, AppError):
        st.error(guard.plain(error))
    else:
        guard.report_defect(error)
    return True


async def healthz(request: Request) -> Response:
    """The process is up."""
    return PlainTextResponse("ok", headers={"cache-control": "no-store"})


def readyz(ready: Callable[[], object]) -> Callable[[Request], Any]:
    """The database answers: 200, else 503 with the kind of failure (never its text, which may
    name hosts and users)."""

    async def endpoint(request: Request) -> Response:
        reason = ""
        try:
            # Abandoned, not cancelled: a thread stuck in a driver cannot be stopped, only left behind
            await asyncio.wait_for(to_thread.run_sync(ready, abandon_on_cancel=True), _READY_SECONDS)
        except TimeoutError:
            reason = f"数据库 {_READY_SECONDS:.0f} 秒内没有应答"
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            log.error("not_ready", error=repr(error))
            reason = f"数据库无法访问（{type(error).__name__}）"
        headers = {"cache-control": "no-store"}
        if reason:
            return JSONResponse({"ready": False, "reason": reason}, 503, headers)
        return JSONResponse({"ready": True}, headers=headers)

    return endpoint


def _configure() -> None:
    """Make Streamlit's settings follow ours; refuse to start where identity could not work."""
    mapped = config.get_option("server.trustedUserHeaders")
    if mapped != {HEADER: USER_KEY}:
        raise RuntimeError(
            f"server.trustedUserHeaders is {mapped!r}: .streamlit/config.toml was not read or is not ours. "
            "Start from the folder of streamlit_app.py."
        )
    config.set_option("server.maxUploadSize", settings().largest_mb)
    # One key for all processes behind a balancer, and one that survives a restart
    key = hmac.new(settings().secret(), b"streamlit-cookies", hashlib.sha256).hexdigest()
    config.set_option("server.cookieSecret", key)


def _send_at_once() -> None:
    """Switch Nagle's algorithm off for every connection to come.

    asyncio does so only for sockets made with an explicit protocol number, and Streamlit's are not:
    each rerun's messages then wait some 40 ms for the browser to acknowledge the first of them.
    Connections inherit the option from the listening socket, which exists by now but is handed
    to nobody; hence the search.
    """
    for thing in gc.get_objects():
        if type(thing) is not socket.socket or thing.fileno() < 0 or thing.family not in {AF_INET, AF_INET6}:
            continue
        if thing.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            thing.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _warm() -> Iterator[str]:
    """Modules that a page's first visitor would wait for, and which would then not be frozen."""
    from web import router  # not at the top: it loads the rooms below, which the server's own tests do without

    yield from _WARM
    yield from router.needed()


def _freeze(modules: Iterable[str]) -> None:
    """Import what pages need and move all of it out of the garbage collector's sight.

    Streamlit collects everything after every rerun by default: 80–150 ms under the GIL, paid by
    whoever comes next. `runner.postScriptGC = false` ends that; freezing keeps Python's own
    collections short as well.
    """
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


def options(
    prepare: Callable[[], None],
    *,
    sessions: Sessions | None = None,
    ready: Callable[[], object] | None = None,
    warm: Iterable[str] | None = None,
    doors: Sequence[Route] = (),
    public: Sequence[Route] = (),
) -> dict[str, Any]:
    """The keyword arguments for `st.App(script, **options(prepare))`.

    `prepare` runs once before the first visitor (migrations, demo data, fonts) and may raise to
    stop the start. `sessions` defaults to `accounts.sessions`, `ready` to a question to the
    database; `warm` names modules to import beforehand, by default all that pages need; `doors` are routes for
    machines, which ask for a token instead of a sign-in; `public` are pages of the rooms that show everybody what was
    released.
    """
    if sessions is None:
        from accounts import sessions as ours  # not at the top: the server's own tests do without a database

        sessions = ours
    _configure()
    paths = frozenset(route.path for route in doors)

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[None]:
        begun = time.perf_counter()
        await run_in_threadpool(prepare)
        _send_at_once()
        bundles.install()
        await run_in_threadpool(_freeze, _warm() if warm is None else warm)
        translating = asyncio.create_task(run_in_threadpool(localise.warm))
        log.info("started", seconds=round(time.perf_counter() - begun, 2))
        yield
        await translating

    return {
        "routes": [
            Route("/healthz", healthz),
            Route("/readyz", readyz(ready or sessions.needs_setup)),
            *SignIn(sessions).routes(),
            *applying.routes(),
            *verifying.routes(),
            *doors,
            *public,
        ],
        "middleware": [
            Middleware(Guard, upload_mb=settings().largest_mb, doors=paths),
            Middleware(Identity, sessions=sessions, doors=paths, public=frozenset(route.path for route in public)),
            Middleware(localise.Localise),
        ],
        "lifespan": lifespan,
        "on_script_error": on_script_error,
    }
