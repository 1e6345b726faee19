"""The catalogue out to a workbook and, changed by hand, back in: the difference first, then the save."""

from __future__ import annotations

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from core.settings import settings
from scenarios import resource_imports, resource_listing, resource_service
from scenarios.pages import exchanging
from scenarios.pages.exchanging import XLSX
from scenarios.resource_queries import Filter
from web import guard, widgets

_FORM = "resources_import"


def draw(actor: Actor, wanted: Filter, total: int) -> None:
    st.markdown(
        f"**① 下载**　{'按当前筛选' if wanted != Filter() else '全部目录'}，共 {total:,} 项；空目录下载的就是模板。"
    )
    st.download_button(
        "下载目录（Excel）",
        lambda: resource_listing.workbook(sessions.fresh(actor), wanted),
        file_name=resource_listing.file_name(),
        mime=XLSX,
        key="resources_xlsx",
        icon=":material/table:",
        on_click="ignore",
    )
    if not (answer := may(actor, Permission.RESOURCE_CREATE)):
        st.caption(guard.plain(answer.reason))
        return
    st.markdown("**② 上传改好的表**　先显示改了什么、有什么问题，确认后才保存；没有改的单元格不会覆盖别人后来的修改。")
    file = st.file_uploader(
        "选择文件",
        type=["xlsx", "xls", "csv"],
        key=f"{_FORM}_{widgets.nonce(_FORM)}",
        max_upload_size=settings().upload_mb,
        label_visibility="collapsed",
    )
    if file is not None:
        with st.container(border=True, key="resources_preview"), guard.show_errors():
            data, name = file.getvalue(), file.name
            exchanging.confirm(
                _FORM,
                name,
                resource_imports.preview(actor, data, name),
                lambda seen: resource_service.take_in(actor, data, name, seen),
            )
