"""Sections of an appraisal's page."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict, ScenarioState
from scenarios import appraisal_queries, appraisal_service
from scenarios.appraisal_queries import AppraisalView, FindingView, MatchView, ReviewerView
from scenarios.appraisal_schemas import DecisionIn, FindingIn, JudgementIn, SheetIn
from scenarios.appraising import QUESTIONS, likeness_label
from scenarios.pages.parts import label, pick, prose
from web import guard, widgets


def standing(state: ScenarioState | None, view: AppraisalView) -> None:
    """Where the round stands, or how it ended."""
    if view.decision is None:
        if state is not None:
            st.markdown(f"{widgets.badge(state, state.label)}　第 {view.round} 次论证正在进行。")
        return
    tone = {
        Decision.PASS: "approved",
        Decision.REDUCE: "pending",
        Decision.BACK: "returned",
        Decision.REFUSE: "refused",
    }
    decided = clock.show(view.decided_at)[:10] if view.decided_at else ""
    st.markdown(f"{widgets.badge(tone[view.decision], view.decision.label)}　{guard.plain(view.decided_by)}，{decided}")
    st.markdown(f"**理由**　{guard.plain(view.reason)}")
    if view.scope:
        st.markdown("**核减后的范围**")
        prose(view.scope)


def reviewers(actor: Actor, scenario_id: int, view: AppraisalView) -> None:
    st.subheader("论证人", anchor=False)
    if view.reviewers:
        st.dataframe(
            pd.DataFrame(
                [
                    (
                        found.name,
                        found.organisation,
                        clock.show(found.assigned_at)[:10],
                        f"● {clock.show(found.submitted_at)}" if found.submitted_at else "◐ 未提交",
                        found.advice.label if found.advice and found.submitted_at else "–",
                        (found.opinion if found.submitted_at else "") or "–",
                    )
                    for found in view.reviewers
                ],
                columns=["论证人", "单位", "指派日期", "提交意见（北京时间）", "建议", "综合意见"],
            ),
            key=f"appraisal_reviewers_{view.id}",
            hide_index=True,
            width="stretch",
        )
    else:
        st.caption("还没有指派论证人。")
    if view.decision is not None or not may(actor, Permission.SCENARIO_APPRAISE, view.subject):
        return
    people = {found.account_id: found for found in appraisal_queries.candidates(actor, scenario_id)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "指派论证人",
            list(people),
            None,
            lambda key: f"{people[key].name}（{people[key].organisation}）",
            placeholder="研究院或部门人员；本人、本单位的场景不能论证",
            key="appraisal_candidate",
        )
        if st.button("指派", key="appraisal_assign", disabled=chosen is None) and chosen is not None:
            with guard.show_errors():
                appraisal_service.assign(actor, scenario_id, chosen)
                widgets.flash(f"已请 {people[chosen].name} 论证。")
                st.rerun()
        waiting = {found.account_id: found.name for found in view.reviewers if found.submitted_at is None}
        if waiting:
            with st.popover("取消论证人…", key="appraisal_release_ask"):
                whom = st.selectbox(
                    "论证人", list(waiting), format_func=waiting.__getitem__, key="appraisal_release_who"
                )
                reason = st.text_input("理由（必填）", key="appraisal_release_reason")
                if st.button("确认取消", key="appraisal_release"):
                    with guard.show_errors():
                        appraisal_service.release(actor, scenario_id, whom, reason)
                        widgets.flash(f"已取消 {waiting[whom]} 的论证。")
                        st.rerun()


def similar(actor: Actor, scenario_id: int, view: AppraisalView) -> None:
    """What the register holds already, how much alike and by which words. Nothing follows by itself."""
    st.subheader("应用查重", anchor=False)
    may_decide = view.decision is None and bool(may(actor, Permission.SCENARIO_APPRAISE, view.subject))
    if view.checked_at is None:
        st.caption("还没有与已登记的场景比对。")
    else:
        st.caption(
            f"与提交过的全部场景比对于 {clock.show(view.checked_at)}；相似度达到 {likeness_label(view.floor)} 的须逐个判断。"
            "相似度只供参考，是否重复由论证人判断。"
        )
        if not view.matches:
            st.markdown(":green-badge[● 没有发现相似场景]")
    if may_decide and st.button("重新查重", key="appraisal_check", icon=":material/refresh:"):
        with guard.show_errors():
            count = appraisal_service.check_again(actor, scenario_id)
            widgets.flash(f"查重完成，{count} 个相似场景须判断。")
            st.rerun()
    may_judge = may_decide or (view.decision is None and view.sheet_of(actor.account_id) is not None)
    for match in view.matches:
        if match.score >= view.floor or match.judgement:
            _match(actor, scenario_id, match, may_judge=may_judge)
    rest = [match for match in view.matches if match.score < view.floor and not match.judgement]
    if rest:
        lines = [
            f"{guard.plain(match.name)}（{likeness_label(match.score)}：{guard.plain('、'.join(match.shared_words[:4]))}）"
            for match in rest
        ]
        st.caption(f"相似度未达查重线：{'；'.join(lines)}")


def _match(actor: Actor, scenario_id: int, match: MatchView, *, may_judge: bool) -> None:
    with st.container(border=True, key=f"appraisal_match_{match.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**相似度 {likeness_label(match.score)}**")
            st.page_link(
                "scenarios/pages/scenario.py",
                label=guard.plain(f"{match.code} {match.name}（{match.region}，{match.state.label}）"),
                query_params={"id": str(match.scenario_id)},
            )
        st.markdown("相同的说法　" + "　".join(f":blue-badge[{guard.plain(word)}]" for word in match.shared_words))
        st.caption(guard.plain(match.summary))
        if match.judgement:
            st.markdown(
                f"**判断**　{match.judgement.label}：{guard.plain(match.note)}（{guard.plain(match.judged_by)}）"
            )
        if not may_judge:
            return
        with st.popover("修改判断…" if match.judgement else "判断…", key=f"appraisal_judge_{match.id}"):
            kinds = list(LikenessVerdict)
            judgement = st.radio(
                "判断",
                kinds,
                pick(kinds, match.judgement),
                label,
                key=f"appraisal_judgement_{match.id}",
            )
            note = st.text_area(
                "判断说明",
                match.note,
                max_chars=1000,
                placeholder="哪里相同、哪里不同",
                key=f"appraisal_note_{match.id}",
            )
            if st.button("保存判断", key=f"appraisal_judged_{match.id}", type="primary"):
                with guard.show_errors(JudgementIn):
                    data = JudgementIn.model_validate({"judgement": judgement, "note": note})
                    appraisal_service.judge_match(actor, scenario_id, match.id, data, seen_version=match.version)
                    widgets.flash("判断已保存。")
                    st.rerun()


def own_sheet(actor: Actor, scenario_id: int, view: AppraisalView) -> None:
    """The checklist as this reviewer fills it in."""
    sheet = view.sheet_of(actor.account_id)
    assert sheet is not None
    st.subheader("我的论证意见", anchor=False)
    st.caption(
        "逐项选择结果并写明意见；“符合”“部分符合”须写依据或上传材料。不属于您专业的事项可以留空，由其他论证人填写。"
    )
    verdicts, advices = list(FindingVerdict), list(Decision)
    given: list[dict[str, object]] = []
    with st.form("appraisal_sheet", enter_to_submit=False):
        for criterion in Criterion:
            question, hint = QUESTIONS[criterion]
            held = sheet.findings.get(criterion)
            st.markdown(f"**{criterion.label}**　{question}")
            first, second, third = st.columns([1, 2, 2])
            key = f"appraisal_{criterion}"
            given.append(
                {
                    "criterion": criterion,
                    "verdict": first.selectbox(
                        "结果",
                        verdicts,
                        pick(verdicts, held.found.verdict) if held else None,
                        label,
                        placeholder="选择",
                        key=f"{key}_verdict",
                    ),
                    "finding": second.text_area(
                        "意见", held.found.finding if held else "", max_chars=2000, height=70, key=f"{key}_finding"
                    ),
                    "evidence": third.text_area(
                        "依据",
                        held.found.evidence if held else "",
                        max_chars=500,
                        height=70,
                        placeholder=f"如：{hint}",
                        key=f"{key}_evidence",
                    ),
                    "seen": held.version if held else 0,
                }
            )
        first, second = st.columns([1, 4])
        advice = first.selectbox(
            "建议", advices, pick(advices, sheet.advice), label, placeholder="选择", key="appraisal_advice"
        )
        opinion = second.text_area("综合意见", sheet.opinion, max_chars=2000, height=70, key="appraisal_opinion")
        with st.container(horizontal=True):
            save = sheet.submitted_at is None and st.form_submit_button("先保存", key="appraisal_save")
            submit = st.form_submit_button(
                "重新提交" if sheet.submitted_at else "提交论证意见", key="appraisal_submit", type="primary"
            )
    if save or submit:
        with guard.show_errors(SheetIn):
            data = SheetIn(
                findings=[FindingIn.model_validate(found) for found in given], advice=advice, opinion=opinion
            )
            appraisal_service.save_sheet(actor, scenario_id, data, submit=bool(submit))
            _forget_sheet()
            widgets.flash("论证意见已提交。" if submit else "已保存，提交后才计入论证。")
            st.rerun()
    _own_evidence(actor, scenario_id, sheet)


def _forget_sheet() -> None:
    """What was typed is saved: the fields start from the record again."""
    for criterion in Criterion:
        for field in ("verdict", "finding", "evidence"):
            st.session_state.pop(f"appraisal_{criterion}_{field}", None)


def _own_evidence(actor: Actor, scenario_id: int, sheet: ReviewerView) -> None:
    def take_away(attachment_id: int, reason: str) -> None:
        with guard.show_errors():
            appraisal_service.remove_evidence(actor, scenario_id, attachment_id, reason)
            widgets.flash("文件已移除。")
            st.rerun()

    for found in sheet.findings.values():
        _files(actor, found, remove=take_away)
    with st.popover("上传依据材料…", icon=":material/attach_file:", key="appraisal_attach_ask"):
        points = list(Criterion)
        criterion = st.selectbox("支持哪一项", points, format_func=label, key="appraisal_attach_to")
        chosen = widgets.uploads("材料", "appraisal_files")
        if st.button("上传", key="appraisal_attach", disabled=not chosen) and criterion:
            with guard.show_errors():
                count = appraisal_service.add_evidence(actor, scenario_id, criterion, chosen)
                widgets.flash(f"已上传 {count} 个文件。")
                st.rerun()


def findings(actor: Actor, view: AppraisalView) -> None:
    """The checklist point by point, with what each reviewer who is done found."""
    done = [found for found in view.reviewers if found.submitted_at]
    if not done:
        return
    st.subheader("论证清单", anchor=False)
    rows = []
    for criterion in Criterion:
        said = [(person, person.findings[criterion]) for person in done if criterion in person.findings]
        rows += [
            (
                criterion.label,
                _verdict(finding),
                finding.found.finding,
                "；".join(filter(None, (finding.found.evidence, *(file.name for file in finding.files)))) or "–",
                person.name,
            )
            for person, finding in said
        ] or [(criterion.label, "○ 未论证", "–", "–", "–")]
    st.dataframe(
        pd.DataFrame(rows, columns=["论证事项", "结果", "意见", "依据", "论证人"]),
        key=f"appraisal_findings_{view.id}",
        hide_index=True,
        width="stretch",
        column_config={"意见": st.column_config.TextColumn("意见", width="large")},
    )
    for person in done:
        if person.account_id != actor.account_id or view.decision is not None:
            for finding in person.findings.values():
                _files(actor, finding)


def _verdict(finding: FindingView) -> str:
    shape = {FindingVerdict.MET: "●", FindingVerdict.PARTLY: "◐", FindingVerdict.UNMET: "■"}
    verdict = finding.found.verdict
    return f"{shape.get(verdict, '○')} {verdict.label}" if verdict else "–"


def _files(actor: Actor, finding: FindingView, remove: Callable[[int, str], None] | None = None) -> None:
    def load(attachment_id: int) -> bytes:
        return appraisal_queries.evidence(sessions.fresh(actor), attachment_id)

    widgets.attachments(finding.files, load, f"appraisal_files_{finding.id}", remove=remove)


def decision(actor: Actor, scenario_id: int, view: AppraisalView) -> None:
    st.subheader("决定", anchor=False)
    if view.blockers:
        st.caption("补齐上面列出的事项后才能作出决定。")
        return
    advised = pd.Series([found.advice.label for found in view.reviewers if found.advice]).value_counts()
    st.caption("论证人的建议：" + "、".join(f"{name} {count} 人" for name, count in advised.items()))
    kinds = list(Decision)
    with st.form("appraisal_decision", enter_to_submit=False):
        chosen = st.radio("论证决定", kinds, None, label, horizontal=True, key="appraisal_decision_kind")
        reason = st.text_area("理由（必填，登记单位可见）", max_chars=2000, height=90, key="appraisal_decision_reason")
        scope = st.text_area(
            "核减后的范围（选择核减时必填）",
            max_chars=2000,
            height=70,
            placeholder="保留建设哪些，删去哪些",
            key="appraisal_decision_scope",
        )
        st.caption("通过或核减后即立项，登记内容不能再改；不予立项后不能恢复，只需补充材料的请选择退回。")
        if st.form_submit_button("作出决定", key="appraisal_decide", type="primary"):
            with guard.show_errors(DecisionIn):
                data = DecisionIn.model_validate({"decision": chosen, "reason": reason, "scope": scope})
                state = appraisal_service.decide(actor, scenario_id, data, seen_version=view.version)
                widgets.flash(f"已作出决定，场景现为“{state.label}”。")
                st.rerun()
