"""One unit's data quality in one round."""

import streamlit as st

from core.periods import Period
from metrics import quality_queries
from metrics.pages import quality_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
collection_id = guard.parameter("collection") or 0
region, period = (st.query_params.get(name, "") for name in ("region", "period"))
report = guard.found(ask(quality_queries.report, actor, collection_id, region, period), "数据质量")
widgets.header(
    f"数据质量　{report.region}　{Period.parse(report.period).label}",
    "这个县这一期的数好不好用，扣分扣在哪里？",
    back=("metrics/pages/quality.py", "各地区数据质量"),
)
st.caption(guard.plain(report.collection))
quality_parts.head(report.quality)
quality_parts.then(report.frozen, unkept=report.unkept)
quality_parts.way_up(report.quality)
quality_parts.through(report.trend, report.region, (collection_id, region))
st.subheader("每一部分扣在哪里", anchor=False)
quality_parts.lists(report)
