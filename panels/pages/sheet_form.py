"""The sheet itself: marks that are kept as they are typed, both versions when two windows disagree, handing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.errors import AppError, Conflict
from core.validation import checked
from core.words import ReviewState, SheetState
from panels import recusal_service, sheet_service, unlock_service
from panels.pages import judging_parts as parts
from panels.rubric import CENT, Criterion, points
from panels.sheet_queries import OwnSheet, OwnSheets, Saving
from panels.sheet_schemas import SheetIn
from web import guard, widgets

_LEAST = 4  # letters of a reason


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of a sheet."""

    marks: Mapping[str, float] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""


class _Fields:
    """The keys of one sheet's fields in the session, and what stands in them."""

    def __init__(self, own: OwnSheets, sheet: OwnSheet) -> None:
        self.rubric = own.review.rubric
        self._name = f"sheet_{own.review.id}_{sheet.entry.id}_{sheet.round}"
        self.seen, self.clash, self.problem = (f"{self._name}_{part}" for part in ("seen", "clash", "problem"))

    def mark(self, code: str) -> str:
        return f"{self._name}_mark_{code}"

    def reason(self, code: str) -> str:
        return f"{self._name}_reason_{code}"

    @property
    def comment(self) -> str:
        return f"{self._name}_comment"

    def typed(self) -> Typed:
        state = st.session_state
        codes = [item.code for item in self.rubric.criteria]
        return Typed(
            {code: state[self.mark(code)] for code in codes if state.get(self.mark(code)) is not None},
            {code: state[self.reason(code)] for code in codes if state.get(self.reason(code))},
            state.get(self.comment) or "",
        )

    def show(self, sheet: OwnSheet) -> None:
        """Put what is stored into the fields: what the judge sees is what is kept."""
        state = st.session_state
        for item in self.rubric.criteria:
            mark = sheet.marks.get(item.code)
            state[self.mark(item.code)] = None if mark is None else _shown(item, mark)
            state[self.reason(item.code)] = sheet.reasons.get(item.code, "")
        state[self.comment] = sheet.comment
        state[self.seen] = sheet.number
        state.pop(self.clash, None)
        state.pop(self.problem, None)

    def filled(self) -> bool:
        """Whether the fields are still there; leaving the page empties them."""
        return self.comment in st.session_state and self.seen in st.session_state


def draw(actor: Actor, own: OwnSheets, sheet: OwnSheet) -> None:
    """The fields, each kept when it is left; then what is lacking, handing in, abstaining, stepping aside."""
    fields = _Fields(own, sheet)
    state = st.session_state
    if fields.clash in state:
        _both(actor, own, sheet, fields)
        return
    if not fields.filled() or state[fields.seen] != sheet.number:
        fields.show(sheet)

    def keep() -> None:
        _keep(actor, own, sheet, fields)

    for item in own.review.rubric.criteria:
        _criterion(item, fields, keep)
    st.text_area("总评（可不填）", key=fields.comment, on_change=keep, max_chars=2000, height=80)
    unsaved(own, sheet)
    _standing(sheet)
    _hand_in(actor, own, sheet, fields)


def _criterion(item: Criterion, fields: _Fields, keep: Callable[[], None]) -> None:
    whole = item.step % CENT == 0 and item.low % CENT == 0
    given = st.number_input(
        f"{guard.plain(item.name)}　权重 {points(item.weight)}，{points(item.low)}–{points(item.high)} 分",
        min_value=_shown(item, item.low),
        max_value=_shown(item, item.high),
        step=_shown(item, item.step),
        format="%d" if whole else "%.2f" if item.step % 10 else "%.1f",
        key=fields.mark(item.code),
        placeholder="未评",
        on_change=keep,
    )
    mark = None if given is None else round(given * CENT)
    level = None if mark is None else item.level(mark)
    # In the page and not behind a question mark, which the keyboard would stop at between two marks.
    told = [guard.plain(item.words)] if item.words else []
    if item.levels:
        told.append("｜".join(_level(item, place, level is item.levels[place]) for place in range(len(item.levels))))
    if told:
        st.caption("  \n".join(told))
    needed = mark is not None and item.needs_reason(mark)
    if needed or st.session_state.get(fields.reason(item.code)):
        st.text_input(
            f"{guard.plain(item.name)}：评分理由{'（必填）' if needed else ''}",
            key=fields.reason(item.code),
            on_change=keep,
            max_chars=500,
        )


def _level(item: Criterion, place: int, chosen: bool) -> str:
    """A level with where it begins and what it means; the one of the mark stands out."""
    level = item.levels[place]
    words = f"{guard.plain(level.name)} {points(level.lowest)}+ {guard.plain(level.words)}"
    return f"**▶ {words}**" if chosen else words


