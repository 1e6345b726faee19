"""Designing a pilot: where, against whom, when, measured by what, and what such a design could show at all."""

import datetime

import pandas as pd
import streamlit as st

import accounts.queries
import metrics.defined
import regions.queries
import scenarios.queries
from accounts.permissions import Permission, require
from core import clock
from core.numbers import parse_number
from core.settings import settings
from core.words import GovernanceLevel, IndicatorRole, Side
from metrics.schemas import IndicatorPick
from pilots import design_queries, detectable, gate_queries, queries, service
from pilots.pages import design_outlook, gate_parts
from pilots.schemas import PilotIn
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.PILOT_DESIGN)
if "design_promise" not in st.session_state:
    widgets.spend_nonce("design")  # opened afresh; a second click on a saved form still carries the old one
editing = guard.parameter("id")
old = guard.found(queries.design_of(actor, editing), "试点设计") if editing else None
widgets.header(
    "修改试点设计" if old else "发起试点",
    "在哪里试、和谁比、用什么衡量？对照地区和目标在启动前登记，启动后不再改。",
    back=("pilots/pages/pilots.py", "全部试点"),
)

if old:
    gate_parts.draw(keep.ask(gate_queries.blockers, actor, old.id), "design")

choices = scenarios.queries.scenarios(actor)
ready = {row.id for row in scenarios.queries.pilotable(actor)}
choices = [row for row in choices if row.state not in ("refused", "retired")]
choices.sort(key=lambda row: row.id not in ready)
if not choices:
    widgets.empty("还没有场景。先登记场景并通过论证。", page="scenarios/pages/register.py", label="去登记场景")
    st.stop()
scenario_ids = [row.id for row in choices]
wanted = old.data.scenario_id if old else guard.parameter("scenario")
provinces = regions.queries.provinces()
organisations = accounts.queries.organisations(actor)
today = clock.today()
next_month = (today.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)

st.subheader("一、试什么", anchor=False)
picked = st.selectbox(
    "场景",
    scenario_ids,
    index=scenario_ids.index(wanted) if wanted in scenario_ids else 0,
    format_func=lambda found: next(f"{row.name}（{row.state.label}）" for row in choices if row.id == found),
    key="design_scenario",
    disabled=old is not None,
)
scenario = next(row for row in choices if row.id == picked)
name = st.text_input("试点名称", value=old.data.name if old else f"{scenario.name}试点", key=f"design_name_{picked}")
promise = st.text_area(
    "试点要改变什么（一句话，能用数字检验）",
    value=old.data.promise if old else "",
    placeholder="例如：让群众诉求按时办结率提高到92%以上，同时不增加重复投诉。",
    key="design_promise",
)
left, middle, right = st.columns(3)
with left:
    lead_ids = [view.id for view in organisations]
    lead_at = old.data.lead_organisation_id if old else scenario.lead_id
    lead = st.selectbox(
        "牵头单位",
        lead_ids,
        index=lead_ids.index(lead_at) if lead_at in lead_ids else 0,
        format_func=lambda found: next(view.name for view in organisations if view.id == found),
        key=f"design_lead_{picked}",
    )
with middle:
    levels = list(GovernanceLevel)
    level = st.selectbox(
        "层级",
        levels,
        index=levels.index(old.data.level) if old else levels.index(GovernanceLevel.COUNTY),
        format_func=lambda item: item.label,
        key="design_level",
    )
with right:
    contact = st.text_input("报送联系人", value=old.data.contact if old else actor.name, key="design_contact")

st.subheader("二、何时试", anchor=False)
left, middle, right, last = st.columns(4)
with left:
    start_on = st.date_input(
        "开始日期", value=old.data.start_on if old else next_month, key="design_start", format="YYYY-MM-DD"
    )
with middle:
    end_on = st.date_input(
        "结束日期",
        value=old.data.end_on if old else next_month + datetime.timedelta(days=364),
        key="design_end",
        format="YYYY-MM-DD",
    )
with right:
    pre_periods = st.number_input(
        "试点前要报的月数",
        min_value=2,
        max_value=24,
        value=old.data.pre_periods if old else 6,
        key="design_pre",
        help="有试点前的数据才能比较前后变化，建议不少于 6 个月。",
    )
with last:
    due_days = st.number_input(
        "每月报送期限（工作日）",
        min_value=1,
        max_value=30,
        value=old.data.due_days if old else settings().return_due_days,
        key="design_due",
    )

st.subheader("三、在哪里试，和谁比", anchor=False)
codes = [view.code for view in provinces]
home = old.data.province_code if old else scenario.region_code
province = st.selectbox(
    "省份",
    codes,
    index=max((place for place, code in enumerate(codes) if code[:2] == home[:2]), default=0),
    format_func=lambda code: next(view.name for view in provinces if view.code == code),
    key=f"design_province_{home}",
)
counties = regions.queries.places(province, design_queries.UNITS[level], start_on)
by_code = {county.code: county for county in counties}
if level in (GovernanceLevel.VILLAGE, GovernanceLevel.GRID):
    st.caption("村和网格不单独报送，请选它们所在的乡镇（街道）。")
if not counties:
    st.warning(f"这个省还没有录入{level.label}地区，请先在“地区与分组”中补录，或换一个层级。")
of_level = f"{province}" if level is GovernanceLevel.COUNTY else f"{province}_{level}"


def shown(code: str) -> str:
    county = by_code[code]
    return f"{county.name}（{county.parent}·{county.group or '未分组'}）"


