"""The parts of the pages about rounds: the list, one round's board, its freeze and what was restated since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.numbers import format_number
from core.periods import Period
from core.words import FollowUpState
from metrics import follow_up_service, round_service, rounds
from metrics.follow_ups import FollowUpView
from metrics.pages.values import FIGURE, address
from metrics.progress import Status
from metrics.restating import Restatement, RoundFigure
from metrics.rounds import Board, Round
from web import guard, widgets

ROUND = "metrics/pages/round.py"
FORM = "metrics/pages/return_form.py"
# The order in which a board lists what needs doing.
_FIRST = (Status.OVERDUE, Status.RETURNED, Status.SUBMITTED, Status.CORRECTED, Status.UNLOCKED, Status.OPEN)


def share(value: float | None) -> str:
    return "–" if value is None else f"{format_number(value * 100, 0)}%"


def frame(found: Sequence[Round]) -> pd.DataFrame:
    """One row a round."""
    return pd.DataFrame(
        {
            "报送期": item.label,
            "报送任务": item.collection,
            "应报": item.progress.expected,
            "到期应报": item.progress.due,
            "已报": item.progress.handed_in,
            "报送率": share(item.progress.completeness),
            "及时率": share(item.progress.timeliness),
            **{
                status.label: item.progress.by_status[status]
                for status in (Status.OVERDUE, Status.RETURNED, Status.SUBMITTED, Status.APPROVED, Status.LOCKED)
            },
            "冻结": "○ 未冻结" if item.freeze is None else f"● {clock.show(item.freeze.frozen_at)}",
        }
        for item in found
    )


def own_frame(found: Sequence[Round]) -> pd.DataFrame:
    """For a county, which owes one return a round: where it stands."""

    def status(item: Round) -> str:
        return "、".join(widgets.shape(each.value, each.label) for each in item.progress.by_status)

    in_time = {True: "● 按时", False: "◐ 迟报"}
    return pd.DataFrame(
        {
            "报送期": item.label,
            "状态": status(item),
            "时限": in_time[bool(item.progress.in_time)] if item.progress.handed_in else "–",
            "报送任务": item.collection,
            "截止日期": str(item.due_on),
            "冻结": "○ 未冻结" if item.freeze is None else f"● {clock.show(item.freeze.frozen_at)}",
        }
        for item in found
    )


def figures(board: Board) -> None:
    progress, freeze = board.round.progress, board.round.freeze
    widgets.figures(
        [
            ("应报", f"{progress.expected} 份", f"到期 {progress.due} 份"),
            ("报送率", share(progress.completeness), f"已报 {progress.handed_in} / {progress.due}"),
            ("及时率", share(progress.timeliness), f"按时 {progress.in_time} / {progress.due}"),
            ("待审核", f"{progress.by_status[Status.SUBMITTED] + progress.by_status[Status.CORRECTED]} 份", "含更正"),
            ("本期数据", "已冻结" if freeze else "未冻结", clock.show(freeze.frozen_at) if freeze else "随报随变"),
        ],
        help={
            "报送率": "已报 ÷ 到期应报；没到期又没报的不计入",
            "及时率": "首次提交不晚于截止日期的 ÷ 到期应报；退回后重报不算迟报",
        },
    )


def returns(actor: Actor, board: Board, doubts: Sequence[FollowUpView], reminded: Mapping[str, str]) -> None:
    """Every return of the round; those that need something done come first. `reminded` says by region how
    often and when it was reminded."""
    open_ = Counter(doubt.return_id for doubt in doubts if doubt.state is FollowUpState.OPEN)
    now = clock.now()
    views = sorted(
        board.returns,
        key=lambda view: (
            _FIRST.index(view.course.status(now)) if view.course.status(now) in _FIRST else len(_FIRST),
            view.region_code,
        ),
    )
    in_time = {True: "● 按时", False: "◐ 迟报", None: "–"}
    widgets.table(
        pd.DataFrame(
            {
                "地区": view.region,
                "状态": widgets.shape(*view.status),
                "已填": f"{view.filled}/{view.asked}",
                "截止日期": f"{view.due_on}{'（暂算）' if view.due_provisional else ''}",
                "首次提交": clock.show(view.course.first_submitted_at),
                "时限": in_time[view.course.in_time],
                "提醒": reminded.get(view.region_code, "–"),
                "待答复疑点": open_[view.id],
            }
            for view in views
        ),
        "round_returns",
        open_page=FORM,
        ids=[view.id for view in views],
        counties=widgets.to_counties(actor, [view.region_code for view in views]),
    )


def to_freeze(actor: Actor, board: Board, seen: str) -> None:
    """What stands between the round and its freeze, and the button."""
    found = rounds.obstacles_of(actor, board.round.collection_id, board.round.period)
    if found is None or not may(actor, Permission.ROUND_FREEZE):
        return
    with st.container(border=True, key="round_freeze_box"):
        st.markdown("**冻结本期数据**")
        if found.blocking:
            st.markdown("\n".join(f"- :red-badge[■ 先办] {guard.plain(line)}" for line in found.blocking))
        if found.left_out:
            st.markdown(
                "下列数不会进入本期冻结数；以后补报、审核的，下一期冻结时计入并注明更正：\n\n"
                + "\n".join(f"- :orange-badge[◐ 不计入] {guard.plain(line)}" for line in found.left_out)
            )
        if found.blocking:
            return
        with st.popover("冻结本期数据…", key="round_freeze_ask", type="primary"):
            st.warning("冻结后本期的数不再改变，已审核的报送一并锁定。以后的更正会保留新旧两个数，并在下一期注明。")
            note = st.text_input("备注（可不填）", key="round_freeze_note", max_chars=200)
            if st.button("确认冻结", key="round_freeze", type="primary"):
                with guard.show_errors():
                    done = round_service.freeze(actor, board.round.collection_id, board.round.period, note, seen=seen)
                    again = f"，其中以前各期更正 {done.restated} 个" if done.restated else ""
                    widgets.flash(
                        f"已冻结：写入 {done.figures + done.restated} 个数{again}，锁定 {done.locked} 份报送。"
                    )
                    st.rerun()


def examine(actor: Actor, board: Board) -> None:
    """Today's rules asked again about what is stored, for staff: a rule may be younger than the values."""
    if not may(actor, Permission.RETURN_DECIDE):
        return
    if st.button(
        "按现行规则重新核查",
        key="round_examine",
        icon=":material/fact_check:",
        help="报送之后新启用的规则，对已经报来的数再核查一遍，可疑的进入疑点核查。",
    ):
        with guard.show_errors():
            raised = follow_up_service.examine(actor, board.round.collection_id, board.round.period)
            widgets.flash(f"已核查，新增疑点 {raised} 条。")
            st.rerun()


