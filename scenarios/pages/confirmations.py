"""An organisation's items in all scenarios: confirm them, or object; what changed since the last answer."""

import streamlit as st

from accounts.permissions import Permission, Subject, may
from core import clock
from core.words import DutyAnswer, Standing
from scenarios import agreement_service, duty_queries
from scenarios.duty_queries import Concern
from scenarios.duty_rules import FIELDS
from scenarios.duty_tree import Node
from scenarios.pages import duty_agreement, parts
from web import guard, widgets
from web.keep import ask

WAITING = (Standing.PENDING, Standing.CHANGED)
PER_PAGE = 20
BRIEF = ("organisation_id", "supporting", "outputs", "time_limit")

actor = guard.current_actor()
widgets.header("权责确认", "哪些事项要本单位认可，上次确认以后改了什么？")

organisation_id, organisation = actor.organisation_id, actor.organisation
if actor.is_staff:
    progress = {row.organisation_id: row for row in ask(duty_queries.progress, actor)}
    if not progress:
        widgets.empty("还没有责任清单。登记场景并填写责任清单后，由各单位在这里确认。")
        st.stop()
    organisation_id = st.selectbox(
        "单位",
        list(progress),
        format_func=lambda key: (
            f"{progress[key].organisation}（{progress[key].total - progress[key].standings[Standing.CONFIRMED]} 项未确认）"
        ),
        key="confirmations_organisation",
        help="未确认最多的单位排在前面。代其他单位答复，要写明理由并附凭证。",
    )
    organisation = progress[organisation_id].organisation
on_behalf = organisation_id != actor.organisation_id
if not may(actor, Permission.DUTY_CONFIRM, Subject(organisation_id=organisation_id)):
    widgets.empty("这里由各责任单位、配合单位和数据提供单位确认自己的事项。")
    st.stop()

found = ask(duty_queries.concerns, actor, organisation_id or 0)
if not found:
    widgets.empty(f"还没有与“{organisation}”有关的事项。责任清单里列到本单位后会出现在这里。")
    st.stop()
widgets.figures(
    [
        ("涉及场景", f"{len(found)} 个", ""),
        ("涉及事项", f"{sum(len(item.items) for item in found)} 项", "责任、配合、供数"),
        ("等待答复", f"{sum(item.waiting for item in found)} 项", "未确认、有变更"),
        ("有异议", f"{sum(item.count(Standing.OBJECTED) for item in found)} 项", "等待登记单位修改"),
    ]
)
chosen = st.selectbox(
    "场景",
    list(range(len(found))),
    format_func=lambda index: (
        f"{found[index].about.code} {found[index].about.name}（{found[index].waiting} 项等待答复）"
    ),
    key=f"confirmations_scenario_{organisation_id}",
)
concerns = found[chosen]


about, names = concerns.about, concerns.names
st.page_link(
    "scenarios/pages/duties.py",
    label=guard.plain(f"{about.name}：整份责任清单"),
    icon=":material/account_tree:",
    query_params={"id": str(about.id)},
)
# What was shown is what gets confirmed: this run has already read what somebody may have changed since.
seen_key = f"confirmations_seen_{organisation_id}_{about.id}"
seen: dict[int, Node] = st.session_state.get(seen_key, {})
key = f"confirm_{organisation_id}_{about.id}"


def name(item: Concern) -> str:
    return f"{item.node.number} {guard.plain(item.node.name)}"


def standing(item: Concern) -> str:
    content = item.node.content
    assert content is not None
    which = "、".join(part.label for part in item.parts)
    return f"{widgets.badge(item.standing, item.standing.label)}　本单位：{which}　:gray[{guard.plain(content.place)}]"


