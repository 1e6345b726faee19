"""Citizens' requests: what they add up to, by region and group; importing them."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from core.numbers import format_number, round_half_up
from scenarios import pictures, ticket_queries
from scenarios.pages import ticket_importing
from scenarios.pages.parts import ALL
from scenarios.ticket_queries import Counts
from web import charts, guard, keep, widgets

actor = guard.current_actor()
widgets.header("诉求工单", "群众在反映多少事，回复了没有，满意不满意？")

if ticket_queries.running(actor):
    ticket_importing.progress(actor)
months = keep.ask(ticket_queries.months, actor)
importable = bool(may(actor, Permission.TICKET_IMPORT))


def share(part: int, whole: int) -> str:
    """n and its share; “–” where nobody said anything about it: unknown is not zero."""
    return f"{format_number(part)}（{round_half_up(100 * part / whole, 1)}%）" if whole else "–"


def line(counts: Counts) -> dict[str, object]:
    return {
        "工单": counts.tickets,
        "已回复": share(counts.replied, counts.replied_known),
        "满意": share(counts.satisfied, counts.rated),
        "不满意": share(counts.dissatisfied, counts.rated),
        "不满意未了结": counts.open_dissatisfied if counts.rated else None,
        "责令整改": counts.rectified,
    }


HELP = {
    "已回复": "占知道是否回复的工单；文件没有“是否回复”的，已办结的视为已回复",
    "满意": "满意和基本满意，占有评价的工单",
    "不满意": "占有评价的工单",
    "不满意未了结": "评价不满意，且还没有办结，或责令整改还没有完成",
    "责令整改": "下过整改单的工单，整改完成的也算",
}

if not months:
    widgets.empty(
        "还没有工单。请在下方导入 12345 热线或网格系统导出的工单，之后可看分地区的办理情况和群众反映的热点。"
        if importable
        else "还没有您可以查看的工单。"
    )
else:
    st.page_link("scenarios/pages/topics.py", label="从工单里发现需求", icon=":material/travel_explore:")
    with widgets.filters("tickets"):
        first, second, third = st.columns(3)
        since = first.selectbox("从", months, max(0, len(months) - 12), key="tickets_from", bind="query-params")
        until = second.selectbox("到", months, len(months) - 1, key="tickets_to", bind="query-params")
        since, until = sorted((since, until))
        category = third.selectbox(
            "诉求类别",
            [name for name, _ in keep.ask(ticket_queries.categories, actor, since, until)],
            None,
            placeholder=ALL,
            key="tickets_category",
            bind="query-params",
        )
    rows = keep.ask(ticket_queries.by_region, actor, since, until, category=category)
    total = sum((row.counts for row in rows), Counts())
    widgets.figures(
        [
            ("工单", format_number(total.tickets), f"{since} 至 {until}"),
            (
                "已回复",
                format_number(total.replied) if total.replied_known else "–",
                share(total.replied, total.replied_known),
            ),
            ("满意", format_number(total.satisfied) if total.rated else "–", f"有评价 {format_number(total.rated)} 件"),
            (
                "不满意未了结",
                format_number(total.open_dissatisfied) if total.rated else "–",
                f"不满意共 {format_number(total.dissatisfied)} 件",
            ),
            ("责令整改", format_number(total.rectified), "整改完成的也算"),
        ],
        help=HELP,
    )
    monthly = {
        month: counts for month, counts in keep.ask(ticket_queries.by_month, actor).items() if since <= month <= until
    }
    charts.draw(
        lambda: pictures.monthly(monthly, title="每月工单"),
        ("tickets_monthly", tuple(monthly.items())),
        describe="每月工单数，其中不满意未了结的数",
    )
    charts.rows(
        lambda: pd.DataFrame({"月份": month, **line(counts)} for month, counts in reversed(monthly.items())),
        "每月工单",
        "诉求工单",
        tuple(monthly.items()),
    )
    st.subheader("按地区类型", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {"地区类型": name, "地区数": number, **line(counts)}
            for name, (number, counts) in ticket_queries.by_group(rows).items()
        ),
        key="tickets_groups",
        hide_index=True,
        width="stretch",
        column_config={name: st.column_config.Column(name, help=text) for name, text in HELP.items()},
    )
    st.subheader("按地区", anchor=False)
    widgets.table(
        pd.DataFrame({"地区": row.region, "地区类型": row.group, **line(row.counts)} for row in rows),
        "tickets_regions",
        open_page="scenarios/pages/topics.py",
        addresses=[{"topics_scope": row.code} for row in rows],
        help=HELP,
    )

if importable:
    ticket_importing.panel(actor, expanded=not months)
    past = [view for view in ticket_queries.imports(actor) if view.state.ended]
    if past:
        with st.expander("导入记录", icon=":material/history:", key="tickets_history"):
            ticket_importing.history(past)
