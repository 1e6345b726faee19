"""The parts of the page that tells where a figure comes from."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.numbers import format_number
from core.periods import Period
from core.settings import settings
from core.words import TargetKind
from metrics import latecomers, pictures, queries, restating, tracing
from metrics.model import Entry, Indicator
from metrics.pages import evidence_parts
from metrics.pages.values import FIGURE, address
from metrics.queries import Explanation, Revision, TargetView
from metrics.tracing import SumExplanation
from web import charts, guard, widgets

DOORS = {"form": "在线填写", "workbook": "Excel 报送表", "csv": "CSV 文件", "import": "导入"}


def county(actor: Actor, collection_id: int, found: Explanation) -> None:
    """One county's figure: parts, definition, return, every revision, lines in force, trend."""
    indicator, label = found.indicator, Period.parse(found.period).label
    widgets.header(f"{indicator.name}　{found.region}　{label}", "这个数是怎么来的？")
    entry = found.revisions[-1].entry if found.revisions else None
    target = queries.applying(found.targets, TargetKind.TARGET, found.region_code, found.period)
    _figures(indicator, entry, f"目标 {indicator.show(target)}" if target is not None else "")
    if entry is not None and entry.state.has_value:
        st.markdown(f"{guard.plain(_computed(indicator, entry.n, entry.d))}")
    elif entry is not None:
        st.info(f"{guard.plain(entry.show(indicator))}。{_meaning(entry)}")
    else:
        st.info("这个指标本期还没有填报。没有填的数不按零计算。")
    if entry is not None and not found.state.counts:
        st.warning(f"报送还是“{found.state.label}”，这个数暂不计入任何汇总。")
    _links(actor, collection_id, indicator, found.return_id, (found.region_code, found.region))
    history = restating.versions(actor, collection_id, indicator.id, found.region_code, found.period)
    _frozen(indicator, found.period, history)
    left, right = st.columns([2, 3])
    with left:
        _facts(found)
    with right:
        _trend(actor, collection_id, indicator, found)
    evidence_parts.of_value(actor, found.return_id, found.region_code, indicator.code)
    st.subheader("每一次录入", anchor=False)
    _revisions(indicator, found.revisions)
    st.subheader("基线与目标", anchor=False)
    _targets(indicator, found.targets, found.region_code, found.period)
    sums = tracing.sums_above(actor, collection_id, indicator.id, found.region_code, found.period)
    if sums:
        st.subheader("计入哪些汇总", anchor=False)
        with st.container(horizontal=True):
            for code, name, group in sums:
                st.page_link(
                    FIGURE,
                    label=guard.plain(f"{name}{group}合计"),
                    icon=":material/functions:",
                    query_params=address(collection_id, indicator.id, code, found.period, group),
                )


