"""One pilot: did it work, and would it work elsewhere?"""

import pandas as pd
import pyarrow as pa
import streamlit as st

import accounts.queries
from accounts import labels, sessions
from accounts.permissions import Permission, Subject, may
from core import clock
from core.numbers import format_number
from core.periods import Cadence, Period
from core.words import Arm, IndicatorRole, PilotState, TargetKind, Verdict
from metrics.schemas import TargetIn
from pilots import answer_tables, design_queries, exports, gate_queries, pictures, queries, service, wording
from pilots.pages import design_outlook, gate_parts, origins, parts, release_parts, supervision_parts
from pilots.stages import NOT_BEGUN, PILOT, STOP
from printing.pages import parts as report_parts
from web import charts, guard, keep, widgets

actor = guard.current_actor()
pilot_id = guard.found(guard.parameter("id"), "试点")
pilot = guard.found(keep.ask(queries.pilot, actor, pilot_id), "试点")
scope = "staff" if actor.is_staff else f"{actor.role}:{actor.region_code}:{actor.organisation_id}"
key = (pilot.id, scope)
widgets.header(pilot.name, "这个试点有没有用？", back=("pilots/pages/pilots.py", "全部试点"))
parts.ways(pilot, parts.PILOT, actor)


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = service.move(actor, pilot.id, do, reason, seen_version=pilot.version)
        widgets.flash(f"已办理“{do}”，试点现为“{state.label}”。")
        st.rerun()


with st.container(border=True):
    st.markdown(f"{widgets.badge(pilot.state, pilot.state.label)}　{guard.plain(pilot.promise)}")
    st.caption(
        f"{pilot.code}　{guard.plain(pilot.lead)}　{pilot.start_on} 至 {pilot.end_on}　"
        f"试点 {pilot.pilots} 个，对照 {pilot.comparisons} 个"
    )
    widgets.link(
        "scenarios/pages/scenario.py",
        f"场景：{guard.plain(pilot.scenario)} {pilot.scenario_version}",
        icon=":material/account_tree:",
        query={"id": str(pilot.scenario_id)},
    )
    subject = Subject(created_by=pilot.created_by)
    if pilot.state in (PilotState.DESIGN, PilotState.PENDING):
        gate_parts.draw(keep.ask(gate_queries.blockers, actor, pilot.id), "pilot")
    supervision_parts.summary(actor, pilot)
    steps = PILOT.steps_from(pilot.state)
    allowed = [step for step in steps if may(actor, Permission(step.permission), subject)]
    widgets.steps("pilot", allowed, act)
    if any(step.do == STOP for step in allowed):
        gate_parts.before(STOP, keep.ask(gate_queries.blockers, actor, pilot.id, STOP), "pilot_stop")
    if steps and not allowed and actor.is_staff:
        st.caption(guard.plain(may(actor, Permission(steps[0].permission), subject).reason))
    if pilot.state is PilotState.DESIGN and may(actor, Permission.PILOT_DESIGN):
        widgets.link("pilots/pages/design.py", "修改设计", icon=":material/edit:", query={"id": str(pilot.id)})

if pilot.state in NOT_BEGUN:
    units = guard.found(keep.ask(queries.evaluate, actor, pilot.id)).units
    if pilot.state not in PILOT.terminal and (seen := keep.ask(design_queries.outlook, actor, pilot.id)):
        st.subheader("能看出多小的变化", anchor=False)
        design_outlook.say(seen)
    st.subheader("登记的地区", anchor=False)
    widgets.table(
        pd.DataFrame(
            {
                "地区": unit.name,
                "设区市": unit.city or "–",
                "地区类型": unit.group or "未分组",
                "试点或对照": unit.arm.label,
            }
            for unit in units
        ),
        "pilot_registered",
        counties=widgets.to_counties(actor, [unit.code for unit in units]),
    )
    if pilot.state in PILOT.terminal:
        st.info("试点在启动前撤销，没有数据；场景还要试点的，请从场景页重新设计。")
        for item in keep.ask(accounts.queries.history, actor, "pilot", pilot.id):
            if item.action == "pilot:move":
                st.caption(
                    f"{clock.show(item.at)}　{guard.plain(item.actor)}　{item.words}　{guard.plain(item.reason)}"
                )
    else:
        st.info("试点启动后，各地区的应报清单自动生成，这里显示评估结果。")
    st.stop()

