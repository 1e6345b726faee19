"""Commands about rules as data: write, try, switch on and off, excuse a unit."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import timedelta

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.periods import Period
from core.words import RuleScope, RuleState
from db import audit
from db.session import check_version, take_turns, write
from db.tables import Collection, IndicatorRow, Region, RuleRehearsal, RuleWaiver, ValidationRule
from metrics import expressions, rehearsal, rule_queries, rule_words, rulebook
from metrics.rehearsal import Outcome
from metrics.rule_schemas import RuleIn, WaiverIn
from metrics.stages import RULE, SWITCH_ON, SWITCH_ON_AGAIN

_CODES = 7_319_208  # any constant of its own: who draws the next code
_CODE = re.compile(r"^ZD(\d{3,})$")


def create(actor: Actor, data: RuleIn) -> int:
    """Write a rule down; it is asked nobody until it has been tried and switched on."""
    require(actor, Permission.RULE_EDIT)
    with write() as session:
        _check_names(session, data)
        row = ValidationRule(
            code=_next_code(session),
            created_by=actor.account_id,
            created_at=clock.now(),
            state=RuleState.DRAFT,
            **data.model_dump(),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        audit.record(session, actor.account_id, "rule:create", "rule", row.id, data.model_dump(mode="json"))
        return row.id


def edit(actor: Actor, rule_id: int, data: RuleIn, *, seen_version: int) -> None:
    """Change a rule that is not switched on; it must be tried again before it is."""
    require(actor, Permission.RULE_EDIT)
    with write() as session:
        row = _get(session, rule_id)
        check_version(row, seen_version)
        if row.state is RuleState.ACTIVE:
            raise WrongState("规则正在启用，不能修改。", "请先停用，改好、试跑后再重新启用。")
        _check_names(session, data)
        changed = {
            name: [str(getattr(row, name)), str(value)]
            for name, value in data.model_dump().items()
            if getattr(row, name) != value
        }
        if not changed:
            raise Invalid(["没有改动任何内容"], "请修改后再保存。")
        for name, value in data.model_dump().items():
            setattr(row, name, value)
        audit.record(session, actor.account_id, "rule:edit", "rule", rule_id, changed)


def rehearse(actor: Actor, rule_id: int, first: str, last: str) -> Outcome:
    """Try a rule on past returns and keep what it would have found."""
    require(actor, Permission.RULE_EDIT)
    try:
        begins, ends = Period.parse(first), Period.parse(last)
    except ValueError:
        raise Invalid(["试跑的起止期形如 2026-10"], "请重新选择起止期。") from None
    if ends.end < begins.start:
        raise Invalid(["试跑的结束期早于起始期"], "请重新选择起止期。")
    with write() as session:
        row = _get(session, rule_id)
        outcome = rehearsal.rehearse(session, rule_queries.data_rule(row), first, last)
        session.add(
            RuleRehearsal(
                rule_id=rule_id,
                rule_version=row.version,
                first_period=first,
                last_period=last,
                checked=outcome.checked,
                unknown=outcome.unknown,
                found=outcome.found,
                examples=[asdict(example) for example in outcome.examples],
                by=actor.account_id,
                at=clock.now(),
            )
        )
        audit.record(
            session,
            actor.account_id,
            "rule:rehearse",
            "rule",
            rule_id,
            {"起止": [first, last], "核对": outcome.checked, "发现": outcome.found},
        )
        return outcome


def move(actor: Actor, rule_id: int, do: str, reason: str = "", *, seen_version: int) -> RuleState:
    """Switch a rule on or off. On only after it was tried as it stands."""
    require(actor, Permission.RULE_EDIT)
    with write() as session:
        row = _get(session, rule_id)
        step = RULE.take(row.state, do, reason)
        check_version(row, seen_version)
        if do in (SWITCH_ON, SWITCH_ON_AGAIN):
            tried = session.exec(
                select(RuleRehearsal.id).where(
                    RuleRehearsal.rule_id == rule_id, RuleRehearsal.rule_version == row.version
                )
            ).first()
            if tried is None:
                raise WrongState(
                    "这条规则（现在的写法）还没有试跑过。", "请先用过去的报送试跑，看会发现多少、是哪些，再启用。"
                )
        row.state = RuleState(step.target)
        audit.record(session, actor.account_id, "rule:move", "rule", rule_id, {"do": do, "to": row.state}, reason)
        return row.state


def waive(actor: Actor, data: WaiverIn) -> int:
    """Excuse one unit from one rule between two days, with a reason that is shown wherever it applies."""
    require(actor, Permission.RULE_EDIT)
    with write() as session:
        name = _rule_name(session, data.rule)
        if not rule_queries.waivable(data.rule):
            raise Invalid([f"“{name}”不能豁免"], "这条规则拦的是不可能的数或漏填的格子，请让填报单位改正或选择状态。")
        if session.get(Region, data.region_code) is None:
            raise NotFound("没有找到所选地区。", "请刷新页面重新选择。")
        if data.collection_id is not None and session.get(Collection, data.collection_id) is None:
            raise NotFound("没有找到所选报送任务。", "请刷新页面重新选择。")
        row = RuleWaiver(granted_by=actor.account_id, granted_at=clock.now(), **data.model_dump())
        session.add(row)
        session.flush()
        assert row.id is not None
        audit.record(
            session,
            actor.account_id,
            "rule:waive",
            "region",
            data.region_code,
            data.model_dump(mode="json"),
            data.reason,
        )
        return row.id


def end_waiver(actor: Actor, waiver_id: int, reason: str, *, seen_version: int) -> None:
    """End a waiver today; periods that ended while it ran stay excused."""
    require(actor, Permission.RULE_EDIT)
    with write() as session:
        row = session.get(RuleWaiver, waiver_id)
        if row is None:
            raise NotFound("没有找到这项豁免。", "请刷新页面。")
        check_version(row, seen_version)
        yesterday = clock.today() - timedelta(days=1)
        if row.ends_on <= yesterday:
            raise WrongState(f"这项豁免已于 {row.ends_on} 结束。", "不必再操作。")
        if len(reason.strip()) < 4:
            raise Invalid(["请写明提前结束的理由（不少于 4 个字）"], "写明后再提交。")
        was, row.ends_on = row.ends_on, max(yesterday, row.starts_on)
        audit.record(
            session,
            actor.account_id,
            "rule:end_waiver",
            "region",
            row.region_code,
            {"rule": row.rule, "ends_on": [str(was), str(row.ends_on)]},
            reason.strip(),
        )


def _get(session: Session, rule_id: int) -> ValidationRule:
    row = session.exec(select(ValidationRule).where(ValidationRule.id == rule_id).with_for_update()).first()
    if row is None:
        raise NotFound("没有找到这条规则。", "请从规则列表重新进入。")
    return row


def _check_names(session: Session, data: RuleIn) -> None:
    """Indicators and the collection a rule speaks of must be there."""
    codes = set(session.exec(select(IndicatorRow.code).distinct()))
    named = [data.indicator_code] if data.scope is RuleScope.INDICATOR else []
    unknown = rulebook.unknown_codes(expressions.read(data.expression), codes) + [c for c in named if c not in codes]
    if unknown:
        raise Invalid([f"没有代码为 {'、'.join(unknown)} 的指标"], "请核对代码；代码见“指标”页。")
    if data.collection_id is not None and session.get(Collection, data.collection_id) is None:
        raise NotFound("没有找到所选报送任务。", "请刷新页面重新选择。")


def _rule_name(session: Session, code: str) -> str:
    if code in rule_words.CHECKS:
        return rule_words.name(code)
    name = session.exec(select(ValidationRule.name).where(ValidationRule.code == code)).first()
    if name is None:
        raise NotFound("没有找到要豁免的规则。", "请从规则列表重新选择。")
    return name


def _next_code(session: Session) -> str:
    take_turns(session, _CODES)
    taken = session.exec(select(ValidationRule.code).where(col(ValidationRule.code).startswith("ZD"))).all()
    numbers = [int(found[1]) for code in taken if (found := _CODE.match(code))]
    return f"ZD{max(numbers, default=0) + 1:03d}"
