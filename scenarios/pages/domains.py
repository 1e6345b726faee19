"""The list of domains: names, order, whether they are offered."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, require
from scenarios import domain_queries, domain_service
from scenarios.schemas import DomainIn
from web import guard, widgets

actor = guard.current_actor()
require(actor, Permission.DOMAIN_EDIT)
widgets.header("领域", "登记场景时有哪些领域可选？", back=("scenarios/pages/scenarios.py", "全部场景"))
# What the form started from stands still while somebody types: the names seen, and the rows under the table.
if "domains_table" not in st.session_state:
    st.session_state["domains_seen"] = domain_queries.domain_list(actor)
seen = st.session_state["domains_seen"]
st.caption(
    "改名后，该领域的场景一并改名；不再使用的取消“使用”，已登记的场景保留原领域。末行可新增。"
    "勾选“涉及安全”的领域（人身、财产、公共安全），其试点不适用触发式监管，按全程监管办理。"
)
with st.form("domains_form", enter_to_submit=False):
    frame = st.data_editor(
        pd.DataFrame(
            {
                "领域": pd.Series([view.name for view in seen], dtype="str"),
                "使用": [view.active for view in seen],
                "涉及安全": [view.safety for view in seen],
                "顺序": range(1, len(seen) + 1),
                "场景数": [view.scenarios for view in seen],
            }
        ),
        num_rows="add",
        hide_index=True,
        disabled=["场景数"],
        column_config={
            "领域": st.column_config.TextColumn("领域", max_chars=20),
            "使用": st.column_config.CheckboxColumn("使用", default=True),
            "涉及安全": st.column_config.CheckboxColumn("涉及安全", default=False),
            "顺序": st.column_config.NumberColumn("顺序", help="数小的排在前面", step=1),
        },
        key="domains_table",
    )
    submitted = st.form_submit_button("保存", key="domains_save", type="primary")
if submitted:
    with guard.show_errors(DomainIn):
        given = [row for row in frame.to_dict("records") if not pd.isna(row["领域"]) and str(row["领域"]).strip()]
        domain_service.save_domains(
            actor,
            [
                DomainIn(
                    name=str(row["领域"]),
                    active=bool(row["使用"]) if not pd.isna(row["使用"]) else True,
                    safety=bool(row["涉及安全"]) if not pd.isna(row["涉及安全"]) else None,
                    position=int(row["顺序"]) if not pd.isna(row["顺序"]) else None,
                )
                for row in given
            ],
            seen=[view.name for view in seen],
        )
        del st.session_state["domains_seen"]
        widgets.flash("领域已保存。")
        st.rerun()
