"""The list of challenges (榜单) for everybody, without signing in: plain pages and their papers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from challenges import public, report
from challenges.views import ChallengeRow, ChallengeView, NoticeView
from core import clock
from core.settings import settings
from core.words import ChallengeState
from web import keep, plain

LIST, ONE, LIST_PDF, NOTICE_PDF = (
    "/public/challenges",
    "/public/challenge",
    "/public/challenges.pdf",
    "/public/notice.pdf",
)
# Paper takes a second to make: a flood of requests waits here, and what was made is kept
_turns = asyncio.Semaphore(1)


async def show_list(_: Request) -> Response:
    found = await run_in_threadpool(public.released)
    body = (
        f'<h1>揭榜挂帅榜单{_demo()}</h1><p class="lead">哪些难题在张榜求解？截止时间均为北京时间，截止时刻及以后不再接受申请。</p>'
        + "".join(_section(name, rows) for name, rows in found.items() if rows)
        + ("" if any(found.values()) else '<p class="after">还没有发布的榜单。</p>')
        + (
            f'<p class="after"><a href="{LIST_PDF}">下载正在揭榜的榜单（PDF）</a></p>'
            if found[public.STAGES[0]]
            else ""
        )
        + '<p class="after"><a href="/apply">揭榜单位申请账号</a>　<a href="/login">登录</a></p>'
    )
    return plain.open_page(LIST, "揭榜挂帅榜单", body)


async def show_one(request: Request) -> Response:
    view = await run_in_threadpool(public.find, request.query_params.get("code", ""))
    back = f'<p class="after"><a href="{LIST}">全部榜单</a></p>'
    if view is None:
        return plain.open_page(
            LIST, "榜单", f"<h1>榜单</h1>{plain.alert('没有找到这个榜单，请回到全部榜单重新选择。')}{back}", 404
        )
    row = view.row
    body = (
        f'{back}<h1>{escape(row.title)}</h1><p class="lead">{escape(row.code)}　{escape(public.state(row))}{_demo()}</p>'
        + plain.facts([("发榜单位", row.organisation), *report.challenge_facts(view)])
        + "".join(_notice(view, notice) for notice in view.notices)
        + _questions(view)
        + (
            '<p class="after"><a href="/login">登录后揭榜、提问</a>　<a href="/apply">申请账号</a></p>'
            if row.open
            else ""
        )
    )
    return plain.open_page(LIST, row.title, body)


async def list_pdf(_: Request) -> Response:
    return await _paper(_list_kept, f"揭榜挂帅榜单_{clock.today():%Y%m%d}.pdf")


async def notice_pdf(request: Request) -> Response:
    code, number = (request.query_params.get(name, "") for name in ("code", "n"))
    which = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    return await _paper(partial(_notice_kept, code, which), f"公示_{code}_{which}_{clock.today():%Y%m%d}.pdf")


def _list_kept() -> bytes | None:
    """Made anew when the data change, and when a deadline passes."""
    taking = tuple(row.id for row in public.released()[public.STAGES[0]])
    return keep.kept(("open list", keep.version(), taking), public.list_pdf) if taking else None


def _notice_kept(code: str, number: int) -> bytes | None:
    key = ("open notice", keep.version(), clock.today(), code, number)  # a notice begins with a day
    return keep.kept(key, partial(public.notice_pdf, code, number))


async def _paper(make: Callable[[], bytes | None], name: str) -> Response:
    async with _turns:
        data = await run_in_threadpool(make)
    if data is None:
        body = f'<h1>没有这份文件</h1><p class="after"><a href="{LIST}">全部榜单</a></p>'
        return plain.open_page(LIST, "没有这份文件", body, 404)
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return Response(data, media_type="application/pdf", headers=headers)


def _demo() -> str:
    invented = keep.kept(("demo", settings().url), public.invented)
    return plain.invented(invented)


def _section(name: str, rows: list[ChallengeRow]) -> str:
    items = "".join(
        f'<li><a class="item" href="{ONE}?code={quote(row.code)}"><b>{escape(row.title)}</b>'
        f"<span>{escape(row.code)}　{escape(public.state(row))}　{escape(row.mode)}　资金 {escape(row.funding)}　"
        f"试点名额 {row.places} 个　{escape(row.organisation)}</span>"
        + (f"<span>截止 {clock.show(row.deadline)}</span>" if row.open else "")
        + "</a></li>"
        for row in rows
    )
    return f'<h2 class="section">{name}（{len(rows)}）</h2><ul class="items">{items}</ul>'


def _notice(view: ChallengeView, notice: NoticeView) -> str:
    ranked = [
        (
            str(item["place"]),
            f"{item['organisation']}\n{item.get('code') or ''}",
            item["title"],
            "拟中榜" if item["proposed"] else "候补",
        )
        for item in notice.ranking
    ]
    changes = [("与上一号的差别", "；".join(notice.changes))] if notice.changes else []
    return (
        f'<h2 class="section">第 {notice.number} 号公示</h2>'
        + plain.table("拟中榜和候补", ("顺位", "单位和统一社会信用代码", "方案", "结果"), ranked)
        + plain.facts([*_progress(view, notice), *report.notice_facts(view, notice), *changes])
        + f'<p class="after"><a href="{NOTICE_PDF}?code={quote(view.row.code)}&amp;n={notice.number}">下载公示（PDF）</a></p>'
    )


def _progress(view: ChallengeView, notice: NoticeView) -> list[tuple[str, str]]:
    """How far the newest notice has come."""
    if notice is not view.notices[0]:
        return []
    if view.row.state is ChallengeState.PAUSED:
        return [("进展", "收到异议，公示暂停；答复后继续")]
    if notice.left is None:
        return []
    return [("进展", f"还有 {notice.left} 个工作日（含今天）" if notice.left else "公示期已满")]


def _questions(view: ChallengeView) -> str:
    answered = [(item.text, item.answer) for item in view.questions if item.answered_at]
    if not answered:
        return ""
    said = "".join(
        f"<li><p><b>问</b>　{escape(text)}</p><p><b>答</b>　{escape(reply)}</p></li>" for text, reply in answered
    )
    return f'<h2 class="section">答疑</h2><ul class="items">{said}</ul>'


ROUTES = (
    Route(LIST, show_list, methods=["GET"]),
    Route(ONE, show_one, methods=["GET"]),
    Route(LIST_PDF, list_pdf, methods=["GET"]),
    Route(NOTICE_PDF, notice_pdf, methods=["GET"]),
)
