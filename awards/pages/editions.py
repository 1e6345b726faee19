"""The years' selections: which one takes entries, how far it has come, who was chosen before."""

import pandas as pd
import streamlit as st

from accounts.permissions import Permission, may
from awards import edition_service, queries
from core import clock
from core.words import EditionState
from web import guard, keep, widgets

actor = guard.current_actor()
widgets.header("年度遴选", "今年怎么选、走到哪一步，往年选出了谁？")
found = keep.ask(queries.editions, actor)
runs = may(actor, Permission.EDITION_RUN)

if runs:
    with st.container(horizontal=True):
        st.page_link("awards/pages/edition_edit.py", label="新建年度", icon=":material/add:")
        if found and st.button(f"按“{guard.plain(found[0].name)}”复制下一年度", key="editions_copy", type="tertiary"):
            with guard.show_errors():
                made = edition_service.copy(actor, found[0].id, nonce=widgets.nonce("edition_copy"))
                widgets.spend_nonce("edition_copy")
                widgets.flash("已复制为下一年度的筹备稿，规则相同、日期顺延一年。")
                st.switch_page("awards/pages/edition.py", query_params={"id": str(made)})
if not found:
    widgets.empty("还没有开始的年度遴选。研究院开始申报后会列在这里。")
    st.stop()
frame = pd.DataFrame(
    {
        "状态": widgets.shape(row.state, row.state.label + ("（演练）" if row.rehearsal else "")),
        "年度": f"{row.year}",
        "名称": row.name,
        "性质": row.nature.label,
        "申报截止（北京时间）": clock.show(row.closes_at),
        "申报项目": row.entries or "–",
        "入选": row.winners if row.state is EditionState.RELEASED else "–",
        "本单位": row.mine or "–",
    }
    for row in found
)
widgets.table(
    frame if any(row.mine for row in found) else frame.drop(columns=["本单位"]),
    "editions_table",
    open_page="awards/pages/edition.py",
    ids=[row.id for row in found],
)