def _shown(item: Criterion, hundredths: int) -> float | int:
    whole = item.step % CENT == 0 and item.low % CENT == 0 and item.high % CENT == 0
    return hundredths // CENT if whole else hundredths / CENT


def _keep(actor: Actor, own: OwnSheets, sheet: OwnSheet, fields: _Fields, *, submit: bool = False) -> bool:
    """Store what stands in the fields. A callback: it runs before the page, so it asks again who that is."""
    state = st.session_state
    typed = fields.typed()
    state.pop(fields.problem, None)
    try:
        data = checked(
            SheetIn,
            marks={code: Decimal(str(mark)) for code, mark in typed.marks.items()},
            reasons=dict(typed.reasons),
            comment=typed.comment,
        )
        state[fields.seen] = sheet_service.save(
            sessions.fresh(actor),
            own.review.id,
            sheet.entry.id,
            data,
            seen=state.get(fields.seen, sheet.number),
            submit=submit,
            nonce=widgets.nonce(f"{fields.seen}_{state.get(fields.seen)}") if submit else None,
        )
    except Conflict:
        state[fields.clash] = typed
    except AppError as error:
        state[fields.problem] = (error, typed)
    else:
        return True
    return False


def unsaved(own: OwnSheets, sheet: OwnSheet) -> None:
    """What was typed and refused: why, and the marks themselves, so that nothing is lost when the time is over."""
    fields = _Fields(own, sheet)
    if fields.problem not in st.session_state:
        return
    error, typed = st.session_state[fields.problem]
    guard.say(error)
    marks = [
        f"{item.name} {points(round(typed.marks[item.code] * CENT))}"
        for item in own.review.rubric.criteria
        if item.code in typed.marks
    ]
    st.caption(
        "没有保存的填写：" + guard.plain("，".join([*marks, *([typed.comment] if typed.comment else [])]) or "–")
    )


def _standing(sheet: OwnSheet) -> None:
    """What is stored, and what is lacking."""
    if sheet.saved_at is not None:
        late = "　逾期" if sheet.late else ""
        st.caption(f"✔ 已保存 北京时间 {clock.beijing(sheet.saved_at):%H:%M:%S}（第 {sheet.number} 次）{late}")
    else:
        st.caption("填写后自动保存，离开再回来仍在。")
    if sheet.score is not None:
        st.markdown(f"合成得分 **{float(sheet.score):.2f}**　满分 100")
    if sheet.marks and sheet.lacks:
        st.caption("提交前还差：" + "；".join(guard.plain(lack) for lack in sheet.lacks))


def _hand_in(actor: Actor, own: OwnSheets, sheet: OwnSheet, fields: _Fields) -> None:
    with st.container(horizontal=True, key="sheet_steps"):
        with st.popover("提交这一份…", key="sheet_submit_ask", disabled=not sheet.ready):
            st.warning("提交后不能自行修改，需要时可申请解锁。也可以先评完全部项目，再一起提交。")
            if st.button("确认提交", key="sheet_submit", type="primary") and _keep(
                actor, own, sheet, fields, submit=True
            ):
                widgets.flash(f"{sheet.entry.code} 已提交。")
                st.rerun()
        with st.popover("弃权…", key="sheet_abstain_ask"):
            why = st.text_area("为什么不评（必填）", key=f"{fields.seen}_why", max_chars=500)
            st.caption("弃权不是零分，也不算缺评；结果中会注明。")
            if st.button("确认弃权", key="sheet_abstain", disabled=len(why.strip()) < _LEAST):
                with guard.show_errors():
                    sheet_service.abstain(actor, own.review.id, sheet.entry.id, why, seen=st.session_state[fields.seen])
                    widgets.flash(f"{sheet.entry.code} 已弃权。")
                    st.rerun()
        with st.popover("申报回避…", key="sheet_recuse_ask"):
            detail = st.text_area("与这个项目有什么关系（必填）", key=f"{fields.seen}_relation", max_chars=500)
            st.caption("申报后立即看不到这个项目的材料；已评的分不计入。")
            if st.button("确认申报", key="sheet_recuse", disabled=len(detail.strip()) < _LEAST):
                with guard.show_errors():
                    recusal_service.declare(actor, own.review.id, sheet.entry.id, detail)
                    widgets.flash(f"已申报回避 {sheet.entry.code}。")
                    st.switch_page(parts.DESK)


