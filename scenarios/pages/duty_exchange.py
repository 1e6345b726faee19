"""The list out to a workbook and, changed by hand, back in: the difference first, then the save."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core.settings import settings
from scenarios import duty_exports, duty_imports, duty_reading, duty_report, duty_service
from scenarios.duty_queries import DutyList
from scenarios.duty_reading import Issue, Plan
from web import guard, widgets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNS = {duty_reading.NEW: "＋", duty_reading.CHANGED: "△", duty_reading.MOVED: "↕", duty_reading.REMOVED: "■"}
_SHOWN = 50  # findings at once


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
            st.download_button(
                "下载颗粒匹配清单（PDF）",
                lambda: duty_report.issue(sessions.fresh(actor), duties.about.id).data,
                file_name=duty_report.file_name(duties),
                mime="application/pdf",
                key="duty_pdf",
                icon=":material/picture_as_pdf:",
                on_click="ignore",
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
            _preview(actor, duties, form, file.getvalue(), file.name)


def _preview(actor: Actor, duties: DutyList, form: str, data: bytes, name: str) -> None:
    plan = duty_imports.preview(actor, duties.about.id, data, name)
    st.markdown(f"**{guard.plain(name)}**　" + _summary(plan))
    _issues(plan.issues)
    if plan.changes:
        st.dataframe(
            pd.DataFrame(
                [
                    (f"{_SIGNS[change.kind]} {change.kind}", change.row, change.name, label, old, new)
                    for change in plan.changes
                    for label, old, new in ([(c.label, c.old, c.new) for c in change.changes] or [("", "", "")])
                ],
                columns=["类别", "表中行号", "事项", "内容", "原来", "改为"],
            ),
            key=f"duty_changes_{plan.digest[:12]}",
            hide_index=True,
            width="stretch",
        )
    # What was shown is what gets saved: this run has already read what somebody may have changed since.
    seen_key = f"{form}_seen"
    seen = st.session_state.get(seen_key, plan.digest)
    if plan.errors:
        st.caption(f"还有 {len(plan.errors)} 处错误，改正后重新上传。现在没有保存任何内容。")
    elif not plan.changes:
        st.caption("表里的内容与系统里的完全相同，没有要保存的。")
    elif st.button("确认保存", key=f"{form}_go", type="primary"):
        st.session_state[seen_key] = plan.digest
        saved = duty_service.take_in(actor, duties.about.id, data, name, seen)
        st.session_state.pop(seen_key, None)
        widgets.spend_nonce(form)
        widgets.flash(f"已保存：{_counts(saved)}。")
        st.rerun()
    st.session_state[seen_key] = plan.digest


def _counts(plan: Plan) -> str:
    return "，".join(f"{kind} {plan.of(kind)} 项" for kind in _SIGNS if plan.of(kind)) or "没有改动"


def _summary(plan: Plan) -> str:
    badges = [widgets.badge("objected" if plan.errors else "confirmed", f"错误 {len(plan.errors)} 处")]
    absent = f"，表里没有的 {plan.absent} 项保持不变" if plan.absent else ""
    return f"{' '.join(badges)}　{_counts(plan)}，未变 {plan.unchanged} 项{absent}"


def _issues(issues: Sequence[Issue]) -> None:
    found = sorted(issues, key=lambda issue: not issue.error)
    for issue in found[:_SHOWN]:
        badge = ":red-badge[■ 错误]" if issue.error else ":gray-badge[○ 提示]"
        where = f"**{issue.cell}**　" if issue.cell else ""
        st.markdown(f"{badge}　{where}{guard.plain(issue.message)}")
    if len(found) > _SHOWN:
        st.caption(f"另有 {len(found) - _SHOWN} 处，改正后再次上传会继续显示。")
