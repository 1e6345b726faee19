"""The annual selection for everybody, without signing in: what was released, and the vote while it is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from html import escape
from itertools import groupby
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from awards import pictures, public_climbing, public_queries, public_votes
from awards.climbing import Ladder, Round
from awards.public_queries import PublicWinner, Voting
from core import clock
from core.errors import AppError
from pilots import public, public_scenarios
from pilots.pages.open_pages import ONE as PILOT
from pilots.pages.open_pages import SCENARIO
from web import drawn, keep, plain, visitors
from web.signin import forged, from_this_site, read_form

SHOW, ONE, VOTE = "/public/showcase", "/public/winner", "/public/vote"
CSV = "/public/showcase.csv"


async def show(request: Request) -> Response:
    editions = await run_in_threadpool(public_queries.editions)
    if not editions:
        body = f'<h1>集中晾晒{_demo()}</h1><p class="big">还没有发布的遴选结果。</p>'
        return plain.open_page(SHOW, "集中晾晒", body)
    asked = request.query_params.get("edition", "")
    chosen = next((row for row in editions if str(row.id) == asked), editions[0])
    astray = asked and str(chosen.id) != asked
    winners = await run_in_threadpool(public_queries.winners, chosen.id)
    labels = {row.id: f"{row.year}" for row in editions}
    if len(set(labels.values())) < len(labels):
        labels = {row.id: row.name for row in editions}
    years = "　".join(
        f'<b aria-current="page">{escape(labels[row.id])}</b>'
        if row is chosen
        else f'<a href="{SHOW}?edition={row.id}">{escape(labels[row.id])}</a>'
        for row in editions
    )
    body = (
        f"{plain.alert('这一届的结果没有发布，或者已经撤销。下面是最近发布的一届。' if astray else '')}"
        f'<h1>{escape(chosen.name)}{_demo()}</h1><p class="lead">{escape(chosen.nature)}　入选 '
        f"{chosen.winners} 项　{clock.show(chosen.released_at)}（北京时间）发布</p>"
        + (f'<p class="after">各届　{years}</p>' if len(editions) > 1 else "")
        + await run_in_threadpool(_map, winners)
        + "".join(_track(name, list(rows)) for name, rows in groupby(winners, key=lambda row: row.track))
        + f'<p class="after"><a href="{CSV}?edition={chosen.id}">下载入选名单（CSV）</a></p>'
        + await run_in_threadpool(_climbing)
    )
    return plain.open_page(SHOW, chosen.name, body)


async def download(request: Request) -> Response:
    """The winners of one released selection as a file."""
    editions = await run_in_threadpool(public_queries.editions)
    asked = request.query_params.get("edition", "")
    chosen = next((row for row in editions if str(row.id) == asked), None)
    if chosen is None:
        alert = plain.alert("没有找到这份名单，请从集中晾晒重新选择。")
        body = f'<h1>入选名单</h1>{alert}<p class="after"><a href="{SHOW}">集中晾晒</a></p>'
        return plain.open_page(SHOW, "入选名单", body, 404)
    winners = await run_in_threadpool(public_queries.winners, chosen.id)
    heads = ("赛道", "等次", "编号", "项目", "申报单位", "设区市", "地区", "地区类型", "场景", "试点")
    rows = [
        (
            row.track,
            row.grade,
            row.code,
            row.title,
            row.organisation,
            row.city,
            row.region,
            row.group,
            row.scenario,
            row.pilot,
        )
        for row in winners
    ]
    return plain.sheet(f"入选名单_{chosen.name}", heads, rows)


async def show_one(request: Request) -> Response:
    asked = request.query_params.get("id", "")
    winners = await run_in_threadpool(public_queries.winners)
    row = next((row for row in winners if str(row.entry_id) == asked), None)
    if row is None:
        alert = plain.alert("没有找到这个入选项目，请从集中晾晒重新选择。")
        return plain.open_page(
            SHOW, "入选项目", f'<h1>入选项目</h1>{alert}<p class="after"><a href="{SHOW}">集中晾晒</a></p>', 404
        )
    later = await run_in_threadpool(_later, row.entry_id)
    more = await run_in_threadpool(_more, row)
    told = "".join(
        f'<h2 class="section">{escape(name)}</h2><p class="big">{escape(text)}</p>' for name, text in row.told
    )
    body = (
        f'<p class="after"><a href="{SHOW}?edition={row.edition_id}">{row.year} 年集中晾晒</a></p>'
        f'<h1>{escape(row.title)}{_demo()}</h1><p class="lead">{escape(row.track)}　{escape(row.grade)}</p>'
        + plain.facts(
            [
                ("申报单位", row.organisation),
                ("地区", f"{row.city}{row.region}　{row.group}"),
                ("场景", row.scenario),
                ("试点", row.pilot),
            ]
        )
        + told
        + (f'<h2 class="section">凭什么</h2>{plain.facts(list(row.evidence))}' if row.evidence else "")
        + (
            f'<h2 class="section">后来怎样</h2><p class="big">{escape(later)}</p>'
            '<p class="after">与入选时冻结的证据相比，目标指标达成程度相差不到 5 个百分点的为保持。</p>'
            if later
            else ""
        )
        + more
    )
    return plain.open_page(SHOW, row.title, body)


def _more(row: PublicWinner) -> str:
    """How to do the same elsewhere: the ways to what was released of its scenario and its pilot."""
    links = []
    if public_scenarios.find(row.scenario_code) is not None:
        links.append((f"{SCENARIO}?code={quote(row.scenario_code)}", f"场景“{row.scenario}”怎么做、哪里在用"))
    if public.find(row.pilot_code) is not None:
        links.append((f"{PILOT}?code={quote(row.pilot_code)}", f"试点“{row.pilot}”有没有用、大家怎么看"))
    if not links:
        return ""
    listed = "".join(f'<p><a class="action" href="{to}">{escape(words)}</a></p>' for to, words in links)
    return f'<h2 class="section">想在本地照着做</h2>{listed}'


def _later(entry_id: int) -> str:
    """An evaluation of a pilot is not for every passer-by to set off: kept until the data change or the day does."""
    key = ("winner_later", entry_id, keep.version(), clock.today())
    return keep.kept(key, lambda: public_queries.later(entry_id))


async def show_vote(request: Request) -> Response:
    found = await run_in_threadpool(public_queries.voting)
    return visitors.known(request, _ballot(found, thanks=request.query_params.get("said") == "counted"))


async def vote(request: Request) -> Response:
    if not from_this_site(request):
        return forged(request, VOTE, "回到投票")
    form = await read_form(request)
    found = await run_in_threadpool(public_queries.voting)
    if found is None:
        return _ballot(None)
    known = {str(item.entry_id): item.entry_id for item in found.candidates}
    chosen = form.get("entry", "")
    if chosen not in known:
        return visitors.known(request, _ballot(found, "请选择一个项目。", status=422))
    try:
        await run_in_threadpool(
            public_votes.cast, found.edition_id, known[chosen], visitors.device(request), visitors.network(request)
        )
    except AppError as refusal:
        problem = f"{refusal.message}{'' if refusal.message.endswith('。') else '。'}{refusal.remedy}"
        return visitors.known(request, _ballot(found, problem, status=422))
    return RedirectResponse(f"{VOTE}?said=counted", 303)


def _ballot(found: Voting | None, problem: str = "", *, thanks: bool = False, status: int = 200) -> Response:
    if found is None:
        body = f'<h1>公众投票{_demo()}</h1><p class="big">现在没有正在进行的投票。</p>'
        return plain.open_page(SHOW, "公众投票", body)
    options = {
        str(item.entry_id): plain.Html(
            f"<b>{escape(item.title)}</b>（{escape(item.organisation)}）"
            + (f"<br>{escape(item.summary)}" if item.summary else "")
        )
        for item in found.candidates
    }
    form = (
        f'{plain.alert(problem)}<form class="sheet" method="post" action="{VOTE}">'
        f'{plain.scale("entry", "选一项您最认可的", options)}<button class="primary">投票</button></form>'
    )
    body = (
        f"<h1>{escape(found.name)}　公众投票{_demo()}</h1>"
        f'<p class="lead">截止 {clock.show(found.closes_at)}（北京时间）；每台设备每天一票。票数在截止前不公布。</p>'
        + (plain.done("谢谢，您的一票已经计入。") if thanks else form)
    )
    return plain.open_page(SHOW, "公众投票", body, status)


def _track(name: str, rows: Sequence[PublicWinner]) -> str:
    items = "".join(
        f'<li><a class="item" href="{ONE}?id={row.entry_id}"><b>{escape(row.title)}</b>'
        f"<span>{escape(row.grade)}　{escape(row.organisation)}　{escape(row.city)}{escape(row.region)}　"
        f"{escape(row.group)}</span>"
        + (f"<span>成效：{escape(row.headline)}</span>" if row.headline else "")
        + "</a></li>"
        for row in rows
    )
    return f'<h2 class="section">{escape(name)}（{len(rows)}）</h2><ul class="items">{items}</ul>'


def _map(winners: Sequence[PublicWinner]) -> str:
    """The province as tiles, those with winners filled and numbered; said in words for whoever hears the page."""
    counts = Counter(row.region_code[: public_climbing.COUNTY] for row in winners)
    values = tuple(
        (place.code, place.name, place.row, place.column, place.group, counts[place.code])
        for place in public_queries.places()
    )
    if not values:
        return ""
    names = {place: count for _, place, _, _, _, count in values if count}
    said = "、".join(f"{place} {count} 项" for place, count in names.items()) or "还没有"
    return drawn.picture(
        partial(pictures.counted, values, "入选项目", "项"),
        ("winners", values),
        f"入选项目分布：{said}",
        by_count(values, "项"),
    )


def by_count(values: pictures.Counted, unit: str) -> str:
    """Under a map on a phone, whose tiles have no room for numbers: which counties have how many, the most first."""
    places: dict[int, list[str]] = {}
    for _, name, _, _, _, count in values:
        places.setdefault(count, []).append(name)
    return plain.facts(
        [(f"{count} {unit}", "、".join(places[count])) for count in sorted(places, reverse=True) if count]
    )


def _climbing() -> str:
    """比学赶超: each county inside its own group, from one selection to the next."""
    rounds, found = public_climbing.ladders()
    if len(rounds) < 2:
        return ""
    return (
        '<h2 class="section" id="climb">比学赶超：各县（市、区）在同类地区里的进步</h2>'
        '<p class="after">按各届已发布的入选项目累计，只在同类地区之间排位，数量相同的并列。没有列出名次的，'
        "是还没有入选项目，不说明有没有参加。地区类型按各届的基准日。</p>"
        + plain.facts([(held.label, held.name) for held in rounds])
        + "".join(_ladder(rounds, item) for item in found)
    )


def _ladder(rounds: Sequence[Round], item: Ladder) -> str:
    lines = pictures.ladder_lines(rounds, item)
    draw = partial(pictures.climb, lines, item.group)
    said = "，".join(f"{row.name}累计 {row.total} 项、第 {row.place} 位" for row in item.placed[:8])
    body = [
        (row.name, f"第\u00a0{row.place}\u00a0位", row.moved, str(row.total), *(str(count or "–") for count in row.won))
        for row in item.placed
    ]
    rest = "、".join(row.name for row in item.rest)
    return (
        f'<h3>{escape(item.group)}</h3><p class="big">{escape(item.spread)}</p>'
        + (
            drawn.picture(draw, ("climb", item.group, lines), f"{item.group}各届累计入选：{said}。")
            + plain.table(
                f"{item.group}：有入选项目的县（市、区）",
                ("地区", "位次", "与上届比", "累计", *(held.label for held in rounds)),
                body,
            )
            if body
            else ""
        )
        + (
            f"<details><summary>其余 {len(item.rest)} 个（还没有入选项目）</summary><p>{escape(rest)}</p></details>"
            if rest
            else ""
        )
    )


def _demo() -> str:
    return plain.invented(public_queries.invented())


ROUTES = (
    Route(SHOW, show, methods=["GET"]),
    Route(CSV, download, methods=["GET"]),
    Route(ONE, show_one, methods=["GET"]),
    Route(VOTE, show_vote, methods=["GET"]),
    Route(VOTE, vote, methods=["POST"]),
)
