"""Ticket files on the screen: choose one, see how it reads, correct the columns, watch it come in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.numbers import format_number
from core.settings import settings
from core.words import ImportState, Role
from scenarios import resource_queries, ticket_exports, ticket_queries, ticket_service
from scenarios.ticket_look import Look
from scenarios.ticket_queries import ImportView
from scenarios.ticket_reading import ITEMS, REQUIRED
from web import guard, widgets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORM = "tickets_import"
_ABSENT = -1  # the choice “no such column”
_SHAPES = {ImportState.DONE: "approved", ImportState.FAILED: "stopped"}


def panel(actor: Actor, *, expanded: bool) -> None:
    """Download the template, choose a file, check the columns, start."""
    with st.expander("导入工单", icon=":material/upload_file:", key="tickets_new", expanded=expanded):
        st.caption(
            "Excel 或 CSV（UTF-8、GB18030 均可），一次最多约 20 万行。姓名、电话、证件号在保存之前就遮盖，原始文件不保存；"
            "同一工单编号再次导入，只更新办理情况，不会重复计数。"
        )
        st.download_button(
            "下载模板",
            ticket_exports.template,
            file_name=ticket_exports.TEMPLATE_NAME,
            mime=XLSX,
            key="tickets_template",
            icon=":material/download:",
            on_click="ignore",
        )
        token = widgets.nonce(_FORM)
        file = st.file_uploader(
            "选择工单文件",
            type=["xlsx", "xls", "csv", "txt"],
            key=f"tickets_file_{token}",
            max_upload_size=settings().ticket_mb,
        )
        if file is None:
            return
        with guard.show_errors():
            seen = _look(actor, token, file.name, file.getvalue())
            if seen.problem:
                st.error(f"{guard.plain(seen.problem)}\n\n{guard.plain(seen.remedy)}")
                return
            _confirm(actor, seen, file.name, file.getvalue())


def _look(actor: Actor, token: str, name: str, content: bytes) -> Look:
    """Looked at once: every click on the page runs it again."""
    key = f"_tickets_look_{token}"
    if key not in st.session_state:
        with st.spinner("正在读取文件……"):
            st.session_state[key] = ticket_service.look_at(actor, name, content)
    found: Look = st.session_state[key]
    return found


def _confirm(actor: Actor, seen: Look, name: str, content: bytes) -> None:
    st.markdown(f"**{guard.plain(name)}**　{format_number(seen.rows)} 行　{guard.plain('；'.join(seen.notes))}")
    sample = pd.DataFrame(
        [[*row, *[""] * (len(seen.headings) - len(row))][: len(seen.headings)] for row in seen.sample],
        columns=_unlike(seen.headings),
        dtype="str",
    )
    st.dataframe(sample, key="tickets_sample", hide_index=True, width="stretch")
    st.caption("以上是文件的前几行，只显示给您看。请核对每项内容在哪一列：")
    regions = {place.code: place.label for place in resource_queries.regions_for(actor)}
    with st.form("tickets_columns", enter_to_submit=False, border=False):
        choices = [_ABSENT, *range(len(seen.headings))]
        chosen: dict[str, int] = {}
        cells = st.columns(3)
        for place, item in enumerate(ITEMS):
            guessed = (seen.columns or {}).get(item.key, _ABSENT)
            chosen[item.key] = cells[place % 3].selectbox(
                f"{item.title}{'（必填）' if item.key in REQUIRED else ''}",
                choices,
                choices.index(guessed),
                format_func=lambda at: (
                    "（没有这一列）" if at == _ABSENT else f"{at + 1} {seen.headings[at] or '（无列名）'}"
                ),
                key=f"tickets_column_{item.key}",
            )
        people = st.multiselect(
            "姓名所在的列（不保存，只用来遮盖内容里的同名）",
            choices[1:],
            list(seen.people),
            format_func=lambda at: f"{at + 1} {seen.headings[at] or '（无列名）'}",
            key="tickets_people",
        )
        region = None
        if actor.role is not Role.COUNTY:
            region = st.selectbox(
                "没有写地区的行，按哪个地区导入（可不选）",
                list(regions),
                None,
                regions.__getitem__,
                placeholder="不指定：没有写地区的行不导入",
                key="tickets_region",
            )
        if st.form_submit_button("开始导入", key="tickets_start", type="primary"):
            with guard.show_errors():
                ticket_service.start_import(
                    actor,
                    name,
                    content,
                    {key: at for key, at in chosen.items() if at != _ABSENT},
                    people=people,
                    region_code=region,
                )
                widgets.spend_nonce(_FORM)
                widgets.flash("文件已交后台导入，可以离开这个页面。")
                st.rerun()


@st.fragment(run_every="2s")
def progress(actor: Actor) -> None:
    """Imports under way. Drawn on its own every two seconds; when the last is done the page is drawn again."""
    actor = sessions.fresh(actor)
    found = ticket_queries.running(actor)
    if not found:
        st.rerun()
    for view in found:
        words = f"{view.file_name}　{view.state.label}"
        if view.rows:
            words += f"　{format_number(view.seen)} / {format_number(view.rows)} 行"
        st.progress(min(view.share, 1.0), guard.plain(words))
        if view.silent:
            st.caption("导入进程一时没有回应。若已中断，一分钟后可以重新上传，不会留下半份数据。")


def history(views: Sequence[ImportView]) -> None:
    """What came of the last imports, with the rows that stayed out."""
    st.dataframe(
        pd.DataFrame(
            {
                "文件": view.file_name,
                "结果": widgets.shape(_SHAPES.get(view.state, "pending"), view.state.label),
                "行数": view.rows,
                "新增": view.added,
                "更新": view.updated,
                "已有": view.unchanged,
                "未导入": view.rejected,
                "遮盖姓名": view.names,
                "遮盖电话": view.phones,
                "遮盖证件等": view.documents,
                "导入人": view.by,
                "时间（北京）": clock.show(view.started_at),
            }
            for view in views
        ),
        key="tickets_imports",
        hide_index=True,
        width="stretch",
    )
    for view in views:
        if not (view.places or view.message):
            continue
        with st.container(border=True, key=f"tickets_import_{view.id}"):
            head = f"**{guard.plain(view.file_name)}**　{clock.show(view.started_at)}"
            st.markdown(f"{head}　{guard.plain(view.message)}" if view.message else head)
            for words, count in _summary(view):
                st.markdown(f"- {guard.plain(words)}：{count} 行")
            if view.places:
                st.download_button(
                    "下载有问题的行",
                    lambda view=view: ticket_exports.problems(view),  # type: ignore[misc]
                    file_name=f"{view.file_name.rpartition('.')[0]}_问题行_{view.id}.xlsx",
                    mime=XLSX,
                    key=f"tickets_problems_{view.id}",
                    icon=":material/download:",
                    on_click="ignore",
                )
                st.caption("按行号改好后重新上传整个文件即可，已经导入的行不会重复。")


def _summary(view: ImportView) -> list[tuple[str, int]]:
    """Each kind of finding once, with how many rows it met, most first."""
    words = {finding["rule"]: finding["message"] for finding in view.places}
    return sorted(((words.get(rule, rule), count) for rule, count in view.counted.items()), key=lambda pair: -pair[1])


def _unlike(headings: Sequence[str]) -> list[str]:
    """Headings for a grid, which wants them different from one another."""
    return [f"{at + 1} {heading}" for at, heading in enumerate(headings)]
