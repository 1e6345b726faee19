"""Published monthly assessments: each group by itself."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from core.periods import Period
from metrics import exports
from metrics.pages import groups
from metrics.standings import assessments, standings
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("月度考核", "同一组里，谁做得好，名次有没有变化？", published=True)
designs = bool(may(actor, Permission.COLLECTION_DESIGN))
if designs:
    groups.import_box(actor)

known = {row.id: row for row in ask(assessments, actor)}
if not known:
    groups.nothing(designs)
    st.stop()
first, second = st.columns(2)
chosen = first.selectbox(
    "考核", list(known), 0, lambda number: known[number].name, key="assessment_id", bind="query-params"
)
rows = ask(standings, actor, chosen)
months = sorted({row.period for row in rows}, reverse=True)
if not months:
    widgets.empty("这项考核还没有已提交的数。")
    st.stop()
month = second.selectbox(
    "月份", months, 0, lambda key: Period.parse(key).label, key="assessment_month", bind="query-params"
)
st.caption("每个组各排各的名次；满分不同的组不放进同一个排名，得分率只用来看差距。同分并列，后面的名次顺延。")
for place, bucket in enumerate(groups.buckets(rows, month)):
    groups.draw(actor, known[chosen], month, bucket, place)

st.caption(f"来源：{guard.plain(known[chosen].source or '–')}。选中一行可看到这个得分的来历和通报地址。")
st.download_button(
    "下载各月得分（CSV）",
    lambda: exports.standings_csv(sessions.fresh(actor), chosen),
    file_name=exports.file_name(known[chosen].name, f"{clock.today():%Y%m%d}") + ".csv",
    mime="text/csv",
    key="assessment_download",
    icon=":material/download:",
    on_click="ignore",
)