def total(actor: Actor, collection_id: int, scope_code: str, found: SumExplanation) -> None:
    """A sum: Σn and Σd, how many stand behind it, who was counted and who was not."""
    indicator, label = found.indicator, Period.parse(found.period).label
    place = f"{found.scope}{found.group}{found.arm.label if found.arm else ''}"
    widgets.header(f"{indicator.name}　{place}　{label}", "这个合计由哪些地区的数加成，谁没有计入？")
    share = found.reported / found.expected if found.expected else 0.0
    sides = [(f"分子合计　{indicator.n_label}", pictures.amount(found.n), indicator.n_unit)]
    if indicator.kind.has_denominator:
        sides.append((f"分母合计　{indicator.d_label}", pictures.amount(found.d), indicator.d_unit))
    widgets.figures(
        [
            ("合计", indicator.show(found.value), indicator.combine_regions.label),
            *sides,
            ("已报 / 应报", f"{found.reported} / {found.expected}", f"{format_number(share * 100, 1)}%"),
        ]
    )
    if found.value is not None:
        st.markdown(guard.plain(_computed(indicator, found.n, found.d, found.reported)))
    st.caption(guard.plain(f"截至北京时间 {clock.show(clock.now())} 已提交的数；提交之后的更正会改变它。"))
    if share < settings().coverage_floor:
        st.warning(f"报送率低于 {settings().coverage_floor:.0%}，这个合计不完整，不用于评估结论。")
    if found.unapproved:
        st.caption(f"其中 {found.unapproved} 个地区的数还没有审核。")
    _links(actor, collection_id, indicator, None)
    if found.arm is None:
        history = restating.versions(actor, collection_id, indicator.id, scope_code, found.period, found.group)
    else:
        codes = [part.region_code for part in found.parts]
        history = restating.summed_versions(actor, collection_id, indicator, codes, found.period)
    _frozen(indicator, found.period, history)
    points = tracing.series(actor, collection_id, indicator, scope_code, found.period, found.group, found.arm)
    if points:
        charts.draw(
            lambda: pictures.trend(indicator, points, found.targets, place, floor=settings().coverage_floor),
            ("sum", collection_id, indicator.id, scope_code, found.group, found.period, found.arm),
            describe=f"{place}{indicator.name}最近各期的变化，附基线和目标",
        )
        charts.rows(
            lambda: pictures.trend_rows(indicator, points, place, floor=settings().coverage_floor),
            f"{indicator.name}各期",
            place,
            ("sum", collection_id, indicator.id, scope_code, found.group, found.period, found.arm),
        )
    if found.targets:
        with st.expander("基线与目标", icon=":material/flag:", key="sum_targets"):
            _targets(indicator, found.targets, "", found.period)
    counted = [part for part in found.parts if part.counted]
    left_out = [part for part in found.parts if not part.counted]
    st.subheader(f"计入的地区（{len(counted)}）", anchor=False)
    if counted:
        widgets.table(
            pd.DataFrame(
                {
                    "代码": part.region_code,
                    "地区": part.region,
                    "数值": indicator.show(indicator.value(part.entry.n, part.entry.d)),
                    "分子": pictures.amount(part.entry.n),
                    "分母": pictures.amount(part.entry.d),
                    "状态": part.entry.state.label,
                    "标注": part.marks or "–",
                }
                for part in counted
                if part.entry is not None
            ),
            "sum_counted",
            open_page=FIGURE,
            addresses=[address(collection_id, indicator.id, part.region_code, found.period) for part in counted],
            counties=widgets.to_counties(actor, [part.region_code for part in counted]),
        )
    else:
        st.caption("还没有可以计入的数。")
    names = {part.region_code: part.region for part in found.parts}
    frozen_out = restating.left_out(actor, collection_id, indicator.id, found.period)
    if absent := [f"{names[code]}（{why.label}）" for code, why in sorted(frozen_out.items()) if code in names]:
        st.caption(f"冻结数里没有计入：{guard.plain('、'.join(absent))}。")
    if found.late:
        st.caption(f"○ {guard.plain('、'.join(found.late))}：{latecomers.WHY}。")
    if left_out:
        st.subheader(f"没有计入的地区（{len(left_out)}）", anchor=False)
        widgets.table(
            pd.DataFrame({"代码": part.region_code, "地区": part.region, "原因": part.why_not} for part in left_out),
            "sum_left_out",
            open_page=FIGURE,
            addresses=[address(collection_id, indicator.id, part.region_code, found.period) for part in left_out],
            counties=widgets.to_counties(actor, [part.region_code for part in left_out]),
        )


def _figures(indicator: Indicator, entry: Entry | None, target: str) -> None:
    if entry is None or not entry.state.has_value:
        widgets.figures([("数值", "–" if entry is None else entry.state.label, target)])
        return
    if not indicator.kind.has_denominator:
        sides = [(indicator.n_label, pictures.amount(entry.n), indicator.n_unit)]
    else:
        sides = [
            (f"分子　{indicator.n_label}", pictures.amount(entry.n), indicator.n_unit),
            (f"分母　{indicator.d_label}", pictures.amount(entry.d), indicator.d_unit),
        ]
    widgets.figures([("数值", indicator.show(indicator.value(entry.n, entry.d)), target), *sides])


def _computed(indicator: Indicator, n: int | None, d: int | None, reported: int = 1) -> str:
    """按时办结件数 ÷ 应办结件数 × 100% = 1,152 ÷ 1,200 × 100 = 96.00%"""
    factor = f" × {indicator.factor:,}" if indicator.factor != 1 else ""
    if not indicator.kind.has_denominator:
        return f"{indicator.formula}：{pictures.amount(n)}{factor}" + (f"（{reported} 个地区）" if reported > 1 else "")
    value = indicator.show(indicator.value(n, d))
    return f"{indicator.formula} = {pictures.amount(n)} ÷ {pictures.amount(d)}{factor} = {value}"


def _meaning(entry: Entry) -> str:
    return {
        "missing": "缺报不等于零，汇总时不计入，但计入应报。",
        "not_applicable": "本期没有发生，既不是 0 也不是 100%，不计入应报。",
        "suppressed": "按规定不公开。",
    }[entry.state.value]


def _frozen(indicator: Indicator, period: str, history: Sequence[restating.Version]) -> None:
    """What was published about the figure: when its round was frozen, and each time it was restated."""
    if not history:
        st.caption("本期数据还没有冻结，这个数会随补报和更正变化。")
        return
    st.subheader("冻结与更正", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "哪一次": "● 本期冻结"
                if version.round == period
                else f"◐ {Period.parse(version.round).label}冻结时更正",
                "数": restating.shown(indicator, version.figure),
                "计入 / 应报": "–"
                if version.figure.state or version.figure.left_out
                else f"{version.figure.reported} / {version.figure.expected}",
                "冻结时间（北京）": clock.show(version.frozen_at),
            }
            for version in history
        ),
        key="figure_frozen",
        hide_index=True,
        width="stretch",
    )


