"""Streamlit's frontend in Chinese.

Streamlit has no translations. Its JavaScript bundles carry their English as literals, so
this middleware answers for `/static/js/*.js` itself: read once, phrases replaced, kept in
memory with an ETag and a compressed twin (Streamlit sends these megabytes uncompressed).
The HTML shell gets our language, title and no-script text. The phrases are data:
`web/static/streamlit.zh-CN.tsv`.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

PHRASES = Path(__file__).parent / "static" / "streamlit.zh-CN.tsv"
SCRIPTS = "/static/js/"
_NOT_SHELL = ("/static/", "/media/", "/_stcore/", "/component/")

# A file name changes with Streamlit's code but not with our phrases: fresh for a day, then
# used once more while the browser asks whether it is still right.
_CACHING = "public, max-age=86400, stale-while-revalidate=2592000"

# Fetched on the first page with a table or a chart
_HEAVY = ("DataFrame.", "arrowFormatUtils.", "embed.")

_NO_SCRIPT = "<noscript><p>智评需要 JavaScript 才能使用。请在浏览器设置中启用后刷新页面。</p></noscript>"
_HTML = (
    ('<html lang="en">', '<html lang="zh-CN">'),
    ("<title>Streamlit</title>", "<title>智评</title>"),
    # Advertises an HTTP interface for programs that is switched off here
    ('<link rel="service-desc" href="./_stcore/agent/openapi.json" />', ""),
)


@lru_cache(maxsize=1)
def phrases() -> tuple[tuple[bytes, bytes], ...]:
    """(English fragment, Chinese fragment) pairs in file order, in UTF-8."""
    lines = PHRASES.read_bytes().splitlines()
    pairs = (line.split(b"\t") for line in lines if line and not line.startswith(b"#"))
    return tuple((english, chinese) for english, chinese in pairs)


def translate(script: bytes) -> bytes:
    """One bundle with every known phrase replaced."""
    for english, chinese in phrases():
        script = script.replace(english, chinese)
    return script


def translate_page(html: str) -> str:
    """The HTML shell in Chinese, without the parts we do not use."""
    for english, chinese in _HTML:
        html = html.replace(english, chinese)
    before, opening, rest = html.partition("<noscript>")
    _, closing, after = rest.partition("</noscript>")
    html = before + _NO_SCRIPT + after if opening and closing else html
    # The theme names installed fonts, so Streamlit's own would be fetched for nothing
    head, mark, tail = html.partition('<link\n      rel="preload"')
    return head + tail.partition("/>")[2] if mark else html


def _accepts_gzip(header: str) -> bool:
    for offer in header.split(","):
        name, _, quality = offer.partition(";")
        if name.strip() == "gzip":
            return quality.replace(" ", "").rstrip("0.") != "q="
    return False


@dataclass(frozen=True)
class Asset:
    """One translated bundle, plain and compressed."""

    plain: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, path: Path) -> Asset:
        plain = translate(path.read_bytes())
        return cls(plain, gzip.compress(plain, 6, mtime=0), hashlib.sha256(plain).hexdigest()[:20])

    def response(self, request: Headers) -> Response:
        """The answer to a GET: whole (a Range may be ignored), compressed where accepted, or 304."""
        packed = _accepts_gzip(request.get("accept-encoding", ""))
        etag = f'"{self.etag}-gz"' if packed else f'"{self.etag}"'
        headers = {"etag": etag, "cache-control": _CACHING, "vary": "Accept-Encoding"}
        known = [tag.strip().removeprefix("W/") for tag in request.get("if-none-match", "").split(",")]
        if etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(self.packed if packed else self.plain, headers=headers, media_type="text/javascript")


@lru_cache(maxsize=1)
def bundles() -> dict[str, Path]:
    """The installed bundles. Only names listed here are ever read, so a path cannot lead elsewhere."""
    return {path.name: path for path in (Path(file_util.get_static_dir()) / "static" / "js").glob("*.js")}


_served: dict[str, Asset] = {}


def asset(name: str) -> Asset:
    """A bundle as we serve it: worked out once (up to 0.1 s), then kept for the process's life.
    Two first readers may both do the work; they come to the same."""
    if name not in _served:
        _served[name] = Asset.of(bundles()[name])
    return _served[name]


def warm() -> None:
    """Work out the bundles of a first visit, so that the first visitor does not wait for them."""
    shell = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    for name in bundles():
        if name in shell or name.startswith(_HEAVY):
            asset(name)


@dataclass
class Localise:
    """ASGI middleware; put it next to Streamlit, inside everything that may refuse a request."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
        elif scope["path"].startswith(SCRIPTS) and (name := scope["path"].removeprefix(SCRIPTS)) in bundles():
            if name not in _served:
                await run_in_threadpool(asset, name)
            await asset(name).response(Headers(scope=scope))(scope, receive, send)
        elif scope["path"].startswith(_NOT_SHELL):
            await self.app(scope, receive, send)
        else:
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The shell must come whole and unpacked to be rewritten; it is 8 kB and never cached
        conditional = {b"if-none-match", b"if-modified-since", b"range", b"accept-encoding"}
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in conditional]}
        start: Message | None = None
        body = bytearray()

        async def rewrite(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif message["type"] == "http.response.body" and start is not None:
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                headers = MutableHeaders(raw=start["headers"])
                for name in ("etag", "last-modified", "accept-ranges", "content-length"):
                    if name in headers:
                        del headers[name]
                page = translate_page(body.decode()).encode()
                if scope["method"] == "GET":
                    headers["content-length"] = str(len(page))
                await send(start)
                message = {"type": "http.response.body", "body": page}
            await send(message)

        await self.app(scope, receive, rewrite)
