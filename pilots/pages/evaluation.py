"""One pilot's evaluation: five questions, each with its own measure, picture and sentence."""

import streamlit as st

from core import clock
from core.numbers import format_number
from core.words import IndicatorRole
from pilots import answer_pictures, answer_tables, answering, pictures, queries, transfer_queries, wording
from pilots import answer_words as words
from pilots.pages import answer_parts as draw
from pilots.pages import basis_parts, parts
from pilots.profile import Transfer
from pilots.stages import NOT_BEGUN, PILOT
from web import charts, guard, keep

actor = guard.current_actor()
pilot = guard.found(keep.ask(queries.pilot, actor, guard.found(guard.parameter("id"), "试点")), "试点")
parts.header(pilot, "有没有兑现、是不是试点带来的、别处还行不行？", parts.EVALUATION, actor)
if pilot.state in NOT_BEGUN:
    st.info(
        "试点已撤销，没有启动，没有可评估的数。"
        if pilot.state in PILOT.terminal
        else "试点还没有启动；启动并报送以后，这里逐一回答五个问题。"
    )
    st.stop()

# -- which indicator, which phase ------------------------------------------------
chosen = st.container()  # in a column its buttons would not wrap on a phone
known = keep.ask(queries.stretches, actor, pilot.id)
phase = None
if len(known) > 1:
    labels = {stretch.number: stretch.label for stretch in known}
    current = queries.current_stretch(known)
    phase = st.columns([2, 3])[0].selectbox(
        "阶段（各阶段分开评估，不合并）",
        list(labels),
        list(labels).index(current.number) if current else 0,
        lambda number: labels[number],
        key="evaluation_phase",
        bind="query-params",
    )
evaluation = guard.found(keep.ask(queries.evaluate, actor, pilot.id, phase), "评估")
order = sorted(evaluation.measures, key=lambda item: list(IndicatorRole).index(item.role))
if not order:
    st.info("这个试点没有指标，不能评估。")
    st.stop()
names = [f"{item.indicator.name}·{item.role.label}" for item in order]
named = chosen.segmented_control("指标", names, default=names[0], key="evaluation_indicator", bind="query-params")
measure = order[names.index(named)] if named in names else order[0]
indicator, cause = measure.indicator, measure.cause
transfer = keep.ask(transfer_queries.transfer, actor, pilot.id) or Transfer()
scope = "staff" if actor.is_staff else f"{actor.role}:{actor.region_code}:{actor.organisation_id}"
of = (pilot.id, scope, indicator.id, phase)
found = keep.kept(
    ("answers", *of, keep.version(), clock.today()), lambda: answering.answer(evaluation, measure, transfer)
)
if evaluation.stretch is not None and len(known) > 1:
    st.caption(
        f"这里只评估“{guard.plain(evaluation.stretch.label)}”；试点前指 {pilot.start_on} 以前，其他阶段的数不计入。"
    )

# -- 1 ------------------------------------------------------------------------------
draw.question(1, found.sentences[0], found.notes[0])
charts.draw(lambda: pictures.trend(evaluation, measure), ("trend", *of), describe=f"{indicator.name}与基线、目标")
draw.table(lambda: pictures.trend_rows(evaluation, measure), f"{indicator.name}各期", pilot.name, ("trend", *of))
draw.table(
    lambda: answer_tables.promise(evaluation, measure),
    f"{indicator.name}各地区最近完整一期",
    pilot.name,
    ("promise", *of),
    actor=actor,
    units=evaluation.units,
)
if found.compared is None:
    st.info("其余四个问题要与别的地区比较，由研究院评估后公布。")
    st.stop()
compared = found.compared

# -- 2 ------------------------------------------------------------------------------
draw.question(2, found.sentences[1], [])
if len(compared.distance.rows):
    charts.draw(
        lambda: answer_pictures.distance(evaluation, measure, compared.distance),
        ("distance", *of),
        describe="各试点地区从试点前到试点后的变化，与同类前沿",
    )
    draw.table(
        lambda: answer_tables.distance(evaluation, measure, compared.distance),
        "离自己的起点",
        pilot.name,
        ("distance", *of),
        actor=actor,
        units=evaluation.units,
    )
