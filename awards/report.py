"""On paper: the public notice of a list, certificates, feedback letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.permissions import Actor, Permission
from awards import after_queries, queries
from awards.after_queries import Letter
from awards.views import EditionView, EntryView, NoticeView
from core import clock
from core.errors import NotFound
from core.words import AwardEntryState, EditionNature, EditionState
from db.issuing import Issue
from printing.kinds import Batch, Identity, Kind, Subject, record_id
from printing.reasons import Cause
from reports.paper import Face, Paper

_LAYOUT = 2
# States whose reason an entrant is told; of others it is that of an earlier step.
_LOST = (AwardEntryState.NOT_SHORTLISTED, AwardEntryState.NOT_CHOSEN)
_WHY = (
    *(AwardEntryState.PASSED_OVER, AwardEntryState.UNQUALIFIED, AwardEntryState.VETOED, AwardEntryState.WITHDRAWN),
    *_LOST,
)


@dataclass(frozen=True)
class Notice:
    view: EditionView
    notice: NoticeView


def notice_facts(view: EditionView, notice: NoticeView) -> list[tuple[str, str]]:
    """What a notice says beside its list, as the page shows it too."""
    first = "起始日计入" if notice.count_first else "起始日不计入"
    said = [
        ("公示编号", f"{view.row.code} 第 {notice.number} 号"),
        ("性质", view.nature.label + (f"（{view.approval_number}）" if view.approval_number else "")),
        ("公示期", f"{notice.starts_on} 至 {notice.ends_on}（{notice.days} 个工作日，{first}）"),
        ("异议受理", notice.contact),
        ("发布时间", f"北京时间 {clock.show(notice.issued_at)}"),
        ("规则校验码", view.rule_digest[:12]),
    ]
    if notice.supervisor:
        said.append(("监督人", notice.supervisor))
    if notice.provisional:
        said.append(("提示", "暂算，须人工复核：公示期跨入的年度尚未公布放假安排"))
    return said


def _notice(actor: Actor, subject: str) -> Notice:
    """By the edition's number its newest notice, by 年度:第几号 that one."""
    given, _, which = subject.partition(":")
    view = queries.edition(actor, record_id(given, "年度编号"))
    notice = next((item for item in view.notices if which in ("", str(item.number))), None) if view else None
    if view is None or notice is None:
        raise NotFound("没有找到这一号公示，或您无权查看。", "公示发布后可以生成；能生成的见“报告”页。")
    return Notice(view, notice)


def _rows(notice: NoticeView) -> list[list[str]]:
    return [[line["track"], line["grade"], line["title"], line["organisation"]] for line in notice.listed]


def _notice_identity(_: Actor, of: Notice) -> Identity:
    said, rows = notice_facts(of.view, of.notice), _rows(of.notice)
    return Identity(
        subject_id=of.view.row.id,
        title=f"拟入选名单公示　{of.view.row.name}",
        inputs={
            "layout": _LAYOUT,
            "code": of.view.row.code,
            "facts": said,
            "listed": rows,
            "changes": list(of.notice.changes),
        },
        lines=dict(said) | {f"{row[2]}（{row[3]}）": f"{row[0]} {row[1]}" for row in rows},
    )


def _notice_face(of: Notice) -> Face:
    return Face(f"关于“{of.view.row.name}”拟入选名单的公示", organisation=of.view.organiser, official=True)


def _notice_story(report: Paper, of: Notice, _: Issue) -> None:
    view, notice = of.view, of.notice
    word = "表彰" if view.nature is EditionNature.HONOUR else "入选"
    report.text(f"“{view.row.name}”已完成评审和审定，现将拟{word}项目公示如下，接受社会监督。")
    report.heading(f"拟{word}名单")
    report.table(["赛道", "等次", "项目", "申报单位"], _rows(notice), caption=f"拟{word}名单")
    report.heading("公示事项")
    for name, value in notice_facts(view, notice):
        report.text(f"{name}：{value}")
    if notice.changes:
        report.note("；".join(notice.changes) + "。", title=f"与第 {notice.number - 1} 号公示的差别")
    report.heading("异议的提出和处理")
    report.text(
        "对公示名单有异议的，请在公示期内以真实姓名书面提出，并附证据材料。受理单位对异议人身份保密；"
        f"收到异议后公示暂停，自收到之日起 {notice.answer_days} 日内由未参与审定的人员答复"
        + (f"，逾期由监督人（{notice.supervisor}）处置。" if notice.supervisor else "。")
    )
    report.closing(view.organiser, clock.beijing(notice.issued_at).date())


def _notices(actor: Actor) -> list[Subject]:
    views = [queries.edition(actor, row.id) for row in queries.editions(actor)]
    return [
        Subject(f"{view.row.id}:{item.number}", f"{view.row.name}　第 {item.number} 号")
        for view in views
        if view
        for item in view.notices
    ]


def _certified(actor: Actor, subject: str) -> EntryView:
    """One that was taken back is not printed any more."""
    view = queries.entry(actor, record_id(subject, "参评项目编号"))
    if view is None or view.row.state is not AwardEntryState.WINNER or view.edition.state is not EditionState.RELEASED:
        raise NotFound("没有找到可以打印的证书。", "证书在名单发布后，由入选单位和研究院打印。")
    return view


def _certificate_identity(_: Actor, view: EntryView) -> Identity:
    row, edition = view.row, view.edition
    said = {
        "项目": row.title,
        "单位": row.organisation,
        "年度": edition.name,
        "性质": edition.nature.label,
        "赛道": row.track,
        "等次": row.grade,
    }
    evidence = view.packs[0].digest if view.packs else ""
    return Identity(
        subject_id=row.id,
        title=f"证书　{row.title}",
        inputs={"layout": _LAYOUT, "code": row.code, "facts": said, "evidence": evidence},
        lines=said,
    )


