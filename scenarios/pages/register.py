"""Register a scenario, or change one that is a draft or was returned: need, data, who answers for what."""

import pandas as pd
import streamlit as st

import accounts.queries
from accounts.permissions import Permission, require
from core.words import GovernanceLevel, PartnerRole, PersonalInformation, SecurityLevel
from scenarios import domain_queries, need_queries, queries, resource_queries, service
from scenarios.pages import parts
from scenarios.resource_rules import UPDATE_CYCLES
from scenarios.resource_workbook import SHARING
from scenarios.schemas import ScenarioIn
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
require(actor, Permission.SCENARIO_CREATE)
scenario_id = guard.parameter("id")
key = f"register_{scenario_id or 'new'}"
# Streamlit forgets a page's widgets when one leaves it. While they are there somebody is typing, and
# what the form started from must stand still: the version seen, and the rows under the edited tables.
if f"{key}_name" not in st.session_state:
    widgets.spend_nonce(key)  # not after saving: a second click still comes from this form
    st.session_state[key] = guard.found(queries.scenario(actor, scenario_id), "场景") if scenario_id else None
draft: queries.ScenarioDetail | None = st.session_state[key]
if draft:
    require(actor, Permission.SCENARIO_EDIT, draft.subject)
    widgets.header(
        f"修改场景　{draft.row.code}",
        "需求和数据都说清楚了吗？",
        back=("scenarios/pages/scenarios.py", "全部场景"),
    )
else:
    widgets.header(
        "登记场景", "回应什么需求，用谁的数据，由谁负责？", back=("scenarios/pages/scenarios.py", "全部场景")
    )

needs = {row.id: f"{row.code} {row.title}（{row.region}）" for row in ask(need_queries.needs, actor)}
if not needs:
    widgets.empty("场景要从需求出发，请先登记需求。", page="scenarios/pages/needs.py", label="登记需求")
    st.stop()
organisations = {o.id: o.name for o in accounts.queries.organisations(actor)}
by_name = {name: number for number, name in organisations.items()}
resources = ask(resource_queries.labels, actor)
places = {place.code: place.label for place in resource_queries.regions_for(actor)}
leads, codes, domains = (
    list(organisations),
    list(places),
    domain_queries.domains(actor, draft.row.domain if draft else ""),
)
asked = guard.parameter("need")
start = draft.row if draft else None
text = st.column_config.TextColumn
choice = st.column_config.SelectboxColumn

if draft:
    st.page_link(
        "scenarios/pages/duties.py",
        label="责任清单在它自己的页面上修改",
        icon=":material/account_tree:",
        query_params={"id": str(draft.row.id)},
    )