chosen = st.multiselect(
    "试点地区",
    list(by_code),
    default=[code for code in old.data.pilots if code in by_code] if old else None,
    format_func=shown,
    key=f"design_pilots_{of_level}",
    placeholder="输入地名搜索，可多选",
)
sides = {by_code[code].group for code in chosen}
candidates = [code for code, county in by_code.items() if code not in chosen and county.group in sides]
against = st.multiselect(
    "对照地区（只列与试点同类的地区）",
    candidates,
    default=[code for code in old.data.comparisons if code in candidates] if old else None,
    format_func=shown,
    key=f"design_against_{of_level}",
    placeholder="先选试点地区" if not chosen else "输入地名搜索，可多选",
)
counts = []
for group in sorted(sides):
    n, m = (sum(by_code[code].group == group for code in found) for found in (chosen, against))
    counts.append((group, n, m))
if counts:
    st.caption("；".join(detectable.by_group(counts)) + "。每一类试点、对照都不少于 5 个，才能判断试点是否真的起作用。")
if province[:2] != "33" and not any(county.side is Side.UNDERDEVELOPED for county in counties):
    st.caption("该省还没有地区类型名单，可在“地区与分组”中录入。")

indicators = {indicator.id: indicator for indicator in metrics.defined.indicators()}
design_outlook.draw(
    actor,
    indicators,
    {code: by_code[code].name for code in (*chosen, *against)},
    set(chosen),
    level=level,
    start_on=start_on,
    pre_periods=int(pre_periods),
    picks=old.data.indicators if old else (),
)

st.subheader("四、用什么衡量", anchor=False)
names = [f"{indicator.code} {indicator.name}（{indicator.unit}）" for indicator in indicators.values()]
ids = dict(zip(names, indicators, strict=True))
roles = [role.label for role in IndicatorRole]
if old:
    rows = [
        [
            next(label for label, found in ids.items() if found == pick.indicator_id),
            pick.role.label,
            "" if pick.baseline is None else f"{pick.baseline.normalize():f}",
            "" if pick.target is None else f"{pick.target.normalize():f}",
            "" if pick.smallest_change is None else f"{pick.smallest_change.normalize():f}",
        ]
        for pick in old.data.indicators
        if pick.indicator_id in indicators
    ]
else:
    rows = [["", roles[0], "", "", ""]]
columns = ["指标", "作用", "基线值", "目标值", "最小有意义变化"]
# In a form: a table that answers every cell with a rerun loses what is typed meanwhile.
with st.form("design_form", enter_to_submit=False, border=False):
    table = st.data_editor(
        pd.DataFrame(rows, columns=columns, dtype="str"),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        key="design_indicators",
        column_config={
            "指标": st.column_config.SelectboxColumn(options=names, width="large"),
            "作用": st.column_config.SelectboxColumn(
                options=roles, help="目标指标决定成败；护栏指标不许变差；背景指标只作说明。"
            ),
            "基线值": st.column_config.TextColumn(help="试点前的水平，按指标单位填写，如 82（不是 0.82）。"),
            "目标值": st.column_config.TextColumn(help="试点结束时要达到的水平。"),
            "最小有意义变化": st.column_config.TextColumn(help="小于它的变化不值得推广，例如 2 个百分点。"),
        },
    )
    st.caption("目标指标必须填写基线值和目标值。可从 Excel 粘贴。")
    submitted = st.form_submit_button("保存设计", key="design_save", type="primary")

problems: list[str] = []


def number(cell: object, where: str) -> object:
    """A cell as an exact number; what cannot be read is said and nothing is guessed."""
    if cell is None or pd.isna(cell) or not str(cell).strip():
        return None
    reading = parse_number(str(cell).replace("%", "").replace("％", ""))
    if reading.error:
        problems.append(f"{where}：{reading.error}")
    return reading.value


if submitted:
    picks = []
    for position, row in enumerate(table.to_dict("records"), start=1):
        if row["指标"] not in ids:
            if any(str(value or "").strip() for value in row.values() if isinstance(value, str)):
                problems.append(f"第 {position} 行没有选择指标")
            continue
        picks.append(
            {
                "indicator_id": ids[row["指标"]],
                "role": next((role for role in IndicatorRole if role.label == row["作用"]), IndicatorRole.CONTEXT),
                "baseline": number(row["基线值"], f"第 {position} 行基线值"),
                "target": number(row["目标值"], f"第 {position} 行目标值"),
                "smallest_change": number(row["最小有意义变化"], f"第 {position} 行最小有意义变化"),
            }
        )
    if problems:
        st.error("\n".join(f"- {guard.plain(problem)}" for problem in problems))
    else:
        with guard.show_errors(PilotIn):
            data = PilotIn(
                name=name.strip(),
                scenario_id=picked,
                province_code=province,
                level=level,
                lead_organisation_id=lead,
                promise=promise.strip(),
                start_on=start_on,
                end_on=end_on,
                pre_periods=int(pre_periods),
                due_days=int(due_days),
                contact=contact.strip(),
                pilots=chosen,
                comparisons=against,
                indicators=[IndicatorPick(**pick) for pick in picks],
            )
            if old:
                service.redesign(actor, old.id, data, seen_version=old.version)
                saved = old.id
            else:
                saved = service.design(actor, data, nonce=widgets.nonce("design"))
            widgets.flash("试点设计已保存。核对无误后提交启动，由另一位研究院人员批准。")
            st.switch_page("pilots/pages/pilot.py", query_params={"id": str(saved)})
