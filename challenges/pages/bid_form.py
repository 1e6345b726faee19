"""The fields of a bid: kept as they are typed, both versions shown when two windows disagree, handed in by a button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from challenges import bid_service
from challenges.schemas import BidIn, DraftIn
from challenges.views import BidView, ChallengeView
from core import clock
from core.errors import AppError, Conflict
from core.validation import checked
from core.words import BidState
from web import guard, widgets

T = TypeVar("T", bound=BidIn)

_LABELS = {
    "title": "方案名称",
    "plan": "技术方案",
    "goals": "承诺的指标",
    "team": "团队成员（用顿号分开）",
    "contact": "联系人和联系方式",
}


class Fields:
    """The keys of one bid's fields in the session, and what stands in them."""

    def __init__(self, challenge_id: int) -> None:
        self.seen, self.clash, self.problem, self.files = (
            f"bid_{challenge_id}_{part}" for part in ("seen", "clash", "problem", "files")
        )

    def typed(self) -> dict[str, str]:
        return {name: str(st.session_state.get(f"bid_{name}") or "") for name in _LABELS}

    def show(self, mine: BidView | None) -> None:
        """Put what is kept into the fields: what the bidder sees is what is kept."""
        state = st.session_state
        for name, text in kept(mine).items():
            state[f"bid_{name}"] = text
        state[self.seen] = mine.version if mine else 0
        state.pop(self.clash, None)
        state.pop(self.problem, None)

    def filled(self) -> bool:
        """Whether the fields are still there; leaving the page empties them."""
        return "bid_plan" in st.session_state and self.seen in st.session_state


def kept(mine: BidView | None) -> dict[str, str]:
    """What is kept of a bid, as the fields show it: what was changed since it was handed in, or the bid itself."""
    if mine is None:
        return dict.fromkeys(_LABELS, "")
    values: Mapping[str, object] = mine.unsent or {name: getattr(mine, name) for name in _LABELS}
    return {name: "、".join(value) if isinstance(value, list | tuple) else str(value) for name, value in values.items()}


def draw(actor: Actor, view: ChallengeView) -> None:
    """The fields, each kept when it is left; then handing in and withdrawing."""
    mine, fields, state = view.mine, Fields(view.row.id), st.session_state
    if fields.clash in state:
        _both(actor, view, fields)
        return
    if not fields.filled() or state[fields.seen] != (mine.version if mine else 0):
        fields.show(mine)

    def keep() -> None:
        _keep(actor, view, fields)

    st.text_input(_LABELS["title"], max_chars=60, key="bid_title", on_change=keep)
    st.text_area(_LABELS["plan"], max_chars=8000, height=240, key="bid_plan", on_change=keep)
    st.text_area(_LABELS["goals"], max_chars=2000, key="bid_goals", on_change=keep)
    st.text_input(_LABELS["team"], key="bid_team", on_change=keep)
    st.text_input(_LABELS["contact"], max_chars=100, key="bid_contact", on_change=keep)
    unsaved(view)
    submitted = mine is not None and mine.state is BidState.SUBMITTED
    _standing(mine, submitted)
    given = widgets.uploads(
        "附件",
        f"bid_uploads_{state.get(fields.files, 0)}",
        help="随重新提交一并加入" if submitted else "选好就保存",
    )
    if given and not submitted:
        with guard.show_errors(DraftIn):
            bid_service.save(
                actor, view.row.id, _data(DraftIn, fields.typed()), given, submit=False, seen_version=state[fields.seen]
            )
            state[fields.files] = state.get(fields.files, 0) + 1  # an empty uploader
            widgets.flash("附件已保存。")
            st.rerun()
    with st.container(horizontal=True):
        if st.button("重新提交" if submitted else "提交申请", key="bid_submit", type="primary"):
            with guard.show_errors(BidIn):
                data = _data(BidIn, fields.typed())
                bid_service.save(actor, view.row.id, data, given, submit=True, seen_version=state[fields.seen])
                state[fields.files] = state.get(fields.files, 0) + 1
                widgets.flash("申请已提交，截止前仍可修改或撤回。")
                st.rerun()
        if mine and mine.unsent is not None and st.button("放弃改动", key="bid_drop"):
            with guard.show_errors():
                bid_service.drop_changes(actor, mine.id, seen_version=mine.version)
                widgets.flash("已放弃改动，仍以最近一次提交为准。")
                st.rerun()


def unsaved(view: ChallengeView) -> None:
    """What was typed and refused: why, and the words themselves, so that nothing is lost when the time is over."""
    fields = Fields(view.row.id)
    if fields.problem not in st.session_state:
        return
    error, typed = st.session_state[fields.problem]
    guard.say(error)
    stored = kept(view.mine)
    lost = {name: text for name, text in typed.items() if text and text != stored[name]}
    if lost:
        with st.expander("没有保存的填写"):
            for name, text in lost.items():
                st.markdown(f"**{_LABELS[name]}**　{guard.plain(text)}")


def _data(schema: type[T], typed: Mapping[str, str]) -> T:
    team = typed["team"].replace("，", "、").split("、")
    return checked(schema, **(dict(typed) | {"team": team}))


def _keep(actor: Actor, view: ChallengeView, fields: Fields) -> None:
    """Keep what stands in the fields. A callback: it runs before the page, so it asks again who that is."""
    state, typed = st.session_state, fields.typed()
    state.pop(fields.problem, None)
    try:
        state[fields.seen] = bid_service.keep(
            sessions.fresh(actor), view.row.id, _data(DraftIn, typed), seen_version=state.get(fields.seen, 0)
        )
    except Conflict:
        state[fields.clash] = typed
    except AppError as error:
        state[fields.problem] = (error, typed)


def _standing(mine: BidView | None, submitted: bool) -> None:
    if mine is None or mine.saved is None:
        st.caption("填写后自动保存为草稿，关掉页面再回来仍在；只有本单位看得到。")
        return
    when, who = mine.saved
    st.caption(f"✔ 已自动保存 北京时间 {clock.beijing(when):%m-%d %H:%M:%S} {guard.plain(who)}")
    if submitted and mine.unsent is not None:
        st.warning(f"有改动还没有提交：截止时以第 {mine.number} 次提交的内容为准，改动不算数。请重新提交，或放弃改动。")


def _both(actor: Actor, view: ChallengeView, fields: Fields) -> None:
    """Another window, or a colleague, was faster: both versions side by side, and the bidder chooses."""
    typed: dict[str, str] = st.session_state[fields.clash]
    mine = view.mine
    by = f"（{mine.saved[1]}，北京时间 {clock.show(mine.saved[0])}）" if mine and mine.saved else ""
    st.error(f"这份申请刚在别处改过{guard.plain(by)}，您在这里填写的还没有保存。请选择保留哪一份。")
    stored = kept(mine)
    st.table(
        {
            "项目": list(_LABELS.values()),
            "已存的": [guard.plain(stored[name] or "–") for name in _LABELS],
            "您在这里填写的": [guard.plain(typed[name] or "–") for name in _LABELS],
        }
    )
    with st.container(horizontal=True):
        if st.button("用已存的", key="bid_theirs"):
            fields.show(mine)
            st.rerun()
        if st.button("用我填写的覆盖", key="bid_mine", type="primary"):
            with guard.show_errors(DraftIn):
                bid_service.keep(actor, view.row.id, _data(DraftIn, typed), seen_version=mine.version if mine else 0)
                st.session_state.pop(fields.clash, None)
                st.session_state.pop(fields.seen, None)  # the fields are filled anew from what is kept now
                st.rerun()
