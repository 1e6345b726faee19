"""Definitions, lines and rules of the demo province: a source linked, a definition that moved on, a target
that was changed, rules that were tried, a unit that is excused, and what checks found on the way."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.numbers import MICRO
from core.periods import Cadence, Period
from core.validation import checked
from core.words import Combine, Direction, IndicatorRole, Kind, RuleScope, RuleSeverity, TargetKind
from db.session import read, write
from db.tables import Collection, CollectionIndicator, DataResource, IndicatorRow, ReturnRow, ValidationRule
from metrics import defined, definition_service, definitions, queries, recording, rule_service, rules, target_service
from metrics.definition_schemas import DefinitionIn, RevisionIn
from metrics.model import Indicator
from metrics.rule_schemas import RuleIn, WaiverIn
from metrics.schemas import TargetIn
from metrics.stages import SWITCH_ON

# Indicators whose figures come from a registered data resource.
SOURCES = {
    "SX01": "12345热线工单库", "SX02": "12345热线工单库", "SX04": "12345热线工单库", "SX05": "12345热线工单库",
    "SX09": "12345热线工单库", "SX10": "基层报表目录", "SX14": "网格事件库",
}  # fmt: skip
QUARTERLY = "SX13"  # reported with the quarter's last month, later than the rest
CHECKED = 24  # returns of the last month whose uploads are told


def sources(actor: Actor) -> None:
    """Before anything is reported: link definitions to their data resources, and one that warns."""
    with read() as session:
        resources = dict(session.exec(select(DataResource.name, DataResource.id)).all())
    known = {indicator.code: indicator for indicator in defined.indicators()}
    for code, name in SOURCES.items():
        _edit(actor, known[code], source_resource_id=resources[name])
    _edit(actor, known[QUARTERLY], cadence=Cadence.QUARTER, due_days=10)
    definition_service.create(
        actor,
        checked(
            DefinitionIn, code="SX21", name="网格员日均打卡次数", meaning="网格员每天在应用里打卡的平均次数。",
            formula="打卡次数 ÷ 网格员人日数", kind=Kind.MEAN, n_label="打卡次数", n_unit="次", d_label="网格员人日数",
            d_unit="人", unit="次", direction=Direction.HIGHER, combine_time=Combine.RATIO,
            combine_regions=Combine.RATIO, source="应用后台日志", collected_by="系统取数",
            role=IndicatorRole.CONTEXT, limits="次数多不等于走访多，更不等于问题解决得多。",
            compliance_note="个别县沿用的老指标，年底前停报；只作背景，不设目标、不排名。",
        ),
    )  # fmt: skip


def tell(li: Actor, chen: Actor, pilot: str) -> None:
    """After the pilots have run: the rest."""
    with read() as session:
        collection_id = session.exec(select(Collection.id).where(Collection.name == pilot)).one() or 0
        asked = session.exec(
            select(IndicatorRow)
            .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
            .where(CollectionIndicator.collection_id == collection_id)
        ).all()
        ids = {row.code: row.id or 0 for row in asked}
    month = Period.containing(clock.today(), Cadence.MONTH)
    _lines(li, chen, collection_id, ids["SX01"], month)
    _rules(li, collection_id, month)
    _checks(li, collection_id, str(month.shift(-1)))
    _new_version(li, month)


def _lines(li: Actor, chen: Actor, collection_id: int, indicator_id: int, month: Period) -> None:
    """The target was raised half-way, and one mountain county has its own."""
    for actor, region, value, since, reason in (
        (chen, None, "91", -3, "前三季度多数地区已达到原目标，经专题会商定调高。"),
        (li, "331127", "86", -3, "山区县基数低、案件分散，单独约定目标。"),
    ):
        target_service.set_line(
            actor,
            collection_id,
            TargetIn(
                indicator_id=indicator_id, kind=TargetKind.TARGET, value=Decimal(value),
                from_period=str(month.shift(since)), region_code=region, reason=reason,
            ),
        )  # fmt: skip


def _rules(li: Actor, collection_id: int, month: Period) -> None:
    """One rule that is on, one that found too much to be switched on, and a county excused for a while."""
    number = rule_service.create(
        li,
        checked(
            RuleIn, name="按时办结率骤降", severity=RuleSeverity.WARNING, scope=RuleScope.INDICATOR, indicator_code="SX01",
            expression="数值 >= 上期 - 12", message="{指标}：本期 {数值}，比上期 {上期} 低了 12 个百分点以上",
            remedy="请核对分子 {分子} 是否漏填；确有其事的，写明原因。", valid_from=str(month.shift(-1)),
        ),
    )  # fmt: skip
    rule_service.rehearse(li, number, str(month.shift(-12)), str(month.shift(-1)))
    with read() as session:
        row = session.get_one(ValidationRule, number)
        code, version = row.code, row.version
    rule_service.move(li, number, SWITCH_ON, seen_version=version)
    draft = rule_service.create(
        li,
        checked(
            RuleIn, name="回访人数不少于办结件数的三成", severity=RuleSeverity.WARNING, scope=RuleScope.COLLECTION,
            collection_id=collection_id, expression='分母("SX04") >= 0.3 × 分母("SX01")',
            message="{指标}：回访面偏窄", remedy="请补足回访，或写明原因。", valid_from=str(month),
        ),
    )  # fmt: skip
    rule_service.rehearse(li, draft, str(month.shift(-6)), str(month.shift(-1)))
    rule_service.waive(
        li,
        checked(
            WaiverIn, rule=code, region_code="331127", collection_id=collection_id,
            starts_on=clock.today() - timedelta(days=45), ends_on=clock.today() + timedelta(days=60),
            reason="县社会治理中心合并搬迁，工单系统停机两周，台账补录中。",
        ),
    )  # fmt: skip


def _checks(li: Actor, collection_id: int, period: str) -> None:
    """What the first uploads of last month were told: most were sound, some had a slip that was put right."""
    with read() as session:
        rows = session.exec(
            select(ReturnRow)
            .where(ReturnRow.collection_id == collection_id, ReturnRow.period == period)
            .order_by(ReturnRow.region_code)
            .limit(CHECKED)
        ).all()
        forms = [(row.id or 0, queries.form_of(session, row)) for row in rows]
    with write() as session:
        for place, (return_id, form) in enumerate(forms):
            entries = {line.indicator.code: line.current for line in form.lines if line.current}
            if not entries:
                continue
            first = dict(entries)
            code = list(entries)[place % len(entries)]
            entry = entries[code]
            if place % 3 == 0 and entry.n is not None and entry.d is not None:
                first[code] = replace(entry, n=entry.d + 3 * MICRO)  # numerator and denominator swapped, or nearly
            elif place % 7 == 1:
                first.pop(code)
            for number, told in enumerate((first, entries)):
                found = rules.validate(form, told)
                digest = hashlib.sha256(f"{return_id}/{number}/{recording.digest_of(told)}".encode()).hexdigest()
                recording.keep(session, li, return_id, digest, "workbook", found)


def _new_version(li: Actor, month: Period) -> None:
    """The duration is counted without the days a case waited for the citizen: a version from this month on."""
    old = next(indicator for indicator in defined.indicators() if indicator.code == "SX07")
    definition_service.revise(
        li,
        old.id,
        _changed(old, meaning="本期办结事项中从派单到办结平均所用的工作日，等待诉求人补正材料的时间不计。"),
        checked(
            RevisionIn, changed="扣除等待诉求人补正材料的时间。", reason="省热线办理规范2026年修订，统一扣除规则。",
            valid_from=str(month), comparable=Decimal("0.93"),
        ),
    )  # fmt: skip


def _edit(actor: Actor, indicator: Indicator, **changes: object) -> None:
    definition_service.edit(actor, indicator.id, _changed(indicator, **changes), seen_edition=indicator.edition)


def _changed(indicator: Indicator, **changes: object) -> DefinitionIn:
    return checked(DefinitionIn, **(definitions.entered(indicator).model_dump() | changes))
