"""One entry: what its county says, the evidence as it was frozen, and what this person can do with it."""

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, may
from awards import entry_service, finalise_service, queries, stages
from awards.pages.edition_parts import facts, opinion
from awards.schemas import EntryIn
from core import clock
from core.words import AwardEntryState, EditionState, Veto
from web import guard, widgets

actor = guard.current_actor()
view = guard.found(queries.entry(actor, guard.parameter("id")), "参评项目")
row = view.row
widgets.header(
    row.title,
    "这个项目凭什么参评，走到哪一步？",
    back=("awards/pages/edition.py", view.edition.name),
    query={"id": str(view.edition.id)},
)


rank: int | None = None  # what the city gives in its own order


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        if do == stages.LEAVE:
            entry_service.leave(actor, row.id, reason, seen_version=row.version)
        elif do == stages.STRIP:
            finalise_service.strip(actor, row.id, reason, seen_version=row.version)
        elif do in (stages.RECOMMEND, stages.PASS_OVER, stages.UNRECOMMEND):
            entry_service.recommend(actor, row.id, do, reason, rank, seen_version=row.version)
        else:
            entry_service.check(actor, row.id, do, reason, seen_version=row.version)
        widgets.flash(f"已办理“{do}”。")
        st.rerun()


draft = view.own and row.state is AwardEntryState.DRAFT
with st.container(border=True):
    grade = f"　**{guard.plain(row.grade)}**" if row.grade else ""
    st.markdown(f"{widgets.badge(row.state, row.state.label)}　{guard.plain(row.code)}{grade}")
    facts(
        [
            ("赛道", row.track),
            ("申报单位", f"{row.organisation}（{row.city}）"),
            ("地区类型", row.group or "未分组"),
            ("提交", f"第 {view.number} 版，北京时间 {clock.show(view.submitted_at)}" if view.number else "还没有提交"),
        ]
        + ([("本市推荐次序", f"第 {row.city_rank} 位")] if row.city_rank else [])
        + ([(opinion(row), row.reason)] if row.reason else [])
    )
    if view.own and row.state is AwardEntryState.NOT_CHOSEN and view.edition.state is not EditionState.RELEASED:
        st.info("名单正在公示。认为评审有误的，可以在年度页上实名提出异议并附证据；发布后可以下载反馈信。")
    if view.own and not draft and view.edition.state is EditionState.RELEASED:
        st.page_link(
            "awards/pages/award_after.py",
            label="反馈信：评审组怎样评价，哪里可以改进",
            icon=":material/mail:",
            query_params={"id": str(view.edition.id)},
        )
    if may(actor, Permission.PILOT_READ):
        st.page_link(
            "pilots/pages/pilot.py",
            label=guard.plain(view.pilot[1]),
            icon=":material/science:",
            query_params={"id": str(view.pilot[0])},
        )
    if row.state is AwardEntryState.WINNER and may(actor, Permission.PILOT_PROMOTE):
        st.page_link(
            "pilots/pages/promotion.py",
            label="复制推广：哪些县适合，还缺什么",
            icon=":material/content_copy:",
            query_params={"id": str(view.pilot[0])},
        )
    if any(step.do == stages.RECOMMEND for step in view.steps):
        if view.left is not None:
            st.caption(f"{guard.plain(row.city)}还可以推荐 {view.left} 个。")
        rank = st.number_input("本市次序（可不填，1 为最先）", 1, 1000, None, key="award_rank", width=240)
    back = view.own and view.open and row.state is AwardEntryState.SUBMITTED
    if back and st.button("撤回修改", key="award_back", help="截止前改好再提交，会成为新的一版"):
        with guard.show_errors():
            entry_service.take_back(actor, row.id, seen_version=row.version)
            st.rerun()
    widgets.steps("award_entry", view.steps, act)
    closed = (EditionState.PREPARING, EditionState.RELEASED, EditionState.REVOKED)
    if may(actor, Permission.AWARD_VETO) and row.state in stages.IN and view.edition.state not in closed:
        with st.popover("一票否决…"):
            kind = st.selectbox("事项", list(Veto), format_func=lambda item: item.label, key="award_veto_kind")
            reason = st.text_area("查实的情况（必填）", key="award_veto_reason")
            st.warning("否决后不能恢复，理由会印在结果里。")
            if st.button("确认否决", key="award_veto", type="primary"):
                with guard.show_errors():
                    entry_service.veto(actor, row.id, kind or Veto.FALSE_DATA, reason, seen_version=row.version)
                    widgets.flash("已一票否决。")
                    st.rerun()

if draft and not view.open:
    widgets.empty("不在申报时间内，草稿不能再修改和提交。")
if draft and view.open:
    st.subheader("申报材料", anchor=False)
    with st.form(f"award_{row.version}", enter_to_submit=False):
        tracks = [track.name for track in view.rule.tracks]
        track = st.selectbox("赛道", tracks, index=tracks.index(row.track), key="award_entry_track")
        title = st.text_input("项目名称", row.title, max_chars=60, key="award_entry_title")
        told = {
            section.name: st.text_area(
                f"{section.name}（{section.limit} 字内{'，必填' if section.required else ''}）",
                view.narrative.get(section.name, ""),
                max_chars=section.limit,
                key=f"award_entry_{section.name}",
            )
            for section in view.rule.sections
        }
        given = widgets.uploads("附件", "award_entry_files")
        with st.container(horizontal=True):
            kept = st.form_submit_button("保存草稿", key="award_save")
            sent = st.form_submit_button("提交", key="award_submit", type="primary")
        if kept or sent:
            with guard.show_errors(EntryIn):
                data = EntryIn(track=track, title=title, narrative=told)
                entry_service.save(actor, row.id, data, given, submit=sent, seen_version=row.version)
                widgets.flash("已提交，证据包已冻结。" if sent else "草稿已保存。")
                st.rerun()
    st.caption(f"截止时间：北京时间 {clock.show(view.edition.closes_at)}（不含该时刻）。提交时冻结证据包。")
else:
    st.subheader("申报材料", anchor=False)
    for section in view.rule.sections:
        st.markdown(f"**{guard.plain(section.name)}**")
        st.markdown(guard.plain(view.narrative.get(section.name) or "–"))

if view.files:
    st.subheader("附件", anchor=False)

    def remove(number: int, reason: str) -> None:
        with guard.show_errors():
            entry_service.remove_file(actor, number, reason)
            st.rerun()

    widgets.attachments(
        view.files,
        lambda number: queries.file(sessions.fresh(actor), number),
        "award_file",
        remove=remove if draft and view.open else None,
    )

st.subheader("证据包", anchor=False)
if not view.packs:
    widgets.empty("提交时从试点冻结证据：指标值、口径、数据质量分和结论。")
for pack in view.packs:
    with st.container(border=True, key=f"pack_{pack.number}"):
        facts(list(pack.lines))
        again = f"；更新的理由：{pack.reason}" if pack.reason else ""
        st.caption(
            guard.plain(f"第 {pack.number} 份，北京时间 {clock.show(pack.at)} 冻结，校验码 {pack.digest[:12]}{again}")
        )
