"""One round: who is where, what is frozen, what was corrected since."""

import streamlit as st

from accounts import sessions
from core import clock
from core.periods import Period
from metrics import exports, follow_ups, reminder_queries, restating, rounds
from metrics.pages import boards, reminding_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
collection_id, period = guard.parameter("collection") or 0, st.query_params.get("period", "")
board = guard.found(rounds.board(actor, collection_id, period), "报送期")
# The state of the round that was last drawn, so that a freeze is of what its reader saw.
seen_key = f"round_seen_{collection_id}_{period}"
seen = st.session_state.get(seen_key, board.stamp)
widgets.header(
    f"{board.round.collection}　{board.round.label}",
    "这一期报齐了吗，可以冻结了吗？" if actor.is_staff else "这一期我们报到了哪一步，冻结的是什么数？",
    back=("metrics/pages/rounds.py", "报送进度"),
)
boards.figures(board)
if board.round.freeze is None:
    boards.to_freeze(actor, board, seen)
with st.container(horizontal=True):
    if actor.is_staff:
        st.page_link(
            "metrics/pages/returns.py",
            label="逐份审核",
            icon=":material/checklist:",
            query_params={"returns_collection": board.round.collection, "returns_period": period},
        )
    st.page_link(
        "metrics/pages/doubts.py",
        label="疑点核查",
        icon=":material/fact_check:",
        query_params={"doubts_collection": board.round.collection},
    )
    st.page_link(
        "metrics/pages/quality.py",
        label="数据质量",
        icon=":material/grade:",
        query_params={"quality_collection": board.round.collection, "quality_period": board.round.label},
    )
    st.page_link(
        "metrics/pages/units.py",
        label="参加地区",
        icon=":material/groups:",
        query_params={"id": str(collection_id)},
    )
    boards.examine(actor, board)
reminders = ask(reminder_queries.issued, actor, collection_id=collection_id, period=period)
reminding_parts.box(actor, board)
boards.returns(
    actor,
    board,
    ask(follow_ups.follow_ups, actor, collection_id=collection_id, period=period),
    reminding_parts.counts(reminders),
)
reminding_parts.history(actor, reminders, {view.region_code: view.region for view in board.returns})
boards.frozen(ask(restating.round_figures, actor, collection_id, period), board)
boards.restated(
    actor,
    collection_id,
    ask(restating.restatements, actor, collection_id, period=period),
    key="round_restated",
    with_region=actor.is_staff,
)
if board.round.freeze is not None:
    st.download_button(
        "下载本期冻结数（CSV）",
        lambda: exports.frozen_csv(sessions.fresh(actor), collection_id, period),
        file_name=exports.file_name(
            board.round.collection, Period.parse(period).label, "冻结数", f"{clock.today():%Y%m%d}"
        )
        + ".csv",
        mime="text/csv",
        key="round_download",
        icon=":material/download:",
        on_click="ignore",
    )
st.session_state[seen_key] = board.stamp
