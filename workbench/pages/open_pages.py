"""The front of the public side: what anybody may read, without signing in."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from awards import public_notices
from awards import public_queries as selections
from awards.pages import open_notices, open_province
from awards.pages import open_pages as selection_pages
from awards.pages import open_scenarios as scenario_pages
from challenges import public as challenges
from challenges.pages import open_pages as challenge_pages
from pilots import public as pilots
from pilots import public_scenarios as scenarios
from pilots.pages import open_pages as pilot_pages
from web import plain

FRONT = "/public"


async def front(_: Request) -> Response:
    items = await run_in_threadpool(_counted)
    mark = plain.invented(pilots.invented())
    listed = "".join(
        f'<li><a class="item" href="{to}"><b>{name}</b><span>{words}</span></a></li>' for to, name, words in items
    )
    body = (
        f'<h1>基层智治公开栏{mark}</h1><p class="lead">试了什么、有没有用、谁做得好，都可以看，也可以评。</p>'
        f'<ul class="items">{listed}</ul>'
    )
    return plain.open_page(FRONT, "公开栏", body)


def _counted() -> list[tuple[str, str, str]]:
    released, editions = pilots.pilots(), selections.editions()
    bidding = len(challenges.released()[challenges.STAGES[0]])
    vote = selections.voting()
    described = len(scenarios.scenarios())
    items = [
        (open_province.PAGE, "全省一览", "哪些地方在试、在用、做得好：地图和表"),
        (
            scenario_pages.LIST,
            "场景",
            f"{described} 个场景解决什么问题、怎么做、在哪里用起来了" if described else "场景公布后在这里展示",
        ),
        (pilot_pages.LIST, "试点成效", f"公布了 {len(released)} 个试点的结论，可以打分、提意见"),
        (
            selection_pages.SHOW,
            "集中晾晒",
            f"{editions[0].name}：入选 {editions[0].winners} 项" if editions else "遴选结果发布后在这里展示",
        ),
        (challenge_pages.LIST, "揭榜挂帅", f"{bidding} 项正在张榜求解" if bidding else "看看已发布的榜单"),
        ("/verify", "报告核对", "手中的报告是不是真的、是不是最新"),
    ]
    if vote is not None:
        items.insert(0, (selection_pages.VOTE, "公众投票", f"{vote.name}，{len(vote.candidates)} 个项目"))
    if noticed := public_notices.notices():
        first = noticed[0]
        how = "公示暂停" if first.left is None else "正在公示"
        items.insert(0, (open_notices.PAGE, "遴选公示", f"{first.edition}：拟入选 {len(first.listed)} 项，{how}"))
    return items


ROUTES = (
    Route(FRONT, front, methods=["GET"]),
    *open_notices.ROUTES,
    *open_province.ROUTES,
    *scenario_pages.ROUTES,
    *pilot_pages.ROUTES,
    *selection_pages.ROUTES,
    *challenge_pages.ROUTES,
)
