"""Appraisals that wait: mine to review, to assign, to decide."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from core import clock
from scenarios import appraisal_queries
from web import guard, widgets

actor = guard.current_actor()
require(actor, Permission.APPRAISAL_READ)
widgets.header("前期论证", "哪些场景在等待论证，轮到谁了？")
rows = appraisal_queries.waiting(actor)
mine = [row for row in rows if row.mine == appraisal_queries.MINE]
if actor.is_staff and rows:
    count = pd.Series([row.mine for row in rows]).value_counts()
    widgets.figures(
        [
            ("待我论证", f"{len(mine)} 个", ""),
            ("待指派论证人", f"{count.get(appraisal_queries.TO_ASSIGN, 0)} 个", ""),
            ("待作决定", f"{count.get(appraisal_queries.TO_DECIDE, 0)} 个", "论证人已全部提交"),
            ("相似场景待判断", f"{sum(row.unjudged for row in rows)} 个", ""),
        ]
    )
if not rows:
    widgets.empty(
        "没有等待论证的场景。" if actor.is_staff else "没有请您论证的场景；研究院指派后会列在这里。",
        page="scenarios/pages/scenarios.py",
        label="看看全部场景",
    )
    st.stop()
widgets.table(
    pd.DataFrame(
        [
            (
                f"◐ {row.mine}" if row.mine == appraisal_queries.MINE else row.mine,
                row.code,
                row.name,
                row.domain,
                row.region,
                clock.show(row.submitted_at)[:10],
                f"{row.handed_in}/{row.reviewers}",
                f"{row.similar - row.unjudged}/{row.similar}" if row.similar else "–",
            )
            for row in rows
        ],
        columns=["进展", "编码", "场景", "领域", "地区", "提交论证", "已提交意见", "相似场景已判断"],
    ),
    "appraisals_table",
    open_page="scenarios/pages/appraisal.py",
    ids=[row.scenario_id for row in rows],
    help={"相似场景已判断": "相似度达到查重线的场景中，已作判断的"},
)
