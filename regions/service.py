"""Commands about places: load a province, record that a region joined or left a group."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core.errors import Invalid, NotFound
from db import audit
from db.session import write
from db.tables import Region, RegionGroup
from regions import groups, imports
from regions.schemas import MembershipIn


def load(actor: Actor, province: str) -> int:
    """Load a province's cities and counties by its full name; returns how many were new."""
    require(actor, Permission.REGION_EDIT)
    with write() as session:
        listed = _spells(session)
        added = imports.load(session, province)
        audit.record(session, actor.account_id, "region:load", "region", province, {"added": added})
        if _spells(session) != listed:
            groups.changed(session, groups.MAIN_SCHEME, None, None)
        return added


def add_membership(actor: Actor, data: MembershipIn) -> None:
    """Record a spell in a group. Past figures keep the group of their date, so a spell may not overlap
    another of the same region and scheme: end the old one first."""
    require(actor, Permission.REGION_EDIT)
    with write() as session:
        if session.get(Region, data.region_code) is None:
            raise NotFound("没有找到这个地区。", "请重新选择地区。")
        _refuse_overlap(session, data)
        session.add(RegionGroup(**data.model_dump()))
        audit.record(
            session, actor.account_id, "region:join_group", "region", data.region_code, data.model_dump(mode="json")
        )
        groups.changed(session, data.scheme, data.valid_from, data.valid_to)


def correct_membership(actor: Actor, membership_id: int, data: MembershipIn, reason: str) -> None:
    """Put right a spell that was recorded wrongly. The figures of its days change with it; what was
    recorded before stays in the operation log."""
    require(actor, Permission.REGION_EDIT)
    if len(reason.strip()) < 4:
        raise Invalid(["请写明更正的理由"], "例如：录入时日期看错一年。")
    with write() as session:
        spell = session.get(RegionGroup, membership_id)
        if spell is None or (spell.region_code, spell.scheme) != (data.region_code, data.scheme):
            raise NotFound("没有找到这条分组记录。", "请刷新页面核对。")
        _refuse_overlap(session, data, but=membership_id)
        before = {name: getattr(spell, name) for name in MembershipIn.model_fields}
        after = data.model_dump()
        changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        if not changes:
            raise Invalid(["没有改动"], "请修改后再保存。")
        for name in changes:
            setattr(spell, name, after[name])
        audit.record(
            session, actor.account_id, "region:correct_group", "region", spell.region_code, changes, reason.strip()
        )
        firsts, lasts = (before["valid_from"], data.valid_from), (before["valid_to"], data.valid_to)
        groups.changed(
            session,
            data.scheme,
            None if None in firsts else min(day for day in firsts if day),
            None if None in lasts else max(day for day in lasts if day),
        )


def end_membership(actor: Actor, membership_id: int, last_day: date, source: str) -> None:
    """Record the last day (inclusive) of a spell in a group, with the document that says so."""
    require(actor, Permission.REGION_EDIT)
    if len(source.strip()) < 4:
        raise Invalid(["请填写依据文件"], "例如文件名称和文号。")
    with write() as session:
        spell = session.get(RegionGroup, membership_id)
        if spell is None or spell.valid_to is not None:
            raise NotFound("没有找到该地区仍在有效期内的分组记录。", "请刷新页面核对。")
        if spell.valid_from and last_day < spell.valid_from:
            raise Invalid([f"结束日期早于加入日期 {spell.valid_from}"], "请核对结束日期。")
        spell.valid_to = last_day
        spell.source = "；".join(part for part in (spell.source, source.strip()) if part)
        audit.record(
            session,
            actor.account_id,
            "region:leave_group",
            "region",
            spell.region_code,
            {"name": spell.name, "last_day": last_day, "source": source.strip()},
        )
        groups.changed(session, spell.scheme, last_day + timedelta(days=1), None)


def _spells(session: Session) -> int:
    return session.exec(select(func.count()).select_from(RegionGroup)).one()


def _refuse_overlap(session: Session, data: MembershipIn, but: int = 0) -> None:
    """On any day a region is in at most one group of a scheme. `but`: the spell that is being replaced."""
    spells = session.exec(
        select(RegionGroup).where(
            RegionGroup.scheme == data.scheme, RegionGroup.region_code == data.region_code, col(RegionGroup.id) != but
        )
    ).all()
    for spell in spells:
        if _overlap(spell.valid_from, spell.valid_to, data.valid_from, data.valid_to):
            raise Invalid(
                [f"与已有记录“{spell.name}（{spell.valid_from or '起'}—{spell.valid_to or '今'}）”的时间重叠"],
                "请先为原记录填写结束日期，或调整本次的起止日期。",
            )


def _overlap(a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None) -> bool:
    return (a_from or date.min) <= (b_to or date.max) and (b_from or date.min) <= (a_to or date.max)
