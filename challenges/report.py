"""On paper: the list of challenges (榜单) that take bids, and the public notice (公示)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission
from challenges import queries, stages
from challenges.views import ChallengeView, NoticeView
from core import clock
from core.errors import NotFound
from db import happened
from db.issuing import Issue
from db.tables import Challenge
from printing import compared, making
from printing.kinds import ALL, Identity, Kind, Subject, only_all, record_id
from printing.reasons import Cause, Dated, Source
from reports.paper import Face, Paper

_RANKING = ("顺位", "单位", "统一社会信用代码", "方案", "结果")
_LAYOUT = 4  # part of the inputs: another layout is another document
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Notice:
    """A public notice and whose it is."""

    view: ChallengeView
    notice: NoticeView


def list_pdf(actor: Actor) -> bytes:
    """All challenges that take bids now, each with what it asks. The same list gives the same number and bytes."""
    return making.make(actor, LIST, ALL).data


def notice_pdf(actor: Actor, challenge_id: int, number: int) -> bytes:
    """A public notice with every field that real ones carry."""
    return making.make(actor, NOTICE, f"{challenge_id}:{number}").data


def _list(actor: Actor, subject: str) -> list[ChallengeView]:
    only_all(subject)
    found = [queries.challenge(actor, row.id) for row in queries.challenges(actor) if row.open]
    views = sorted((view for view in found if view), key=lambda view: (view.row.deadline, view.row.code))
    if not views:
        raise NotFound("现在没有正在揭榜的榜单。", "发榜后可以下载。")
    return views


def _list_identity(_: Actor, views: Sequence[ChallengeView]) -> Identity:
    return Identity(
        subject_id=0,
        title="揭榜挂帅榜单",
        inputs={
            "layout": _LAYOUT,
            "challenges": {view.row.code: {"标题": _title(view)} | dict(challenge_facts(view)) for view in views},
        },
        lines=compared.together(*(compared.pairs(view.row.code, _all(view)) for view in views)),
    )


def _all(view: ChallengeView) -> list[tuple[str, str]]:
    return [("榜单", view.row.title), *challenge_facts(view)]


def _list_causes(views: Sequence[ChallengeView]) -> list[Source]:
    """Why a deadline was put off may be known; what is said about other steps is the staff's."""
    ids = {view.row.id for view in views}
    return [
        _left,
        Cause("challenge", ids, {"challenge:extend"}, persons=False),
        Cause("challenge", ids, {"challenge:edit", "challenge:move"}, persons=False, reasons=False),
    ]


def _left(session: Session, start: datetime, end: datetime) -> list[Dated]:
    """Those of the list of `start` that take no bids any more at `end`. Read from what does not change later, since
    a list that is printed again is the same."""
    before = session.exec(
        select(Challenge).where(col(Challenge.published_at) <= start, col(Challenge.deadline) > start)
    ).all()
    moves = happened.events(session, "challenge", [row.id for row in before], {"challenge:move"}, _EVER, end)
    withdrawn = {event.entity_id: event.at for event in moves if event.changes["do"] == stages.WITHDRAW}
    found = []
    for row in before:
        at = withdrawn.get(str(row.id), row.deadline)
        if start < (ended := min(at, row.deadline)) <= end:
            how = "截止揭榜" if ended == row.deadline else "撤榜"
            found.append(Dated(ended, f"{row.code} 已于北京时间 {clock.show(ended)} {how}，不再列出。"))
    return found


def _list_face(views: Sequence[ChallengeView]) -> Face:
    return Face("关于发布揭榜挂帅榜单的公告", organisation=_organs(views), official=True)


def _organs(views: Sequence[ChallengeView]) -> str:
    return "、".join(dict.fromkeys(view.row.organisation for view in views))


