"""Scenarios against departments: what each needs of whom, how much is connected, where it is stuck."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts import sessions
from core import clock
from core.words import DataStatus, ScenarioState
from scenarios import domain_queries, matrix_queries, resource_exports, resource_pictures
from scenarios.matrix_queries import ScenarioLine
from scenarios.pages import parts
from web import charts, guard, keep, widgets

ROWS = 30  # scenarios in one picture
WIDTHS = {"前 6 个单位": 6, "前 15 个单位": 15, "全部单位": 10_000}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

actor = guard.current_actor()
widgets.header("数据就绪度", "场景要的数据，到手了多少，卡在哪个单位？")

search = st.text_input("查找", type="search", placeholder="场景名称", key="matrix_q", bind="query-params")
with widgets.filters("matrix"):
    first, second, third = st.columns(3)
    domain = first.selectbox(
        "领域",
        keep.ask(domain_queries.domains, actor),
        None,
        placeholder=parts.ALL,
        key="matrix_domain",
        bind="query-params",
    )
    state = second.selectbox(
        "状态",
        [state for state in ScenarioState if state in matrix_queries.LIVE],
        None,
        parts.label,
        placeholder="全部（不含不予立项和已退出）",
        key="matrix_state",
        bind="query-params",
    )
    width = third.selectbox("图中的单位", list(WIDTHS), 0, key="matrix_width", bind="query-params")

states, sought = ((state,) if state else ()), (search or "").strip()
matrix = keep.ask(matrix_queries.matrix, actor, domain=domain, states=states, search=sought)
if not matrix.scenarios:
    widgets.empty(
        "没有登记数据需求的场景。请在场景页的“数据来源”中增加数据需求，或放宽筛选条件。",
        page="scenarios/pages/scenarios.py",
        label="去场景列表",
    )
    st.stop()

total = matrix.total
widgets.figures(
    [
        ("总体就绪度", total.readiness.label, "已接入 ÷ 需要的信息项"),
        ("申请中", f"{total.items.get(DataStatus.REQUESTED, 0)} 项", "等待提供单位答复"),
        ("被拒", f"{total.refused} 项", "调整后可再申请"),
        ("未申请", f"{total.items.get(DataStatus.NOT_REQUESTED, 0)} 项", "等待场景申请"),
    ]
)

pages = -(-len(matrix.scenarios) // ROWS)
number = min(int(st.session_state.get(f"matrix_page_{pages}", 1)), pages)
lines = matrix.scenarios[(number - 1) * ROWS : number * ROWS]
st.subheader("场景 × 提供单位", anchor=False)
drawn = matrix.narrowed(WIDTHS[width])
charts.draw(
    lambda: resource_pictures.heat_map(drawn, lines),
    ("matrix", actor, keep.version(), clock.today(), domain, states, sought, width, number),
    describe=f"{len(lines)} 个场景向 {len(drawn.providers)} 个单位要的数据，格中为已接入和需要的信息项数",
    stretch=False,
)
st.caption(
    "格中是“已接入/需要”的信息项数，颜色越深接入越多，× 表示有申请被拒，空白表示不需要。单位按需求量从多到少排。"
)
if pages > 1:
    st.pagination(pages, key=f"matrix_page_{pages}")


def readiness_table(lines: Sequence[ScenarioLine]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "场景": f"{line.link.code} {line.link.name}",
            "状态": widgets.shape(line.link.state or "", line.link.state.label if line.link.state else ""),
            "就绪度": line.total.readiness.label,
            **{status.label: line.total.items.get(status, 0) for status in reversed(DataStatus)},
        }
        for line in lines
    )


st.subheader("各场景就绪度", anchor=False)
ranked = sorted(matrix.scenarios, key=lambda line: (line.total.readiness.share or 0, line.link.code))
widgets.table(
    readiness_table(ranked),
    "matrix_scenarios",
    open_page="scenarios/pages/scenario.py",
    ids=[line.link.id for line in ranked],
    help={"就绪度": "已接入 ÷ 需要的信息项；没有列明信息项的数据资源按 1 项计"},
)
st.subheader("各单位供数情况", anchor=False)
st.dataframe(
    pd.DataFrame(
        {
            "提供单位": provider.name,
            "就绪度": provider.total.readiness.label,
            **{status.label: provider.total.items.get(status, 0) for status in reversed(DataStatus)},
        }
        for provider in matrix.providers
    ),
    key="matrix_providers",
    hide_index=True,
    width="stretch",
)
st.download_button(
    "下载矩阵和明细（Excel）",
    lambda: resource_exports.matrix_xlsx(sessions.fresh(actor), domain=domain, states=states, search=sought),
    file_name=f"场景用数矩阵_{clock.today():%Y%m%d}.xlsx",
    mime=XLSX,
    key="matrix_download",
    icon=":material/table:",
    on_click="ignore",
)
with st.expander("怎样计算", key="matrix_how"):
    st.markdown(
        "- 就绪度 = 已接入的信息项 ÷ 需要的信息项。\n"
        "- 一项数据需求列明了几个信息项就按几项计；没有列明的按 1 项计。\n"
        "- 已批准、申请中、被拒、未申请的都不算接入。\n"
        "- 不予立项和已退出的场景默认不计入。"
    )
