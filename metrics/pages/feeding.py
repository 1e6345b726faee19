"""A table of many returns on the screen: choose it, watch it being checked, see what it would change, save it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.numbers import format_number
from core.settings import settings
from metrics import exports, feed_service, overview
from metrics.feed import jobs, outgoing, senders
from metrics.feed.jobs import Job
from metrics.feed.loading import Wish
from metrics.feed.opening import ROWS_LIMIT
from metrics.feed.senders import FeedView
from metrics.feed.working import SHOWN, Look
from metrics.model import ChangeKind
from metrics.pages.filling import ROW_HEIGHT, SIGNS, XLSX
from web import guard, widgets

_FORM = "feeds"
_ALL = "全部报送期"
_SHAPES = {"error": "■", "warning": "◐", "info": "○"}
_HEADS = "地区代码、报送期、指标代码、分子、分母、状态、说明"


def choose(actor: Actor, collections: Mapping[int, str]) -> None:
    """Step one: for which collection, which file; or the values that stand, as such a file."""
    st.caption(
        f"表格第一行写：{_HEADS}；每行一个数，一次最多 {ROWS_LIMIT:,} 行。"
        "先核对、后保存：保存前会列出每一行将怎样变化；同一份文件送两次不会重复。"
    )
    chosen = st.selectbox("报送任务", list(collections), 0, collections.__getitem__, key="feeds_collection")
    file = st.file_uploader(
        "CSV 或 Excel 文件",
        type=["csv", "xlsx"],
        key=f"feeds_file_{widgets.nonce(_FORM)}",
        max_upload_size=settings().upload_mb,
    )
    if st.button(
        "核对", key="feeds_check", type="primary", disabled=file is None, help=None if file else "请先选择文件"
    ):
        assert file is not None
        with guard.show_errors():
            jobs.check(actor, file.getvalue(), file.name, Wish(collection=str(chosen)))
            widgets.spend_nonce(_FORM)
            st.rerun()
    with st.expander("导出已报的数", icon=":material/download:", key="feeds_export"):
        st.caption("列与送报的表相同：导出后原样送回，不会有任何变化；改了哪些数，核对时就列出哪些。")
        periods = overview.periods(actor, chosen)
        period = st.selectbox("报送期", [_ALL, *periods], key="feeds_export_period")
        st.download_button(
            "导出 CSV",
            lambda: outgoing.values_csv(sessions.fresh(actor), chosen, None if period == _ALL else period),
            file_name=exports.file_name(collections[chosen], period, "已报数", f"{clock.today():%Y%m%d}") + ".csv",
            mime="text/csv",
            key="feeds_export_csv",
            on_click="ignore",
        )


@st.fragment(run_every="0.5s")
def progress(actor: Actor) -> None:
    """How far it has come. Drawn on its own twice a second; when it is done the page is drawn again."""
    job = jobs.of(actor)
    if job is None or job.done:
        st.rerun()
    doing = "正在保存" if job.saving else "正在核对"
    st.markdown(f"**{guard.plain(job.name)}**")
    st.progress(min(job.share, 1.0), text=f"{doing}……{job.share:.0%}" if job.share else "正在准备……")
    st.caption("可以离开这个页面去做别的，回来时进度还在。")


def preview(actor: Actor, job: Job) -> None:
    """Step two: what was found, what would change; save it or put it away."""
    st.markdown(f"**{guard.plain(job.name)}**")
    if job.overtaken:
        st.warning(
            "核对以后，其中有的报送被别人改过，您的内容还没有保存。下面已按最新的数重新核对，请看过后再确认一次。"
        )
    if job.error is not None:
        st.error(f"{guard.plain(job.error.message)}\n\n{guard.plain(job.error.remedy)}")
    found = job.look
    if found is None or found.refused:
        for item in found.answer["findings"] if found else ():
            st.error(f"{guard.plain(item['message'])}\n\n{guard.plain(item['remedy'])}")
        st.caption("这个文件没有读取，已经保存的数没有变化。")
        _away(actor, "换一个文件")
        return
    counts = "，".join(
        f"{kind.label} {format_number(found.count(kind))} 行" for kind in ChangeKind if found.count(kind)
    )
    st.markdown(
        f"{widgets.badge('returned' if found.errors else 'approved', f'错误 {format_number(found.errors)} 处')}"
        f" {widgets.badge('pending' if found.warnings else '', f'提醒 {format_number(found.warnings)} 处')}　"
        f"{guard.plain(found.answer['collection']['name'])}：{counts or '没有读到行'}"
    )
    _findings(found.answer)
    _changes(found)
    _downloads(actor, job)
    _confirm(actor, job, found)


def result(actor: Actor, job: Job) -> None:
    """Step three: what was saved."""
    assert job.answer is not None
    say = st.success if job.answer["ok"] else st.error
    say(f"**{guard.plain(job.name)}**　{guard.plain(job.answer['message'])}")
    left = job.answer.get("returns", {}).get("incomplete", 0)
    if left:
        st.caption(f"还有 {left} 份报送没有填全，已存为草稿；补齐后再送一次即可提交。")
    _findings(job.answer)
    _away(actor, "再送一份")


def log(actor: Actor, rows: Sequence[FeedView]) -> None:
    """What was delivered lately; choosing one shows what its sender was told."""
    if not rows:
        st.caption("还没有批量送报。")
        return
    event = st.dataframe(
        pd.DataFrame(
            {
                "时间（北京）": clock.show(row.at),
                "报送任务": row.collection,
                "送报者": row.sender,
                "结果": "● 已保存" if row.ok else "■ 没有保存",
                "行数": row.rows,
                "写入": row.saved,
                "未变": row.unchanged,
                "未通过": row.rejected,
                "提交": row.submitted,
                "文件": row.filename,
            }
            for row in rows
        ),
        key="feeds_log",
        column_config={
            name: st.column_config.NumberColumn(format="localized")
            for name in ("行数", "写入", "未变", "未通过", "提交")
        },
        hide_index=True,
        width="stretch",
        on_select="rerun",
        selection_mode="single-row",
        alt="最近的批量送报",
    )
    st.caption("点选一行左侧的方框，可看当时发现了什么、怎么改。")
    chosen = event.selection.rows
    if not chosen or chosen[0] >= len(rows):
        return
    row = rows[chosen[0]]
    answer = senders.told(actor, row.id) or {}
    st.markdown(f"**{guard.plain(row.filename)}**　{guard.plain(answer.get('message', '没有留下答复。'))}")
    if answer.get("findings"):
        _findings(answer, f"feeds_told_{row.id}")


def _findings(answer: Mapping[str, Any], key: str = "feeds_findings") -> None:
    found: Sequence[Mapping[str, Any]] = answer["findings"]
    if not found:
        return
    st.dataframe(
        pd.DataFrame(
            {
                "级别": f"{_SHAPES[item['severity']]} {item['severity_name']}",
                "行": item["row"],
                "地区": item["region"],
                "报送期": item["period"],
                "指标": item["indicator"],
                "问题": item["message"],
                "怎么改": item["remedy"],
            }
            for item in found
        ),
        key=key,
        hide_index=True,
        width="stretch",
        row_height=ROW_HEIGHT,
        column_config={
            "问题": st.column_config.TextColumn(width=330),
            "怎么改": st.column_config.TextColumn(width=330),
        },
        alt="逐行列出的问题和改法",
    )
    if answer["findings_total"] > len(found):
        st.caption(f"这里列出前 {len(found):,} 处，共 {answer['findings_total']:,} 处；其余见标注好的表。")


def _changes(found: Look) -> None:
    kinds = [kind for kind in ChangeKind if kind is not ChangeKind.BLANK and found.count(kind)]
    if not kinds:
        return
    kind = st.segmented_control(
        "将怎样变化",
        kinds,
        default=kinds[0],
        format_func=lambda kind: f"{SIGNS[kind]} {kind.label} {format_number(found.count(kind))}",
        key="feeds_kind",
        required=True,
    )
    rows = [row for row in found.changes if row["kind"] == kind]
    st.dataframe(
        pd.DataFrame(
            {
                "行": row["row"],
                "地区": row["region"],
                "报送期": row["period"],
                "指标": f"{row['code']} {row['name']}",
                "原值": row["old"],
                "新值": row["new"],
            }
            for row in rows
        ),
        key=f"feeds_changes_{kind}",
        hide_index=True,
        width="stretch",
        alt="保存后这些行的变化",
    )
    if kind is not None and found.count(kind) > len(rows):
        st.caption(f"这里列出前 {SHOWN} 行，全部见“下载逐行变化”。")


def _downloads(actor: Actor, job: Job) -> None:
    stem = job.name.rpartition(".")[0]
    with st.container(horizontal=True):
        if job.look is not None and job.look.answer["findings_total"]:
            st.download_button(
                "下载标注好的表",
                lambda: feed_service.marked(sessions.fresh(actor), job.data, job.name, job.wish),
                file_name=exports.file_name(stem, "校验结果", f"{clock.today():%Y%m%d}") + ".xlsx",
                mime=XLSX,
                key="feeds_marked",
                icon=":material/format_color_fill:",
                help="有问题的格子已涂色，批注里写着怎么改；改好后可以直接再上传这个文件。",
                on_click="ignore",
            )
        st.download_button(
            "下载逐行变化",
            lambda: feed_service.changes_csv(sessions.fresh(actor), job.data, job.name, job.wish),
            file_name=exports.file_name(stem, "逐行变化", f"{clock.today():%Y%m%d}") + ".csv",
            mime="text/csv",
            key="feeds_changes_csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _confirm(actor: Actor, job: Job, found: Look) -> None:
    writes = found.count(ChangeKind.NEW) + found.count(ChangeKind.CHANGED)
    partial = bool(found.errors and writes) and st.checkbox(
        f"先保存没有错误的 {format_number(writes)} 行，有错误的行以后再送", key="feeds_partial"
    )
    blocked = ""
    if not writes:
        blocked = "没有可以保存的新数：请改正错误，或核对是否送了同一份文件。"
    elif found.errors and not partial:
        blocked = f"有 {format_number(found.errors)} 处错误。请改正后重新上传，或勾选先保存没有错误的行。"
    with st.container(horizontal=True):
        if st.button("确认保存并提交", key="feeds_save", type="primary", disabled=bool(blocked), help=blocked or None):
            jobs.save(actor, job, partial=partial)
            st.rerun()
        _away(actor, "放弃，换一个文件")
    st.caption(blocked or f"将写入 {format_number(writes)} 个数；填全的报送同时提交，没有填全的存为草稿。")


def _away(actor: Actor, label: str) -> None:
    if st.button(label, key="feeds_away"):
        jobs.forget(actor)
        st.rerun()