def frozen(found: Sequence[RoundFigure], board: Board) -> None:
    """The frozen figures beside those of now; a row leads to where the figure comes from."""
    if not found:
        return
    st.subheader("本期冻结数", anchor=False)
    freeze = board.round.freeze
    if freeze is not None:
        note = f"　{guard.plain(freeze.note)}" if freeze.note else ""
        st.caption(f"北京时间 {clock.show(freeze.frozen_at)} 由{guard.plain(freeze.frozen_by)}冻结。{note}")
    widgets.table(
        pd.DataFrame(
            {
                "指标": item.indicator.name,
                "范围": f"{item.place}{item.group}",
                "冻结数": item.frozen,
                "现在的数": item.now,
                "有无变化": "◐ 更正" if item.changed else "● 一致",
                "计入 / 应报": f"{item.reported} / {item.expected}",
            }
            for item in found
        ),
        "round_frozen",
        open_page=FIGURE,
        addresses=[
            address(board.round.collection_id, item.indicator.id, item.scope_code, board.round.period, item.group)
            for item in found
        ],
        help={"计入 / 应报": "冻结时计入的地区数和应报的地区数"},
    )


def restated(actor: Actor, collection_id: int, found: Sequence[Restatement], *, key: str, with_region: bool) -> None:
    """What came late or was corrected after it was frozen."""
    if not found:
        return
    st.subheader(f"更正与补计（{len(found)}）", anchor=False)
    st.caption("冻结之后补报或更正的数。新旧两个数都保留；已冻结的数不改，从注明的那一期起按新数计算。")
    table = pd.DataFrame(
        {
            "报送期": Period.parse(item.period).label,
            "地区": item.region,
            "指标": item.indicator.name,
            "类别": item.kind,
            "冻结数": item.before,
            "更正后": item.after,
            "理由": item.reason or "–",
            "计入": f"● {Period.parse(item.round).label}冻结时" if item.round else "◐ 待下一期冻结",
        }
        for item in found
    )
    widgets.table(
        table if with_region else table.drop(columns="地区"),
        key,
        open_page=FIGURE,
        addresses=[address(collection_id, item.indicator.id, item.region_code, item.period) for item in found],
        counties=widgets.to_counties(actor, [item.region_code for item in found]) if with_region else None,
    )
