"""What the pages about needs share: the fields of a need, how its priority is explained."""

from __future__ import annotations

from typing import Any

import streamlit as st

import accounts.queries
from accounts.permissions import Actor
from core.words import Asker, GovernanceLevel, NeedSource
from scenarios import need_queries, resource_queries, rules
from scenarios.need_queries import NeedDetail
from scenarios.pages.parts import label, pick

HOW = (
    "优先级 = 频次（0–5）× 严重程度（1–3）× 波及范围（1–5），满分 75。\n\n"
    "- **频次**：按每 30 天发生的件数计，不足 1 件 1 分，1 件起 2 分，4 件起 3 分，12 件起 4 分，30 件起 5 分；没有发生 0 分。\n"
    "- **严重程度**：一般 1，较重 2，严重 3。\n"
    "- **波及范围**：网格 1，村（社区）2，乡镇（街道）3，县级 4，市级 5。\n\n"
    "大县的件数天然较多，所以只在同一地区类型内排名；地区类型按需求的统计止日（没有填写的按登记日）当天的名单。"
    "并列的名次相同。没有填写发生次数的不计算，也不排名；已并入其他需求的不再参加排名。"
)


def need_fields(prefix: str, actor: Actor, row: NeedDetail | None = None) -> dict[str, Any]:
    """The fields of a need inside a form; returns what `NeedIn` takes."""
    regions = resource_queries.regions_for(actor)
    domains = need_queries.domains(actor)
    organisations = {found.id: found.name for found in accounts.queries.organisations(actor)}
    codes = [place.code for place in regions]
    names = {place.code: place.label for place in regions}
    left, right = st.columns(2)
    with left:
        title = st.text_input("需求名称", row.row.title if row else "", max_chars=60, key=f"{prefix}_title")
        region = st.selectbox(
            "所在地区",
            codes,
            index=pick(codes, row.row.region_code) if row else (0 if len(codes) == 1 else None),
            format_func=lambda code: names[code],
            placeholder="选择或输入地区",
            key=f"{prefix}_region",
        )
        level = st.selectbox(
            "治理层级",
            list(GovernanceLevel),
            index=pick(list(GovernanceLevel), row.row.level) if row else None,
            format_func=label,
            placeholder="问题发生在哪一级",
            key=f"{prefix}_level",
        )
        unit = st.text_input(
            "具体单位（可不填）",
            row.unit if row else "",
            max_chars=60,
            placeholder="如：递铺街道鹤鹿溪村",
            key=f"{prefix}_unit",
        )
    with right:
        domain = st.selectbox(
            "业务领域",
            domains,
            index=pick(domains, row.row.domain) if row else None,
            accept_new_options=True,
            placeholder="选择，或输入新的领域",
            key=f"{prefix}_domain",
        )
        people = st.text_input("涉及人群", row.people if row else "", max_chars=100, key=f"{prefix}_people")
        asker = st.selectbox(
            "提出方",
            list(Asker),
            index=pick(list(Asker), row.row.asker) if row else None,
            format_func=label,
            placeholder="谁提出的",
            key=f"{prefix}_asker",
        )
        source = st.selectbox(
            "需求来源",
            list(NeedSource),
            index=pick(list(NeedSource), row.row.source) if row else None,
            format_func=label,
            placeholder="从哪里发现的",
            key=f"{prefix}_source",
        )
    description = st.text_area(
        "问题与痛点", row.description if row else "", max_chars=2000, height=110, key=f"{prefix}_description"
    )
    first, second, third, fourth = st.columns(4)
    events = first.number_input(
        "发生次数", min_value=0, step=1, value=row.events if row else None, key=f"{prefix}_events"
    )
    events_from = second.date_input(
        "统计起日", row.events_from if row else None, format="YYYY-MM-DD", key=f"{prefix}_from"
    )
    events_to = third.date_input("统计止日", row.events_to if row else None, format="YYYY-MM-DD", key=f"{prefix}_to")
    severity = fourth.selectbox(
        "严重程度",
        list(rules.SEVERITY),
        index=(row.severity if row else 2) - 1,
        format_func=lambda grade: f"{grade} {rules.SEVERITY[grade]}",
        key=f"{prefix}_severity",
    )
    owner = st.selectbox(
        "跟进单位（可不填）",
        list(organisations),
        index=pick(list(organisations), row.owner_id) if row else None,
        format_func=organisations.__getitem__,
        placeholder="由谁负责跟进这项需求",
        key=f"{prefix}_owner",
    )
    return {
        "title": title,
        "unit": unit,
        "domain": domain or "",
        "owner_organisation_id": owner,
        "description": description,
        "asker": asker,
        "people": people,
        "level": level,
        "region_code": region,
        "source": source,
        "events": events,
        "events_from": events_from,
        "events_to": events_to,
        "severity": severity,
    }