evaluation = guard.found(keep.ask(queries.evaluate, actor, pilot.id))
decision = evaluation.decision

# -- verdict -----------------------------------------------------------------------
if pilot.verdict is not None:
    verdict = pilot.verdict
    with st.container(border=True, key="verdict"):
        st.markdown(f"**结论：{guard.plain(verdict.title)}**　{guard.plain(verdict.sentence)}")
        if verdict.overruled_reason:
            st.markdown(f":orange-badge[人工结论]　理由：{guard.plain(verdict.overruled_reason)}")
        st.markdown(f"下一步：{guard.plain(verdict.next_step)}　责任单位：{guard.plain(verdict.owner)}")
        st.caption(
            f"依据规则 {verdict.rule}，北京时间 {clock.show(verdict.decided_at)}　数据指纹 {verdict.inputs_hash[:12]}"
        )
if decision is not None and may(actor, Permission.PILOT_DECIDE):
    changed = pilot.verdict is None or (
        decision.sentence != pilot.verdict.sentence or decision.verdict is not pilot.verdict.verdict
    )
    if changed:
        st.markdown(
            f"按现有数据，系统规则 {decision.rule_id} 给出 **{decision.title}**：{guard.plain(decision.sentence)}"
        )
    if decision.missing:
        with st.expander(f"离确定的结论还缺 {len(decision.missing)} 项"):
            st.markdown("\n".join(f"- {guard.plain(item)}" for item in decision.missing))
    if changed and pilot.state not in PILOT.terminal:
        with st.container(horizontal=True):
            if st.button("记录这一结论", key="judge", type="primary"):
                with guard.show_errors():
                    service.judge(actor, pilot.id)
                    widgets.flash("结论已记录，并保存了当时的全部数据。")
                    st.rerun()
            with st.popover("人工改变结论…", key="overrule"):
                picked = st.selectbox("结论", [item.label for item in Verdict], key="overrule_verdict")
                reason = st.text_area("理由（会印在评估报告上）", key="overrule_reason")
                if st.button("确认记录人工结论", key="overrule_go", type="primary"):
                    with guard.show_errors():
                        chosen = next(item for item in Verdict if item.label == picked)
                        service.judge(actor, pilot.id, overrule=chosen, reason=reason)
                        widgets.flash("人工结论已记录。")
                        st.rerun()
elif decision is None and not evaluation.own_only:
    st.info("这个试点没有目标指标，不能评估。")

# -- one indicator -------------------------------------------------------------------
order = sorted(evaluation.measures, key=lambda item: list(IndicatorRole).index(item.role))
if not order:
    st.stop()
names = [f"{item.indicator.name}·{item.role.label}" for item in order]
named = st.segmented_control("指标", names, default=names[0], key="pilot_indicator", bind="query-params")
measure = order[names.index(named)] if named in names else order[0]
indicator = measure.indicator
of = (*key, indicator.id)
at = (*of, keep.version(), clock.today())
figures = wording.key_figures(evaluation, measure)
widgets.figures(figures)
origins.of_tiles(evaluation, measure, at)
if measure.coverage[1] and measure.coverage[0] < measure.coverage[1]:
    st.caption(f"最近完整的一期有 {measure.coverage[1] - measure.coverage[0]} 个试点地区未报，合计只含已报地区。")
if evaluation.unapproved:
    st.caption(f"含 {evaluation.unapproved} 份待审核的报送；审核退回的不再计入。")

if evaluation.own_only:
    charts.draw(lambda: pictures.trend(evaluation, measure), ("trend", *of), describe=f"{indicator.name}变化趋势")
    charts.rows(lambda: pictures.trend_rows(evaluation, measure), f"{indicator.name}各期", pilot.name, of)
