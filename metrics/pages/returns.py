"""Returns: what a county owes and by when; what waits for the institute's review."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from core.words import Role
from metrics import exports, overview, queries
from metrics.pages import lists
from web import guard, widgets

SHOWN = 2000

actor = guard.current_actor()
today = clock.today()
reviews = bool(may(actor, Permission.RETURN_DECIDE))
widgets.header("报送", "哪些报送等着审核，还有谁没报？" if reviews else "我要报什么，什么时候截止？")

collections = overview.collections(actor)
if not collections:
    widgets.empty(
        "没有需要您填报或审核的报送。试点启动后，参加试点的地区会在这里看到每一期的报送。"
        if reviews or actor.role is Role.COUNTY
        else "报送由县级团队填写、研究院审核；您的单位目前没有报送任务。",
        page="pilots/pages/pilots.py",
        label="查看试点",
    )
    st.stop()

if reviews:
    lists.progress(overview.waiting(actor))
else:
    owed = queries.returns(actor, to_fill_at=clock.now())
    lists.todo(actor, owed, overview.next_opening(actor))

with widgets.filters("returns"):
    first, second, third = st.columns([2, 1, 1])
    collection_id = first.selectbox(
        "报送任务",
        list(collections),
        None,
        collections.__getitem__,
        placeholder="全部",
        key="returns_collection",
        bind="query-params",
    )
    period = second.selectbox(
        "报送期",
        overview.periods(actor, collection_id),
        None,
        placeholder="全部",
        key="returns_period",
        bind="query-params",
    )
    shown = third.selectbox(
        "状态",
        list(lists.VIEWS),
        list(lists.VIEWS).index("待审核") if reviews else 0,
        key="returns_view",
        bind="query-params",
    )

wanted = {"collection_id": collection_id, "period": period, **lists.VIEWS[shown](today)}
rows = queries.returns(actor, **wanted, limit=SHOWN)

if not rows:
    widgets.empty(f"没有“{shown}”的报送。可以换一个状态，或放宽筛选条件。")
elif reviews and shown == "待审核":
    lists.queue(actor, rows)
else:
    lists.table(actor, rows, with_region=reviews)
if rows:
    st.caption(f"最近的 {SHOWN:,} 份；更早的请筛选，或下载全部。" if len(rows) == SHOWN else f"共 {len(rows):,} 份。")
    st.download_button(
        "下载名单（CSV）",
        lambda: exports.returns_csv(sessions.fresh(actor), **wanted),
        file_name=exports.file_name("报送名单", shown, f"{today:%Y%m%d}") + ".csv",
        mime="text/csv",
        key="returns_download",
        icon=":material/download:",
        on_click="ignore",
    )
