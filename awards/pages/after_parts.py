"""比学赶超 on the page of what came after: counties inside their groups, over the selections and inside a pilot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from awards import climbing_queries, pictures, public_queries, racing
from awards.climbing import Climb, Ladder, Round
from awards.climbing_queries import Race
from awards.public_queries import PublicWinner
from awards.racing import Racer, Standing
from core.words import Role
from web import charts, guard, keep, widgets

_MOST = 12  # winners with a card of their own
MOVES = {"赶超": "▲", "守住": "●", "被赶超": "▼", "上升": "▲", "持平": "●", "下降": "▼", "首次入选": "★"}


def share(value: int | None) -> str:
    return "–" if value is None else f"{value / 10_000:.1f}%"


def copying(actor: Actor, edition_id: int) -> None:
    """Whoever won, for everybody who could do the same: those of the actor's own group first."""
    key = ("released winners", edition_id, keep.version())
    found = keep.kept(key, partial(public_queries.winners, edition_id))
    if not found:
        return
    st.subheader("复制这个做法", anchor=False)
    _, groups = keep.ask(climbing_queries.ladders, actor)
    own = next((item.group for item in groups if any(row.code == actor.region_code for row in item.climbs)), "")
    ordered = sorted(found, key=lambda row: bool(own) and row.group != own)
    for row in ordered[:_MOST]:
        with st.container(border=True, key=f"after_{row.entry_id}"):
            place = f"{row.organisation}　{row.city}{row.region}　{row.group}"
            st.markdown(f"**{guard.plain(row.title)}**　{guard.plain(row.grade)}　{guard.plain(place)}")
            if row.headline:
                st.caption(guard.plain(f"成效：{row.headline}"))
            with st.container(horizontal=True):
                _ways(actor, row)
    if len(ordered) > _MOST:
        st.caption(f"只列 {_MOST} 项，共 {len(ordered)} 项；其余见下面的集中晾晒。")


def _ways(actor: Actor, row: PublicWinner) -> None:
    ways = (
        (Permission.PILOT_PROMOTE, "哪些县适合复制，还缺什么", "pilots/pages/promotion.py"),
        (Permission.PILOT_READ, "看这个试点怎么做", "pilots/pages/pilot.py"),
    )
    # Bidders and judges read what the public reads.
    if way := next(((words, page) for needed, words, page in ways if may(actor, needed)), None):
        words, page = way
        st.page_link(page, label=words, icon=":material/content_copy:", query_params={"id": str(row.pilot_id)})
    st.markdown(f"[项目介绍、后来怎样](/public/winner?id={row.entry_id})")


def ladders(actor: Actor) -> None:
    """Every county beside its own group, over the released selections."""
    rounds, found = keep.ask(climbing_queries.ladders, actor)
    st.subheader("比学赶超：各县在同类地区里的位次", anchor=False)
    if not found:
        st.caption("有发布的遴选后，在这里看各县的进步。")
        return
    st.caption(
        "按各届已发布的入选项目累计，只在同类地区之间排位，数量相同的并列；地区类型按各届的基准日。"
        "圆点实心的一届有新入选，空心的没有；数字为累计。各届："
        + guard.plain("；".join(f"{item.label} {item.name}" for item in rounds))
    )
    own = actor.region_code if actor.role is Role.COUNTY else None
    for ladder in found:
        st.markdown(f"**{guard.plain(ladder.group)}**　{guard.plain(ladder.spread)}")
        mine = next((row for row in ladder.climbs if row.code == own), None)
        if mine is not None:
            st.info(guard.plain(_own(mine, ladder)), icon=":material/flag:")
        lines = pictures.ladder_lines(rounds, ladder)
        if lines:
            charts.draw(
                partial(pictures.climb, lines, ladder.group, 560),
                ("climb", ladder.group, lines),
                describe=f"{ladder.group}各届累计入选："
                + "，".join(f"{row.name} {row.total} 项" for row in ladder.placed),
                stretch=False,
                narrow=partial(pictures.climb, lines, ladder.group, charts.NARROW),
            )
        rows = list(ladder.climbs) if actor.is_staff else ladder.placed
        if not rows:
            continue
        widgets.table(
            _frame(rounds, rows),
            f"climb_{ladder.group}",
            counties=widgets.to_counties(actor, [row.code for row in rows]),
        )


