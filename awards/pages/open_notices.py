"""Lists on notice for everybody, without signing in: who is to be chosen, until when one may object, and where."""

from __future__ import annotations

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from awards import public_notices, public_queries
from awards.public_notices import PublicNotice
from core import clock
from web import plain

PAGE = "/public/award-notices"


async def show(_: Request) -> Response:
    found = await run_in_threadpool(public_notices.notices)
    mark = plain.invented(await run_in_threadpool(public_queries.invented))
    body = (
        f'<h1>遴选公示{mark}</h1><p class="lead">拟入选的是哪些项目，有不同意见找谁？</p>'
        + "".join(_notice(item) for item in found)
        + ("" if found else '<p class="big">现在没有正在公示的名单。已发布的结果在“集中晾晒”。</p>')
    )
    return plain.open_page(PAGE, "遴选公示", body)


def _notice(item: PublicNotice) -> str:
    if item.left is None:
        progress = "收到异议，公示暂停；答复后继续"
    else:
        progress = f"还有 {item.left} 个工作日（含今天）" if item.left else "公示期已满，等待发布"
    facts = [
        ("进展", progress),
        ("性质", item.nature),
        ("公示期", f"{item.starts_on} 至 {item.ends_on}（{item.days} 个工作日）"),
        ("异议受理", f"{item.contact}。请在公示期内实名、书面提出，并附依据；身份保密。"),
        ("发布时间", f"北京时间 {clock.show(item.issued_at)}"),
    ]
    if item.provisional:
        facts.append(("提示", "公示期为暂算：跨入的年度尚未公布放假安排"))
    if item.changes:
        facts.append(("与上一号的差别", "；".join(item.changes)))
    rows = [
        (line.title, line.track, line.grade + ("（山区海岛县保留名额）" if line.kept else ""), line.organisation)
        for line in item.listed
    ]
    return (
        f'<h2 class="section">{escape(item.edition)}　第 {item.number} 号公示</h2>{plain.facts(facts)}'
        + plain.table(f"{item.code} 拟入选名单，共 {len(rows)} 项", ("项目", "赛道", "等次", "申报单位"), rows)
    )


ROUTES = (Route(PAGE, show, methods=["GET"]),)
