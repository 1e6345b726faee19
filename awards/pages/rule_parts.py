"""What an edition asks, folded at the end of its page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from awards.pages.edition_parts import facts
from awards.views import EditionView
from core import clock
from core.words import Veto
from web import guard, widgets


def rule(view: EditionView) -> None:
    """Tracks with their places, how scores are made, what throws an entry out, and the hash of it all."""
    given = view.rule
    with st.expander("规则：赛道、名额、得分与一票否决", icon=":material/gavel:", key="edition_rule"):
        if view.intro:
            st.markdown(guard.plain(view.intro))
        frame = pd.DataFrame(
            {
                "赛道": track.name,
                "等次和名额": "、".join(f"{grade.name} {grade.places}" for grade in track.grades),
                "山区海岛县保留": track.kept,
                "按层级": "、".join(item.words for item in track.levels) or "不分层级",
                "入围": track.shortlist,
            }
            for track in given.tracks
        )
        widgets.table(frame, "edition_tracks")
        keys = "、".join(key.label for key in given.tie_keys)
        parts = f"评审 {given.panel_weight:f}%、客观指标 {given.objective_weight:f}%、公众投票 {given.vote_weight:f}%"
        facts(
            [
                ("总分", parts),
                (
                    "评审得分",
                    f"初评占 {given.first_share:f}%，其余为终评" if given.with_final else "只有初评，不设终评",
                ),
                (
                    "计分规则",
                    f"{given.panel_rule.label}；每项 {given.per_entry} 位评委，有效评分不少于 {given.quorum} 份",
                ),
                ("客观指标", "目标指标的达成程度，在同类地区内换算（最低 60 分，最高 100 分）"),
                ("评审组内同分时", f"依次比较{'、'.join(view.panel_keys)}" if view.panel_keys else "不比较，并列"),
                ("总分相同时", f"依次比较{keys}；仍相同的由表决决定，不抽签"),
                ("一票否决", "、".join(kind.label for kind in Veto)),
                ("地区类型", f"以 {given.reference_on} 的名单为准"),
                ("证据要求", f"至少 {given.cycles} 个完整报送期，数据质量分不低于 {given.quality_floor}"),
                ("申报材料", "、".join(f"{part.name}（{part.limit} 字内）" for part in given.sections)),
                ("评分标准", view.rubric[2]),
            ]
        )
        if view.frozen_at:
            st.caption(f"北京时间 {clock.show(view.frozen_at)} 冻结，校验码 {view.rule_digest[:12]}。")
        if view.runs:
            st.page_link(
                "panels/pages/rubric.py",
                label=guard.plain(view.rubric[2]),
                icon=":material/checklist:",
                query_params={"id": str(view.rubric[0])},
            )
