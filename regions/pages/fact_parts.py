"""Figures about places on their page: what is known, the file to fill in, and its upload."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.settings import settings
from regions import fact_queries, fact_service, facts
from regions.queries import RegionView
from web import guard, widgets


def fact_table(actor: Actor, counties: Sequence[RegionView]) -> None:
    """The newest figure of each name for each county, with its day and source below."""
    known = fact_queries.known([county.code for county in counties], clock.today())
    if not known:
        widgets.empty("还没有录入常住人口、面积等县情数据。研究院人员可在下面“维护”中下载模板填写后上传。")
        return
    widgets.table(
        pd.DataFrame(
            {
                "名称": county.name,
                "设区市": county.parent or "–",
                **{
                    f"{name}（{next(iter(of.values())).unit}）": of[county.code].value if county.code in of else None
                    for name, of in known.items()
                },
            }
            for county in counties
        ),
        "regions_facts",
        counties=widgets.to_counties(actor, [county.code for county in counties], "名称"),
    )
    for name, of in known.items():
        sources = sorted({f"{fact.source}（截至 {fact.as_of}）" for fact in of.values()})
        st.caption(guard.plain(f"{name}：{len(of)} 个地区。来源：{'；'.join(sources)}"))


def fact_form(actor: Actor, counties: Sequence[RegionView]) -> None:
    if not may(actor, Permission.REGION_EDIT):
        return
    with st.expander("录入县情数据（常住人口、面积等）", icon=":material/upload:", key="regions_facts_load"):
        st.caption("每行一个地区的一个数，写明截至日期和来源；推广时用来比较地区是否相像。同一数再次上传不会重复。")
        st.download_button(
            "下载模板",
            data=lambda: facts.template([(county.code, county.name) for county in counties], made_at=clock.now()),
            file_name=f"县情数据模板_{clock.today():%Y%m%d}.xlsx",
            on_click="ignore",
            icon=":material/download:",
            key="regions_facts_template",
        )
        with st.form("regions_facts_form", enter_to_submit=False, border=False):
            file = st.file_uploader(
                "填好的文件", type=["xlsx", "csv"], key="regions_facts_file", max_upload_size=settings().upload_mb
            )
            if st.form_submit_button("上传", key="regions_facts_submit", type="primary"):
                if file is None:
                    st.error("请选择填好的文件。")
                else:
                    with guard.show_errors():
                        added = fact_service.take_in(actor, file.getvalue(), file.name)
                        widgets.flash(
                            f"已录入 {added} 个新的或有变化的数。" if added else "文件中的数都已录入过，没有变化。"
                        )
                        st.rerun()
