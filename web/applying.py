"""Where an organisation asks to be let in as a bidder (`/apply`), and asks how its application stands.

Open to everybody, so it says nothing about who is known: whatever is filled in properly is received.
"""

from __future__ import annotations

import asyncio
import uuid
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import applying
from accounts.schemas import BIDDING
from core import clock
from core.errors import AppError
from core.settings import settings
from core.words import ApplicationState
from web import plain
from web.signin import forged, from_this_site, read_form

PATH = "/apply"
_FIELDS = ("organisation", "kind", "code", "contact", "phone", "password", "form")
_SAID = {
    ApplicationState.WAITING: "研究院正在核对。通过后，用统一社会信用代码作用户名、您填写的密码登录。",
    ApplicationState.APPROVED: "可以登录了：用户名是统一社会信用代码，密码是申请时填写的密码。",
    ApplicationState.REFUSED: "没有通过。可以按审核意见更正后重新申请。",
}
# A password's hash takes a third of a second: a flood of forms waits here
_turns = asyncio.Semaphore(2)


def routes() -> list[Route]:
    return [Route(PATH, show, methods=["GET"]), Route(PATH, receive, methods=["POST"])]


async def show(request: Request) -> Response:
    receipt = plain.clean(request.query_params.get("r", ""))
    if not receipt:
        return _form({})
    found = await run_in_threadpool(applying.standing, receipt)
    if found is None:
        return _form({}, "没有找到这个回执号的申请，请核对后重新查询。", 404, receipt)
    return _receipt(receipt, found)


async def receive(request: Request) -> Response:
    if not from_this_site(request):
        return forged(request, PATH, "回到申请页")
    given = await read_form(request)
    values = {name: given.get(name, "") for name in _FIELDS}
    address = request.client.host if request.client else ""
    try:
        async with _turns:
            receipt = await run_in_threadpool(lambda: applying.apply(**values, address=address))
    except AppError as refusal:
        return _form(
            values, f"{refusal.message}{'。' if not refusal.message.endswith('。') else ''}{refusal.remedy}", 422
        )
    return RedirectResponse(f"{PATH}?r={receipt}", 303)


def _form(given: dict[str, str], problem: str = "", status: int = 200, receipt: str = "") -> Response:
    least = settings().password_length
    wrong = bool(problem) and not receipt
    body = (
        '<h1>揭榜单位申请账号</h1><p class="lead">填写本单位信息，研究院核对营业执照后开通；开通前不能揭榜。</p>'
        + plain.alert(problem)
        + f'<form class="sheet" method="post" action="{PATH}">'
        + f'<input type="hidden" name="form" value="{escape(given.get("form") or uuid.uuid4().hex)}">'
        + plain.field(
            "organisation", "单位全称", given.get("organisation", ""), "与营业执照一致。", autocomplete="organization"
        )
        + plain.choice("kind", "类别", {kind.value: kind.label for kind in BIDDING}, given.get("kind", ""))
        + plain.field(
            "code", "统一社会信用代码", given.get("code", ""), "18 位，开通后就是用户名。", autocomplete="off"
        )
        + plain.field("contact", "联系人", given.get("contact", ""), autocomplete="name")
        + plain.field("phone", "联系电话", given.get("phone", ""), type="tel", autocomplete="tel")
        + plain.field(
            "password",
            "密码",
            hint=f"至少 {least} 个字符。{'请重新填写。' if wrong else ''}",
            type="password",
            autocomplete="new-password",
            minlength=str(least),
        )
        + '<button class="primary">提交申请</button></form>'
        + f'<form class="sheet" method="get" action="{PATH}">'
        + plain.field("r", "已经申请过？用回执号查询", receipt, autocomplete="off")
        + '<button class="plain">查询进展</button></form>'
        + '<p class="after"><a href="/login">回到登录页</a></p>'
    )
    return plain.page("揭榜单位申请账号", body, status, narrow=True)


def _receipt(receipt: str, found: applying.Standing) -> Response:
    facts = [
        ("单位", found.organisation),
        ("提交时间", f"{clock.show(found.applied_at)}（北京时间）"),
        ("回执号", receipt),
        ("状态", found.state.label),
    ]
    if found.reason:
        facts.append(("审核意见", found.reason))
    again = f'<p class="after"><a href="{PATH}">重新申请</a></p>' if found.state is ApplicationState.REFUSED else ""
    body = (
        '<h1>申请进展</h1><p class="lead">请记下回执号，凭它随时查询；系统不发短信和邮件。</p>'
        f"{plain.done(_SAID[found.state], '■' if again else '✔')}{plain.facts(facts)}{again}"
        '<p class="after"><a href="/login">去登录</a></p>'
    )
    return plain.page("申请进展", body, narrow=True)
