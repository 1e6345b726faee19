"""What citizens, officials, departments and monitoring say of one pilot, or of all; and whether it was answered."""

import streamlit as st

import accounts.queries
from accounts import sessions
from accounts.permissions import Permission, may
from core import clock
from core.validation import checked
from core.words import FeedbackKind, PilotState, Role
from pilots import exports, feedback_queries, feedback_service, queries
from pilots.feedback_queries import FeedbackView
from pilots.pages import parts
from pilots.supervision_schemas import FeedbackIn
from web import guard, widgets
from web.keep import ask

HERE = "pilots/pages/feedback.py"
ALL, OPEN, ANSWERED = "全部", "待答复", "已答复"
PER_PAGE = 10

actor = guard.current_actor()
pilot_id = guard.parameter("id")
pilot = guard.found(ask(queries.pilot, actor, pilot_id), "试点") if pilot_id else None
if pilot:
    parts.header(pilot, "用的人怎么说，我们回应了没有？", HERE, actor)
else:
    widgets.header("反馈", "用的人怎么说，我们回应了没有？")
said = ask(feedback_queries.feedback, actor, pilot_id=pilot_id)
open_ = [view for view in said if view.open]
if said:
    widgets.figures(
        [
            (
                kind.label,
                f"{sum(view.kind is kind for view in said)} 条",
                f"待答复 {sum(view.kind is kind for view in open_)} 条",
            )
            for kind in FeedbackKind
        ]
    )


def log_form() -> None:
    pilots = [row for row in ask(queries.pilots, actor) if row.state not in (PilotState.DESIGN, PilotState.PENDING)]
    if pilot:
        pilots = [row for row in pilots if row.id == pilot.id]
    if not pilots:
        st.caption("试点启动后才能登记反馈。")
        return
    regions = {} if actor.role is Role.COUNTY else accounts.queries.region_choices(actor)
    with st.form("feedback_form", border=False, clear_on_submit=False):
        left, middle, right = st.columns(3)
        chosen = left.selectbox("试点", pilots, format_func=lambda row: row.name, key="feedback_pilot")
        kind = middle.selectbox("来自", list(FeedbackKind), format_func=lambda item: item.label, key="feedback_kind")
        if actor.role is Role.COUNTY:
            region = actor.region_code
            right.text_input("地区", value=actor.region, disabled=True, key="feedback_home")
        else:
            region = right.selectbox(
                "地区（可不填）",
                list(regions),
                index=None,
                format_func=regions.__getitem__,
                key="feedback_region",
                placeholder="输入地名查找",
            )
        left, right = st.columns([2, 1])
        source = left.text_input(
            "反馈人和渠道", placeholder="例如：入户走访的村民、乡镇座谈会、12345热线", key="feedback_source"
        )
        received = right.date_input("收到日期", value=clock.today(), format="YYYY-MM-DD", key="feedback_received")
        text = st.text_area("反馈内容", key="feedback_text")
        given = widgets.uploads("材料（可不传）", "feedback_files")
        st.caption(
            "群众反馈中的姓名、电话、证件号等个人信息在保存前自动遮盖，不留原文；附件不遮盖，请勿上传含个人信息的材料。"
        )
        if st.form_submit_button("登记反馈", key="feedback_go", type="primary"):
            with guard.show_errors(FeedbackIn):
                data = checked(
                    FeedbackIn,
                    pilot_id=chosen.id,
                    kind=kind,
                    region_code=region,
                    source=source,
                    text=text,
                    received_on=received,
                )
                feedback_service.log(actor, data, given, nonce=widgets.nonce("feedback"))
                widgets.spend_nonce("feedback")
                for field in ("source", "text", "files"):
                    st.session_state.pop(f"feedback_{field}", None)
                widgets.flash("反馈已登记，等待答复。")
                st.rerun()


def card(view: FeedbackView) -> None:
    with st.container(border=True, key=f"feedback_{view.id}"):
        waited = f"已等 {view.waited} 个工作日" if view.open else f"{view.waited} 个工作日内答复"
        badge = widgets.badge("overdue" if view.open else "approved", OPEN if view.open else ANSWERED)
        where = f"　{view.region}" if view.region else ""
        st.markdown(f"{badge}　**{view.kind.label}**　{guard.plain(view.source)}{guard.plain(where)}　{waited}")
        st.markdown("  \n".join(guard.plain(line) for line in view.text.splitlines()))
        masked = f"　遮盖个人信息 {view.masked} 处" if view.masked else ""
        st.caption(
            guard.plain(f"{view.received_on} 收到　{view.logged_by}（{view.organisation}）登记{masked}")
            + ("" if pilot else f"　{guard.plain(view.pilot)}")
        )
        if view.files:
            widgets.attachments(
                view.files,
                lambda file: feedback_queries.attachment(sessions.fresh(actor), view.id, file),
                f"feedback_{view.id}_files",
            )
        if not view.open:
            st.markdown(f"**答复**　{guard.plain(view.answer)}")
            st.caption(guard.plain(f"{view.answered_on}　{view.answered_by}"))
        if view.region_code and widgets.to_counties(actor, [view.region_code]):
            widgets.county(view.region_code, view.region)
        if view.iteration:
            st.page_link(
                "pilots/pages/iteration.py",
                label=view.iteration,
                icon=":material/autorenew:",
                query_params={"id": str(view.pilot_id)},
            )
        if view.open and view.answers:
            with st.popover("答复…", key=f"answer_{view.id}"):
                text = st.text_area("答复（采纳与否、怎么办、什么时候办）", key=f"answer_{view.id}_text")
                if st.button("提交答复", key=f"answer_{view.id}_go", type="primary"):
                    with guard.show_errors():
                        feedback_service.answer(actor, view.id, text, seen_version=view.version)
                        widgets.flash("已答复。")
                        st.rerun()


if may(actor, Permission.FEEDBACK_LOG):
    with st.expander("登记反馈", expanded=not said, icon=":material/add_comment:"):
        log_form()
if not said:
    widgets.empty("还没有反馈。走访、座谈、热线和监测中听到的，都可以在这里登记。")
    st.stop()

search = st.text_input("搜索", placeholder="内容、渠道或地区", key="feedback_search", bind="query-params").strip()
with widgets.filters("feedback"), st.container(horizontal=True, vertical_alignment="bottom"):
    state = st.selectbox("状态", [ALL, OPEN, ANSWERED], key="feedback_state", bind="query-params")
    who = st.selectbox("来自", [ALL, *(kind.label for kind in FeedbackKind)], key="feedback_who", bind="query-params")
shown = [
    view
    for view in said
    if (state == ALL or view.open == (state == OPEN))
    and who in (ALL, view.kind.label)
    and search in f"{view.text}{view.source}{view.region}{view.pilot}{view.answer}"
]
if not shown:
    st.info("没有符合条件的反馈，请放宽筛选。")
    st.stop()
pages = -(-len(shown) // PER_PAGE)
number = int(st.session_state.get(f"feedback_page_{pages}", 1))
for view in shown[(number - 1) * PER_PAGE : number * PER_PAGE]:
    card(view)
if pages > 1:
    st.pagination(pages, key=f"feedback_page_{pages}")
st.download_button(
    "下载全部反馈（CSV）",
    data=lambda: exports.feedback_csv(sessions.fresh(actor), pilot_id),
    file_name=f"试点反馈_{clock.today():%Y%m%d}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/table:",
    key="feedback_csv",
)