else:
    left, right = st.columns([11, 9], gap="medium")
    with left:
        charts.draw(
            lambda: pictures.province(evaluation, measure),
            ("map", *of),
            describe=f"各地区{indicator.name}，粗框为试点，虚框为对照",
            stretch=False,
            narrow=lambda: pictures.province(evaluation, measure, width=charts.NARROW),
        )
    with right:
        charts.draw(lambda: pictures.trend(evaluation, measure), ("trend", *of), describe=f"{indicator.name}变化趋势")
        if measure.effect is not None:
            charts.draw(lambda: pictures.effects(measure), ("effects", *of), describe="试点效果和可信范围")
    origins.of_trend(evaluation, measure, at)
    if measure.effect is not None:
        charts.rows(lambda: answer_tables.effects(measure), "效果、区间与检验", pilot.name, ("effects", *of))
    st.markdown(f"**发达地区与山区海岛县**　{guard.plain(wording.compare_words(measure))}")

if words := wording.late_words(evaluation):
    st.caption(f"○ {guard.plain(words)}")
if words := wording.restated_words(evaluation, measure):
    st.caption(f"◐ {guard.plain(words)}")
rows = keep.kept(("rows", *at), lambda: wording.county_rows(evaluation, measure))
if measure.latest:
    st.subheader(f"各地区 {Period.parse(measure.latest).label}", anchor=False)
    st.caption("选中一行看这个数字的来历：分子、分母、口径、来源和每次修改。")
    codes = [str(code) for code in rows.code]
    widgets.table(
        keep.kept(("table", *at), lambda: pa.Table.from_pandas(rows.drop(columns="code"))),
        f"counties_{indicator.id}",
        open_page="metrics/pages/figure.py",
        addresses=[
            {
                "collection": str(pilot.collection_id),
                "indicator": str(indicator.id),
                "region": code,
                "period": measure.latest,
            }
            for code in codes
        ],
        counties=widgets.to_counties(actor, codes),
    )
elif not evaluation.own_only:
    st.info("试点后还没有一期的报送率达到要求，暂不显示分地区数值。")
if measure.attained_by and not evaluation.own_only:
    with st.expander("各试点地区目标达成率"):
        charts.draw(
            lambda: pictures.attainment(evaluation, measure), ("attained", *of), describe="各试点地区目标达成率"
        )

# -- completeness ----------------------------------------------------------------------
st.subheader("报送情况与数据质量", anchor=False)
widgets.figures(keep.kept(("returned", *at), lambda: wording.return_figures(evaluation)))
with st.expander("数据质量构成"):
    st.dataframe(
        keep.kept(("quality", *at), lambda: pa.Table.from_pandas(wording.quality_rows(evaluation))),
        hide_index=True,
        width="stretch",
    )
    st.markdown("\n".join(f"- {guard.plain(fix.text)}" for fix in evaluation.quality.cheapest_fixes))
    widgets.link(
        "metrics/pages/quality.py",
        "各地区各期的数据质量，扣分扣在哪里",
        icon=":material/grade:",
        query={"quality_collection": pilot.name},
    )
arms = [arm for arm in (Arm.PILOT, Arm.COMPARISON) if any(unit.arm is arm for unit in evaluation.units)]
for arm in arms:
    with st.expander(
        f"{arm.label}最近 {pictures.STRIP_PERIODS} 期", expanded=arm is arms[0] and len(evaluation.units) < 60
    ):
        charts.draw(
            lambda arm=arm: pictures.completeness(evaluation, arm),  # type: ignore[misc]
            ("strip", arm, *key),
            describe=f"{arm.label}报送情况",
            stretch=False,
        )
charts.rows(
    lambda: pictures.completeness_rows(evaluation),
    "各地区报送情况",
    pilot.name,
    ("strips", *key),
    counties=lambda _: widgets.to_counties(actor, [unit.code for unit in evaluation.units]),
)

st.download_button(
    "下载报送情况（CSV）",
    data=lambda: exports.returns_csv(sessions.fresh(actor), pilot.id),
    file_name=f"{pilot.name}_报送情况_{clock.today():%Y%m%d}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/table:",
    key="returns_csv",
)

