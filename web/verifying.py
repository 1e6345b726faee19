"""The check page of a report (`/verify`): is the paper in hand the one the system issued, and the newest?

Open to everybody who holds the report: its number alone shows nothing, the letters of its digest must
match too (`db.issuing.verify`).
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import clock
from db import issuing
from web import plain

PATH = "/verify"


def routes() -> list[Route]:
    return [Route(PATH, check, methods=["GET"])]


async def check(request: Request) -> Response:
    number, digest = (plain.clean(request.query_params.get(key, "")) for key in ("n", "h"))
    found = await run_in_threadpool(issuing.verify, number, digest) if number or digest else None
    said = ""
    if found is not None:
        said = _report(found)
    elif number or digest:
        said = plain.alert(
            f"没有找到编号与校验码都相符的报告。请核对报告末页的编号和 {issuing.SHOWN} 位校验码；仍不相符时，请向出具单位核实。"
        )
    form = (
        f'<form class="sheet" method="get" action="{PATH}">'
        + plain.field("n", "报告编号", number)
        + plain.field(
            "h", "校验码", digest, hint=f"印在报告末页，共 {issuing.SHOWN} 位。", minlength=str(issuing.SHOWN)
        )
        + '<button class="primary">核对</button></form>'
    )
    body = f'<h1>报告核对</h1><p class="lead">核对手中的报告是否由本系统出具、是否为最新一份。</p>{said}{form}'
    return plain.open_page(PATH, "报告核对", body, 404 if said and found is None else 200)


def _report(found: issuing.Verified) -> str:
    issue = found.issue
    facts = [
        ("报告", issue.title or "（早期报告，未记题名）"),
        ("编号", issue.number),
        ("数据截至", f"{clock.show(issue.as_of)}（北京时间）"),
        ("校验码", issue.digest),
        ("状态", f"已有更新的一份：{found.followed_by}" if found.followed_by else "最新"),
    ]
    if issue.restates:
        facts.append(("替代", issue.restates))
    return f"{plain.done('本系统出具过这份报告。')}{plain.facts(facts)}"
