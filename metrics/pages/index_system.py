"""One index system: the places by group, the weights, the workings; frozen results as they were."""

from functools import partial

import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from core.periods import Period
from metrics import composite_export as export
from metrics import composite_queries as queries
from metrics import composite_service as service
from metrics import exports
from metrics.pages import index_parts
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.INDEX_READ)
system = guard.found(queries.system(actor, guard.parameter("id") or 0), "指标体系")
kept = index_parts.chosen(system.results, guard.parameter("result"))
widgets.header(
    system.name,
    "同类地区里谁做得更好，这个名次是怎么算出来的？",
    back=("metrics/pages/index_systems.py", "全部指标体系"),
)
if system.purpose:
    st.caption(f"用途：{guard.plain(system.purpose)}")

if kept:
    version = next(found for found in system.versions if found.id == kept.version_id)
    first, last = kept.first, kept.last
    outcome = guard.found(queries.frozen(actor, kept.id), "冻结的结果")
    with st.container(border=True):
        st.markdown(
            f"**已冻结的结果**　{export.period_label(first, last)}　第 {version.number} 版　"
            f"{guard.plain(kept.author)}　{clock.show(kept.frozen_at)}"
            + (f"　{guard.plain(kept.note)}" if kept.note else "")
        )
        st.caption(f"校验码 {kept.digest[:16]}。下面的数是冻结时的样子。")
        index_parts.changed(outcome, keep.ask(queries.outcome, actor, version.id, first, last))
        st.page_link(
            index_parts.PAGE,
            label="回到现在的结果",
            icon=":material/update:",
            query_params={"id": str(system.id)},
        )
else:
    one, two, three = st.columns([2, 1, 1])
    numbers = {found.number: found for found in system.versions}
    number = one.selectbox(
        "版本",
        list(numbers),
        0,
        lambda number: f"第 {number} 版：{index_parts.method(numbers[number].design)}",
        key="index_version",
        bind="query-params",
    )
    version = numbers[number]
    periods = keep.ask(queries.periods, actor, version.collection_id)
    if not periods:
        widgets.empty("这项报送任务还没有提交的数，有了第一期数据就能计算。")
        st.stop()
    last = two.selectbox("截止", periods, 0, lambda key: Period.parse(key).label, key="index_last", bind="query-params")
    earlier = [key for key in periods if key <= last]
    first = three.selectbox(
        "起始", earlier, 0, lambda key: Period.parse(key).label, key=f"index_first_{last}",
        help="选同一期就只看这一期；选更早的一期，则把这段时间合成一个数（比率按分子、分母分别加总）。",
    )  # fmt: skip
    outcome = guard.found(keep.ask(queries.outcome, actor, version.id, first, last), "结果")

st.caption(
    f"{export.period_label(first, last)}　{index_parts.method(version.design)}　数据来自“{guard.plain(version.collection)}”"
)
index_parts.warnings(outcome)
index_parts.groups(outcome, version, last, (system.id, version.id, first, last, kept.id if kept else 0))
index_parts.across(outcome)
index_parts.excluded(outcome)
index_parts.weights(outcome)
index_parts.conventions(outcome)

with st.container(horizontal=True, key="index_actions"):
    st.download_button(
        "下载计算过程（Excel）",
        partial(index_parts.workings, actor, system.id, version.id, first, last, kept.id if kept else None),
        file_name=exports.file_name(
            system.name, f"第{version.number}版", first, last, "冻结" if kept else f"{clock.today():%Y%m%d}"
        )
        + ".xlsx",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="index_download",
        icon=":material/download:",
        on_click="ignore",
    )
    if not kept and outcome.groups and outcome.consistent:
        with st.popover("冻结这个结果…", key="index_freeze_ask", icon=":material/lock:"):
            st.caption("冻结后，数据再更正，这份名次和每一步的数都不会变；以后可以随时对照。")
            note = st.text_input(
                "说明（可不填）", key="index_freeze_note", max_chars=100, placeholder="例如：2026年度评价"
            )
            if st.button("确认冻结", key="index_freeze", type="primary"):
                with guard.show_errors():
                    service.freeze(actor, version.id, first, last, note)
                    widgets.flash("结果已冻结。")
                    st.rerun()
    if not kept:
        st.page_link(
            "metrics/pages/index_design.py",
            label="修订",
            icon=":material/edit:",
            query_params={"id": str(system.id)},
        )

index_parts.results(system)
index_parts.versions(system)
