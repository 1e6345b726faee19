"""Data quality by unit and round."""

import streamlit as st

from accounts import sessions
from core import clock
from core.periods import Period
from core.words import Role
from metrics import exports, overview, quality_queries
from metrics.pages import quality_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header(
    "数据质量",
    "哪个县的数好用，哪里最该补？" if actor.is_staff else "我们报的数好不好用，怎样最省力地提高？",
)
collections = ask(overview.collections, actor)
if not collections:
    widgets.empty(
        "还没有可以评分的报送。第一期到期以后，这里会有各部分的得分和提高的办法。",
        page="pilots/pages/pilots.py",
        label="查看试点",
    )
    st.stop()
left, right = st.columns([3, 2])
chosen = left.selectbox(
    "报送任务", list(collections), 0, collections.__getitem__, key="quality_collection", bind="query-params"
)
known = ask(quality_queries.periods, actor, chosen)
if not known:
    widgets.empty("这项报送任务还没有到期的报送，第一期到期后开始评分。")
    st.stop()
period = right.selectbox(
    "报送期", known, 0, lambda key: Period.parse(key).label, key="quality_period", bind="query-params"
)
board = guard.found(ask(quality_queries.board, actor, chosen, period or known[0]), "数据质量")
own = [unit.region_code for unit in board.units] == [actor.region_code]  # else it sees its towns side by side
if actor.role is Role.COUNTY and own:
    report = guard.found(ask(quality_queries.report, actor, chosen, actor.region_code or "", board.period), "数据质量")
    quality_parts.head(report.quality)
    quality_parts.then(report.frozen, unkept=report.unkept)
    quality_parts.way_up(report.quality)
    quality_parts.through(report.trend, report.region, (chosen, report.region_code))
    st.subheader("每一部分扣在哪里", anchor=False)
    quality_parts.lists(report)
    st.stop()

quality_parts.head(board.together)
quality_parts.then(board.frozen, unkept=board.unkept)
quality_parts.way_up(board.together)
everything = ("全部地区", "all") if actor.is_staff else ("所辖乡镇（街道）", actor.region_code)
quality_parts.through(ask(quality_queries.trend, actor, chosen), everything[0], (chosen, everything[1]))
groups = sorted({unit.group for unit in board.units if unit.group})
group = st.segmented_control("地区类型", groups, key="quality_group", bind="query-params") if len(groups) > 1 else None
frame = quality_parts.frame(board)
shown = frame[frame["地区类型"] == group] if group else frame
shown = shown.sort_values("总分", na_position="first", kind="stable")
st.subheader(f"各地区（{len(shown)}）", anchor=False)
widgets.table(
    shown,
    f"quality_table_{group}",
    open_page=quality_parts.UNIT,
    addresses=[
        {"collection": str(chosen), "period": board.period, "region": board.units[place].region_code}
        for place in shown.index
    ],
    counties=widgets.to_counties(actor, [board.units[place].region_code for place in shown.index]),
    help=quality_parts.HELP | {"组内名次": "只在同一地区类型里比；同分同名次", "总分": "满分 100，低的在前"},
)
st.download_button(
    "下载各地区得分（CSV）",
    lambda: exports.quality_csv(sessions.fresh(actor), chosen, board.period),
    file_name=exports.file_name(
        board.collection, Period.parse(board.period).label, "数据质量", f"{clock.today():%Y%m%d}"
    )
    + ".csv",
    mime="text/csv",
    key="quality_download",
    icon=":material/download:",
    on_click="ignore",
)
with st.expander("这个分是怎样算的", key="quality_how"):
    st.markdown(
        "完整性 30、及时性 15、有效性 25、一致性 15、佐证 10、更正负担 5，每部分按“符合 ÷ 应有”得分；"
        "没有应有的部分不计，其余按比例折成 100 分。县里已说明、研究院已采信的疑点不扣分；豁免的规则不扣分。"
        "试点评估页的数据质量分是同一个算法，算的是试点的全部地区和各期。"
    )
