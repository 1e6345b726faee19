"""Released scenarios for everybody, without signing in: what each is for, how it works, who tried it, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from awards import public_queries
from awards.pages import open_pages as selections
from awards.public_queries import PublicWinner
from core import clock
from pilots import public, public_scenarios, scenario_releasing
from pilots.pages import open_pages as pilots
from pilots.public import Released
from pilots.public_scenarios import ReleasedScenario
from web import plain

LIST, ONE = "/public/scenarios", pilots.SCENARIO
_LONGEST = 60  # letters of a search


async def show_list(request: Request) -> Response:
    words = request.query_params.get("q", "").strip()[:_LONGEST]
    domain = request.query_params.get("domain", "")
    every = await run_in_threadpool(public_scenarios.scenarios)
    found = await run_in_threadpool(public_scenarios.matching, every, words, domain)
    items = "".join(
        f'<li><a class="item" href="{ONE}?code={quote(row.content["code"])}"><b>{escape(row.content["name"])}</b>'
        f"<span>{escape(row.content['domain'])}　{escape(row.content['lead'])}牵头{_spread(row.content)}</span>"
        f"<span>{escape(row.content['summary'])}</span></a></li>"
        for row in found
    )
    body = (
        f'<h1>场景{_demo()}</h1><p class="lead">基层智治场景解决什么问题、怎么做、谁试过、在哪里用起来了？</p>'
        + (_search(every, words, domain) if every else "")
        + _counted(len(found), len(every), words, domain)
        + (f'<ul class="items">{items}</ul>' if found else "")
    )
    return plain.open_page(LIST, "场景", body)


def _search(every: list[ReleasedScenario], words: str, domain: str) -> str:
    domains = {"": "全部领域"} | {name: name for name in sorted({row.content["domain"] for row in every})}
    return (
        f'<form class="search" method="get" action="{LIST}" role="search"><div class="field"><label for="q">找什么</label>'
        f'<input id="q" name="q" type="search" maxlength="{_LONGEST}" value="{escape(words)}" '
        'placeholder="名称、问题、部门，也可以用拼音"></div>'
        f'<div class="field"><label for="domain">领域</label><select id="domain" name="domain">'
        + "".join(
            f'<option value="{escape(key)}"{" selected" if key == domain else ""}>{escape(name)}</option>'
            for key, name in domains.items()
        )
        + '</select></div><button class="primary">查找</button></form>'
    )


def _counted(found: int, every: int, words: str, domain: str) -> str:
    if not every:
        return '<p class="big">还没有公布的场景，请过些时候再来。</p>'
    if not (words or domain):
        return f'<p class="after">共 {every} 个</p>'
    none = "" if found else "换个说法，或"
    return f'<p class="after" role="status">找到 {found} 个，共 {every} 个。{none}<a href="{LIST}">看全部</a></p>'


async def show_one(request: Request) -> Response:
    row = await run_in_threadpool(public_scenarios.find, request.query_params.get("code", ""))
    if row is None:
        alert = plain.alert("没有找到这个场景，或它没有公布。")
        back = f'<p class="after"><a href="{LIST}">全部场景</a></p>'
        return plain.open_page(LIST, "场景", f"<h1>场景</h1>{alert}{back}", 404)
    tried, won = await run_in_threadpool(_results, row)
    told = row.content
    body = (
        f'<p class="after"><a href="{LIST}">全部场景</a></p><h1>{escape(told["name"])}{_demo()}</h1>'
        f'<p class="lead">{escape(told["domain"])}　{escape(told["code"])}　版本 {escape(told["version"])}</p>'
        + "".join(
            f'<h2 class="section">{title}</h2>' + "".join(f'<p class="big">{escape(line)}</p>' for line in lines)
            for title, lines in scenario_releasing.told(told)
        )
        + _tried(tried)
        + _won(won)
        + f'<p class="after">{clock.show(row.released_at)}（北京时间）公布　校验值 {row.digest[:12]}</p>'
    )
    return plain.open_page(LIST, told["name"], body)


def _results(row: ReleasedScenario) -> tuple[list[Released], list[PublicWinner]]:
    """Released pilots and winners of released selections that are this scenario's."""
    code = row.content["code"]
    return (
        [item for item in public.pilots() if item.content.get("scenario_code") == code],
        [item for item in public_queries.winners() if item.scenario_code == code],
    )


def _tried(rows: list[Released]) -> str:
    if not rows:
        return '<h2 class="section">谁试过，有没有用</h2><p class="big">还没有公布试点结论。</p>'
    return '<h2 class="section">谁试过，有没有用</h2>' + plain.table(
        "公布了结论的试点",
        ("试点", "结论", "地区", "时间"),
        [
            (
                plain.link(f"{pilots.ONE}?code={quote(item.content['code'])}", item.content["name"]),
                item.content["verdict"],
                f"{len(item.content['counties'])} 个县（市、区）",
                f"{item.content['from'][:7]} 至 {item.content['to'][:7]}",
            )
            for item in rows
        ],
    )


def _won(rows: list[PublicWinner]) -> str:
    if not rows:
        return ""
    return '<h2 class="section">入选情况</h2>' + plain.table(
        "已发布的遴选结果",
        ("项目", "年度", "赛道和等次", "地区"),
        [
            (
                plain.link(f"{selections.ONE}?id={item.entry_id}", item.title),
                str(item.year),
                f"{item.track}　{item.grade}",
                f"{item.region}（{item.group}）" if item.group else item.region,
            )
            for item in rows
        ],
    )


def _spread(told: Mapping[str, Any]) -> str:
    return f"　{len(told['adopted'])} 个县（市、区）已用起来" if told["adopted"] else ""


def _demo() -> str:
    return plain.invented(public.invented())


ROUTES = (
    Route(LIST, show_list, methods=["GET"]),
    Route(ONE, show_one, methods=["GET"]),
)
