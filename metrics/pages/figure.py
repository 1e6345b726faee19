"""Where a figure comes from: a county's, or a sum over several."""

import streamlit as st

from core.periods import Period
from core.words import Arm
from metrics import queries, stretches, tracing
from metrics.pages import origins, stretching
from web import guard
from web.keep import ask

actor = guard.current_actor()
collection_id, indicator_id = guard.parameter("collection") or 0, guard.parameter("indicator") or 0
region, period, group = (st.query_params.get(name, "") for name in ("region", "period", "group"))
try:
    Period.parse(period)
except ValueError:
    guard.found(None, "数字")
since = st.query_params.get("since", "")
if since:
    try:
        Period.parse(since)
    except ValueError:
        guard.found(None, "数字")
    without = st.query_params.get("without", "")
    several = ask(stretches.stretch, actor, collection_id, indicator_id, region, since, period, without)
    stretching.draw(collection_id, guard.found(several, "数字"))
    st.stop()
found = ask(queries.explain, actor, collection_id, indicator_id, region, period)
if found is not None:
    origins.county(actor, collection_id, found)
else:
    arm = next((item for item in Arm if item.value == st.query_params.get("arm")), None)
    total = ask(tracing.explain_sum, actor, collection_id, indicator_id, region, period, group, arm)
    origins.total(actor, collection_id, region, guard.found(total, "数字"))
