"""Preparing a year's selection: what is asked, when, how many are chosen and how."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from awards import edition_rows, edition_service, panel_keys, queries
from awards.schemas import EditionIn
from core import clock
from core.words import EditionNature, EditionState, PanelRule, TieKey
from web import guard, widgets

actor = guard.current_actor()
require(actor, Permission.EDITION_RUN)
number = guard.parameter("id")
view = guard.found(queries.edition(actor, number), "年度遴选") if number else None
widgets.header(
    "修改筹备稿" if view else "新建年度",
    "今年选什么、怎么选、选多少？开始申报时全部冻结。",
    back=("awards/pages/edition.py", "回到年度") if view else ("awards/pages/editions.py", "全部年度"),
    query={"id": str(view.row.id)} if view else None,
)
if view and view.row.state is not EditionState.PREPARING:
    widgets.empty(f"年度已进入“{view.row.state.label}”，口径已冻结，不能修改。")
    st.stop()
rubrics = queries.rubrics(actor)
if not rubrics:
    widgets.empty("还没有用于遴选的评分标准。", page="panels/pages/rubric_edit.py", label="编制评分标准")
    st.stop()

rule = view.rule if view else None
today = clock.today()
shown = edition_rows.tables(rule) if rule else edition_rows.USUAL
levels = pd.DataFrame(
    shown.levels, columns=[edition_rows.TRACK, edition_rows.LEVEL, edition_rows.MOST, edition_rows.LEVEL_KEPT]
).astype(
    {edition_rows.TRACK: "str", edition_rows.LEVEL: "str", edition_rows.MOST: "Int64", edition_rows.LEVEL_KEPT: "Int64"}
)


def at(day: date, hour: int = 17) -> datetime:
    return datetime.combine(day, time(hour))


def local(value: datetime | None, otherwise: datetime | None) -> datetime | None:
    return clock.beijing(value).replace(tzinfo=None) if value else otherwise


# Outside the form, as what can be compared below depends on it.
rubric = st.selectbox(
    "评分标准",
    list(rubrics),
    index=list(rubrics).index(view.rubric[1]) if view and view.rubric[1] in rubrics else 0,
    format_func=lambda key: rubrics[key],
    key="edition_rubric",
)
compared = panel_keys.choices(actor, rubric or 0)
with st.form(f"edition_{view.version if view else 0}", enter_to_submit=False):
    with st.container(horizontal=True):
        year = st.number_input("年度", 2000, 2100, view.row.year if view else today.year, key="edition_year")
        nature = st.selectbox(
            "性质",
            list(EditionNature),
            index=list(EditionNature).index(view.nature) if view else 0,
            format_func=lambda item: item.label,
            key="edition_nature",
        )
        approval = st.text_input(
            "批准文号（表彰必填）", view.approval_number if view else "", max_chars=60, key="edition_approval"
        )
    name = st.text_input(
        "名称", view.row.name if view else f"{today.year} 年度基层智治遴选推介", max_chars=60, key="edition_name"
    )
    intro = st.text_area("申报说明", view.intro if view else "", max_chars=4000, key="edition_intro")
    with st.container(horizontal=True):
        opens = st.datetime_input(
            "申报开始（北京时间）", local(view.opens_at if view else None, at(today, 9)), key="edition_opens"
        )
        closes = st.datetime_input(
            "申报截止（不含）",
            local(view.closes_at if view else None, at(today + timedelta(days=30))),
            key="edition_closes",
        )
        until = st.datetime_input(
            "推荐截止（不含）",
            local(view.recommend_until if view else None, at(today + timedelta(days=45))),
            key="edition_until",
        )
    st.markdown("**赛道和名额**　同一赛道的几行是它的等次，从高到低；保留和入围名额按赛道，各行填一样。")
    given_tracks = st.data_editor(
        pd.DataFrame(shown.tracks), num_rows="dynamic", hide_index=True, key="edition_tracks", width="stretch"
    )
    st.markdown(
        "**按层级的名额**（可不填）　层级是参加试点的地方的层级；“最多”不填为不限，“保留”先满足。"
        "例如县级最多 3 个、乡镇（街道）保留 1 个。"
    )
    given_levels = st.data_editor(
        levels,
        num_rows="dynamic",
        hide_index=True,
        key="edition_levels",
        width="stretch",
        column_config={
            edition_rows.LEVEL: st.column_config.SelectboxColumn(options=list(edition_rows.LEVELS)),
            edition_rows.MOST: st.column_config.NumberColumn(min_value=0, step=1),
            edition_rows.LEVEL_KEPT: st.column_config.NumberColumn(min_value=0, step=1),
        },
    )
    st.markdown("**申报栏目**")
    given_sections = st.data_editor(
        pd.DataFrame(shown.sections), num_rows="dynamic", hide_index=True, key="edition_sections", width="stretch"
    )
    with st.container(horizontal=True):
        panel = st.number_input(
            "评审得分（%）", 0.0, 100.0, float(rule.panel_weight) if rule else 80.0, key="edition_panel"
        )
        objective = st.number_input(
            "客观指标（%）", 0.0, 100.0, float(rule.objective_weight) if rule else 20.0, key="edition_objective"
        )
        vote = st.number_input(
            "公众投票（%，不超过 30）", 0.0, 30.0, float(rule.vote_weight) if rule else 0.0, key="edition_vote"
        )
        share = st.number_input(
            "初评占评审得分（%）", 0.0, 100.0, float(rule.first_share) if rule else 40.0, key="edition_share"
        )
    with st.container(horizontal=True):
        votes_from = st.datetime_input(
            "投票开始（设投票时填）", local(view.vote_opens_at if view else None, None), key="edition_from"
        )
        votes_until = st.datetime_input(
            "投票截止（不含）", local(view.vote_closes_at if view else None, None), key="edition_to"
        )
        final = st.checkbox("设终评（路演）", rule.with_final if rule else True, key="edition_final")
        minutes = st.number_input("每项路演分钟数", 1, 60, rule.minutes if rule else 8, key="edition_minutes")
    with st.container(horizontal=True):
        counting = st.selectbox(
            "计分规则",
            list(PanelRule),
            index=list(PanelRule).index(rule.panel_rule) if rule else list(PanelRule).index(PanelRule.DROP_EXTREMES),
            format_func=lambda item: item.label,
            key="edition_counting",
        )
        per_entry = st.number_input("每项评委数", 1, 99, rule.per_entry if rule else 5, key="edition_per")
        quorum = st.number_input("有效评分不少于", 1, 99, rule.quorum if rule else 3, key="edition_quorum")
    inside = st.multiselect(
        "评审组内同分时依次比较（按先后选择）",
        list(compared),
        [key for key in rule.panel_keys if key in compared] if rule else [],
        format_func=lambda key: compared[key],
        key=f"edition_panel_keys_{rubric}",
        placeholder="不选则并列",
        help="用于每一轮评审组的名次；总分相同时另按下一栏比较。",
    )
    keys = st.multiselect(
        "总分相同时依次比较（按先后选择）",
        list(TieKey),
        rule.tie_keys if rule else [TieKey.FINAL, TieKey.OBJECTIVE, TieKey.PLACE],
        format_func=lambda item: item.label,
        key="edition_keys",
    )
    with st.container(horizontal=True):
        reference = st.date_input(
            "地区类型以哪一天的名单为准",
            rule.reference_on if rule else today,
            format="YYYY-MM-DD",
            key="edition_reference",
        )
        quota = st.number_input(
            "每市推荐名额（0 为不限）", 0, 1000, rule.city_quota if rule else 6, key="edition_quota"
        )
        cycles = st.number_input("至少完整报送期数", 1, 12, rule.cycles if rule else 1, key="edition_cycles")
        floor = st.number_input("数据质量分不低于", 0, 100, rule.quality_floor if rule else 70, key="edition_floor")
    rehearsal = st.checkbox(
        "演练", view.row.rehearsal if view else False, key="edition_rehearsal", help="走完全程到审定，不公示、不发布"
    )
    if st.form_submit_button("保存", key="edition_save", type="primary"):
        with guard.show_errors(EditionIn):
            asked = edition_rows.rule(
                edition_rows.Tables(
                    given_tracks.to_dict("records"), given_levels.to_dict("records"), given_sections.to_dict("records")
                ),
                reference_on=reference,
                city_quota=int(quota),
                cycles=int(cycles),
                quality_floor=int(floor),
                panel_weight=Decimal(str(panel)),
                objective_weight=Decimal(str(objective)),
                vote_weight=Decimal(str(vote)),
                with_final=final,
                first_share=Decimal(str(share)),
                minutes=int(minutes),
                panel_rule=counting,
                per_entry=int(per_entry),
                quorum=int(quorum),
                panel_keys=inside,
                tie_keys=keys,
            )

            def zoned(value: datetime | None) -> datetime | None:
                return value.replace(tzinfo=clock.BEIJING) if value else None

            data = EditionIn.model_validate(
                {
                    "year": int(year),
                    "name": name,
                    "nature": nature,
                    "approval_number": approval,
                    "intro": intro,
                    "rubric_version_id": rubric,
                    "rehearsal": rehearsal,
                    "opens_at": zoned(opens),
                    "closes_at": zoned(closes),
                    "recommend_until": zoned(until),
                    "vote_opens_at": zoned(votes_from),
                    "vote_closes_at": zoned(votes_until),
                    "rule": asked,
                }
            )
            if view:
                edition_service.edit(actor, view.row.id, data, seen_version=view.version)
                saved = view.row.id
            else:
                saved = edition_service.create(actor, data, nonce=widgets.nonce("edition"))
                widgets.spend_nonce("edition")
            widgets.flash("筹备稿已保存。")
            st.switch_page("awards/pages/edition.py", query_params={"id": str(saved)})