def _links(
    actor: Actor,
    collection_id: int,
    indicator: Indicator,
    return_id: int | None,
    place: tuple[str, str] | None = None,
) -> None:
    with st.container(horizontal=True):
        if place is not None:
            widgets.county(*place)
        if return_id is not None:
            st.page_link(
                "metrics/pages/return_form.py",
                label="这份报送",
                icon=":material/upload_file:",
                query_params={"id": str(return_id)},
            )
        if (pilot := tracing.pilot_of(actor, collection_id)) is not None:
            st.page_link(
                "pilots/pages/pilot.py", label="这个试点", icon=":material/science:", query_params={"id": str(pilot)}
            )
        st.page_link(
            "metrics/pages/indicator.py",
            label=f"口径（第 {indicator.version} 版）",
            icon=":material/straighten:",
            query_params={"id": str(indicator.id)},
        )


def _facts(found: Explanation) -> None:
    indicator = found.indicator
    last = found.revisions[-1] if found.revisions else None
    facts = [
        ("报送任务", found.collection),
        ("报送期", Period.parse(found.period).label),
        ("报送状态", found.state.label),
        ("提交时间", clock.show(found.submitted_at)),
        ("录入", f"{last.entered_by}　{clock.show(last.entered_at)}" if last else "–"),
        ("途径", _door(last) if last else "–"),
        ("计算方法", indicator.formula),
        ("口径", f"{indicator.code} 第 {indicator.version} 版"),
        ("数据来源", indicator.source or "–"),
        ("采集方式", indicator.collected_by or "–"),
        ("局限", indicator.limits or "–"),
    ]
    st.markdown("  \n".join(f"**{name}**　{guard.plain(text)}" for name, text in facts))


def _trend(actor: Actor, collection_id: int, indicator: Indicator, found: Explanation) -> None:
    points = tracing.series(actor, collection_id, indicator, found.region_code, found.period)
    if not points:
        st.caption("已提交的各期里还没有这个指标的数，暂时画不出变化趋势。")
        return
    charts.draw(
        lambda: pictures.trend(indicator, points, found.targets, found.region, region_code=found.region_code),
        ("figure", collection_id, indicator.id, found.region_code, found.period),
        describe=f"{found.region}{indicator.name}最近各期的变化，附基线和目标",
    )
    charts.rows(
        lambda: pictures.trend_rows(indicator, points, found.region),
        f"{indicator.name}各期",
        found.region,
        ("figure", collection_id, indicator.id, found.region_code, found.period),
    )


def _revisions(indicator: Indicator, revisions: Sequence[Revision]) -> None:
    if not revisions:
        st.caption("还没有录入。")
        return
    before: list[Revision | None] = [None, *revisions]
    st.dataframe(
        pd.DataFrame(
            {
                "次": revision.revision,
                "原值": "–" if old is None else old.entry.show(indicator),
                "新值": revision.entry.show(indicator),
                "状态": revision.entry.state.label,
                "理由与说明": "；".join(filter(None, (revision.entry.reason, revision.entry.note))) or "–",
                "录入人": revision.entered_by,
                "时间（北京）": clock.show(revision.entered_at),
                "途径": _door(revision),
                "时限": "◐ 迟报" if revision.late else "● 按时",
            }
            for old, revision in zip(before, revisions, strict=False)
        ),
        key="figure_revisions",
        hide_index=True,
        width="stretch",
    )


def _targets(indicator: Indicator, targets: Sequence[TargetView], region: str, period: str) -> None:
    if not targets:
        st.caption("没有设定基线和目标。")
        return
    st.dataframe(
        pd.DataFrame(
            {
                "类型": target.kind.label,
                "数值": indicator.show(target.value),
                "从哪一期起": Period.parse(target.from_period).label,
                "适用": "本地区" if target.region_code else "全部地区",
                "在这一期": _standing(targets, target, region, period),
                "理由": target.reason,
                "设定人": target.author,
                "设定时间": clock.show(target.set_at),
            }
            for target in targets
        ),
        key="figure_targets",
        hide_index=True,
        width="stretch",
    )


def _standing(targets: Sequence[TargetView], target: TargetView, region: str, period: str) -> str:
    if target.from_period > period:
        return "◐ 以后起用"
    return "● 现行" if target is queries.in_force(targets, target.kind, region, period) else "○ 原有"


def _door(revision: Revision) -> str:
    return DOORS.get(revision.door, revision.door) + (f"　{revision.filename}" if revision.filename else "")