def _certificate_story(report: Paper, view: EntryView, issue: Issue) -> None:
    row, edition = view.row, view.edition
    word = "获得" if edition.nature is EditionNature.HONOUR else "入选"
    report.addressee(row.organisation)
    report.text(f"你单位申报的“{row.title}”，经评审、公示，{word}“{edition.name}”{row.track}赛道{row.grade}。")
    report.text("特发此证。")
    report.text(f"证书编号：{issue.number}")
    report.closing(view.organiser, clock.beijing(issue.as_of).date())


def _letter_identity(_: Actor, letter: Letter) -> Identity:
    said = {item.criterion: item.level for item in letter.said}
    row = letter.row
    return Identity(
        subject_id=row.id,
        title=f"反馈信　{row.title}",
        inputs={
            "layout": _LAYOUT + (row.state in _LOST),  # whose letters once gave no reason
            "code": row.code,
            "state": row.state.label,
            "reason": row.reason,
            "said": said,
        },
        lines={"结果": row.state.label, "理由": row.reason if row.state in _WHY else "–"} | said,
    )


def _letter_story(report: Paper, letter: Letter, issue: Issue) -> None:
    """Levels in words; no marks, no judges, no places."""
    row, edition = letter.row, letter.edition
    report.addressee(row.organisation)
    report.text(f"感谢你单位以“{row.title}”（{row.code}）参加“{edition.name}”。现将参评情况反馈如下。")
    report.heading("结果")
    grade = f"，{row.grade}" if row.grade else ""
    reason = f"{row.reason.rstrip('。')}。" if row.reason and row.state in _WHY else ""
    report.text(f"{row.track}赛道：{row.state.label}{grade}。{reason}")
    report.heading("评审组的总体看法")
    if letter.said:
        report.text("下表是评审组对各评分项的平均看法所在的档次；不列分数，也不列评委。")
        rows = [[item.criterion, item.level, item.words] for item in letter.said]
        report.table(["评分项", "档次", "说明"], rows, caption="各评分项的档次")
        ordered = sorted(letter.said, key=lambda item: item.strength)
        weak, strong = [item.criterion for item in ordered[:2]], [item.criterion for item in ordered[::-1][:2]]
        report.text(f"相对突出的是{'、'.join(strong)}；建议着重改进{'、'.join(weak)}。")
    else:
        report.text("项目没有进入专家评审，或有效评分不足，没有分项意见。")
    report.closing(letter.organiser, clock.beijing(issue.as_of).date())


def _released(actor: Actor) -> list[EditionView]:
    rows = [row for row in queries.editions(actor) if row.state is EditionState.RELEASED and not row.rehearsal]
    return [view for row in rows if (view := queries.edition(actor, row.id))]


def _entries(actor: Actor, *, winners: bool, edition: str = "") -> list[Subject]:
    return [
        Subject(str(row.id), f"{row.code} {row.title}（{row.organisation}）")
        for view in _released(actor)
        if edition in ("", str(view.row.id))
        for row in view.entries
        if row.state is not AwardEntryState.DRAFT and (not winners or row.state is AwardEntryState.WINNER)
    ]


def _editions(actor: Actor) -> Sequence[Subject]:
    return [Subject(str(view.row.id), view.row.name) for view in _released(actor)]


NOTICE = Kind(
    key="award_notice",
    name="拟入选名单公示",
    permission=Permission.EDITION_READ,
    mark="GS",
    entity="edition",
    asks="年度编号（第几号公示写 编号:号）",
    load=_notice,
    identity=_notice_identity,
    face=_notice_face,
    story=_notice_story,
    label=lambda of: f"{of.view.row.code}_第{of.notice.number}号",
    why=lambda of, _since: list(of.notice.changes),
    causes=lambda of: [
        Cause("edition", {of.view.row.id}, {"edition:notice"}, {"number": of.notice.number}, persons=False)
    ],
    subjects=_notices,
    word=True,
)
CERTIFICATE = Kind(
    key="award_certificate",
    name="入选证书",
    permission=Permission.EDITION_READ,
    mark="ZS",
    entity="award_entry",
    asks="参评项目编号",
    load=_certified,
    identity=_certificate_identity,
    face=lambda view: Face("证　书", organisation=view.organiser, official=True, rehearsal=view.rehearsal),
    story=_certificate_story,
    label=lambda view: f"{view.row.code}_{view.row.title}",
    causes=lambda view: [Cause("award_entry", {view.row.id}, {"award:correct"}, persons=False)],
    subjects=lambda actor: _entries(actor, winners=True),
    batch=Batch(
        "一个年度的全部证书",
        "年度编号",
        _editions,
        lambda actor, edition: _entries(actor, winners=True, edition=edition),
    ),
)
LETTER = Kind(
    key="award_letter",
    name="参评反馈信",
    permission=Permission.EDITION_READ,
    mark="FK",
    entity="award_entry",
    asks="参评项目编号",
    load=lambda actor, subject: after_queries.letter(actor, record_id(subject, "参评项目编号")),
    identity=_letter_identity,
    face=lambda letter: Face(f"关于“{letter.row.title}”参评情况的反馈", organisation=letter.organiser, official=True),
    story=_letter_story,
    label=lambda letter: f"{letter.row.code}_{letter.row.title}",
    causes=lambda letter: [
        Cause("award_entry", {letter.row.id}, {"award:correct", "award:move"}, persons=False, reasons=False)
    ],
    subjects=lambda actor: _entries(actor, winners=False),
    word=True,
    batch=Batch(
        "一个年度的全部反馈信",
        "年度编号",
        _editions,
        lambda actor, edition: _entries(actor, winners=False, edition=edition),
    ),
)
