"""The province for everybody, without signing in: what was released of each county, as a map and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from awards import pictures, public_province, public_queries
from awards.pages import open_pages as selections
from awards.pages import open_scenarios as scenarios
from awards.public_province import County
from pilots.pages import open_pages as pilots
from web import drawn, plain

PAGE, CSV = "/public/province", "/public/province.csv"
# What the map can show: address → (name, unit, where to read on)
SHOWN = {
    "total": ("全部成果", "项", ""),
    "pilots": ("参加的试点", "个", pilots.LIST),
    "scenarios": ("用起来的场景", "个", scenarios.LIST),
    "winners": ("入选项目", "项", selections.SHOW),
}


async def show(request: Request) -> Response:
    asked = request.query_params.get("show", "")
    shown = asked if asked in SHOWN else "total"
    rows = await run_in_threadpool(public_province.counties)
    invented = await run_in_threadpool(public_queries.invented)
    mark = plain.invented(invented)
    head = f'<h1>全省一览{mark}</h1><p class="lead">哪些地方在试、在用、做得好？只统计已经公布的。</p>'
    some = [row for row in rows if row.total]
    if not some:
        return plain.open_page(PAGE, "全省一览", f'{head}<p class="big">还没有公布的成果，请过些时候再来。</p>')
    name, _, more = SHOWN[shown]
    choices = "　".join(
        f'<b aria-current="page">{words}</b>' if key == shown else f'<a href="{PAGE}?show={key}">{words}</a>'
        for key, (words, *_) in SHOWN.items()
    )
    body = (
        head
        + plain.figures(_figures(rows))
        + f'<h2 class="section" id="map">地图：{name}</h2><p class="after">换着看　{choices}</p>'
        + await run_in_threadpool(_map, rows, shown)
        + '<p class="after">每格一个县（市、区），位置大致按地图排列；折角为山区海岛县。灰色格表示还没有公布的成果，'
        "不说明那里有没有参加。</p>"
        + (f'<p class="after"><a href="{more}">去看{name}</a></p>' if more else "")
        + f'<h2 class="section">各县（市、区）</h2>{_table(some, len(rows))}'
        f'<p class="after"><a href="{CSV}">下载这张表（CSV）</a></p>'
    )
    return plain.open_page(PAGE, "全省一览", body)


def _figures(rows: Sequence[County]) -> list[tuple[str, str]]:
    def places(key: str) -> str:
        return f"{sum(bool(getattr(row, key)) for row in rows)} 个"

    return [
        ("县（市、区）参加过公布的试点", places("pilots")),
        ("县（市、区）把场景用了起来", places("scenarios")),
        ("县（市、区）有入选项目", places("winners")),
        ("入选项目", f"{sum(row.winners for row in rows)} 项"),
    ]


def _map(rows: Sequence[County], shown: str) -> str:
    name, unit, _ = SHOWN[shown]
    values = tuple(
        (row.code, row.short_name, *row.tile, row.group, getattr(row, shown)) for row in rows if row.tile is not None
    )
    if not values:
        return ""
    counted = sorted(((value, place) for _, place, _, _, _, value in values if value), reverse=True)
    most = "、".join(f"{place} {value} {unit}" for value, place in counted[:10])
    describe = (
        f"{name}分布图：{len(counted)} 个县（市、区）有，{most}{'等' if len(counted) > 10 else ''}。全部数字见下表。"
    )
    beside = selections.by_count(values, unit)
    return drawn.picture(partial(pictures.counted, values, name, unit), ("province", shown, values), describe, beside)


def _table(rows: Sequence[County], every: int) -> str:
    ordered = sorted(rows, key=lambda row: (-row.total, row.code))
    return plain.table(
        f"有公布成果的 {len(rows)} 个县（市、区），共 {every} 个",
        ("地区", "地区类型", "参加的试点", "用起来的场景", "入选项目"),
        [
            (
                f"{row.city}{row.name}",
                row.group,
                *(str(count or "–") for count in (row.pilots, row.scenarios, row.winners)),
            )
            for row in ordered
        ],
    )


async def download(_: Request) -> Response:
    rows = await run_in_threadpool(public_province.counties)
    heads = ("行政区划代码", "设区市", "地区", "地区类型", "参加的试点", "用起来的场景", "入选项目")
    return plain.sheet(
        "全省一览",
        heads,
        [
            (row.code, row.city, row.name, row.group, row.pilots, row.scenarios, row.winners)
            for row in rows
            if row.total
        ],
    )


ROUTES = (Route(PAGE, show, methods=["GET"]), Route(CSV, download, methods=["GET"]))