def _list_story(report: Paper, views: Sequence[ChallengeView], issue: Issue) -> None:
    """The notice with the list and the rules, then every challenge as an annex."""
    report.text(f"现发布揭榜挂帅榜单 {len(views)} 项，欢迎符合条件的单位揭榜。各项榜单的详细要求见附件。")
    report.heading("正在揭榜的榜单")
    columns = ["编号", "榜单", "资金", "方式", "名额", "截止（北京时间）"]
    rows = [
        [view.row.code, view.row.title, view.row.funding, view.row.mode, f"{view.places} 个", _until(view)]
        for view in views
    ]
    report.table(columns, rows, widths=(2.3, 3, 1.5, 1.8, 0.9, 1.9), align="llllll", caption="正在揭榜的榜单")
    report.heading("揭榜须知")
    report.text("揭榜申请在截止时刻封存；截止时刻及以后的提交、修改和撤回均不接受。截止前任何人不能查看他人申请。")
    report.attachments([view.row.title for view in views])
    report.closing(_organs(views), clock.beijing(issue.as_of).date())
    for view in views:
        report.annex(view.row.title)
        report.text(f"编号：{view.row.code}")
        for name, value in challenge_facts(view):
            report.heading(name)
            report.text(value or "–")


def _notice(actor: Actor, subject: str) -> Notice:
    """By the challenge's number its newest notice, by 榜单:第几号 that one."""
    given, _, which = subject.partition(":")
    view = queries.challenge(actor, record_id(given, "榜单编号"))
    found = sorted(view.notices, key=lambda item: item.number, reverse=True) if view else []
    notice = next((item for item in found if which in ("", str(item.number))), None)
    if view is None or notice is None:
        raise NotFound("没有找到这一号公示，或您无权查看。", "公示发布后可以生成；能生成的见“报告”页。")
    return Notice(view, notice)


def _notice_identity(_: Actor, of: Notice) -> Identity:
    row, said = of.view.row, notice_facts(of.view, of.notice)
    ranking = of.notice.ranking
    return Identity(
        subject_id=row.id,
        title=f"拟中榜名单公示　{row.title}",
        inputs={
            "layout": _LAYOUT,
            "code": row.code,
            "facts": said,
            "ranking": [_line(item) for item in ranking],
            "changes": list(of.notice.changes),
        },
        lines=dict(said) | compared.listed("顺位", _RANKING, [_line(item) for item in ranking]),
    )


def _notice_face(of: Notice) -> Face:
    row = of.view.row
    return Face(f"关于“{row.title}”拟中榜名单的公示", organisation=row.organisation, official=True)


def _notice_story(report: Paper, of: Notice, _: Issue) -> None:
    view, notice = of.view, of.notice
    report.text(
        f"“{view.row.title}”榜单（{view.row.code}）已完成资格审查和专家评审，现将拟中榜单位公示如下，接受社会监督。"
    )
    report.heading("拟中榜名单")
    report.table(
        _RANKING,
        [_line(item) for item in notice.ranking],
        caption="拟中榜名单",
    )
    report.heading("公示事项")
    for name, value in notice_facts(view, notice):
        report.text(f"{name}：{value}")
    if notice.changes:
        report.note("；".join(notice.changes) + "。", title=f"与第 {notice.number - 1} 号公示的差别")
    report.heading("异议的提出和处理")
    report.text(
        "对公示名单有异议的，请在公示期内以真实姓名书面提出，并附证据材料；单位提出的加盖公章，个人提出的写明联系方式。"
        "受理单位对异议人身份保密；"
        f"收到异议后公示暂停，自收到之日起 {notice.answer_days} 日内由未参与资格审查和定榜的人员答复，"
        "逾期由监督人" + (f"（{notice.supervisor}）" if notice.supervisor else "") + "处置。"
    )
    report.closing(view.row.organisation, clock.beijing(notice.issued_at).date())


def _notices(actor: Actor) -> list[Subject]:
    views = [queries.challenge(actor, row.id) for row in queries.challenges(actor)]
    return [
        Subject(f"{view.row.id}:{item.number}", f"{view.row.code} {view.row.title}　第 {item.number} 号")
        for view in views
        if view
        for item in view.notices
    ]


