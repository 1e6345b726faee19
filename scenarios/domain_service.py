"""The list of domains (领域). It starts as `rules.DOMAINS` and is kept in the database from the first change on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core.errors import Conflict, Invalid
from db import audit
from db.session import CHANGED, RELOAD, write
from db.tables import Domain, Need, Scenario
from scenarios import rules
from scenarios.schemas import DomainIn

_MEANWHILE = "\x1f"  # marks a name on its way: nobody can enter it


def save_domains(actor: Actor, wanted: Sequence[DomainIn], *, seen: Sequence[str]) -> None:
    """Write the whole list. `seen` are the names as the page showed them: the first of `wanted` are those,
    perhaps renamed (scenarios and needs go along) or no longer offered; the others are new. Nothing is removed,
    because scenarios keep their domain. The order is that of the positions, where given, else as listed."""
    require(actor, Permission.DOMAIN_EDIT)
    names = [item.name for item in wanted]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Invalid([f"领域“{'、'.join(twice)}”重复"], "同名领域只能有一个，请改用能区分的名称。")
    with write() as session:
        rows = _started(session)
        if [row.name for row in rows] != list(seen):
            raise Conflict(CHANGED, RELOAD)
        if len(wanted) < len(rows):
            raise Invalid(["领域不能删除"], "不再使用的，请取消“使用”。")
        changes: dict[str, str] = {}
        _rename(
            session, {row.name: item.name for row, item in zip(rows, wanted, strict=False) if row.name != item.name}
        )
        places = sorted(range(len(wanted)), key=lambda at: wanted[at].position or len(wanted) + at)
        for at, item in enumerate(wanted):
            row = rows[at] if at < len(rows) else Domain(name=item.name, position=0)
            before = seen[at] if at < len(rows) else ""
            if before != item.name:
                changes[before or item.name] = f"改名为{item.name}" if before else "新增"
            if row.active != item.active:
                changes[item.name] = "恢复使用" if item.active else "停用"
            if item.safety is not None and row.safety != item.safety:
                changes[item.name] = f"{'涉及' if item.safety else '不涉及'}生命财产和公共安全"
                row.safety = item.safety
            row.name, row.active, row.position = item.name, item.active, places.index(at) + 1
            session.add(row)
        audit.record(session, actor.account_id, "domain:edit", "domain", 0, changes)


def require_domain(session: Session, actor: Actor, name: str, besides: str = "") -> None:
    """A scenario is registered in a domain of the list; staff extend the list by naming a new one. The one a
    scenario already has (`besides`) may stay, offered or not."""
    require(actor, Permission.SCENARIO_CREATE)
    if name == besides:
        return
    known = dict(session.exec(select(Domain.name, Domain.active)).all()) or dict.fromkeys(rules.DOMAINS, True)
    if known.get(name):
        return
    if name in known:
        raise Invalid([f"领域“{name}”已停用"], "请另选领域，或请研究院在“领域”页恢复使用。")
    if not actor.is_staff:
        raise Invalid([f"领域“{name}”不在可选范围内"], "请从列表中选择；需要新的领域时，请联系研究院。")
    rows = _started(session)
    row = Domain(name=name, position=len(rows) + 1)
    session.add(row)
    session.flush()
    audit.record(session, actor.account_id, "domain:create", "domain", row.id, {"name": name})


def _started(session: Session) -> list[Domain]:
    """The rows in their order. Before the first change the usual domains become rows, and those that
    scenarios already name."""
    ordered = select(Domain).order_by(col(Domain.position), col(Domain.id))
    rows = list(session.exec(ordered).all())
    if not rows:
        used = session.exec(select(Scenario.domain).distinct().order_by(Scenario.domain)).all()
        names = dict.fromkeys((*rules.DOMAINS, *used))
        session.add_all(
            Domain(name=name, position=place, safety=name in rules.SAFETY_DOMAINS)
            for place, name in enumerate(names, start=1)
        )
        session.flush()
        rows = list(session.exec(ordered).all())
    return rows


def _rename(session: Session, names: Mapping[str, str]) -> None:
    """Old name → new, everywhere; by way of names nobody has, so that two may be exchanged."""
    for before, after in (
        *((old, f"{_MEANWHILE}{new}") for old, new in names.items()),
        *((f"{_MEANWHILE}{new}", new) for new in names.values()),
    ):
        session.execute(update(Domain).where(col(Domain.name) == before).values(name=after))
        for kind in (Scenario, Need):  # a page with the old name must not bring it back: hence the version
            session.execute(
                update(kind).where(col(kind.domain) == before).values(domain=after, version=kind.version + 1)
            )
    session.expire_all()
