"""The editor of a rubric: criteria, weights that must sum to 100, words for every level."""

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core.validation import checked
from core.words import ReviewKind
from panels import rubric_queries, rubric_service
from panels.pages import running
from panels.rubric import HUNDRED, points
from panels.schemas import CriterionIn, RubricIn
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.RUBRIC_EDIT)
number = guard.parameter("id")
old = guard.found(keep.ask(rubric_queries.rubric, actor, number), "评分标准") if number else None
widgets.header(
    f"修改：{old.name}（第 {old.newest.number} 版）" if old else "编制评分标准",
    "评委看了会不会打出同一个分？",
    back=("panels/pages/rubrics.py", "全部评分标准"),
)
if old and old.newest.frozen_at:
    st.warning(f"第 {old.newest.number} 版已冻结，不能修改。请打开后“起草新版”。")
    st.page_link("panels/pages/rubric.py", label="打开评分标准", query_params={"id": str(old.id)})
    st.stop()

key = f"rubric_edit_{old.id}_{old.newest.version}" if old else "rubric_edit_new"
kinds = list(ReviewKind)
first, second = st.columns([3, 1])
name = first.text_input("名称", old.name if old else "", max_chars=60, key=f"{key}_name")
kind = second.selectbox("用于", kinds, kinds.index(old.kind) if old else 1, running.label, key=f"{key}_kind")

had = old.newest.rubric.criteria if old else ()


def number_of(value: int | None) -> float | None:
    return None if value is None else value / 100


criteria = st.data_editor(
    pd.DataFrame(
        [
            (
                item.code,
                item.name,
                number_of(item.weight),
                number_of(item.low),
                number_of(item.high),
                number_of(item.step),
                item.words,
                number_of(item.reason_below),
                number_of(item.reason_from),
            )
            for item in had
        ],
        columns=["代码", "评分项", "权重", "最低分", "最高分", "分档", "看什么", "低于此分写理由", "达到此分写理由"],
    ).astype(
        {"代码": "str", "评分项": "str", "看什么": "str"}
        | dict.fromkeys(("权重", "最低分", "最高分", "分档", "低于此分写理由", "达到此分写理由"), "float")
    ),
    key=f"{key}_criteria",
    num_rows="dynamic",
    hide_index=True,
    width="stretch",
    column_config={
        "代码": st.column_config.TextColumn(help="小写英文字母开头，例如 effect；换版后代码相同才能用往年评分试算"),
        "权重": st.column_config.NumberColumn(min_value=0, max_value=100, step=0.01),
        "看什么": st.column_config.TextColumn(width="large"),
    },
    alt="评分项与权重",
)
total = sum(Decimal(str(value)) for value in criteria["权重"] if value == value and value is not None)
if total == HUNDRED // 100:
    st.markdown(":green-badge[● 权重合计 100]")
else:
    st.markdown(f":orange-badge[◐ 权重合计 {points(int(total * 100))}，应为 100]")

st.subheader("各档的含义", anchor=False)
st.caption("写清每一档是什么样子，评委打分时就显示在分数旁边。起点分是这一档的最低分。")
levels = st.data_editor(
    pd.DataFrame(
        [(item.name, level.name, number_of(level.lowest), level.words) for item in had for level in item.levels],
        columns=["评分项", "档次", "起点分", "说明"],
    ).astype({"评分项": "str", "档次": "str", "起点分": "float", "说明": "str"}),
    key=f"{key}_levels",
    num_rows="dynamic",
    hide_index=True,
    width="stretch",
    column_config={"说明": st.column_config.TextColumn(width="large")},
    alt="各档说明",
)


def cell(value: Any) -> Any:
    """A cell of the editor: blank is nothing, a number exactly as it reads."""
    if value is None or value != value or value == "":
        return None
    return Decimal(str(value)) if isinstance(value, float | int) else str(value).strip()


if st.button("保存", key=f"{key}_save", type="primary"):
    with guard.show_errors(RubricIn):
        words: dict[str, list[dict[str, Any]]] = {}
        for row in levels.to_dict("records"):
            if cell(row["评分项"]):
                words.setdefault(str(cell(row["评分项"])), []).append(
                    {"lowest": cell(row["起点分"]), "name": cell(row["档次"]) or "", "words": cell(row["说明"]) or ""}
                )
        given = []
        for row in criteria.to_dict("records"):
            if not (cell(row["代码"]) or cell(row["评分项"])):
                continue
            values = {
                "code": cell(row["代码"]) or "",
                "name": cell(row["评分项"]) or "",
                "weight": cell(row["权重"]),
                "low": cell(row["最低分"]) or Decimal(0),
                "high": cell(row["最高分"]) or Decimal(100),
                "step": cell(row["分档"]) or Decimal(1),
                "words": cell(row["看什么"]) or "",
                "levels": words.get(str(cell(row["评分项"])), []),
                "reason_below": cell(row["低于此分写理由"]),
                "reason_from": cell(row["达到此分写理由"]),
            }
            given.append(checked(CriterionIn, **values))
        data = RubricIn(name=name, kind=kind, criteria=given)
        if old:
            rubric_service.edit_rubric(actor, old.id, data, seen_version=old.newest.version)
            rubric_id = old.id
        else:
            rubric_id = rubric_service.create_rubric(actor, data, nonce=widgets.nonce("rubric"))
            widgets.spend_nonce("rubric")
        widgets.flash("评分标准已保存。")
        st.switch_page("panels/pages/rubric.py", query_params={"id": str(rubric_id)})