LIST = Kind(
    key="challenge_list",
    name="揭榜挂帅榜单",
    permission=Permission.CHALLENGE_READ,
    mark="BD",
    entity="challenge",
    asks="写 all",
    load=_list,
    identity=_list_identity,
    face=_list_face,
    story=_list_story,
    label=lambda _: "",
    causes=_list_causes,
    subjects=lambda _: [Subject(ALL, "正在揭榜的榜单")],
    word=True,
)
NOTICE = Kind(
    key="challenge_notice",
    name="拟中榜名单公示",
    permission=Permission.CHALLENGE_READ,
    mark="GS",
    entity="challenge",
    asks="榜单编号（第几号公示写 编号:号）",
    load=_notice,
    identity=_notice_identity,
    face=_notice_face,
    story=_notice_story,
    label=lambda of: f"{of.view.row.code}_第{of.notice.number}号",
    why=lambda of, _since: [*of.notice.changes, *([f"并列先后：{of.notice.reason}"] if of.notice.reason else [])],
    causes=lambda of: [
        Cause("challenge", {of.view.row.id}, {"notice:issue"}, {"number": of.notice.number}, persons=False)
    ],
    subjects=_notices,
    word=True,
)


def notice_facts(view: ChallengeView, notice: NoticeView) -> list[tuple[str, str]]:
    """What a notice says beside its list, as the page shows it too."""
    first = "起始日计入" if notice.count_first else "起始日不计入"
    said = [
        ("公示编号", f"{view.row.code} 第 {notice.number} 号"),
        ("公示期", f"{notice.starts_on} 至 {notice.ends_on}（{notice.days} 个工作日，{first}）"),
        ("揭榜方式", view.row.mode),
        ("榜单资金", view.row.funding),
        ("发榜单位", view.row.organisation),
        ("异议受理单位", notice.office or view.row.organisation),
        ("联系方式", notice.contact),
        ("通讯地址", notice.address or "–"),
        ("异议答复期限", f"自收到之日起 {notice.answer_days} 日内，由未参与资格审查和定榜的人员答复；逾期移交监督人"),
        ("监督人", notice.supervisor or "–"),
        ("发布时间", f"北京时间 {clock.show(notice.issued_at)}"),
    ]
    if notice.reason:
        said.append(("并列先后的理由", notice.reason))
    if notice.provisional:
        said.append(("提示", "暂算，须人工复核：公示期跨入的年度尚未公布放假安排"))
    return said


def _line(item: dict[str, Any]) -> list[str]:
    result = "拟中榜" if item["proposed"] else "候补"
    return [str(item["place"]), item["organisation"], item.get("code") or "–", item["title"], result]


def _title(view: ChallengeView) -> str:
    return f"{view.row.code}　{view.row.title}"


def _until(view: ChallengeView) -> str:
    return f"{clock.beijing(view.row.deadline):%Y-%m-%d %H:%M:%S}"


def challenge_facts(view: ChallengeView) -> list[tuple[str, str]]:
    """What a challenge asks and offers, as it is printed."""
    return [
        ("背景", view.background),
        ("难题", view.difficulties),
        ("要达到的指标", view.indicators),
        ("揭榜内容", view.content),
        ("提供的数据", view.data_offered),
        ("支持", f"资金：{view.row.funding}；承诺试点名额：{view.places} 个；方式：{view.row.mode}。"),
        ("申报条件", view.eligibility),
        ("截止时间", f"北京时间 {_until(view)}（不含该时刻）{_extended(view)}。"),
        ("联系方式", view.contact),
    ]


def _extended(view: ChallengeView) -> str:
    said = [f"原为 {clock.show(item.before)}，延期理由：{item.reason.rstrip('。')}" for item in view.extensions]
    return f"。{'；'.join(said)}" if said else ""
