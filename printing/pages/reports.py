"""Every report there is: one of them, or all of a group in one archive."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from printing import batches, jobs, registry
from printing.jobs import Job
from printing.kinds import Kind, Subject
from printing.pages import parts
from web import guard, widgets
from web.keep import ask

FORMS = {"pdf": "PDF", "xlsx": "Excel（报告里的数）", "docx": "Word（可以改）"}


def main() -> None:
    actor = guard.current_actor()
    widgets.header("报告", "要哪份报告，要一份还是一批？")
    known = {kind.key: kind for kind in registry.kinds_for(actor)}
    key = st.selectbox(
        "报告种类", list(known), 0, lambda item: known[item].name, key="reports_kind", bind="query-params"
    )
    one(actor, known[key])
    many(actor, known[key])
    with st.expander("有哪些报告"):
        widgets.table(
            pd.DataFrame(
                {
                    "报告": kind.name,
                    "格式": "、".join(FORMS[form] for form in kind.forms),
                    "命令行": f"zhiping report {kind.key}",
                    "编号": kind.asks,
                    "批量": kind.batch.name if kind.batch else "–",
                }
                for kind in known.values()
            ),
            "reports_kinds",
        )


def group_of(actor: Actor, kind: Kind[Any], part: str) -> Subject | None:
    """Which quarter, which edition; nothing is asked where there is only one."""
    groups = {item.id: item for item in ask(registry.groups, actor, kind.key)}
    if not groups or kind.batch is None:
        return None
    if list(groups) == [""]:
        return groups[""]
    asked = kind.batch.asks.partition("，")[0]
    chosen = st.selectbox(asked, list(groups), 0, lambda item: groups[item].label, key=f"reports_{kind.key}_{part}")
    return groups[chosen]


def one(actor: Actor, kind: Kind[Any]) -> None:
    with st.container(border=True, key="reports_one"):
        st.markdown(f"**一份{guard.plain(kind.name)}**")
        group = group_of(actor, kind, "one")
        found = ask(registry.subjects, actor, kind.key, group.id if group else None)
        if not found:
            st.caption("现在没有可以生成的：还没有要写进这种报告的数据。")
            return
        subjects = {item.id: item.label for item in found}
        chosen = st.selectbox("关于", list(subjects), 0, subjects.__getitem__, key=f"reports_{kind.key}_subject")
        with st.container(horizontal=True):
            parts.downloads(actor, kind.key, chosen, subjects[chosen], name="下载")
        st.caption("末页有编号、数据指纹和核对用的二维码；数没有变时，再次生成是同一份。Excel 里是报告中的全部数字。")


def many(actor: Actor, kind: Kind[Any]) -> None:
    job = jobs.of(actor)
    if job is None and kind.batch is None:
        return
    with st.container(border=True, key="reports_many"):
        if job is not None:
            show(actor, job)
            return
        assert kind.batch is not None
        st.markdown(f"**一批：{guard.plain(kind.batch.name)}**")
        group = group_of(actor, kind, "many")
        if group is None:
            st.caption("现在没有可以批量生成的。")
            return
        form = st.radio("格式", kind.forms, 0, FORMS.__getitem__, key=f"reports_{kind.key}_form", horizontal=True)
        count = len(ask(registry.subjects, actor, kind.key, group.id))
        st.caption(f"共 {count} 份，打成一个压缩包，内有清单和每份的哈希值。生成时可以离开这个页面。")
        if st.button("生成这一批", key="reports_start", icon=":material/folder_zip:", disabled=not count):
            with guard.show_errors():
                jobs.start(actor, batches.plan(actor, kind, group.id, form))
                st.rerun()


def show(actor: Actor, job: Job) -> None:
    """How far a batch has come, or what came of it."""
    work = job.work
    st.markdown(f"**一批：{guard.plain(work.kind.name)}　{guard.plain(work.group.label)}**")
    if not job.done:
        progress(actor)
        return
    if job.error is not None:
        st.error(f"{guard.plain(job.error.message)}\n\n{guard.plain(job.error.remedy)}")
    else:
        say = st.warning if work.refused else st.success
        say(f"已生成 {len(work.made)} / {work.total} 份。")
        if work.refused:
            rows = pd.DataFrame({"没有生成": part.subject.label, "原因": part.words} for part in work.refused)
            st.dataframe(rows, hide_index=True, width="stretch", key="reports_refused")
        if work.made:
            st.download_button(
                "下载压缩包",
                partial(jobs.archive, actor),
                file_name=job.filename,
                mime="application/zip",
                key="reports_zip",
                icon=":material/download:",
                type="primary",
                on_click="ignore",
            )
    with st.container(horizontal=True):
        lacking = job.error is not None or bool(work.refused)
        if lacking and st.button("重新生成这一批", key="reports_retry", icon=":material/refresh:"):
            with guard.show_errors():
                jobs.again(actor)
                st.rerun()
        if st.button("生成别的", key="reports_again"):
            jobs.forget(actor)
            st.rerun()


@st.fragment(run_every="1s")
def progress(actor: Actor) -> None:
    """Drawn on its own once a second; when the batch is done the page is drawn again."""
    job = jobs.of(actor)
    if job is None or job.done:
        st.rerun()
    work = job.work
    text = f"{work.done} / {work.total} 份" if work.done else "正在准备……"
    st.progress(work.done / work.total, text=text)
    st.caption("可以离开这个页面，回来时接着看；完成后在这里下载压缩包。")
    if st.button("停下这一批", key="reports_stop", icon=":material/stop_circle:"):
        jobs.forget(actor)
        widgets.flash("这一批已停下，没有压缩包。已经编号的报告，再次生成时仍是同一个编号。")
        st.rerun()


main()
