"""On paper: the public notice of a list, certificates, feedback letters."""

from __future__ import annotations

from accounts.permissions import Actor
from awards import after_queries, queries
from awards.views import EditionView, NoticeView
from core import clock
from core.errors import NotFound
from core.words import AwardEntryState, EditionNature, EditionState
from db import facts, issuing
from reports.kit import Report


def notice_pdf(actor: Actor, edition_id: int, number: int) -> bytes:
    """A public notice with every field that real ones carry; printed again it has the same number and bytes."""
    view = queries.edition(actor, edition_id)
    notice = next((item for item in view.notices if item.number == number), None) if view else None
    if view is None or notice is None:
        raise NotFound("没有找到这一号公示，或您无权查看。", "请刷新页面。")
    said = notice_facts(view, notice)
    rows = [[line["track"], line["grade"], line["title"], line["organisation"]] for line in notice.listed]
    issued = issuing.issue(
        actor.account_id,
        kind="award_notice",
        mark="GS",
        entity="edition",
        subject_id=edition_id,
        title=f"拟入选名单公示　{view.row.name}",
        inputs={"layout": 1, "code": view.row.code, "facts": said, "listed": rows, "changes": list(notice.changes)},
        lines=dict(said) | {row[2]: f"{row[0]} {row[1]}" for row in rows},
    )
    report = Report(
        title="拟入选名单公示",
        subtitle=f"{view.row.code}　{view.row.name}",
        organisation="年度遴选组织单位",
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
        cover=False,
        contents=False,
    )
    word = "表彰" if view.nature is EditionNature.HONOUR else "入选"
    report.text(f"“{view.row.name}”已完成评审和审定，现将拟{word}项目公示如下，接受社会监督。")
    report.table(["赛道", "等次", "项目", "申报单位"], rows, caption=f"拟{word}名单")
    for name, value in said:
        report.text(f"{name}：{value}")
    if notice.changes:
        report.note("；".join(notice.changes) + "。", title=f"与第 {notice.number - 1} 号公示的差别")
    report.text(
        "对公示名单有异议的，请在公示期内以真实姓名书面提出，并附证据材料。受理单位对异议人身份保密；"
        "收到异议后公示暂停，自收到之日起 3 日内由未参与审定的人员答复。"
    )
    report.signatures(["发布单位"])
    return report.bytes()


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
    if notice.provisional:
        said.append(("提示", "暂算，须人工复核：公示期跨入的年度尚未公布放假安排"))
    return said


def certificate_pdf(actor: Actor, entry_id: int) -> bytes:
    """The certificate of a winner of a released edition, numbered and with its check page. One that was taken back is
    not printed any more."""
    view = queries.entry(actor, entry_id)
    if view is None or view.row.state is not AwardEntryState.WINNER or view.edition.state is not EditionState.RELEASED:
        raise NotFound("没有找到可以打印的证书。", "证书在名单发布后，由入选单位和研究院打印。")
    row, edition = view.row, view.edition
    said = {
        "项目": row.title,
        "单位": row.organisation,
        "赛道": row.track,
        "等次": row.grade,
        "年度": edition.name,
        "性质": edition.nature.label,
    }
    issued = issuing.issue(
        actor.account_id,
        kind="award_certificate",
        mark="ZS",
        entity="award_entry",
        subject_id=entry_id,
        title=f"证书　{row.title}",
        inputs={"layout": 1, "code": row.code, "facts": said, "evidence": view.packs[0].digest if view.packs else ""},
        lines=said,
    )
    report = Report(
        title="证　书",
        organisation="年度遴选组织单位",
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
        official=True,
    )
    word = "获得" if edition.nature is EditionNature.HONOUR else "入选"
    report.addressee(row.organisation)
    report.text(f"你单位申报的“{row.title}”，经评审、公示，{word}“{edition.name}”{row.track}赛道{row.grade}。")
    report.text("特发此证。")
    report.text(f"证书编号：{issued.number}")
    report.closing("年度遴选组织单位", clock.beijing(issued.as_of).date())
    return report.bytes()


def letter_pdf(actor: Actor, entry_id: int) -> bytes:
    """The feedback letter to one entrant: levels in words, no marks, no judges, no places."""
    letter = after_queries.letter(actor, entry_id)
    row, edition = letter.row, letter.edition
    said = {item.criterion: item.level for item in letter.said}
    issued = issuing.issue(
        actor.account_id,
        kind="award_letter",
        mark="FK",
        entity="award_entry",
        subject_id=entry_id,
        title=f"反馈信　{row.title}",
        inputs={"layout": 1, "code": row.code, "state": row.state.label, "reason": row.reason, "said": said},
        lines={"结果": row.state.label} | said,
    )
    report = Report(
        title=f"关于“{row.title}”参评情况的反馈",
        organisation="年度遴选组织单位",
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
        official=True,
    )
    report.addressee(row.organisation)
    report.text(f"感谢你单位以“{row.title}”（{row.code}）参加“{edition.name}”。现将参评情况反馈如下。")
    report.heading("结果")
    grade = f"，{row.grade}" if row.grade else ""
    report.text(f"{row.track}赛道：{row.state.label}{grade}。" + (f"{row.reason}。" if row.reason else ""))
    if letter.said:
        report.heading("评审组的总体看法")
        report.text("下表是评审组对各评分项的平均看法所在的档次；不列分数，也不列评委。")
        report.table(["评分项", "档次", "说明"], [[item.criterion, item.level, item.words] for item in letter.said])
        ordered = sorted(letter.said, key=lambda item: item.strength)
        weak, strong = [item.criterion for item in ordered[:2]], [item.criterion for item in ordered[::-1][:2]]
        report.text(f"相对突出的是{'、'.join(strong)}；建议着重改进{'、'.join(weak)}。")
    else:
        report.text("项目没有进入专家评审，或有效评分不足，没有分项意见。")
    report.closing("年度遴选组织单位", clock.beijing(issued.as_of).date())
    return report.bytes()
