"""Released pilots for everybody, without signing in; stars and words by the QR code of a pilot."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from core import clock
from core.errors import AppError
from pilots import public, public_ratings, public_scenarios
from pilots.public import Released
from web import plain, visitors
from web.signin import forged, from_this_site, read_form

LIST, ONE, RATE = "/public/pilots", "/public/pilot", "/public/pilot/rate"
SCENARIO = "/public/scenario"  # awards.pages.open_scenarios: a scenario's page names its awards, too
_WORDS = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "很不满意"}
STARS = {str(number): plain.stars(number, words) for number, words in _WORDS.items()}
_THANKS = {
    "counted": "谢谢，您的评价已经计入。",
    "waiting": "谢谢，您的评价已经计入；您写的意见审阅后公开。",
}


async def show_list(_: Request) -> Response:
    found = await run_in_threadpool(public.pilots)
    items = "".join(
        f'<li><a class="item" href="{ONE}?code={quote(row.content["code"])}"><b>{escape(row.content["name"])}</b>'
        f"<span>{escape(row.content['verdict'])}　{escape(row.content['lead'])}　"
        f"{len(row.content['counties'])} 个县（市、区）参加</span><span>{_rated(row)}</span></a></li>"
        for row in found
    )
    body = f'<h1>试点成效{_demo()}</h1><p class="lead">基层智治试点有没有用？公布的都有结论，可以评价。</p>' + (
        f'<ul class="items">{items}</ul>' if found else '<p class="big">还没有公布的试点，请过些时候再来。</p>'
    )
    return plain.open_page(LIST, "试点成效", body)


async def show_one(request: Request) -> Response:
    row = await run_in_threadpool(public.find, request.query_params.get("code", ""))
    if row is None:
        return _missing()
    said = _THANKS.get(request.query_params.get("said", ""), "")
    return visitors.known(request, _page(row, thanks=said))


async def back(_: Request) -> Response:
    """Whoever opens the address of a form that was sent goes to where it is filled in."""
    return RedirectResponse(LIST, 303)


async def rate(request: Request) -> Response:
    if not from_this_site(request):
        return forged(request, LIST, "回到试点成效")
    form = await read_form(request)
    row = await run_in_threadpool(public.find, form.get("code", ""))
    if row is None:
        return _missing()
    stars = form.get("stars", "")
    comment = form.get("comment", "")
    try:
        waiting = await run_in_threadpool(
            public_ratings.rate,
            row.pilot_id,
            int(stars) if stars in STARS else 0,
            comment,
            visitors.device(request),
            visitors.network(request),
        )
    except AppError as refusal:
        problem = f"{refusal.message}{'' if refusal.message.endswith('。') else '。'}{refusal.remedy}"
        return visitors.known(request, _page(row, problem=problem, comment=comment, status=422))
    said = "waiting" if waiting else "counted"
    return RedirectResponse(f"{ONE}?code={quote(row.content['code'])}&said={said}", 303)


def _page(row: Released, *, thanks: str = "", problem: str = "", comment: str = "", status: int = 200) -> Response:
    told = row.content
    by_group: dict[str, list[str]] = {}
    for name, group in told["counties"]:
        by_group.setdefault(group, []).append(name)
    counties = "\n".join(
        f"{group}：{'、'.join(names)}" if group else "、".join(names) for group, names in by_group.items()
    )
    facts = [
        ("场景", f"{told['scenario']}　{told['domain']}"),
        ("做什么", told["summary"]),
        ("要改变什么", told["promise"]),
        ("牵头单位", told["lead"]),
        ("时间", f"{told['from']} 至 {told['to']}"),
        ("试点地区", counties),
        ("对照地区", f"{told['compared']} 个，同期没有开展试点" if told["compared"] else "没有"),
    ]
    body = (
        f'<p class="after"><a href="{LIST}">全部试点</a></p><h1>{escape(told["name"])}{_demo()}</h1>'
        f'<p class="lead">{escape(told["code"])}</p><h2 class="section">结论：{escape(told["verdict"])}</h2>'
        + (f'<p class="big"><b>{escape(told["plain"])}</b></p>' if told.get("plain") else "")
        + f'<p class="big">{escape(told["sentence"])}</p><p><a class="action" href="#rate">我来评价</a></p>'
        + plain.facts([("下一步", told["next"]), ("作出日期", told["decided"])])
        + f'<h2 class="section">试了什么</h2>{plain.facts(facts)}{_scenario(row)}'
        + _measures(row)
        + f'<h2 class="section" id="rate">大家怎么看</h2><p class="big">{_rated(row)}</p>{_bars(row)}'
        + (plain.done(thanks) if thanks else _form(row, problem, comment))
        + _comments(row)
        + f'<p class="after">{clock.show(row.released_at)}（北京时间）公布　校验值 {row.digest[:12]}</p>'
    )
    return plain.open_page(LIST, told["name"], body, status)


def _scenario(row: Released) -> str:
    """The way to the scenario that the pilot tries out, where it is released."""
    code = row.content["scenario_code"]
    if public_scenarios.find(code) is None:
        return ""
    return f'<p class="after"><a href="{SCENARIO}?code={quote(code)}">这个场景怎么做、还有哪里在用</a></p>'


def _measures(row: Released) -> str:
    measures = row.content["measures"]
    if not measures:
        return ""
    rows = [
        (
            f"{item['name']}\n{item['better']}",
            item["baseline"],
            item["target"],
            item["value"],
            f"{item['period'] or '–'}\n{item['reported']} / {item['due']} 个地区",
        )
        for item in measures
    ]
    return (
        '<h2 class="section">指标</h2>'
        + plain.table("试点前后的指标", ("指标", "试点前", "目标", "试点地区合计", "时期和报送"), rows)
        + plain.facts([(item["name"], item["meaning"]) for item in measures])
    )


def _rated(row: Released) -> str:
    return f"平均 {row.average} 星，{row.rated} 次评价" if row.rated else "还没有人评价"


def _bars(row: Released) -> str:
    if not row.rated:
        return ""
    lines = "".join(
        f'<div><span>{number} 星</span><meter min="0" max="{row.rated}" value="{row.stars.get(number, 0)}" '
        f'aria-hidden="true"></meter><span>{row.stars.get(number, 0)} 次</span></div>'
        for number in range(5, 0, -1)
    )
    return f'<div class="bars">{lines}</div>'


def _comments(row: Released) -> str:
    if not row.comments:
        return ""
    said = "".join(
        f'<li class="item"><b>{plain.stars(item.stars)}</b><p>{escape(item.text)}</p>'
        f"<span>{clock.beijing(item.at):%Y-%m-%d}</span></li>"
        for item in row.comments
    )
    return f'<h2 class="section">大家的意见</h2><ul class="items">{said}</ul>'


def _form(row: Released, problem: str, comment: str) -> str:
    return (
        f'{plain.alert(problem)}<form class="sheet" method="post" action="{RATE}">'
        f'<input type="hidden" name="code" value="{escape(row.content["code"])}">'
        + plain.scale("stars", "您的评价", STARS)
        + plain.area(
            "comment",
            "意见（可不填）",
            public_ratings.LONGEST,
            f"不超过 {public_ratings.LONGEST} 个字，请不要写姓名、电话；审阅后公开。每台设备每天可评价一次。",
            comment,
        )
        + '<button class="primary">提交评价</button></form>'
    )


def _missing() -> Response:
    back = f'<p class="after"><a href="{LIST}">全部试点</a></p>'
    return plain.open_page(LIST, "试点", f"<h1>试点</h1>{plain.alert('没有找到这个试点，或它没有公布。')}{back}", 404)


def _demo() -> str:
    return plain.invented(public.invented())


ROUTES = (
    Route(LIST, show_list, methods=["GET"]),
    Route(ONE, show_one, methods=["GET"]),
    Route(RATE, back, methods=["GET"]),
    Route(RATE, rate, methods=["POST"]),
)
