"""The catalogue entry of a definition on paper, alone or all together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from accounts.permissions import Actor, Permission, require
from core.errors import NotFound
from core.periods import Period
from db import facts, issuing
from metrics import compliance, definition_queries, definitions, queries
from metrics.definition_queries import Use, VersionView
from metrics.model import Indicator
from metrics.wording import facts_of
from reports.kit import Report

_LAYOUT = 1  # part of the inputs: another layout is another document


def entry(actor: Actor, indicator_id: int) -> bytes:
    """One definition as PDF: what it means, how it is computed, its versions and who uses it."""
    require(actor, Permission.INDICATOR_READ)
    indicator = queries.indicator(indicator_id)
    if indicator is None:
        raise NotFound("没有找到这个指标。", "请从指标列表重新进入。")
    versions = definition_queries.versions(actor, indicator.code)
    uses = definition_queries.uses(actor, indicator.code)
    issued = issuing.issue(
        actor.account_id,
        kind="indicator",
        mark="KJ",
        entity="indicator",
        subject_id=indicator_id,
        title=f"指标口径　{indicator.code}　{indicator.name}　第 {indicator.version} 版",
        inputs={
            "layout": _LAYOUT,
            "said": [digest(indicator), _source(actor, indicator)],
            "versions": [
                [digest(view.indicator), view.indicator.changed, view.indicator.change_reason] for view in versions
            ],
            "uses": _use_rows(uses),
        },
        lines={"名称": indicator.name} | dict(facts_of(indicator)),
    )
    report = Report(
        title=f"指标口径　{indicator.name}",
        subtitle=f"{indicator.code}　第 {indicator.version} 版",
        organisation="指标目录",
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
        cover=False,
        contents=False,
    )
    _one(report, actor, indicator, versions, uses)
    report.restated(issued.restates, [(line.label, line.before, line.after) for line in issued.changes])
    return report.bytes()


def catalogue(actor: Actor) -> bytes:
    """Every definition in force, one after the other."""
    require(actor, Permission.INDICATOR_READ)
    found = queries.indicators()
    issued = issuing.issue(
        actor.account_id,
        kind="catalogue",
        mark="ML",
        entity="indicator",
        subject_id=0,
        title="指标目录",
        inputs={
            "layout": _LAYOUT,
            "said": [[digest(indicator), _source(actor, indicator)] for indicator in found],
        },
        lines={indicator.code: f"{indicator.name}　第 {indicator.version} 版" for indicator in found},
    )
    report = Report(
        title="指标目录",
        subtitle=f"共 {len(found)} 个指标，均为现行口径",
        organisation="基层智治场景试点评价",
        number=issued.number,
        digest=issued.digest,
        check=issued.check,
        as_of=issued.as_of,
        demo=facts.is_demo(),
    )
    for indicator in found:
        _one(report, actor, indicator, (), ())
    report.restated(issued.restates, [(line.label, line.before, line.after) for line in issued.changes])
    return report.bytes()


def digest(indicator: Indicator) -> str:
    """Hash of everything a definition says, so that a printed entry can be told from another version's."""
    said = {name: definitions.shown(getattr(indicator, name)) for name in ("code", "version", *definitions.FIELDS)}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()


def _one(
    report: Report, actor: Actor, indicator: Indicator, versions: Sequence[VersionView], uses: Sequence[Use]
) -> None:
    report.heading(f"{indicator.code}　{indicator.name}", numbered=False)
    report.text(indicator.meaning)
    if warning := compliance.warning(indicator):
        report.note(f"{warning}{compliance.REMEDY}", title="◆ 合规提醒")
    report.facts(
        [*facts_of(indicator), ("数据资源", _source(actor, indicator) or None), ("版本", f"第 {indicator.version} 版")]
    )
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
            ["报送任务", "作用", "版本", "自", "至"],
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
