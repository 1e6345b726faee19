"""The process as swim lanes: who answers for each step, who supports, who provides data, and where nobody does."""

from __future__ import annotations

import streamlit as st

from accounts.permissions import Actor
from scenarios import duty_pictures
from scenarios.duty_queries import DutyList
from web import charts, guard, widgets


def draw(_: Actor, duties: DutyList) -> None:
    found = duty_pictures.pictures(duties)
    if not found:
        widgets.empty("还没有事项，流程图随清单自动生成。")
        return
    st.caption("责：责任单位　配：配合单位　数：数据提供单位　缺：没有责任单位（红色一栏）。屏幕窄时可以左右推动。")
    place = 0
    if len(found) > 1:
        place = st.selectbox(
            "业务",
            range(len(found)),
            format_func=lambda index: (
                found[index].title + (f"（{found[index].gaps} 处缺口）" if found[index].gaps else "")
            ),
            key="duties_flow",
        )
    picture = found[place]
    st.markdown(f"**{guard.plain(picture.title)}**")
    charts.draw(picture.draw, ("lanes", picture), describe=picture.described, stretch=False)
