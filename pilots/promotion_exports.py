"""Promotion as files: a workbook of the recommendation, and the recommendation on paper (推广建议书)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_xlsx
from db.issuing import Issue
from metrics import corrected
from pilots import promotion_queries as queries
from pilots import promotion_wording as wording
from pilots import queries as pilots
from pilots.promotion_queries import Cover, Promotion
from pilots.spreading import TIERS
from printing import compared, making
from printing.kinds import Identity, Kind, Subject, record_id
from printing.reasons import Cause, Source
from reports.paper import Face, Paper

_LAYOUT = 4  # part of the inputs: another layout is another document
_NAMED = 10  # counties named in the text
_MOST = 30  # counties of a tier in print; the workbook has all


def workbook(actor: Actor, pilot_id: int, chosen: tuple[str, ...] = ()) -> bytes:
    """The candidates in order, what they were compared by, and how far the plan has come."""
    promotion = _found(actor, pilot_id, chosen)
    frames = {
        "推广顺序": wording.candidate_rows(promotion),
        "比较因素": wording.covariate_rows(promotion),
        "推广进展": wording.adoption_rows(queries.adoptions(actor, pilot_id=pilot_id)),
        "覆盖率变化": wording.cover_rows(
            queries.covers(actor, pilot_id, tuple(wording.days(promotion.pilot.start_on, clock.today())))
        ),
    }
    blocks = [Block(name, list(frame.columns), frame.to_numpy().tolist()) for name, frame in frames.items()]
    return write_xlsx(blocks, made_at=clock.now())


@dataclass(frozen=True)
class Proposal:
    """Everything the proposal prints, read once."""

    promotion: Promotion
    cover: Cover | None
    candidates: pd.DataFrame
    factors: pd.DataFrame
    adopted: pd.DataFrame
    plans: tuple[int, ...] = ()


def proposal(actor: Actor, pilot_id: int, chosen: tuple[str, ...] = ()) -> bytes:
    """推广建议书 as PDF: the verdict, who first and why, what is missing, how far it has come. While all that stands
    still, printing again gives the same number and the same bytes."""
    return making.make(actor, KIND, subject(pilot_id, chosen)).data


def subject(pilot_id: int, chosen: tuple[str, ...] = ()) -> str:
    """The ID of a proposal: the pilot, and the factors compared by where not all are."""
    return f"{pilot_id}:{','.join(chosen)}" if chosen else str(pilot_id)


def load(actor: Actor, subject: str) -> Proposal:
    given, _, factors = subject.partition(":")
    pilot_id, chosen = record_id(given, "试点编号"), tuple(part for part in factors.split(",") if part)
    promotion, adopted = _found(actor, pilot_id, chosen), queries.adoptions(actor, pilot_id=pilot_id)
    known = {item.key: item.label for item in promotion.covariates}
    if strange := [part for part in chosen if part not in known]:
        said = "、".join(f"{key}（{label}）" for key, label in known.items())
        raise NotFound(f"没有比较因素“{'、'.join(strange)}”。", f"可以选的有：{said}。" if said else "不写比较因素。")
    return Proposal(
        promotion,
        queries.cover(actor, pilot_id, clock.today()),
        wording.candidate_rows(promotion),
        wording.covariate_rows(promotion),
        wording.adoption_rows(adopted),
        tuple(view.id for view in adopted),
    )


def _identity(_: Actor, found: Proposal) -> Identity:
    pilot = found.promotion.pilot
    return Identity(
        subject_id=pilot.id,
        title=f"推广建议书　{pilot.name}",
        inputs=_inputs(found.promotion, found.cover, [found.candidates, found.factors, found.adopted]),
        lines=_lines(found),
    )


def _face(found: Proposal) -> Face:
    pilot = found.promotion.pilot
    return Face("推广建议书", pilot.name, pilot.lead, official=True)


def story(report: Paper, found: Proposal, issued: Issue) -> None:
    promotion, candidates = found.promotion, found.candidates
    verdict, cover = promotion.pilot.verdict, found.cover
    report.addressee("各有关设区市、县（市、区）")
    report.heading("能不能推广")
    if verdict is not None:
        report.text(f"结论：{verdict.verdict.label}。{verdict.sentence}")
        if verdict.overruled_reason:
            report.note(verdict.overruled_reason, title="本结论由人工作出，理由")
        report.text(f"下一步：{verdict.next_step}责任单位：{verdict.owner}。")
    if promotion.held_back:
        report.note(promotion.held_back, title="现在还不能制定推广计划")
    report.heading("先在哪里推广")
    report.figures(wording.tier_figures(promotion))
    first = candidates[candidates["建议"] == TIERS[0]]["地区"]
    if len(first):
        more = f"等 {len(first)} 个地区" if len(first) > _NAMED else ""
        report.text(f"{TIERS[0]}：{'、'.join(first.head(_NAMED))}{more}。各地区的顺序、理由和还缺的条件见附件1。")
    if cover is not None:  # printed again on another day it says the day of its first printing
        cover = replace(cover, day=clock.beijing(issued.as_of).date())
        report.heading("推广到了哪里")
        report.text(wording.cover_words(cover, f"“{promotion.pilot.name}”的做法"))
    report.attachments(["推广顺序和理由", "比较方法和因素", *(["推广进展"] if cover else [])])
    report.closing(promotion.pilot.lead, clock.beijing(issued.as_of).date())
    report.annex("推广顺序和理由")
    _order(report, found)
    report.annex("比较方法和因素")
    report.text(method(promotion))
    factors = found.factors
    report.table(
        list(factors.columns),
        factors.to_numpy().tolist(),
        widths=(2.3, 0.9, 2.2, 2.2, 3.2),
        align="lllll",
        caption="比较因素及其来源",
    )
    if cover is not None:
        report.annex("推广进展")
        report.chart(wording.cover_map(cover, title=f"推广进展（{cover.day}）", width=600), "各地区推广进展")
        if len(found.adopted):
            rows = found.adopted[["地区", "状态", "自", "计划上线", "最近说明"]]
            report.table(list(rows.columns), rows.to_numpy().tolist(), caption="推广计划与进展")


def _order(report: Paper, found: Proposal) -> None:
    for tier in TIERS:
        rows = found.candidates[found.candidates["建议"] == tier][["顺序", "地区", "地区类型", "理由", "还缺"]]
        most = len(rows) if report.whole else _MOST
        if len(rows):
            report.heading(tier)
            if len(rows) > most:
                report.text(f"只列前 {most} 个，全部名单见 Excel。")
            body, caption = rows.head(most).to_numpy().tolist(), f"{tier}（{len(rows)} 个）"
            report.table(list(rows.columns), body, align="rllll", caption=caption)


def _causes(found: Proposal) -> list[Source]:
    return [
        Cause("pilot", {found.promotion.pilot.id}, {"adoption:plan", "pilot:judge", "pilot:member"}),
        Cause("adoption", found.plans, {"adoption:move"}),
        Cause("region", None, {"region:facts"}),
        corrected.groups(),
    ]


KIND = Kind(
    key="promotion",
    name="推广建议书",
    permission=Permission.REPORT_ISSUE,
    mark="TG",
    entity="pilot",
    asks="试点编号",
    load=load,
    identity=_identity,
    face=_face,
    story=story,
    label=lambda found: found.promotion.pilot.name,
    causes=_causes,
    subjects=lambda actor: [Subject(str(view.id), view.name) for view in pilots.pilots(actor)],
    word=True,
)


def _inputs(promotion: Promotion, cover: Cover | None, frames: Sequence[pd.DataFrame]) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    pilot, verdict = promotion.pilot, promotion.pilot.verdict
    return {
        "layout": _LAYOUT,
        "pilot": [pilot.code, pilot.name, pilot.lead],
        "verdict": None
        if verdict is None
        else [verdict.id, verdict.title, verdict.sentence, verdict.next_step, verdict.owner, verdict.overruled_reason],
        "held_back": promotion.held_back,
        "worked": [len(promotion.worked), promotion.known],
        "tables": [frame.astype(str).to_numpy().tolist() for frame in frames],
        "cover": None if cover is None else [_shares(cover), dict(cover.words)],
    }


def _lines(found: Proposal) -> dict[str, str]:
    """The verdict and every candidate and adoption as printed, which the next proposal is compared with."""
    verdict, cover = found.promotion.pilot.verdict, found.cover
    return compared.together(
        {"结论": verdict.title if verdict else "尚未作出"},
        {tier: shown for tier, shown, _ in wording.tier_figures(found.promotion)},
        {} if cover is None else _shares(cover),
        _listed("候选", found.candidates[["地区", "建议", "顺序", "还缺"]]),
        _listed("比较因素", found.factors),
        _listed("推广", found.adopted[["地区", "状态", "自", "计划上线"]]) if len(found.adopted) else {},
    )


def _listed(where: str, frame: pd.DataFrame) -> dict[str, str]:
    return compared.listed(where, list(frame.columns), frame.to_numpy().tolist())


def _shares(cover: Cover) -> dict[str, str]:
    return {f"覆盖：{share.group}": wording.share_words(share) for share in cover.shares}


def method(promotion: Promotion) -> str:
    worked = f"见效地区是试点中目标指标改善幅度大于对照地区平均的 {len(promotion.worked)} 个。"
    if not promotion.known:
        worked = (
            "还看不出哪些试点地区见效（没有可比的前后数据，或没有一个的改善幅度大于对照地区平均），"
            f"暂以全部 {len(promotion.worked)} 个试点地区作参照，下称见效地区。"
        )
    return worked + (
        "相似程度用高尔距离：各因素之差除以全省极差，类别不同计 1，再取平均；0 为相同，1 为处处相反。"
        "与最近 3 个见效地区的平均距离越小越像。任一因素超出见效地区的范围即为外推，试点结果不能直接套用，应先小范围验证。"
        "没有数据的因素不参与比较；一半以上因素没有数据的，也先小范围验证。"
    )


def _found(actor: Actor, pilot_id: int, chosen: tuple[str, ...]) -> Promotion:
    found = queries.promotion(actor, pilot_id, chosen)
    if found is None:
        raise NotFound("没有找到这个试点。", "请从试点列表重新进入。")
    return found
