"""The parts of an index system's page: the result by group, the weights, the workings."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.numbers import format_number
from core.words import Aggregation, Weighting
from metrics import composite_export, composite_pictures
from metrics.composite import Design
from metrics.composite_queries import ResultView, SystemDetail, VersionView
from metrics.composite_result import GroupResult, Judged, Outcome
from metrics.pages.values import FIGURE, address
from web import charts, guard, widgets

PAGE = "metrics/pages/index_system.py"
INDICATOR = "metrics/pages/indicator.py"
_ROW = 35  # pixels


def method(design: Design) -> str:
    """组合赋权（主观＋熵权）＋优劣解距离法"""
    return f"{design.weighting.label}，{design.aggregation.label}"


def total_word(design: Design) -> str:
    return "贴近度" if design.aggregation is Aggregation.TOPSIS else "总分"


def warnings(outcome: Outcome) -> None:
    for words in outcome.warnings:
        st.warning(guard.plain(words), icon=":material/warning:")


def groups(outcome: Outcome, version: VersionView, last: str, key: tuple[object, ...]) -> None:
    """Each group by itself: its table, its picture."""
    if not outcome.groups:
        widgets.empty("这几期还没有可以计算的单位。请换一个报送期，或等数据报齐。")
        return
    for place, group in enumerate(outcome.groups):
        st.subheader(guard.plain(group.name), anchor=False)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            _table(outcome, group, version, last, place)
        with right:
            word = total_word(version.design)
            charts.draw(
                lambda group=group, word=word: composite_pictures.totals(group, outcome.decimals, word),  # type: ignore[misc]
                ("index", *key, group.name),
                describe=f"{group.name}{word}：" + "，".join(f"{unit.name} {unit.total:.4g}" for unit in group.placed),
            )


def _table(outcome: Outcome, group: GroupResult, version: VersionView, last: str, place: int) -> None:
    frame = pd.DataFrame(
        {
            "名次": unit.place,
            "单位": unit.name,
            total_word(version.design): format_number(unit.total, outcome.decimals),
            **{
                column.name: format_number(value, column.decimals) + column.unit
                for column, value in zip(outcome.columns, values, strict=True)
            },
        }
        for unit, values in zip(group.placed, group.values, strict=True)
    )
    event = st.dataframe(
        frame,
        key=f"index_group_{place}",
        hide_index=True,
        width="stretch",
        height=_ROW * (min(len(frame), composite_pictures.MOST) + 1) + 3,  # as high as the picture beside it
        on_select="rerun",
        selection_mode="single-row",
    )
    rows = event.selection.rows
    if not rows or rows[0] >= len(group.placed):
        most = composite_pictures.MOST
        beside = f"图中是前 {most} 个。" if len(group.placed) > most else ""
        st.caption(
            f"{len(group.placed)} 个单位，只在本组内排名。{beside}点选一行左侧的方框，可查看这个单位各项数字的来历。"
        )
        return
    unit = group.placed[rows[0]]
    with st.container(horizontal=True, key=f"index_origins_{place}"):
        for column in outcome.columns:
            st.page_link(
                FIGURE,
                label=f"{guard.plain(unit.name)}　{guard.plain(column.name)}",
                icon=":material/search:",
                query_params=address(version.collection_id, column.indicator_id, unit.code, last),
            )


def preview(outcome: Outcome, design: Design) -> None:
    """The places, before anything is kept."""
    frame = pd.DataFrame(
        {
            "地区类型": group.name,
            "名次": unit.place,
            "单位": unit.name,
            total_word(design): format_number(unit.total, outcome.decimals),
        }
        for group in outcome.groups
        for unit in group.placed
    )
    if frame.empty:
        st.caption("这一期没有可以计算的单位。")
        return
    st.dataframe(frame, key="index_preview", hide_index=True, width="stretch")


def across(outcome: Outcome) -> None:
    """All units together, by how they stand in their own groups, and what that does not mean."""
    units = sorted(
        ((unit, group.name) for group in outcome.groups for unit in group.placed if unit.across is not None),
        key=lambda pair: (pair[0].across or 0, pair[0].code),
    )
    if not units:
        return
    with st.expander("跨组对照（按标准化得分）", icon=":material/compare_arrows:", key="index_across"):
        st.caption(guard.plain(dict(outcome.conventions)["跨组对照"]))
        st.dataframe(
            pd.DataFrame(
                {
                    "跨组名次": unit.across,
                    "单位": unit.name,
                    "地区类型": group,
                    "标准化得分": format_number(unit.standard, 3, signed=True),
                    "组内名次": unit.place,
                }
                for unit, group in units
            ),
            key="index_across_table",
            hide_index=True,
            width="stretch",
        )


def weights(outcome: Outcome) -> None:
    """What each indicator counts for, and how it came to that."""
    st.subheader("权重", anchor=False)
    if not outcome.groups:
        st.caption("没有可以计算的组，也就没有客观权重。")
        return
    first = outcome.groups[0]
    alike = len({group.weights for group in outcome.groups}) == 1
    columns: dict[str, Sequence[float | None]] = {}
    if first.subjective and first.subjective != first.weights:
        columns["主观权重"] = first.subjective
    for group in outcome.groups[:1] if alike else outcome.groups:
        where = "" if alike else f"（{group.name}）"
        if group.objective and group.objective != group.weights:
            columns[f"熵权{where}"] = group.objective
        columns[f"权重{where}"] = group.weights
    frame = pd.DataFrame(
        {
            "指标": column.title,
            "维度": column.dimension or "–",
            "方向": column.direction,
            **{name: _percent(part[place]) for name, part in columns.items()},
        }
        for place, column in enumerate(outcome.columns)
    )
    widgets.table(frame, "index_weights", open_page=INDICATOR, ids=[column.indicator_id for column in outcome.columns])
    for place, matrix in enumerate(outcome.judged):
        judged(matrix, f"index_judged_{place}")


def judged(matrix: Judged, key: str) -> None:
    """A judgement matrix with its consistency."""
    if len(matrix.names) < 2:
        return
    tone = ("approved", "一致") if matrix.consistent else ("overdue", "前后不一致")
    st.markdown(
        f"{widgets.badge(*tone)}　**{guard.plain(matrix.parent or '最上一层')}**　一致性比率 {format_number(matrix.cr, 3)}"
        f"（不大于 0.1 为一致），最大特征值 {format_number(matrix.lambda_max, 4)}"
    )
    if not matrix.consistent and matrix.mend:
        st.caption(guard.plain(matrix.mend) + "。")
    st.dataframe(
        pd.DataFrame(
            [
                [name, *(_ratio(value) for value in row), _percent(weight)]
                for name, row, weight in zip(matrix.names, matrix.matrix, matrix.weights, strict=True)
            ],
            columns=["项", *matrix.names, "权重"],
        ),
        key=key,
        hide_index=True,
        width="stretch",
    )


def excluded(outcome: Outcome) -> None:
    """Who was left out, and what is missing."""
    if not outcome.excluded:
        return
    st.subheader("没有参加计算的单位", anchor=False)
    widgets.table(
        pd.DataFrame(
            {"单位": unit.unit, "地区类型": unit.group, "缺少的数据": "；".join(unit.missing)}
            for unit in outcome.excluded
        ),
        "index_excluded",
    )


def conventions(outcome: Outcome) -> None:
    with st.expander("怎么算的", icon=":material/function:", key="index_how"):
        for name, words in outcome.conventions:
            st.markdown(f"**{name}**　{guard.plain(words)}")
        st.caption("换一种方法，名次可能不同；方法名称随结果一起导出。每一步的数都在下载的表里。")


def versions(system: SystemDetail) -> None:
    """What was changed when and why."""
    st.subheader("版本", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "版本": f"第 {version.number} 版",
                "修订理由": version.reason or ("首版" if version.number == 1 else "–"),
                "数据来自": version.collection,
                "指标": "、".join(criterion.code for criterion in version.design.criteria),
                "方法": method(version.design),
                "修订人": version.author,
                "时间（北京）": clock.show(version.created_at),
            }
            for version in system.versions
        ),
        key="index_versions",
        hide_index=True,
        width="stretch",
    )


def results(system: SystemDetail) -> None:
    """The frozen results; a row opens it as it was."""
    st.subheader("已冻结的结果", anchor=False)
    if not system.results:
        st.caption("还没有冻结的结果。冻结后，数据再更正，已公布的名次和每一步的数都不会变。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "报送期": composite_export.period_label(result.first, result.last),
                "版本": f"第 {result.number} 版",
                "说明": result.note or "–",
                "冻结人": result.author,
                "时间（北京）": clock.show(result.frozen_at),
                "校验码": result.digest[:12],
            }
            for result in system.results
        ),
        "index_results",
        open_page=PAGE,
        addresses=[{"id": str(system.id), "result": str(result.id)} for result in system.results],
    )


def changed(kept: Outcome, now: Outcome | None) -> None:
    """What would be different if it were computed today."""
    if now is None or now == kept:
        st.success("按现在的数重新计算，结果与冻结时相同。")
        return
    places = {unit.code: (unit.name, unit.place) for group in kept.groups for unit in group.placed}
    today = {unit.code: (unit.name, unit.place) for group in now.groups for unit in group.placed}
    moved = [
        f"{(places.get(code) or today[code])[0]}：{_place(places.get(code))} → {_place(today.get(code))}"
        for code in sorted(places.keys() | today.keys())
        if places.get(code) != today.get(code)
    ]
    if moved:
        st.warning("冻结之后数据或口径有变化，现在重新计算名次会不同：" + guard.plain("；".join(moved)) + "。")
    else:
        st.info("冻结之后数据有更正，重新计算得分略有不同，名次不变。")


def _place(found: tuple[str, int] | None) -> str:
    return "未参加" if found is None else f"第 {found[1]} 名"


def _percent(weight: float | None) -> str:
    return format_number(None if weight is None else weight * 100, 2) + "%"


def _ratio(value: float | None) -> str:
    """3, 1/3: as it was judged."""
    if value is None:
        return "–"
    return f"{value:g}" if value >= 1 else f"1/{1 / value:.3g}"


def workings(actor: Actor, system_id: int, version_id: int, first: str, last: str, result_id: int | None) -> bytes:
    """The download, for whoever takes it: asked again who that is."""
    fresh = sessions.fresh(actor)
    if result_id is not None:
        return composite_export.frozen_xlsx(fresh, system_id, result_id)
    return composite_export.current_xlsx(fresh, system_id, version_id, first, last)


def chosen(results: Sequence[ResultView], number: int | None) -> ResultView | None:
    return next((result for result in results if result.id == number), None)


METHODS = {
    Weighting.GIVEN: "由人员或专家直接写下每项占百分之几。",
    Weighting.AHP_EIGENVECTOR: "两两比较哪个更重要，由系统算出权重并检查前后是否一致。",
    Weighting.AHP_GEOMETRIC_MEAN: "同样是两两比较，权重取各行的几何平均数，手工也能复核。",
    Weighting.ENTROPY: "由数据决定：各单位差得越开的指标，权重越大；都一样的指标权重为 0。",
    Weighting.COMBINED: "主观权重和熵权各占一个份额。",
    Weighting.FULL_MARKS: "满分高的指标权重大，总分就是各项得分相加。",
}
AGGREGATIONS = {
    Aggregation.THRESHOLD: "达到起扣线得满分，没达到的按差距扣分，扣到最低分为止。各项规则写在下表。",
    Aggregation.WEIGHTED_SUM: "每个指标在本组内最好记 1、最差记 0，再按权重相加，满分 100。",
    Aggregation.TOPSIS: "看每个单位离“各项都最好”有多近、离“各项都最差”有多远，得到 0～1 的贴近度。",
}
