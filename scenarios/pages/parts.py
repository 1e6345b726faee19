"""What the pages of this room share: facts in words, tables turned into inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from accounts.queries import EventView
from core import clock
from core.words import (
    PartnerRole,
    PersonalInformation,
    SecurityLevel,
    Word,
)
from scenarios import rules
from scenarios.dossier_queries import PartnerView, ReformView
from scenarios.queries import DutyView
from scenarios.resource_workbook import SHARING
from web.guard import plain

ALL = "全部"


def label(word: Word) -> str:
    return word.label


def facts(items: Sequence[tuple[str, object]]) -> None:
    """Plain facts, one a line; empty ones read “–”."""
    st.markdown("  \n".join(f"**{name}**　{plain(value) if value not in ('', None) else '–'}" for name, value in items))


def prose(text: str) -> None:
    """What somebody wrote, with its line breaks and without its Markdown."""
    st.markdown("  \n".join(plain(line) for line in text.splitlines()))


def duty_findings(findings: Sequence[rules.Finding], most: int = 8) -> None:
    """What is wrong with a responsibility list: errors first, the items of one message together."""
    for error, colour, shape in ((True, "red", "■"), (False, "orange", "◐")):
        by_message: dict[str, list[str]] = {}
        for finding in findings:
            if finding.error is error:
                by_message.setdefault(finding.message, []).append(finding.item)
        for message, items in by_message.items():
            more = f" 等 {len(items)} 处" if len(items) > most else ""
            st.markdown(f":{colour}-badge[{shape} {plain(message)}]　{plain('；'.join(items[:most]))}{more}")


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


def partner_frame(partners: Sequence[PartnerView]) -> pd.DataFrame:
    rows = [(view.organisation, view.role.label, view.task) for view in partners]
    return pd.DataFrame(rows, columns=["单位", "角色", "承担任务"], dtype="str")


def partner_inputs(frame: pd.DataFrame, organisations: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "organisation_id": organisations.get(row["单位"]),
            "role": _word(PartnerRole, row["角色"]),
            "task": row["承担任务"],
        }
        for row in _filled(frame)
    ]


def reform_frame(reforms: Sequence[ReformView]) -> pd.DataFrame:
    """The reform items as 三张清单 have them."""
    rows = [(view.barrier, view.measure, view.outcome, view.lead) for view in reforms]
    frame = pd.DataFrame(rows, columns=["现行规定/堵点", "改革举措", "制度成果", "牵头单位"], dtype="str")
    return frame.assign(完成时限=pd.to_datetime([view.due_on for view in reforms]))


def reform_inputs(frame: pd.DataFrame, organisations: Mapping[str, int]) -> list[dict[str, Any]]:
    # The grid sends a day as a timestamp, and as text where the row is new.
    days = frame.assign(完成时限=frame["完成时限"].astype("str").str[:10].replace({"NaT": "", "None": "", "nan": ""}))
    return [
        {
            "barrier": row["现行规定/堵点"],
            "measure": row["改革举措"],
            "outcome": row["制度成果"],
            "lead_organisation_id": organisations.get(row["牵头单位"]),
            "due_on": row["完成时限"] or None,
        }
        for row in _filled(days)
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
