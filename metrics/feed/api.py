"""`POST /api/returns`: the feed door for machines. docs/api.md describes it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import structlog
from sqlmodel import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import AppError, Conflict, Duplicate
from db.session import read
from db.tables import Feed
from metrics.feed import senders, working
from metrics.feed.loading import Sender, Wish

log = structlog.get_logger(__name__)

PATH = "/api/returns"
_KEY_LENGTH = 200
_FLAGS = ("dry_run", "partial", "submit")
_YES, _NO = frozenset(("1", "true", "yes")), frozenset(("0", "false", "no"))
_turn = asyncio.Semaphore(1)  # one at a time in a process, so that people at their pages do not wait


class Refused(Exception):
    """A request that is not taken: the status, what is wrong, how to mend it."""

    def __init__(self, status: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.status, self.message, self.remedy = status, message, remedy


async def returns(request: Request) -> Response:
    """One delivery in, its findings out; whatever happens the answer is JSON."""
    try:
        if request.method != "POST":
            raise Refused(405, "这个地址只接受 POST。", "请用 POST 送报，内容为 CSV 或 JSON。")
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        sender = None
        if scheme.lower() == "bearer" and secret.strip():
            sender = await run_in_threadpool(senders.machine, secret.strip())
        if sender is None:
            raise Refused(
                401,
                "没有送报令牌，或令牌已吊销、已过期。",
                "请在请求头写明 Authorization: Bearer 令牌；令牌由研究院发放。",
            )
        wish, key, as_json = _asked(request)
        body = await request.body()
        async with _turn:
            status, told, replayed = await run_in_threadpool(_deliver, sender, body, wish, key, as_json)
        return _json(told, status, {"idempotent-replayed": "true"} if replayed else {})
    except Refused as refused:
        headers = {"www-authenticate": "Bearer"} if refused.status == 401 else {}
        return _refusal(refused.status, refused.message, refused.remedy, headers)
    except Conflict as busy:
        return _refusal(503, busy.message, busy.remedy, {"retry-after": "5"})
    except AppError as error:
        return _refusal(400, error.message, error.remedy, {})


def _asked(request: Request) -> tuple[Wish, str | None, bool]:
    """(what is wished, the delivery's key, whether the body is JSON)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("text/csv", "application/json"):
        raise Refused(
            415, f"不接受内容类型“{kind or '（没有写）'}”。", "请写 Content-Type: text/csv 或 application/json。"
        )
    unknown = sorted(set(request.query_params) - {*_FLAGS, "collection"})
    if unknown:
        raise Refused(
            400, f"不认识的参数：{'、'.join(unknown)}。", "可用的参数：collection、dry_run、partial、submit。"
        )
    flags: dict[str, bool] = {}
    for name in _FLAGS:
        raw = request.query_params.get(name)
        if raw is not None:
            if raw.lower() not in _YES | _NO:
                raise Refused(400, f"参数 {name} 的值“{raw[:20]}”认不出来。", "请写 1 或 0。")
            flags[name] = raw.lower() in _YES
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= _KEY_LENGTH and key.isprintable()):
        raise Refused(400, "Idempotency-Key 的长度应在 1 到 200 个字符之间。", "请为每次送报生成一个不重复的编号。")
    return Wish(collection=request.query_params.get("collection", ""), **flags), key, kind == "application/json"


def _deliver(
    sender: Sender, body: bytes, wish: Wish, key: str | None, as_json: bool
) -> tuple[int, dict[str, Any], bool]:
    """(status, answer, whether it was given before)."""
    name = "feed.json" if as_json else "feed.csv"
    if wish.dry_run:
        found = working.look(sender, body, name, wish)
        return found.status, found.answer, False
    request = hashlib.sha256(b"|".join((wish.words.encode(), name.encode(), body))).hexdigest()
    before = _before(sender, key, request)
    if before is None:
        try:
            return (*working.load(sender, body, name, wish, key=key, request=request), False)
        except Duplicate:  # the same delivery came twice at once, and the other one was faster
            before = _before(sender, key, request)
            if before is None:
                raise
    return (*before, True)


def _before(sender: Sender, key: str | None, request: str) -> tuple[int, dict[str, Any]] | None:
    """What was answered to this key before; Refused when it was for another delivery."""
    if key is None:
        return None
    with read() as session:
        row = session.exec(select(Feed).where(Feed.token_id == sender.token_id, Feed.key == key)).first()
        if row is None:
            return None
        if row.request != request:
            raise Refused(
                409, "这个 Idempotency-Key 已用于另一份内容。", "内容不同的送报请换一个编号；重发请原样重发。"
            )
        return row.status, row.answer


def _json(content: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, status, {"cache-control": "no-store", **headers}, "application/json")


def _refusal(status: int, message: str, remedy: str, headers: dict[str, str]) -> Response:
    return _json({"ok": False, "saved": False, "message": message, "remedy": remedy, "findings": []}, status, headers)


ROUTES = (Route(PATH, returns, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),)
