"""The editor of definitions: every field explained, what it will do shown while it is written."""

from typing import Any

import streamlit as st

from accounts.permissions import Permission, require
from core.validation import checked
from metrics import defined, definition_queries, definition_service
from metrics.definition_schemas import DefinitionIn, RevisionIn
from metrics.pages import defining
from web import guard, widgets

actor = guard.current_actor()
require(actor, Permission.INDICATOR_EDIT)
number = guard.parameter("id")
old = guard.found(defined.indicator(number), "指标") if number else None
versions = definition_queries.versions(actor, old.code) if old else []
if old and versions[0].indicator.id != old.id:
    st.warning("这不是现行版本，请打开现行版本后再改。")
    st.page_link(
        "metrics/pages/indicator.py",
        label="查看现行口径",
        query_params={"id": str(versions[0].indicator.id)},
    )
    st.stop()
used = bool(versions) and versions[0].used
widgets.header(
    (f"出新版：{old.name}" if used else f"修改口径：{old.name}") if old else "新建指标",
    "这个指标要让人看懂什么，会不会逼出假数？",
    back=("metrics/pages/indicators.py", "全部指标"),
)
if used:
    st.info("已经有数用了现行口径，所以改动会成为新的一版：旧数仍按旧口径解释，新版从您选的一期开始报送。")

left, right = st.columns([3, 2], gap="large")
key = f"define_{old.id}_{old.edition}" if old else "define_new"
with left:
    values, problems = defining.fields(
        {name: getattr(old, name) for name in DefinitionIn.model_fields} if old else defining.starting(),
        definition_queries.resources(actor),
        key,
        code_fixed=old is not None,
    )
with right, st.container(border=True, key="define_preview"):
    defining.preview(values, f"{key}_preview")

changes = defining.changed(old, values) if old else None
if changes is not None and len(changes):
    st.subheader("将要改动", anchor=False)
    st.dataframe(changes, key=f"{key}_changes_{len(changes)}", hide_index=True, width="stretch")
given: dict[str, Any] = {}
if used and old:
    st.subheader("新版说明", anchor=False)
    for name in ("changed", "reason"):
        field = RevisionIn.model_fields[name]
        given[name] = st.text_area(f"{field.title}（必填）", key=f"{key}_{name}", height=80)
        st.caption(guard.plain(f"{field.description}　例如：{'、'.join(field.examples or [])}"))
    choices = defining.next_periods(old)
    given["valid_from"] = st.selectbox("从哪一期起", choices, 2, key=f"{key}_from")
    st.caption("这一期起按新口径报；已经有数的期不能改口径。")
    given["comparable"] = defining.amount("可比系数", None, f"{key}_comparable", problems)
    st.caption(guard.plain(RevisionIn.model_fields["comparable"].description or ""))

if st.button(
    "发布新版" if used else "保存修改" if old else "新建指标",
    key="define_save",
    type="primary",
    disabled=changes is not None and not len(changes),
):
    if problems:
        st.error("\n".join(f"- {guard.plain(problem)}" for problem in problems))
    else:
        with guard.show_errors():
            data = checked(DefinitionIn, **values)
            if old is None:
                saved = definition_service.create(actor, data)
                widgets.flash(f"指标 {data.code} 已建立。")
            elif used:
                revised = definition_service.revise(actor, old.id, data, checked(RevisionIn, **given))
                saved = revised.id
                widgets.flash(
                    f"第 {old.version + 1} 版已发布，{len(revised.adopted)} 个报送任务从 {given['valid_from']} 起改用。"
                )
                if revised.without_lines:
                    widgets.flash(f"新旧不可比，请重新设定基线和目标：{'、'.join(revised.without_lines)}")
            else:
                definition_service.edit(actor, old.id, data, seen_edition=old.edition)
                saved = old.id
                widgets.flash("口径已修改。")
            st.switch_page("metrics/pages/indicator.py", query_params={"id": str(saved)})
