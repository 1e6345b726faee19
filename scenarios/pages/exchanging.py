"""A changed workbook handed back: the difference first, then the save. Shared by what goes out and comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from scenarios import exchange
from scenarios.exchange import Issue, Plan
from web import guard, widgets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SIGNS = {exchange.NEW: "＋", exchange.CHANGED: "△", exchange.MOVED: "↕", exchange.REMOVED: "■"}
_SHOWN = 50  # findings at once


def confirm(form: str, filename: str, plan: Plan, save: Callable[[str], Plan]) -> None:
    """What a file would change and what is wrong with it, with the button that saves it. `form` names the
    uploader, whose nonce is spent after the save; `save` takes the digest of the plan that was shown."""
    st.markdown(f"**{guard.plain(filename)}**　" + _summary(plan))
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
            key=f"{form}_changes_{plan.digest[:12]}",
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
        saved = save(seen)
        st.session_state.pop(seen_key, None)
        widgets.spend_nonce(form)
        widgets.flash(f"已保存：{saved.counts}。")
        st.rerun()
    st.session_state[seen_key] = plan.digest


def _summary(plan: Plan) -> str:
    badges = [widgets.badge("objected" if plan.errors else "confirmed", f"错误 {len(plan.errors)} 处")]
    absent = f"，表里没有的 {plan.absent} 项保持不变" if plan.absent else ""
    return f"{' '.join(badges)}　{plan.counts or '没有改动'}，未变 {plan.unchanged} 项{absent}"


def _issues(issues: Sequence[Issue]) -> None:
    found = sorted(issues, key=lambda issue: not issue.error)
    for issue in found[:_SHOWN]:
        badge = ":red-badge[■ 错误]" if issue.error else ":gray-badge[○ 提示]"
        where = f"**{issue.cell}**　" if issue.cell else ""
        st.markdown(f"{badge}　{where}{guard.plain(issue.message)}")
    if len(found) > _SHOWN:
        st.caption(f"另有 {len(found) - _SHOWN} 处，改正后再次上传会继续显示。")