with st.form(key + "_form", enter_to_submit=False):
    st.subheader("一、场景", anchor=False)
    left, right = st.columns(2)
    name = left.text_input("场景名称", start.name if start else "", max_chars=60, key=f"{key}_name")
    domain = right.selectbox(
        "领域",
        domains,
        parts.pick(domains, start.domain) if start else None,
        placeholder="选择领域" + ("，或输入新的领域" if actor.is_staff else ""),
        accept_new_options=actor.is_staff,
        key=f"{key}_domain",
    )
    lead = left.selectbox(
        "牵头单位",
        leads,
        parts.pick(leads, start.lead_id if start else actor.organisation_id),
        organisations.__getitem__,
        placeholder="选择牵头单位",
        help="找不到单位时，请联系系统管理员在“人员与单位”中添加。",
        key=f"{key}_lead",
    )
    region = right.selectbox(
        "所在地区",
        codes,
        parts.pick(codes, start.region_code) if start else (0 if len(codes) == 1 else None),
        places.__getitem__,
        placeholder="选择或输入地区",
        key=f"{key}_region",
    )
    level = left.selectbox(
        "治理层级",
        list(GovernanceLevel),
        parts.pick(list(GovernanceLevel), start.level) if start else None,
        parts.label,
        placeholder="场景主要在哪一级运行",
        key=f"{key}_level",
    )
    technologies = right.text_input(
        "技术手段（可不填）",
        draft.technologies if draft else "",
        max_chars=300,
        placeholder="如：视频智能分析、物联感知",
        key=f"{key}_technologies",
    )
    summary = st.text_area("场景简介", draft.summary if draft else "", max_chars=2000, height=110, key=f"{key}_summary")

    design = st.text_area(
        "设计说明（可不填）",
        draft.design if draft else "",
        max_chars=5000,
        height=110,
        placeholder="业务流程怎样重塑、各方怎样协同、群众怎样使用",
        key=f"{key}_design",
    )
    st.caption("协同单位：除牵头单位外，谁以什么角色参加、承担什么任务；在表格末行添加。")
    partners = st.data_editor(
        parts.partner_frame(draft.partners if draft else []),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "单位": choice("单位", options=list(by_name), width="medium"),
            "角色": choice("角色", options=[word.label for word in PartnerRole]),
            "承担任务": text("承担任务", max_chars=200, width="large"),
        },
        key=f"{key}_partners",
    )

    st.subheader("二、对应需求", anchor=False)
    chosen_needs = st.multiselect(
        "对应需求",
        list(needs),
        [link.id for link in draft.needs] if draft else [asked] if asked in needs else [],
        needs.__getitem__,
        placeholder="至少选择一项；可输入名称查找",
        key=f"{key}_needs",
    )

    st.subheader("三、数据来源", anchor=False)
    st.caption("从目录中选用已有的数据资源，写明用途；在表格末行添加。")
    linked = [(f"{v.name}（{v.provider}）", v.purpose) for v in draft.data] if draft else []
    chosen_data = st.data_editor(
        pd.DataFrame(linked, columns=["数据资源", "用途"], dtype="str"),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "数据资源": choice("数据资源", options=list(resources), width="large"),
            "用途": text("用途", max_chars=300, width="large"),
        },
        key=f"{key}_data",
    )
    st.caption("目录里没有的，在这里新增；保存时一并登入数据资源目录。")
    new_data = st.data_editor(
        parts.blank_frame(["数据资源名称", "提供单位", "共享属性", "更新周期", "安全级别", "个人信息", "用途"]),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "数据资源名称": text("数据资源名称", max_chars=80),
            "提供单位": choice("提供单位", options=list(by_name)),
            "共享属性": choice("共享属性", options=list(SHARING)),
            "更新周期": choice("更新周期", options=list(UPDATE_CYCLES)),
            "安全级别": choice("安全级别", options=[word.label for word in SecurityLevel], help="L4 最敏感"),
            "个人信息": choice("个人信息", options=[word.label for word in PersonalInformation]),
            "用途": text("用途", max_chars=300),
        },
        key=f"{key}_new_data",
    )

    st.subheader("四、重大改革", anchor=False)
    st.caption(
        "三张清单之一：现行规定或堵点 → 改革举措 → 制度成果 → 牵头单位 → 完成时限。没有改革事项的，场景页会注明。"
    )
    reforms = st.data_editor(
        parts.reform_frame(draft.reforms if draft else []),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "现行规定/堵点": text("现行规定/堵点", max_chars=300, width="medium"),
            "改革举措": text("改革举措", max_chars=300, width="medium"),
            "制度成果": text("制度成果", max_chars=200, width="medium"),
            "牵头单位": choice("牵头单位", options=list(by_name)),
            "完成时限": st.column_config.DateColumn("完成时限", format="YYYY-MM-DD"),
        },
        key=f"{key}_reforms",
    )

    duties = None
    if draft is None:
        st.subheader("五、责任清单", anchor=False)
        st.caption(
            "按 业务 → 环节 → 事项 逐项列出，每个事项有且只有一个责任单位。"
            "也可以先不填：登记后在“责任清单”页编辑，或用 Excel 导入；提交论证前须补全。"
        )
        duties = st.data_editor(
            parts.duty_frame([]),
            num_rows="dynamic",
            hide_index=True,
            width="stretch",
            column_config={
                "业务": text("业务", max_chars=60),
                "环节": text("环节", max_chars=60),
                "事项": text("事项", max_chars=60),
                "责任单位": choice("责任单位", options=list(by_name)),
                "责任人（岗位）": text("责任人（岗位）", max_chars=40),
                "办理时限": text("办理时限", max_chars=40, help="如：2 个工作日内"),
                "依据": text("依据", max_chars=200, help="法律法规或文件名称"),
            },
            key=f"{key}_duties",
        )
    submitted = st.form_submit_button("保存修改" if draft else "登记场景", key=f"{key}_submit", type="primary")

if submitted:
    with guard.show_errors(ScenarioIn):
        data = ScenarioIn(
            name=name,
            domain=domain,
            summary=summary,
            design=design,
            technologies=technologies,
            level=level,
            lead_organisation_id=lead,
            region_code=region,
            partners=parts.partner_inputs(partners, by_name),
            needs=chosen_needs,
            reforms=parts.reform_inputs(reforms, by_name),
            data=parts.link_inputs(chosen_data, new_data, resources, by_name),
            responsibilities=(parts.duty_inputs(duties, by_name) or None) if duties is not None else None,
        )
        if draft:
            service.edit_scenario(actor, draft.row.id, data, seen_version=draft.version)
            made = draft.row.id
            widgets.flash("修改已保存。")
        else:
            made = service.register_scenario(actor, data, nonce=widgets.nonce(key))
            widgets.flash("场景已登记为草稿，核对后可提交论证。")
        st.switch_page("scenarios/pages/scenario.py", query_params={"id": str(made)})
