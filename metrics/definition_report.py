"""The catalogue entry of a definition on paper, alone or all together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.permissions import Actor, Permission
from core.errors import NotFound
from core.periods import Period
from db.issuing import Issue
from metrics import compliance, defined, definition_queries, definitions
from metrics.definition_queries import Use, VersionView
from metrics.model import Indicator
from metrics.wording import facts_of
from printing import compared, making
from printing.kinds import ALL, Identity, Kind, Subject, only_all, record_id
from printing.reasons import Cause, Source
from reports.paper import Face, Paper

_LAYOUT = 3  # part of the inputs: another layout is another document
_USES = ("报送任务", "作用", "版本", "自", "至")


@dataclass(frozen=True)
class Entry:
    """One definition with what stands beside it in the catalogue."""

    indicator: Indicator
    source: str
    versions: Sequence[VersionView] = ()
    uses: Sequence[Use] = ()


def entry(actor: Actor, indicator_id: int) -> bytes:
    """One definition as PDF: what it means, how it is computed, its versions and who uses it."""
    return making.make(actor, ENTRY, str(indicator_id)).data


def catalogue(actor: Actor) -> bytes:
    """Every definition in force, one after the other."""
    return making.make(actor, CATALOGUE, ALL).data


def _entry(actor: Actor, subject: str) -> Entry:
    indicator = defined.indicator(record_id(subject, "指标编号"))
    if indicator is None:
        raise NotFound("没有找到这个指标。", "请从指标列表重新进入。")
    return Entry(
        indicator,
        _source(actor, indicator),
        definition_queries.versions(actor, indicator.code),
        definition_queries.uses(actor, indicator.code),
    )


def _entry_identity(_: Actor, found: Entry) -> Identity:
    indicator = found.indicator
    return Identity(
        subject_id=indicator.id,
        title=f"指标口径　{indicator.code}　{indicator.name}　第 {indicator.version} 版",
        inputs={
            "layout": _LAYOUT,
            "said": [digest(indicator), found.source],
            "versions": [
                [digest(view.indicator), view.indicator.changed, view.indicator.change_reason]
                for view in found.versions
            ],
            "uses": _use_rows(found.uses),
        },
        lines=_said(found)
        | compared.listed("谁在用", _USES, _use_rows(found.uses))
        | {f"版本：第 {view.indicator.version} 版": view.indicator.changed or "最初" for view in found.versions},
    )


def _entry_face(found: Entry) -> Face:
    indicator = found.indicator
    below = f"{indicator.code}　第 {indicator.version} 版"
    return Face(f"指标口径　{indicator.name}", below, "指标目录", cover=False, contents=False)


def _entry_story(report: Paper, found: Entry, _: Issue) -> None:
    _one(report, found)


def _said(found: Entry, where: str = "") -> dict[str, str]:
    """Every line of an entry, which the next printing is compared with."""
    indicator = found.indicator
    said = [
        ("名称", indicator.name),
        ("版本", f"第 {indicator.version} 版"),
        ("含义", indicator.meaning),
        *facts_of(indicator),
        ("数据资源", found.source or "–"),
        ("局限与偏差", indicator.limits or "没有登记"),
    ]
    return {f"{where}{name}": value for name, value in said}


def _causes(found: Sequence[Entry]) -> list[Source]:
    ids = {view.indicator.id for item in found for view in item.versions} | {item.indicator.id for item in found}
    changes = {"indicator:create", "indicator:edit", "indicator:revise"}
    return [Cause("indicator", ids, changes), Cause("indicator", None, {"indicator:load"})]


def _catalogue(actor: Actor, subject: str) -> list[Entry]:
    only_all(subject)
    return [Entry(indicator, _source(actor, indicator)) for indicator in defined.indicators()]


def _catalogue_identity(_: Actor, found: Sequence[Entry]) -> Identity:
    return Identity(
        subject_id=0,
        title="指标目录",
        inputs={"layout": _LAYOUT, "said": [[digest(item.indicator), item.source] for item in found]},
        lines=compared.together(*(_said(item, f"{item.indicator.code} {item.indicator.name}：") for item in found)),
    )


def _catalogue_story(report: Paper, found: Sequence[Entry], _: Issue) -> None:
    for at, item in enumerate(found):
        if at:
            report.page_break()  # an entry a page
        _one(report, item)


ENTRY = Kind(
    key="indicator",
    name="指标口径",
    permission=Permission.INDICATOR_READ,
    mark="KJ",
    entity="indicator",
    asks="指标编号",
    load=_entry,
    identity=_entry_identity,
    face=_entry_face,
    story=_entry_story,
    label=lambda found: f"{found.indicator.code}_{found.indicator.name}",
    causes=lambda found: _causes([found]),
    subjects=lambda _: [Subject(str(item.id), f"{item.code} {item.name}") for item in defined.indicators()],
)
CATALOGUE = Kind(
    key="catalogue",
    name="指标目录",
    permission=Permission.INDICATOR_READ,
    mark="ML",
    entity="indicator",
    asks="写 all",
    load=_catalogue,
    identity=_catalogue_identity,
    face=lambda found: Face("指标目录", f"共 {len(found)} 个指标，均为现行口径", "基层智治场景试点评价"),
    story=_catalogue_story,
    label=lambda _: "",
    causes=_causes,
    subjects=lambda _: [Subject(ALL, "现行口径")],
)


def digest(indicator: Indicator) -> str:
    """Hash of everything a definition says, so that a printed entry can be told from another version's."""
    said = {name: definitions.shown(getattr(indicator, name)) for name in ("code", "version", *definitions.FIELDS)}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _one(report: Paper, found: Entry) -> None:
    indicator, versions, uses = found.indicator, found.versions, found.uses
    report.heading(f"{indicator.code}　{indicator.name}", numbered=False)
    report.text(indicator.meaning)
    if warning := compliance.warning(indicator):
        report.note(f"{warning}{compliance.REMEDY}", title="◆ 合规提醒")
    report.facts([*facts_of(indicator), ("数据资源", found.source or None), ("版本", f"第 {indicator.version} 版")])
    report.note(indicator.limits or "没有登记。", title="局限与偏差")
    if len(versions) > 1:
        report.heading("历次版本", 2, numbered=False)
        report.table(
            ["版本", "起始期", "改了什么", "为什么", "与前一版", "逐项差别"],
            [
                [
                    f"第 {view.indicator.version} 版",
                    Period.parse(view.indicator.valid_from).label if view.indicator.valid_from else "最初",
                    view.indicator.changed or None,
                    view.indicator.change_reason or None,
                    comparable(view.indicator),
                    "；".join(f"{item.title}：{item.old} → {item.new}" for item in view.differences) or None,
                ]
                for view in versions
            ],
            caption="口径的历次版本",
        )
    if uses:
        report.heading("谁在用", 2, numbered=False)
        report.table(
            _USES,
            _use_rows(uses),
            caption="使用这个指标的试点和考核",
        )


def _source(actor: Actor, indicator: Indicator) -> str:
    source = definition_queries.source(actor, indicator)
    return f"{source.name}（{source.provider}）" if source else ""


def _use_rows(uses: Sequence[Use]) -> list[list[str]]:
    return [
        [
            use.collection,
            use.role.label,
            f"第 {use.version} 版",
            Period.parse(use.from_period).label if use.from_period else "一开始",
            Period.parse(use.until_period).label if use.until_period else "现在",
        ]
        for use in uses
    ]


def comparable(indicator: Indicator) -> str:
    """How a version stands to the one before it."""
    if indicator.version == 1:
        return "–"
    if indicator.comparable is None:
        return "不可比，序列断开"
    return "可比，数值不变" if indicator.comparable == 1 else f"旧数 × {definitions.shown(indicator.comparable)} 后可比"
