"""Marking without a connection: the workbook out, the workbook in, the difference before anything is kept."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.settings import settings
from core.words import SheetDoor
from metrics import marking
from metrics.model import Severity
from panels import sheet_book, sheet_queries, sheet_reading, sheet_service
from panels.sheet_queries import OwnSheets
from panels.sheet_reading import Preview
from web import guard, widgets

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHAPES = {Severity.ERROR: "■ 错误", Severity.WARNING: "◐ 提醒", Severity.INFO: "○ 说明"}


def draw(actor: Actor, own: OwnSheets) -> None:
    """Both ways, folded away; what was uploaded is looked at before it is kept."""
    review = own.review
    with st.expander("离线评分（Excel）", icon=":material/table_view:"):
        left, right = st.columns(2)
        with left:
            st.markdown("**① 下载**　把您的项目和已存的分数装进一个 Excel 文件，没有网络时也能评。")
            st.download_button(
                "下载离线评分表",
                lambda: _book(sessions.fresh(actor), review.id),
                file_name=f"离线评分表_{review.code}_{actor.name}_{clock.today():%Y%m%d}.xlsx",
                mime=_XLSX,
                key=f"offline_{review.id}",
                icon=":material/download:",
                on_click="ignore",
            )
        with right:
            st.markdown("**② 上传**　先列出读到了什么、与已存的有什么不同，确认后存为草稿。")
            form = f"offline_{review.id}"
            file = st.file_uploader(
                "选择填好的离线评分表",
                type=["xlsx", "xls"],
                key=f"{form}_file_{widgets.nonce(form)}",
                max_upload_size=settings().upload_mb,
                label_visibility="collapsed",
            )
        if file is not None:
            _preview(actor, own, file.getvalue(), file.name, form)


def _book(actor: Actor, review_id: int) -> bytes:
    return sheet_book.build(sheet_queries.own(actor, review_id), made_at=clock.now(), secret=settings().secret())


def _preview(actor: Actor, own: OwnSheets, data: bytes, name: str, form: str) -> None:
    read = sheet_reading.read(data, name, own, secret=settings().secret(), limit_mb=settings().upload_mb)
    changed = [line for line in read.lines if line.changes]
    clashing = [line for line in changed if line.clash]
    st.markdown(
        f"读到 **{len(read.lines)}** 个项目：不同 **{len(changed)}**，相同 {len(read.lines) - len(changed)}；"
        f"错误 {read.errors} 处"
    )
    _findings(read, data, own)
    if not changed:
        if not read.refused:
            st.info("与已存的评分没有不同，没有需要保存的。")
        return
    st.dataframe(
        pd.DataFrame(
            [
                (line.sheet.entry.code, line.sheet.entry.title, line.words, what, before, after)
                for line in changed
                for what, before, after in line.changes
            ],
            columns=["编号", "项目", "变化", "评分项", "已存的", "表里的"],
        ),
        hide_index=True,
        width="stretch",
        key=f"{form}_changes",
    )
    chosen = changed
    if clashing:
        codes = "、".join(line.sheet.entry.code for line in clashing)
        if not st.checkbox(
            f"{codes} 在下载之后又在别处改过。勾选后用表里的覆盖，不勾则保留已存的。", key=f"{form}_clash"
        ):
            chosen = [line for line in changed if not line.clash]
    if st.button(f"确认存为草稿（{len(chosen)} 个项目）", key=f"{form}_save", type="primary", disabled=not chosen):
        with guard.show_errors():
            kept = sheet_service.save_many(
                actor,
                own.review.id,
                {line.sheet.entry.id: (line.data, line.sheet.number) for line in chosen},
                door=SheetDoor.WORKBOOK,
            )
            widgets.spend_nonce(form)
            widgets.flash(f"已存 {kept} 份草稿，核对后请提交。")
            st.rerun()


def _findings(read: Preview, data: bytes, own: OwnSheets) -> None:
    if not read.findings:
        return
    st.dataframe(
        pd.DataFrame(
            [
                (_SHAPES[finding.severity], finding.cell or "整个文件", finding.message, finding.remedy)
                for severity in Severity
                for finding in read.findings
                if finding.severity is severity
            ],
            columns=["级别", "位置", "问题", "怎么改"],
        ),
        hide_index=True,
        width="stretch",
        key=f"offline_{own.review.id}_findings",
    )
    st.download_button(
        "下载标注好的评分表",
        lambda: marking.mark(data, read.findings, limit_mb=settings().upload_mb),
        file_name=f"离线评分表_{own.review.code}_标注_{clock.today():%Y%m%d}.xlsx",
        mime=_XLSX,
        key=f"offline_{own.review.id}_marked",
        icon=":material/download:",
        on_click="ignore",
    )
