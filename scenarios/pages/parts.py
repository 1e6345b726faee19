"""What the pages of this room share: facts in words, the fields of a need, tables turned into inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from accounts.queries import EventView
from core import clock
from core.words import (
    Asker,
    GovernanceLevel,
    NeedSource,
    PersonalInformation,
    SecurityLevel,
    Sharing,
    SharingScheme,
    Word,
    sharing_label,
)
from scenarios import rules
from scenarios.need_queries import NeedDetail
from scenarios.queries import DutyView
from scenarios.resource_queries import PlaceOption
from web.guard import plain

SHARING = {
    f"{scheme.label} · {sharing_label(scheme, sharing)}": (scheme, sharing)
    for scheme in SharingScheme
    for sharing in Sharing
}
ALL = "全部"


def label(word: Word) -> str:
    return word.label


def facts(items: Sequence[tuple[str, object]]) -> None:
    """Plain facts, one a line; empty ones read “–”."""
    st.markdown("  \n".join(f"**{name}**　{plain(value) if value not in ('', None) else '–'}" for name, value in items))


def prose(text: str) -> None:
    """What somebody wrote, with its line breaks and without its Markdown."""
    st.markdown("  \n".join(plain(line) for line in text.splitlines()))


def history_table(events: Sequence[EventView], key: str) -> None:
    """What was done to a record, newest first."""
    st.dataframe(
        pd.DataFrame(
            [(clock.show(event.at), event.actor, event.words, event.reason) for event in events],
            columns=["时间（北京）", "人员", "事项", "理由"],
        ),
        key=key,
        hide_index=True,
        width="stretch",
    )


def pick(options: Sequence[Any], value: Any) -> int | None:
    """Where a select box starts."""
    return options.index(value) if value in options else None


def need_fields(prefix: str, regions: Sequence[PlaceOption], row: NeedDetail | None = None) -> dict[str, Any]:
    """The fields of a need inside a form; returns what `NeedIn` takes."""
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
    with right:
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
    return {
        "title": title,
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


def duty_frame(duties: Sequence[DutyView]) -> pd.DataFrame:
    """The responsibility list as a table: 业务, 环节, 事项 and who answers for it."""
    rows = [(*_levels(view.path), view.organisation, view.owner, view.time_limit, view.legal_basis) for view in duties]
    columns = ["业务", "环节", "事项", "责任单位", "责任人（岗位）", "办理时限", "依据"]
    return pd.DataFrame(rows, columns=columns, dtype="str")


def duty_inputs(frame: pd.DataFrame, organisations: Mapping[str, int]) -> list[dict[str, Any]]:
    """What `ScenarioIn` takes, from the edited table; rows left blank are no rows."""
    return [
        {
            "business": row["业务"],
            "stage": row["环节"],
            "name": row["事项"],
            "organisation_id": organisations.get(row["责任单位"]),
            "owner": row["责任人（岗位）"],
            "time_limit": row["办理时限"],
            "legal_basis": row["依据"],
        }
        for row in _filled(frame)
    ]


def link_inputs(
    chosen: pd.DataFrame, fresh: pd.DataFrame, resources: Mapping[str, int], organisations: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The data links `ScenarioIn` takes: those chosen from the catalogue, then the new ones."""
    return [{"resource_id": resources.get(row["数据资源"]), "purpose": row["用途"]} for row in _filled(chosen)] + [
        {"new": resource_input(row, organisations), "purpose": row["用途"]} for row in _filled(fresh)
    ]


def resource_input(row: Mapping[str, str], organisations: Mapping[str, int]) -> dict[str, Any]:
    scheme, sharing = SHARING.get(row["共享属性"], (None, None))
    return {
        "name": row["数据资源名称"],
        "provider_id": organisations.get(row["提供单位"]),
        "sharing_scheme": scheme,
        "sharing": sharing,
        "update_cycle": row["更新周期"],
        "security_level": _word(SecurityLevel, row["安全级别"]),
        "personal_information": _word(PersonalInformation, row["个人信息"]) or PersonalInformation.NONE,
    }


def blank_frame(columns: Sequence[str]) -> pd.DataFrame:
    """An empty table of text columns; without types the editor would not know what they hold."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in columns})


def _levels(path: tuple[str, ...]) -> tuple[str, str, str]:
    above = path[:-1]
    return (above[0] if above else "", " › ".join(above[1:]), path[-1])


def _filled(frame: pd.DataFrame) -> list[dict[str, str]]:
    rows = [
        {str(name): str(value).strip() for name, value in row.items()} for row in frame.fillna("").to_dict("records")
    ]
    return [row for row in rows if any(row.values())]


def _word(kind: type[Word], chosen: str) -> Word | None:
    return next((word for word in kind if word.label == chosen), None)
