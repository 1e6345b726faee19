"""What is asked of a county and said about it, on its page."""

from __future__ import annotations

import pandas as pd

from core.periods import Period
from pilots.county_queries import County
from web import widgets


def supervised(county: County) -> None:
    """Alerts on the county's figures, and orders addressed to its organisations; each opens."""
    if county.alerts:
        widgets.table(
            pd.DataFrame(
                {
                    "预警": f"{view.alert.indicator} {view.alert.value}",
                    "触发条件": view.alert.threshold,
                    "报送期": Period.parse(view.alert.period).label,
                    "状态": widgets.shape(view.state, view.state.label),
                    "试点": view.pilot,
                    "已等": f"{view.waiting} 个工作日" if view.waiting else "–",
                }
                for view in county.alerts
            ),
            "county_alerts",
            open_page="pilots/pages/alert.py",
            ids=[view.alert.id for view in county.alerts],
        )
    if county.orders:
        widgets.table(
            pd.DataFrame(
                {
                    "督办单": view.code,
                    "事项": view.title,
                    "状态": widgets.shape(view.state, view.state.label),
                    "承办": view.organisation,
                    "期限": view.due_on,
                    "逾期": f"{view.overdue} 个工作日" if view.overdue else "–",
                    "试点": view.pilot,
                }
                for view in county.orders
            ),
            "county_orders",
            open_page="pilots/pages/order.py",
            ids=[view.id for view in county.orders],
        )


def heard(county: County) -> None:
    """What people of the county said of pilots, and the answers."""
    widgets.table(
        pd.DataFrame(
            {
                "收到": view.received_on,
                "来自": view.kind.label,
                "内容": view.text,
                "答复": view.answer or "尚未答复",
                "答复于": str(view.answered_on or "–"),
                "试点": view.pilot,
            }
            for view in county.feedback
        ),
        "county_feedback",
        open_page="pilots/pages/feedback.py",
        ids=[view.pilot_id for view in county.feedback],
    )
