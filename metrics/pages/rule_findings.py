"""Where people stumble: what every rule has found, round by round."""

import streamlit as st

from accounts.permissions import Permission, require
from core.periods import Period
from metrics import finding_queries, overview, rule_queries, rule_words
from metrics.pages import ruling
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
require(actor, Permission.RULE_READ)
widgets.header(
    "校验统计",
    "填报人常在哪里出错，报送表和口径该改哪里？" if actor.is_staff else "我们的报送常在哪里出错？",
    back=("metrics/pages/rules.py", "全部规则"),
)
collections = ask(overview.collections, actor)
collection_id = st.selectbox(
    "报送任务",
    list(collections),
    None,
    collections.__getitem__,
    placeholder="全部",
    key="findings_collection",
    bind="query-params",
)
rows = ask(finding_queries.counts, actor, collection_id=collection_id)
if not rows:
    widgets.empty("还没有校验记录。有人填报、上传或核对报送表以后，这里会列出每条规则每一期发现了多少。")
    st.stop()

last = max(row.period for row in rows)
now = [row for row in rows if row.period == last]
widgets.figures(
    [
        ("最近一期", Period.parse(last).label, ""),
        ("发现的数", f"{sum(row.values for row in now):,} 个", f"{len({row.rule for row in now})} 条规则"),
        ("最后仍有", f"{sum(row.left for row in now):,} 个", "各份报送最后一次核对"),
        ("豁免", f"{sum(row.waived for row in now):,} 个", ""),
    ]
)
frame = finding_queries.by_round(rows)
names = {row.rule: row.name for row in rows}
rules = {view.code: view for view in ask(rule_queries.rules, actor)}
shown = frame.rename(columns={key: Period.parse(key).label for key in frame.columns if key != "合计"})
shown.insert(0, "规则", [names[code] for code in frame.index])
st.subheader("每条规则每一期发现的数", anchor=False)
widgets.table(
    shown.reset_index(drop=True),
    f"findings_table_{collection_id}",
    open_page="metrics/pages/rule.py",
    addresses=[ruling.address(rules.get(code), code) for code in frame.index],
)
st.caption("一个数被同一条规则说过一次就算一个，改好了也算；没有保存的上传也计入，所以能看出报送表哪里容易填错。")

worst = [str(code) for code in frame.index[:10]]
st.subheader("发现最多的规则", anchor=False)
chosen = st.selectbox("规则", worst, 0, lambda code: rule_words.label(code, names[code]), key="findings_rule")
ruling.listed(actor, ask(finding_queries.found, actor, chosen, collection_id=collection_id))