if evaluation.restated:
    with st.expander(f"更正与补计（{len(evaluation.restated)}）", key="pilot_restated"):
        st.caption("冻结之后补报或更正的数。新旧两个数都保留；本页按更正后的数计算。")
        corrected, addresses = keep.kept(
            ("restated", *at),
            lambda: (
                pa.Table.from_pandas(wording.restated_rows(evaluation), preserve_index=False),
                [
                    {
                        "collection": str(pilot.collection_id),
                        "indicator": str(item.indicator.id),
                        "region": item.region_code,
                        "period": item.period,
                    }
                    for item in evaluation.restated
                ],
            ),
        )
        widgets.table(
            corrected,
            "pilot_restatements",
            open_page="metrics/pages/figure.py",
            addresses=addresses,
            counties=widgets.to_counties(actor, [item.region_code for item in evaluation.restated]),
        )

if pilot.verdict is not None and may(actor, Permission.PILOT_RELEASE):
    release_parts.draw(actor, pilot)

# -- downloads and how it was computed ---------------------------------------------------
with st.container(horizontal=True):
    report_parts.downloads(actor, "pilot", str(pilot.id), pilot.name, name="下载评估报告")
    st.download_button(
        "下载各地区各期数值（CSV）",
        data=lambda: exports.csv(sessions.fresh(actor), pilot.id),
        file_name=f"{pilot.name}_各期数值_{clock.today():%Y%m%d}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/table:",
        key="csv",
    )
st.caption("报告约需几秒生成；数据不变时再次生成，编号和内容完全相同。")
if may(actor, Permission.PILOT_DECIDE) and pilot.state not in PILOT.terminal:
    with st.popover("调整基线或目标…", key="retarget"):
        st.caption("原来的线会保留在图和报告中。")
        kind = st.radio("类型", [item.label for item in TargetKind], horizontal=True, key="retarget_kind")
        value = st.number_input(
            f"{indicator.name}（{indicator.unit}）", value=None, key="retarget_value", format="%.2f"
        )
        why = st.text_area("理由", key="retarget_reason")
        if st.button("确认调整", key="retarget_go", type="primary"):
            with guard.show_errors(TargetIn):
                service.set_target(
                    actor,
                    pilot.id,
                    TargetIn(
                        indicator_id=indicator.id,
                        kind=next(item for item in TargetKind if item.label == kind),
                        value=str(value) if value is not None else None,
                        from_period=str(Period.containing(clock.today(), Cadence.MONTH)),
                        reason=why,
                    ),
                )
                widgets.flash("已调整，原来的线保留在图中。")
                st.rerun()
with st.expander("这些数字是怎样算出来的"):
    st.markdown(
        f"**{indicator.name}**（{indicator.code} 第 {indicator.version} 版）：{guard.plain(indicator.meaning)}\n\n"
        f"公式：{guard.plain(indicator.formula)}。地区汇总：{indicator.combine_regions.label}。来源：{guard.plain(indicator.source)}。\n\n"
        "合计一律为分子之和除以分母之和；缺报不当作零；草稿和退回的报送不计入。"
        "试点效果是各地区试点后与试点前之差，再比较试点与对照地区；区间为 95%。"
        "地区类型按各期当日有效的名单划分。"
    )
    widgets.link(
        "metrics/pages/indicator.py",
        "查看完整口径",
        icon=":material/straighten:",
        query={"id": str(indicator.id)},
    )
    if measure.detectable is not None:
        st.markdown(
            f"本设计能看出的最小变化约 {format_number(measure.detectable, indicator.decimals)}{pictures.effect_unit(indicator)}。"
        )
with st.expander("办理记录"):
    said = []
    for item in keep.ask(accounts.queries.history, actor, "pilot", pilot.id):
        done = item.changes.get("do") or {
            "pilot:design": "设计",
            "pilot:judge": "记录结论",
            "report:issue": "生成报告",
        }.get(item.action, labels.ACTIONS.get(item.action, "更新"))
        said.append(
            f"{clock.show(item.at)}　{guard.plain(item.actor)}　{guard.plain(done)}"
            + (f"　理由：{guard.plain(item.reason)}" if item.reason else "")
        )
    st.markdown("  \n".join(said))
