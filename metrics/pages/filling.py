"""The ways to fill in a return: an Excel return downloaded and uploaded, or a grid on the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.errors import Conflict
from core.settings import settings
from core.words import ReturnState
from core.workflow import Step
from metrics import doubting, exports, grid, imports, recording
from metrics.imports import Preview
from metrics.model import Change, ChangeKind, Finding, Form, Severity
from metrics.queries import ReturnView
from metrics.service import Saved
from metrics.stages import CORRECT
from metrics.workbook import STATE_CHOICES
from web import guard, widgets

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEXT = {
    ReturnState.SUBMITTED: "如需修改，请先“撤回修改”。",
    ReturnState.APPROVED: "发现有误时，请联系研究院退回后更正。",
    ReturnState.LOCKED: "发现有误时，请联系研究院解锁更正；新旧数值都会保留。",
}
_TEXT_SHEET = "CSV"  # what the reader calls the only sheet of a text file
ROW_HEIGHT = 66  # above 64 pixels the grid wraps text
_SHOWN = 20  # findings on the screen; the marked workbook has them all
_SHAPES = {Severity.ERROR: ("red", "■"), Severity.WARNING: ("orange", "◐"), Severity.INFO: ("gray", "○")}
SIGNS = {
    ChangeKind.NEW: "＋",
    ChangeKind.CHANGED: "△",
    ChangeKind.UNCHANGED: "＝",
    ChangeKind.REJECTED: "■",
    ChangeKind.BLANK: "○",
}
_ANSWERED = "已写明原因，保存后由研究院核查。"
_GRID = ("指标", "填什么", "分子", "分母", "状态", "说明/理由", "佐证链接", "上期", "目标")
_INPUTS = ("分子", "分母", "状态", "说明/理由", "佐证链接")


def by_workbook(actor: Actor, view: ReturnView, form: Form, seen: int) -> None:
    """Steps one and two: the workbook out, the workbook in."""
    left, right = st.columns([2, 3])
    with left.container(border=True, height="stretch"):
        st.markdown("**① 下载 Excel 报送表**")
        st.caption("已带上本期指标、最近三期的数和目标值；灰色是固定内容，白色格子填写。")
        st.download_button(
            "下载报送表",
            lambda: exports.template_xlsx(sessions.fresh(actor), view.id),
            file_name=exports.template_name(view, clock.today()),
            mime=XLSX,
            key="return_template",
            icon=":material/download:",
            on_click="ignore",
            type="primary" if not view.filled else "secondary",
        )
    with right.container(border=True, height="stretch"):
        st.markdown("**② 上传填好的报送表**")
        st.caption("先核对、后保存：上传后先显示读到了什么、有什么问题、会改动哪些数。")
        file = st.file_uploader(
            "选择文件",
            type=["xlsx", "xls", "csv"],
            key=f"return_file_{widgets.nonce(_upload_form(view))}",
            max_upload_size=settings().upload_mb,
            label_visibility="collapsed",
        )
    if file is not None:
        with st.container(border=True, key="return_preview"):
            _preview(actor, view, form, seen, file.getvalue(), file.name)


def by_grid(actor: Actor, view: ReturnView, form: Form, seen: int) -> None:
    """The third way: typed or pasted here. Text columns, so that what was typed reaches the reader as it is."""
    with st.container(border=True):
        st.markdown("**③ 或者在线填写**")
        st.caption(
            "可以从 Excel 复制一块粘贴进来；1,234 和全角数字都认得。没有数的，状态选“缺报”或“不适用”并写明理由。"
        )
        shown = grid.rows(form)
        frame = pd.DataFrame(
            [
                (
                    line.indicator.name,
                    grid.asks(line.indicator),
                    row.n,
                    row.d if line.indicator.kind.has_denominator else "—",
                    row.state or None,
                    row.reason,
                    row.link,
                    grid.last_value(form, line),
                    "–" if line.target is None else line.indicator.show(line.target),
                )
                for line, row in zip(form.lines, shown, strict=True)
            ],
            columns=list(_GRID),
            index=[row.code for row in shown],
        ).astype("str")  # also where all are blank: other types would make the grid forget what was typed
        with st.form(f"return_grid_{view.id}", enter_to_submit=False, border=False):
            edited = st.data_editor(
                frame,
                key=f"return_cells_{view.id}",
                hide_index=True,
                width="stretch",
                num_rows="fixed",
                row_height=ROW_HEIGHT,
                disabled=[name for name in _GRID if name not in _INPUTS],
                column_config={
                    "指标": st.column_config.TextColumn(pinned=True, width=100),
                    "填什么": st.column_config.TextColumn(width=195),
                    "分子": st.column_config.TextColumn(width=90),
                    "分母": st.column_config.TextColumn(width=90),
                    "状态": st.column_config.SelectboxColumn(
                        width=85, options=[choice.label for choice in STATE_CHOICES]
                    ),
                    "说明/理由": st.column_config.TextColumn(width=135),
                    "佐证链接": st.column_config.TextColumn(width=110),
                    "上期": st.column_config.TextColumn(width=150),
                    "目标": st.column_config.TextColumn(width=85),
                },
                alt="在线填写本期各指标的分子、分母、状态和说明",
            )
            with st.container(horizontal=True):
                # A correction of a locked return is handed in whole or not at all.
                drafted = not corrects(view) and st.form_submit_button("保存草稿", key="return_grid_save")
                submitted = st.form_submit_button(
                    CORRECT if corrects(view) else "保存并提交", key="return_grid_submit", type="primary"
                )
        if drafted or submitted:
            checked = imports.preview_grid(actor, view.id, _typed(edited))
            saved = _save(actor, checked, seen, submit=submitted)
            if saved is not None:
                st.session_state[_findings_key(view)] = checked.findings, checked.explained
                st.rerun()
            findings(checked.findings, checked.explained)
        elif kept := st.session_state.pop(_findings_key(view), None):
            findings(*kept)


def corrects(view: ReturnView) -> bool:
    """What is filled in corrects a locked return: its values stay in force until the correction is handed in."""
    return view.state is ReturnState.LOCKED


def to_submit(view: ReturnView, choices: Sequence[Step], act: Callable[[str, str], None]) -> None:
    """The last step. It stands below the ways to fill in, because it hands in what is stored, not what is
    still being typed."""
    with st.container(border=True):
        st.markdown("**④ 提交**")
        left = view.asked - view.filled
        if left:
            st.caption(f"还有 {left} 项没有填。没有数的请选“缺报”或“不适用”并写明理由，全部填好后在这里提交。")
            return
        st.caption("各项都已保存。提交的是下面“现在的数”；表格里还没有保存的改动不会带上。")
        widgets.steps("return", choices, act)


def findings(found: Sequence[Finding], explained: Collection[str] = ()) -> None:
    """What is wrong and how to mend it: errors first, how cells were read folded away. A doubt about a figure whose
    row says why (`explained`, by indicator code) is not asked about again."""
    loud = [finding for finding in found if finding.severity is not Severity.INFO]
    for finding in loud[:_SHOWN]:
        colour, shape = _SHAPES[finding.severity]
        read = finding.rule.startswith(("cell.", "row.")) and finding.seen and finding.seen not in finding.message
        seen = f"看到的是“{guard.plain(finding.seen)}”。" if read else ""
        st.markdown(
            f":{colour}-badge[{shape} {finding.severity.label}]　{_place(finding)}{guard.plain(finding.message)}{seen}"
            f"{_ANSWERED if doubting.followed(finding) and finding.code in explained else guard.plain(finding.remedy)}"
        )
    if len(loud) > _SHOWN:
        st.caption(f"另有 {len(loud) - _SHOWN} 处，见标注好的报送表。")
    quiet = [finding for finding in found if finding.severity is Severity.INFO]
    if quiet:
        with st.expander(f"这些格子是这样读的（{len(quiet)} 处）", key=f"return_read_{len(found)}"):
            for finding in quiet:
                st.markdown(f"- {_place(finding)}{guard.plain(finding.message)}")


def _place(finding: Finding) -> str:
    """The cell; rows of the grid and of a text file are told by the indicator's name alone."""
    return f"**{finding.cell}**　" if finding.cell and finding.sheet != _TEXT_SHEET else ""