small = compared.small
with st.expander("小地方的高低，多少是偶然"):
    for note in found.notes[1]:
        st.markdown(guard.plain(note))
    if small is not None:
        charts.draw(
            lambda: answer_pictures.funnel(evaluation, measure, small),
            ("funnel", *of),
            describe="各试点地区的数值与事项多少，及随机波动的范围",
        )
if small is not None:
    draw.table(
        lambda: answer_tables.small_places(evaluation, measure, small),
        "收缩后的值与波动范围",
        pilot.name,
        ("small", *of),
        actor=actor,
        units=evaluation.units,
    )

# -- 3 ------------------------------------------------------------------------------
warnings = [words.robust_words(cause.effect), words.simpson_words(indicator, compared.strata)]
draw.question(3, found.sentences[2], found.notes[2], warnings=[warning for warning in warnings if warning])
st.caption(f"比较方法：{cause.method.label}。{guard.plain(cause.reason)}")
if late := wording.late_words(evaluation):
    st.caption(f"○ {guard.plain(late)}")
if cause.effect is not None:
    charts.draw(lambda: pictures.effects(measure), ("effects", *of), describe="试点效果和可信范围")
if cause.pre_periods >= words.PRE_TREND_PERIODS:
    charts.draw(
        lambda: answer_pictures.before(evaluation, measure, compared.before),
        ("before", *of),
        describe="试点与对照地区在试点前后的走势",
    )
basis_parts.draw(actor, evaluation, measure, of)
draw.table(lambda: answer_tables.effects(measure), "效果、区间与检验", pilot.name, ("effects", *of))
draw.table(lambda: answer_tables.before(measure, compared.before), "两边各期平均", pilot.name, ("before", *of))

if compared.starts is not None:
    draw.by_start(evaluation, measure, compared.starts, of)
draw.later_starts(actor, pilot, evaluation.units)

# -- 4 ------------------------------------------------------------------------------
draw.question(4, found.sentences[3], found.notes[3])
if len(compared.gap):
    charts.draw(
        lambda: answer_pictures.gap_course(evaluation, measure, compared.gap),
        ("gap", *of),
        describe="发达地区与山区海岛县之差，试点与对照，带区间",
    )
    draw.table(lambda: answer_tables.gap_course(measure, compared.gap), "两类地区之差", pilot.name, ("gap", *of))

# -- 5 ------------------------------------------------------------------------------
draw.question(5, found.sentences[4], found.notes[4])
charts.draw(lambda: answer_pictures.profile(compared.profile), ("profile", *of), describe="可复制性的七个部分")
draw.table(lambda: answer_tables.profile(compared.profile), "可复制性", pilot.name, ("profile", *of))

with st.expander("这些是怎样算出来的"):
    st.markdown(
        "**兑现承诺**：（现值－基线）÷（目标－基线），按改善方向；目标等于基线时看是否守住，区间目标看是否在区间内；"
        "报送率不足 80% 的一期标为不完整，不用来下结论。\n\n"
        "**离自己的起点**：（试点后－试点前）÷（前沿－试点前）；前沿是同类地区（试点和对照）试点前水平最好的四分之一。\n\n"
        "**是不是试点带来的**：每个地区先算前后之差，再比较两边。试点与对照各不少于 5 个才作因果判断，"
        "3 至 4 个只作初步判断，更少只作描述。\n\n"
        "**两类地区之差**：分子之和除以分母之和再相减，区间由各地区偏离合计的程度估计；地区类型按各期当日名单。\n\n"
        "**可复制性**：证据 25、各地一致 20、两类均衡 15、移植难易 15、成本与人力 10、支持度 10、数据就绪 5；"
        "没有数据的部分写明缺什么，不按零分算。"
    )
    if measure.detectable is not None:
        size = format_number(measure.detectable, indicator.decimals)
        st.markdown(f"按登记的试点和对照地区，本设计能看出的最小变化约 {size}{pictures.effect_unit(indicator)}。")