def _own(mine: Climb, ladder: Ladder) -> str:
    if mine.place is None:
        return f"{mine.name}还没有已发布的入选项目，同类地区里这样的有 {len(ladder.rest)} 个。公众看到的名单里不显示是否参评。"
    return (
        f"{mine.name}累计入选 {mine.total} 项，在 {len(ladder.climbs)} 个同类地区中第 {mine.place} 位，{mine.moved}。"
    )


def _frame(rounds: Sequence[Round], rows: Sequence[Climb]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "地区": [row.name for row in rows],
            "位次": [f"第 {row.place} 位" if row.place else "–" for row in rows],
            "与上届比": [f"{MOVES[row.moved]} {row.moved}" if row.moved else "–" for row in rows],
            "累计入选": [row.total for row in rows],
        }
    )
    if any(row.entered for row in rows):
        frame["累计参评"] = [sum(row.entered) for row in rows]
    for at, item in enumerate(rounds):
        frame[item.label] = [_round(row, at) for row in rows]
    return frame


def _round(row: Climb, at: int) -> str:
    """Winners, of how many entries where that may be known."""
    if not row.entered:
        return str(row.won[at] or "–")
    return f"{row.won[at]} / {row.entered[at]}" if row.entered[at] else "未参评"


def race(actor: Actor, edition_id: int) -> None:
    """Inside one winner's pilot: how far of the promised way all its counties have come."""
    pilots = keep.ask(climbing_queries.raced, actor, edition_id)
    if not pilots:
        return
    st.subheader("比学赶超：同一试点里的达成程度", anchor=False)
    chosen = st.selectbox("试点", list(pilots), format_func=lambda key: pilots[key], key="race_pilot")
    found = keep.ask(climbing_queries.race, actor, edition_id, chosen)
    groups = racing.standings(found.racers, found.until) if found else {}
    if found is None or not groups:
        st.caption("这个试点没有带目标的目标指标，或同类地区只有一个，不能比较。")
        return
    st.caption(
        f"{guard.plain(found.indicator)}：同类地区的试点县按达成程度排位，“发布时”取发布前最近一期。"
        "超过 120% 的按 120% 排位；图的纵轴按绝大多数取，个别离得太远的只在表里。"
    )
    for name, rows in groups.items():
        _group(actor, found, name, rows)


def _group(actor: Actor, found: Race, name: str, rows: Sequence[Standing]) -> None:
    racers = [row.racer for row in rows]
    lines = _lines(racers)
    st.markdown(f"**{guard.plain(name)}**　{len(rows)} 个试点县")
    if lines:
        charts.draw(
            partial(pictures.race, lines),
            ("race", found.pilot_id, name, lines),
            describe=f"{name}试点县逐期达成程度，入选项目所在地："
            + ("，".join(f"{row.racer.name} {share(row.share_now)}" for row in rows if row.racer.won) or "没有"),
        )
    widgets.table(
        pd.DataFrame(
            {
                "变化": f"{MOVES.get(row.words, '○')} {row.words}",
                "位次": f"{row.then or '–'} → {row.now or '–'}",
                "地区": row.racer.name,
                "入选": "是" if row.racer.won else "–",
                "达成（发布时）": share(row.share_then),
                "达成（现在）": share(row.share_now),
            }
            for row in rows
        ),
        f"race_{name}",
        counties=widgets.to_counties(actor, [racer.code for racer in racers]),
    )


def _lines(racers: Sequence[Racer]) -> tuple[tuple[str, str, str, int], ...]:
    lines = [
        (racer.name, pictures.WON if racer.won else pictures.OTHERS, period, value)
        for racer in racers
        for period, value in racer.shares.items()
    ]
    middle = racing.medians(racers)
    return tuple(lines + [(pictures.MEDIAN, pictures.MEDIAN, period, value) for period, value in middle.items()])