def _preview(actor: Actor, view: ReturnView, form: Form, seen: int, data: bytes, filename: str) -> None:
    checked = imports.preview(actor, view.id, data, filename)
    recording.note(actor, view.id, checked.upload.digest, checked.upload.kind, checked.findings)
    st.markdown(f"**{guard.plain(filename)}**")
    if checked.upload.refused:
        for finding in checked.errors:
            st.error(f"{guard.plain(finding.message)}\n\n{guard.plain(finding.remedy)}")
        st.caption("这个文件没有读取，已经保存的数没有变化。")
        return
    if checked.upload.notes:
        st.caption(guard.plain("；".join(checked.upload.notes)))
    warnings = sum(finding.severity is Severity.WARNING for finding in checked.findings)
    st.markdown(
        f"{widgets.badge('returned' if checked.errors else 'approved', f'错误 {len(checked.errors)} 处')}"
        f" {widgets.badge('pending' if warnings else '', f'提醒 {warnings} 处')}　"
        + "，".join(f"{kind.label} {len(checked.of(kind))} 项" for kind in ChangeKind if checked.of(kind))
    )
    findings(checked.findings, checked.explained)
    if checked.errors or warnings:
        st.download_button(
            "下载标注好的报送表",
            lambda: imports.marked(data, checked),
            file_name=exports.file_name(filename.rpartition(".")[0], "校验结果") + ".xlsx",
            mime=XLSX,
            key="return_marked",
            icon=":material/format_color_fill:",
            help="有问题的格子已涂色，批注里写着怎么改；改好后可以直接再上传这个文件。",
            on_click="ignore",
        )
    _differences(checked.changes)
    _confirm(actor, view, checked, seen)


