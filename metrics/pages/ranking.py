"""Places inside the group, how sure each is, and who has come furthest."""

import streamlit as st

from accounts import sessions
from core import clock
from core.periods import Period
from metrics import exports, figure_panel
from metrics import ranking_exports as files
from metrics import ranking_queries as queries
from metrics import ranking_wording as wording
from metrics.ranking import By
from web import charts, guard, keep, widgets
from web.keep import ask

COUNTY = "pilots/pages/county.py"

actor = guard.current_actor()
widgets.header("同类地区排名", "同一类地区里谁做得好、谁进步快，名次有多确定？")
known = ask(figure_panel.choices, actor)
if not known:
    widgets.empty("还没有可以排名的数据。" if actor.is_staff else "本地区还没有参加报送。")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    collections = {item.collection_id: item.collection for item in known}
    collection = st.selectbox(
        "报送", list(collections), 0, collections.__getitem__, key="ranking_collection", bind="query-params"
    )
    names = {item.code: item.name for item in known if item.collection_id == collection}
    code = st.selectbox("指标", list(names), 0, names.__getitem__, key="ranking_indicator", bind="query-params")
    ways = {by.label: by for by in By}
    by = ways[st.selectbox("按什么排", list(ways), key="ranking_by", bind="query-params")]
    first = guard.found(ask(queries.ranking_of, actor, collection, code), "指标")
    periods = {"最近报齐的一期": "", **{Period.parse(key).label: key for key in reversed(first.periods)}}
    period = periods[st.selectbox("报送期", list(periods), key="ranking_period", bind="query-params")]

ranking = guard.found(ask(queries.ranking_of, actor, collection, code, period, by), "指标")
st.caption(f"{Period.parse(ranking.period).label}。只在同一地区类型内排名；范围重叠的县，先后不说明谁真的更好。")
for name in ranking.thin:
    reported, expected = ranking.covered[name]
    st.warning(f"{name}只报了 {reported} / {expected} 个，不完整，名次会随补报变化。")

if ranking.own_only:
    if not ranking.places:
        st.info("本地区这一期没有要报的数。")
        st.stop()
    own = ranking.places[0]
    widgets.figures(
        [
            (f"{own.entry.group}内名次", own.words, f"共 {own.of} 个有数的县（市、区）"),
            (
                ranking.by.label,
                wording.measure_words(ranking, own),
                f"上年同期 {ranking.indicator.show(own.entry.before)}",
            ),
        ]
    )
else:
    groups = list(dict.fromkeys(place.entry.group for place in ranking.places))
    chosen = st.segmented_control("地区类型", groups, default=groups[0], key="ranking_group", bind="query-params")
    group = chosen if chosen in groups else groups[0]
    key = (collection, code, ranking.period, by, group)
    rows = keep.kept(("ranking_rows", *key, keep.version(), clock.today()), lambda: wording.rows(ranking, group))
    left, right = st.columns([9, 11], gap="medium")
    with left:
        charts.draw(
            lambda: wording.picture(ranking, group),
            ("ranking", *key),
            describe=f"{group}各县{ranking.indicator.name}及其名次范围",
        )
    with right:
        widgets.table(
            rows.drop(columns="code"),
            "ranking_table",
            open_page=COUNTY,
            addresses=[{"code": str(region)} for region in rows.code],
            counties=widgets.to_counties(actor, [str(region) for region in rows.code]),
            height=720,
        )
        st.download_button(
            "下载全部名次（Excel）",
            data=lambda: files.workbook(sessions.fresh(actor), collection, code, period, by),
            file_name=exports.file_name("同类地区排名", names[code], ranking.period, f"{clock.today():%Y%m%d}")
            + ".xlsx",
            on_click="ignore",
            icon=":material/table:",
            key="ranking_xlsx",
        )
with st.expander("名次是怎样排出来的"):
    st.markdown(guard.plain(wording.method(ranking)))
