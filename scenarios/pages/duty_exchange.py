"""The list out to a workbook and, changed by hand, back in: the difference first, then the save."""

from __future__ import annotations

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core.settings import settings
from printing.pages import parts as report_parts
from scenarios import duty_exports, duty_imports, duty_service
from scenarios.duty_queries import DutyList
from scenarios.pages import exchanging
from scenarios.pages.exchanging import XLSX
from web import guard, widgets


def draw(actor: Actor, duties: DutyList) -> None:
    with st.container(border=True):
        st.markdown("**① 下载**")
        st.caption("带上现在的全部内容，可以改、插入、移动；删除要在“操作”列选“删除”。空清单下载的就是模板。")
        st.download_button(
            "下载责任清单（Excel）",
            lambda: duty_exports.workbook(sessions.fresh(actor), duties.about.id),
            file_name=duty_exports.file_name(duties),
            mime=XLSX,
            key="duty_xlsx",
            icon=":material/table:",
            on_click="ignore",
        )
        if duties.items:
            with st.container(horizontal=True):
                report_parts.downloads(
                    actor, "duties", str(duties.about.id), duties.about.code, name="下载颗粒匹配清单", primary=False
                )
    if not duties.editable:
        st.caption(guard.plain(duties.editable.reason))
        return
    form = f"duty_import_{duties.about.id}"
    with st.container(border=True):
        st.markdown("**② 上传改好的表**")
        st.caption("先显示改了什么、有什么问题，确认后才保存；没有改的单元格不会覆盖别人后来的修改。")
        file = st.file_uploader(
            "选择文件",
            type=["xlsx", "xls", "csv"],
            key=f"{form}_{widgets.nonce(form)}",
            max_upload_size=settings().upload_mb,
            label_visibility="collapsed",
        )
    if file is not None:
        with st.container(border=True, key="duty_preview"), guard.show_errors():
            data, name, number = file.getvalue(), file.name, duties.about.id
            exchanging.confirm(
                form,
                name,
                duty_imports.preview(actor, number, data, name),
                lambda seen: duty_service.take_in(actor, number, data, name, seen),
            )
