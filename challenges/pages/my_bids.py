"""A bidder's own page: every bid, what to do next, by when, and how it ended."""

import streamlit as st

from challenges import own, queries, rules
from challenges.own import OwnBid
from core import clock
from web import guard, widgets

actor = guard.current_actor()
widgets.header("我的揭榜", "本单位揭了哪些榜，现在要办什么，结果怎么样？")
# Asked every time: deadlines are a matter of seconds, and bids leave no event that a kept answer could go by.
mine = own.bids(actor)
known = {item.row.id for item in mine}
fresh = [row for row in queries.challenges(actor) if row.open and row.id not in known]


def link(page: str, label: str, number: int) -> None:
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params={"id": str(number)}, width="content")


def money(item: OwnBid) -> str:
    if item.contract is None:
        return ""
    return f"合同 {rules.money(item.contract) if item.contract else '0 万元'}，已付 {rules.money(item.paid) if item.paid else '0 万元'}"


if mine:
    doing = [item for item in mine if item.todo]
    widgets.figures(
        [
            ("申请", f"{len(mine)} 份", ""),
            ("等本单位办理", f"{len(doing)} 份", ""),
            ("其中超期", f"{sum(item.late for item in doing)} 份", ""),
            ("签了任务书", f"{sum(item.contract is not None for item in mine)} 份", ""),
        ]
    )
else:
    widgets.empty("本单位还没有揭榜申请。从下面正在揭榜的榜单里选一个开始。")
for item in mine:
    with st.container(border=True, key=f"own_{item.row.id}"):
        late = f"　{widgets.badge('overdue', '已超期')}" if item.late else ""
        st.markdown(f"{widgets.badge(item.state, item.state.label)}　**{guard.plain(item.row.title)}**{late}")
        lines = [
            ("方案", item.title),
            ("现状", item.stands),
            ("要办", item.todo or ("" if item.over else "不用办，等待")),
            ("下一个期限", f"{item.next.what} 北京时间 {item.next.shown}" if item.next else ""),
            ("任务书", money(item)),
        ]
        st.markdown("  \n".join(f"**{name}**　{guard.plain(text)}" for name, text in lines if text))
        with st.container(horizontal=True):
            link("challenges/pages/bid.py", "看申请" if not item.row.open else "改申请", item.row.id)
            link("challenges/pages/challenge.py", "看榜单、公示和任务书", item.row.id)

st.subheader(f"可以揭的榜（{len(fresh)}）", anchor=False)
if not fresh:
    widgets.empty("没有别的榜单在揭榜。新榜单发布后列在这里。")
for row in fresh:
    with st.container(border=True, key=f"fresh_{row.id}"):
        st.markdown(
            f"{widgets.badge('running', '揭榜中')}　**{guard.plain(row.title)}**　"
            f"{guard.plain(f'{row.mode}　资金 {row.funding}　试点名额 {row.places} 个')}"
        )
        st.caption(f"截止 北京时间 {clock.beijing(row.deadline):%Y-%m-%d %H:%M:%S}（不含）")
        link("challenges/pages/challenge.py", "看榜单，我要揭榜", row.id)
st.page_link("challenges/pages/challenge_calendar.py", label="看全部期限的日程", icon=":material/calendar_month:")