def _differences(changes: Sequence[Change]) -> None:
    """What saving would do, row by row."""
    st.dataframe(
        pd.DataFrame(
            {
                "指标": change.name,
                "类别": f"{SIGNS[change.kind]} {change.kind.label}",
                "原值": change.old,
                "新值": change.new,
            }
            for change in changes
        ),
        key=f"return_changes_{hash(tuple(changes))}",  # else it keeps the column widths of what it held before
        hide_index=True,
        width="stretch",
        alt="保存后每个指标的变化",
    )


def _confirm(actor: Actor, view: ReturnView, checked: Preview, seen: int) -> None:
    nothing = "没有可以保存的新数：请改正错误，或核对是否上传了同一个文件。" if not checked.to_save else ""
    blocked = ""
    if checked.errors:
        blocked = f"还有 {len(checked.errors)} 处错误，改正后才能提交；没有错误的行可以先保存。"
    elif checked.missing:
        blocked = f"还有 {len(checked.missing)} 项没有填；没有数的请选“缺报”或“不适用”并写明理由。"
    if corrects(view):
        blocked = blocked or nothing
    with st.container(horizontal=True):
        keep = not corrects(view) and st.button(
            "确认保存", key="return_keep", disabled=bool(nothing), help=nothing or None
        )
        hand_in = st.button(
            f"确认{CORRECT}" if corrects(view) else "确认保存并提交",
            key="return_hand_in",
            type="primary",
            disabled=bool(blocked),
            help=blocked or None,
        )
    if nothing or blocked:
        st.caption(blocked or nothing)
    if keep or hand_in:
        saved = _save(actor, checked, seen, submit=hand_in)
        if saved is not None:
            if not saved.rejected:
                widgets.spend_nonce(_upload_form(view))
            st.rerun()


def _save(actor: Actor, checked: Preview, seen: int, *, submit: bool) -> Saved | None:
    """Save and say what came of it; None when it was refused, and then the message is on the page."""
    saved: Saved | None = None
    with guard.show_errors():
        try:
            saved = imports.keep(actor, checked, seen_version=seen, submit=submit)
        except Conflict:
            st.error(
                "这份报送刚被别人改过，您的内容还没有保存。“原值”已换成最新保存的数，您填的内容仍在：请核对后再确认一次。"
            )
            if checked.source is None:  # a file's differences stand on the page already
                _differences(checked.to_save or checked.changes)
    if saved is not None:
        rejected = f"，{saved.rejected} 项有误没有保存" if saved.rejected else ""
        widgets.flash(
            f"已保存 {saved.written} 项，未变 {saved.unchanged} 项{rejected}；报送现为“{saved.state.label}”。"
        )
    return saved


def _typed(edited: pd.DataFrame) -> list[grid.GridRow]:
    """The white cells of the grid; cleared cells come back as nothing."""
    cells = edited.astype("object").where(edited.notna(), "")
    return [grid.GridRow(str(code), *(str(row[name]) for name in _INPUTS)) for code, row in cells.iterrows()]


def _upload_form(view: ReturnView) -> str:
    return f"return_{view.id}"


def _findings_key(view: ReturnView) -> str:
    return f"return_findings_{view.id}"
