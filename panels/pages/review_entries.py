"""A review's entries: what is judged, and is it complete?"""

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, require
from core import clock
from core.settings import settings
from panels import entry_imports, exports, review_queries, setup_service, stages
from panels.pages import entry_form, running
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "评哪些项目，材料齐不齐？", "panels/pages/review_entries.py")
entries = keep.ask(review_queries.entries, actor, view.id)

if entries:
    widgets.table(
        pd.DataFrame(
            {
                "编号": entry.code,
                "项目": entry.title,
                "申报单位": "回避" if entry.stepped_aside else entry.whose,
                "地区": entry.region or "–",
                "团队": "、".join(entry.team) or "–",
                "版本": entry.number,
                "状态": widgets.shape(entry.state, entry.state.label),
            }
            for entry in entries
        ),
        f"review_entries_{view.id}_{len(entries)}",
        open_page="panels/pages/review_entry.py",
        addresses=[{"review": str(view.id), "id": str(entry.id)} for entry in entries],
    )
else:
    widgets.empty("还没有参评项目。可以逐个录入，也可以下载模板填好后一次导入。")
st.download_button(
    "下载 Excel" if entries else "下载模板",
    lambda: exports.entries_xlsx(sessions.fresh(actor), view.id),
    file_name=f"参评项目_{view.name}_{clock.today():%Y%m%d}.xlsx",
    key="entries_load",
    icon=":material/download:",
    on_click="ignore",
)

if view.state not in stages.OPEN_LISTS:
    st.caption("评分已经开始，名单不再增减；材料有误时打开项目修改，成为新的一版。")
    st.stop()
with st.expander("录入一个项目", key="entry_add", icon=":material/add:"):
    data = entry_form.draw(actor, None)
    if data is not None:
        with guard.show_errors():
            setup_service.add_entry(actor, view.id, data)
            for name in ("code", "title", "unit", "name", "credit", "region", "team", "summary"):
                st.session_state.pop(f"entry_new_{name}", None)
            widgets.flash(f"已录入 {data.code}，并查找了需要回避的评委。")
            st.rerun()
with st.expander("从 Excel 导入", key="entry_import", icon=":material/upload_file:"):
    st.caption("先下载模板填好。编号已有的行不动；有一处错误就一行都不导入，错误会全部列出。")
    file = st.file_uploader(
        "项目表", type=["xlsx", "xls", "csv"], key="entries_file", max_upload_size=settings().upload_mb
    )
    if file is not None:
        with guard.show_errors():
            plan = entry_imports.preview(actor, view.id, file.getvalue(), file.name)
            if plan.problems:
                st.error(f"有 {len(plan.problems)} 处要改，改好后重新上传：")
                running.draw(pd.DataFrame(plan.problems, columns=["行", "问题"]), f"entries_wrong_{len(plan.problems)}")
            elif not plan.entries:
                st.info(f"表里的 {len(plan.known)} 个项目都已录入，没有新的。")
            else:
                st.markdown(f"将录入 {len(plan.entries)} 个项目，已有的 {len(plan.known)} 个不动。")
                running.draw(
                    pd.DataFrame(
                        [(item.code, item.title, item.organisation_name) for item in plan.entries],
                        columns=["编号", "项目", "申报单位"],
                    ),
                    f"entries_new_{len(plan.entries)}",
                )
                if st.button("确认导入", key="entries_import", type="primary"):
                    count = setup_service.add_entries(actor, view.id, plan.entries)
                    widgets.flash(f"已录入 {count} 个项目。")
                    st.rerun()