def _both(actor: Actor, own: OwnSheets, sheet: OwnSheet, fields: _Fields) -> None:
    """Another window, or the workbook, was faster: both versions side by side, and the judge chooses."""
    typed: Typed = st.session_state[fields.clash]
    st.error("这份评分表刚在别处改过（另一个窗口或离线评分表），您在这里填写的还没有保存。请选择保留哪一份。")
    rows = [
        (
            item.name,
            points(sheet.marks[item.code]) if item.code in sheet.marks else "–",
            points(round(typed.marks[item.code] * CENT)) if item.code in typed.marks else "–",
        )
        for item in own.review.rubric.criteria
    ]
    rows.append(("总评", sheet.comment or "–", typed.comment or "–"))
    st.dataframe(
        pd.DataFrame(rows, columns=["评分项", f"已存的（第 {sheet.number} 次）", "您在这里填写的"]),
        hide_index=True,
        width="stretch",
        key="sheet_both",
    )
    with st.container(horizontal=True):
        if st.button("用已存的", key="sheet_theirs"):
            fields.show(sheet)
            st.rerun()
        if st.button("用我填写的覆盖", key="sheet_mine", type="primary"):
            with guard.show_errors():
                sheet_service.save(
                    actor,
                    own.review.id,
                    sheet.entry.id,
                    checked(
                        SheetIn,
                        marks={code: Decimal(str(mark)) for code, mark in typed.marks.items()},
                        reasons=dict(typed.reasons),
                        comment=typed.comment,
                    ),
                    seen=sheet.number,
                )
                st.session_state.pop(fields.clash, None)
                st.session_state.pop(fields.seen, None)  # the fields are filled anew from what is stored now
                st.rerun()


def ask_unlock(actor: Actor, own: OwnSheets, sheet: OwnSheet) -> None:
    """The way to change what was handed in: asked here, granted by somebody else."""
    if own.review.state not in (ReviewState.SCORING, ReviewState.MODERATING):
        return
    if sheet.asked_at is not None:
        st.caption(f"◐ 已于北京时间 {clock.show(sheet.asked_at)} 申请解锁，等待研究院另一人答复。")
        return
    if sheet.id is None or sheet.state not in (SheetState.SUBMITTED, SheetState.ABSTAINED):
        return
    with st.popover("申请解锁…", key="sheet_unlock_ask"):
        why = st.text_area("为什么要改（必填）", key=f"sheet_unlock_why_{sheet.id}", max_chars=500)
        st.caption("由研究院另一人答复；解锁后重新提交之前，这一份不计入。原来的评分留存。")
        if st.button("确认申请", key="sheet_unlock", disabled=len(why.strip()) < _LEAST):
            with guard.show_errors():
                unlock_service.ask(actor, sheet.id, why)
                widgets.flash("已申请解锁。")
                st.rerun()


def stored(own: OwnSheets, sheet: OwnSheet) -> None:
    """A sheet that is not to be changed, as it is stored."""
    st.markdown(f"{widgets.badge(_TONE.get(sheet.state, 'draft'), sheet.words)}{'　逾期' if sheet.late else ''}")
    if sheet.state is SheetState.ABSTAINED:
        st.markdown(f"弃权理由：{guard.plain(sheet.why)}")
        return
    for item in own.review.rubric.criteria:
        mark = sheet.marks.get(item.code)
        level = None if mark is None else item.level(mark)
        st.markdown(
            f"**{guard.plain(item.name)}**　{'–' if mark is None else points(mark)}"
            + (f"　{guard.plain(level.name)}" if level else "")
            + (f"　{guard.plain(sheet.reasons[item.code])}" if sheet.reasons.get(item.code) else "")
        )
    if sheet.comment:
        st.markdown(f"**总评**　{guard.plain(sheet.comment)}")
    if sheet.score is not None:
        st.markdown(f"合成得分 **{float(sheet.score):.2f}**　满分 100")
    if sheet.submitted_at is not None:
        st.caption(f"提交于北京时间 {clock.show(sheet.submitted_at)}，第 {sheet.number} 次存入")


_TONE = {SheetState.SUBMITTED: "approved", SheetState.UNLOCKED: "unlocked"}


def versions(load: Callable[[], Sequence[Saving]], own: OwnSheets) -> None:
    """Every version that was kept."""
    with st.expander("每一次存入", icon=":material/history:"):
        rows = load()
        st.dataframe(
            pd.DataFrame(
                [
                    {"次": row.number, "时间": clock.show(row.at), "状态": row.state.label, "途径": row.door.label}
                    | {
                        item.name: points(row.marks[item.code]) if item.code in row.marks else "–"
                        for item in own.review.rubric.criteria
                    }
                    | {"说明": row.why or row.comment}
                    for row in rows
                ]
            ),
            hide_index=True,
            width="stretch",
            key="sheet_versions",
        )
