"""On paper: the list that two people sign (审定名单), with why each entry is in or out. Printed from what was kept under
its hash; nothing is reckoned here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.permissions import Actor, Permission
from awards import listing, queries, result_queries
from awards.result_queries import Signed
from awards.schemas import RuleIn
from core import clock
from core.numbers import MISSING
from core.words import GovernanceLevel, PlaceReason
from db.issuing import Issue
from printing import compared
from printing.kinds import Identity, Kind, Subject, record_id
from reports.paper import Face, Paper

_LAYOUT = 3


def _load(actor: Actor, subject: str) -> Signed:
    """By the edition's number its newest list, by 年度:第几号 that one."""
    given, _, which = subject.partition(":")
    return result_queries.signed(actor, record_id(given, "年度编号"), record_id(which, "名单号") if which else None)


def _facts(of: Signed) -> list[tuple[str, str]]:
    kept = of.kept
    return [
        ("名单编号", f"{of.code} 第 {kept.number} 号"),
        ("性质", of.nature),
        ("提请审定", f"{kept.by}，北京时间 {clock.show(kept.at)}"),
        ("复核签署", kept.confirmed_by or "尚未签署"),
        ("规则校验码", of.rule_digest),
        ("名单校验码", kept.digest),
    ]


def _changes(of: Signed) -> list[str]:
    return listing.changes(of.before, of.kept.body)


def _columns(body: dict[str, Any]) -> list[str]:
    level = ["层级", "原因"] if body["layout"] == listing.BY_LEVEL else []
    return ["名次", "编号", "项目", "申报单位", *level[:1], "总分", "结果", *level[1:], "名次依据"]


def _cells(line: dict[str, Any], rule: RuleIn) -> list[str]:
    rank = MISSING if line["rank"] is None else f"并列 {line['rank']}" if line["tied"] > 1 else str(line["rank"])
    decided = listing.decided(line["decided_by"], line["tied"], [key.label for key in rule.tie_keys])
    head = [rank, line["code"], line["title"], line["organisation"]]
    if "why" not in line:
        return [*head, line["shown"], listing.graded(line) or "未入选", decided]
    level = GovernanceLevel(line["level"])
    why = listing.why(level, PlaceReason(line["why"]))
    return [*head, level.label, line["shown"], line["grade"] or "未入选", why, decided]


def _identity(_: Actor, of: Signed) -> Identity:
    return Identity(
        subject_id=of.edition_id,
        title=f"审定名单　{of.name}",
        inputs={
            "layout": _LAYOUT,
            "facts": _facts(of),
            "body": of.kept.body,
            "changes": _changes(of),
            "votes": [[item.stage.label, item.text, list(item.votes), list(item.present)] for item in of.deliberations],
        },
        lines=_lines(of),
        as_of=of.kept.at,
    )


def _lines(of: Signed) -> dict[str, str]:
    """Every place as printed, which the next list is compared with."""
    body = dict(of.kept.body)
    header = [name for name in _columns(body) if name not in ("编号", "项目")]
    rows = [_cells(line, of.rule) for line in body["lines"]]
    named = [[f"{row[1]} {row[2]}", row[0], *row[3:]] for row in rows]
    return compared.listed("名次", ["项目", *header], named) | compared.listed(
        "退出", ["编号", "项目", "情况"], body["out"]
    )


def _why(of: Signed, _: datetime) -> list[str]:
    """Who put this list forward and when; what an objection or a meeting changed stands in the list itself."""
    put = f"北京时间 {clock.show(of.kept.at)}，{of.kept.by}提请审定第 {of.kept.number} 号名单。"
    votes = [f"{item.stage.label}{item.kind}：{item.text}" for item in of.deliberations]
    return [put, *votes, *(f"与上一号名单相比：{words}" for words in _changes(of))]


def _face(of: Signed) -> Face:
    return Face("审定名单（签字页）", of.name, official=True, rehearsal=of.rehearsal)


def story(report: Paper, of: Signed, _: Issue) -> None:
    """Facts, a table a track, who left, what the list rests on, votes, and where the two sign."""
    body, rule = dict(of.kept.body), of.rule
    report.facts(_facts(of))
    if changes := _changes(of):
        report.note("；".join(changes), title=f"与第 {of.kept.number - 1} 号名单的差别")
    for track in rule.tracks:
        report.heading(track.name)
        quota = [f"{grade.name} {grade.places} 个" for grade in track.grades]
        quota += [f"为山区海岛县保留 {track.kept} 个"] if track.kept else []
        quota += [item.words for item in track.levels]
        report.text(f"名额：{'；'.join(quota)}。")
        rows = [_cells(line, rule) for line in body["lines"] if line["track"] == track.name]
        report.table(_columns(body), rows, caption=f"{track.name}赛道名次和结果")
    if body["out"]:
        report.heading("退出和一票否决")
        report.table(["编号", "项目", "情况"], body["out"], caption="退出和一票否决的项目")
    report.heading("依据")
    for sentence in body["reviews"]:
        report.text(sentence)
    if of.deliberations:
        report.heading("表决和合议记录")
    for item in of.deliberations:
        votes = "；".join(f"{name} {count} 票" for name, count in item.votes)
        report.text(
            f"{item.stage.label}{item.kind}：{item.text}{votes and f'（{votes}）'}　参加：{'、'.join(item.present)}。"
        )
    report.heading("签署")
    report.text("名次按未取舍的得分排定，表中得分四舍五入到两位小数；同分的按事先确定的次序或表决决定，不抽签。")
    report.signatures([f"提请审定　{of.kept.by}", f"复核签署　{of.kept.confirmed_by or '＿＿＿＿'}"])


def _subjects(actor: Actor) -> list[Subject]:
    views = [queries.edition(actor, row.id) for row in queries.editions(actor)]
    return [
        Subject(f"{view.row.id}:{item.number}", f"{view.row.name}　第 {item.number} 号")
        for view in views
        if view and not view.aside
        for item in view.results
    ]


SIGNED = Kind(
    key="award_list",
    name="审定名单",
    permission=Permission.EDITION_RUN,
    mark="SD",
    entity="edition",
    asks="年度编号（第几号名单写 编号:号）",
    load=_load,
    identity=_identity,
    face=_face,
    story=story,
    label=lambda of: f"{of.code}_第{of.kept.number}号名单",
    why=_why,
    subjects=_subjects,
)
