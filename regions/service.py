"""Commands about places: load a province, record that a region joined or left a group."""

from __future__ import annotations

from datetime import date

from sqlmodel import select

from accounts.permissions import Actor, Permission, require
from core.errors import Invalid, NotFound
from db import audit
from db.session import write
from db.tables import Region, RegionGroup
from regions import imports
from regions.schemas import MembershipIn


def load(actor: Actor, province: str) -> int:
    """Load a province's cities and counties by its full name; returns how many were new."""
    require(actor, Permission.REGION_EDIT)
    with write() as session:
        added = imports.load(session, province)
        audit.record(session, actor.account_id, "region:load", "region", province, {"added": added})
        return added


def add_membership(actor: Actor, data: MembershipIn) -> None:
    """Record a spell in a group. Past figures keep the group of their date, so a spell may not overlap
    another of the same region and scheme: end the old one first."""
    require(actor, Permission.REGION_EDIT)
    with write() as session:
        if session.get(Region, data.region_code) is None:
            raise NotFound("没有找到这个地区。", "请重新选择地区。")
        spells = session.exec(
            select(RegionGroup).where(RegionGroup.scheme == data.scheme, RegionGroup.region_code == data.region_code)
        ).all()
        for spell in spells:
            if _overlap(spell.valid_from, spell.valid_to, data.valid_from, data.valid_to):
                raise Invalid(
                    [f"与已有记录“{spell.name}（{spell.valid_from or '起'}—{spell.valid_to or '今'}）”的时间重叠"],
                    "请先为原记录填写结束日期，或调整本次的起止日期。",
                )
        session.add(RegionGroup(**data.model_dump()))
        audit.record(
            session, actor.account_id, "region:join_group", "region", data.region_code, data.model_dump(mode="json")
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


def _overlap(a_from: date | None, a_to: date | None, b_from: date | None, b_to: date | None) -> bool:
    return (a_from or date.min) <= (b_to or date.max) and (b_from or date.min) <= (a_to or date.max)