def details(item: Concern) -> None:
    """On top, field by field, what it said when it was last answered; then all it says."""
    content, last = item.node.content, item.answer
    assert content is not None
    brief = {label: content.shown(field, names) for field, label in FIELDS.items() if field in BRIEF}
    st.markdown("　".join(f"{label}：{guard.plain(text)}" for label, text in brief.items() if text))
    if last is not None and item.changes:
        st.markdown(
            f"{clock.show(last.at)} {last.answer.label}以后的变化：\n"
            + "\n".join(
                f"- {change.label}：~~{guard.plain(change.old or '（空）')}~~ → **{guard.plain(change.new or '（空）')}**"
                for change in item.changes
            )
        )
    if last is not None and item.standing is Standing.OBJECTED:
        st.markdown(f"异议：{guard.plain(last.reason)}　:gray[{guard.plain(last.by)} {clock.show(last.at)}]")
    with st.expander("全部内容", key=f"concern_{item.node.id}"):
        parts.facts([(label, content.shown(field, names)) for field, label in FIELDS.items()])


def grounds(prefix: str, label: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Reason and, on behalf of others, evidence."""
    reason = st.text_area(label, max_chars=500, height=80, key=f"{prefix}_reason")
    files = widgets.uploads("凭证（盖章回函、会议纪要等）", f"{prefix}_files") if on_behalf else []
    return reason, files


def answer(said: DutyAnswer, ids: list[int], reason: str, files: list[tuple[str, bytes]]) -> None:
    by_id = {item.node.id: item.node for item in concerns.items}
    with guard.show_errors():
        nodes = [seen.get(number, by_id[number]) for number in ids]
        count = agreement_service.answer(
            actor, about.id, organisation_id or 0, nodes, said, reason=reason, evidence=files
        )
        widgets.flash(f"已确认 {count} 项。" if said is DutyAnswer.CONFIRM else f"已对 {count} 项提出异议。")
        st.rerun()


waiting = [item for item in concerns.items if item.standing in WAITING]
if waiting:
    st.subheader(f"等待答复（{len(waiting)}）", anchor=False)
    pages = -(-len(waiting) // PER_PAGE)
    page = st.pagination(pages, key=f"{key}_page") if pages > 1 else 1
    shown = waiting[(page - 1) * PER_PAGE : page * PER_PAGE]
    with st.form(f"{key}_form", enter_to_submit=False, border=False):
        picked = []
        for item in shown:
            with st.container(border=True, key=f"concern_card_{item.node.id}"):
                if st.checkbox(name(item), value=True, key=f"{key}_{item.node.id}_{item.node.version}"):
                    picked.append(item.node.id)
                st.markdown(standing(item))
                details(item)
        given = grounds(f"{key}_behalf", f"代“{organisation}”确认的理由（必填）") if on_behalf else ("", [])
        if st.form_submit_button("确认所选事项", key=f"{key}_go", type="primary", icon=":material/how_to_reg:"):
            answer(DutyAnswer.CONFIRM, picked, *given)
else:
    st.success("这个场景的事项都已答复。")

with st.expander("不认可？提出异议", icon=":material/report:", key=f"{key}_objecting"):
    st.caption("异议会显示在责任清单上，登记单位修改后再请本单位确认。原来的确认和异议都会保留。")
    with st.form(f"{key}_object", enter_to_submit=False, border=False):
        labels = {item.node.id: f"{item.node.number} {item.node.name}" for item in concerns.items}
        objected = st.multiselect(
            "事项", list(labels), format_func=labels.__getitem__, placeholder="选择事项", key=f"{key}_objected"
        )
        given = grounds(f"{key}_object", "理由（必填）：哪里不认可，建议怎么改")
        if st.form_submit_button("提交异议", key=f"{key}_object_go"):
            answer(DutyAnswer.OBJECT, objected, *given)

answered = [item for item in concerns.items if item.standing not in WAITING]
if answered:
    with st.expander(f"已答复（{len(answered)}）", icon=":material/done_all:", key=f"{key}_answered"):
        for item in answered[:100]:
            st.markdown(f"**{name(item)}**　{standing(item)}")
            if item.standing is Standing.OBJECTED and item.answer:
                st.markdown(f"　异议：{guard.plain(item.answer.reason)}")
with st.expander("答复记录", icon=":material/history:", key=f"{key}_history"):
    duty_agreement.history(actor, duty_queries.said(actor, about.id, organisation_id))
st.session_state[seen_key] = {item.node.id: item.node for item in concerns.items}
