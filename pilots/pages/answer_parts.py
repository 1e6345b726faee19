"""Parts of the evaluation page: one question with its sentence, its notes, its picture, its table and file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core.validation import checked
from core.words import Arm
from pilots import start_service, starts
from pilots.answer_words import QUESTIONS
from pilots.evaluation import Evaluation, Measure
from pilots.model import Unit
from pilots.queries import PilotView
from pilots.stages import PILOT
from pilots.start_service import StartIn
from pilots.starts import Averages
from web import charts, guard, widgets
from web.guard import plain


def question(number: int, sentence: str, notes: Sequence[str], *, warnings: Sequence[str] = ()) -> None:
    """The question, its answer, what must not be overlooked, and what qualifies it."""
    st.subheader(f"{number}　{QUESTIONS[number - 1]}", anchor=False)
    st.markdown(f"**{plain(sentence)}**")
    for warning in warnings:
        st.warning(plain(warning))
    for note in notes:
        if note not in warnings:
            st.caption(plain(note))


def by_start(evaluation: Evaluation, measure: Measure, found: Averages, of: tuple[Hashable, ...]) -> None:
    """Counties that started at different times: the averages since each start and by the calendar."""
    name = evaluation.pilot.name
    charts.draw(
        lambda: starts.since_picture(measure, found),
        ("since", *of),
        describe="各地按自己的启动时间对齐的平均效果，带区间",
    )
    table(lambda: starts.since_table(measure, found), "启动以后各期的平均效果", name, ("since", *of))
    charts.draw(
        lambda: starts.calendar_picture(measure, found),
        ("calendar", *of),
        describe="已启动地区在各报送期的平均效果，带区间",
    )
    table(lambda: starts.calendar_table(measure, found), "各报送期的平均效果", name, ("calendar", *of))


def later_starts(actor: Actor, pilot: PilotView, units: Sequence[Unit]) -> None:
    """Which counties started later than the pilot, and the way to record one."""
    late = [unit for unit in units if unit.starts_on]
    if late:
        st.caption("启动较晚的地区：" + "、".join(f"{plain(unit.name)}（{unit.starts_on}）" for unit in late))
    if pilot.state in PILOT.terminal or not may(actor, Permission.PILOT_DECIDE):
        return
    with st.popover("登记较晚启动的地区…", key="later_start"):
        st.caption("登记后，这个地区从自己的启动日起才算试点；写回试点首日即为撤销。原记录保留。")
        names = {unit.code: unit.name for unit in units if unit.arm is Arm.PILOT}
        code = st.selectbox("地区", list(names), format_func=lambda known: names[known], key="later_code")
        day = st.date_input("启动日期", pilot.start_on, pilot.start_on, pilot.end_on, key="later_day")
        reason = st.text_input("理由", key="later_reason", placeholder="例如：设备到货较晚")
        if st.button("确认登记", key="later_go", type="primary"):
            with guard.show_errors(StartIn):
                start_service.start_later(
                    actor, pilot.id, checked(StartIn, region_code=code, start_on=day, reason=reason)
                )
                widgets.flash("启动日期已登记，比较方法随之调整。")
                st.rerun()


def table(
    build: Callable[[], pd.DataFrame],
    name: str,
    pilot: str,
    key: tuple[Hashable, ...],
    *,
    actor: Actor | None = None,
    units: Sequence[Unit] = (),
) -> None:
    """The rows behind a picture (`charts.rows`). Names of `units` in the column 地区 lead to their counties, for an
    `actor` who may go there."""
    known = {unit.name: unit.code for unit in units}

    def counties(frame: pd.DataFrame) -> Mapping[str, Sequence[str]]:
        if actor is None or "地区" not in frame:
            return {}
        return widgets.to_counties(actor, [known[place] for place in frame["地区"]])

    charts.rows(build, name, pilot, key, counties=counties)
