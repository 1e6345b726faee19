"""Commands about index systems: design one, change it, freeze what came of it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound
from core.periods import Period
from db import audit
from db.session import check_version, write
from db.tables import IndexResult, IndexSystem, IndexVersion
from metrics import composite, composite_figures, composite_queries, composite_scores
from metrics.composite import Design


class SystemIn(BaseModel):
    """What an index system is called and for."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(title="名称", min_length=2, max_length=60)
    purpose: str = Field("", title="用途", max_length=300)


def create(actor: Actor, data: SystemIn, collection_id: int, design: Design, *, nonce: str) -> int:
    """A new index system with its first version; returns its id. The same `nonce` again returns the one it made."""
    require(actor, Permission.INDEX_DESIGN)
    with write() as session:
        made = session.exec(select(IndexSystem.id).where(IndexSystem.nonce == nonce)).first()
        if made is not None:
            return made
        _check(session, collection_id, design)
        now = clock.now()
        row = IndexSystem(
            **data.model_dump(), created_by=actor.account_id, created_at=now, revised_at=now, nonce=nonce
        )  # fmt: skip
        session.add(row)
        session.flush()
        assert row.id is not None
        _add_version(session, actor, row.id, 1, collection_id, design, "")
        audit.record(session, actor.account_id, "index:create", "index_system", row.id, data.model_dump())
        return row.id


def revise(
    actor: Actor, system_id: int, data: SystemIn, collection_id: int, design: Design, reason: str, *, seen_version: int
) -> int:
    """The next version of a system; earlier ones stay as they were. Returns its number."""
    require(actor, Permission.INDEX_DESIGN)
    if len(reason.strip()) < 4:
        raise Invalid(["请写明为什么修订（至少 4 个字）"], "例如：增加群众满意度指标。")
    with write() as session:
        row = session.exec(
            composite_queries.readable(actor).where(IndexSystem.id == system_id).with_for_update()
        ).first()
        if row is None:
            raise NotFound("没有找到这个指标体系。", "请从“指标体系”列表重新进入。")
        check_version(row, seen_version)
        _check(session, collection_id, design)
        newest = session.exec(
            select(IndexVersion).where(IndexVersion.system_id == system_id).order_by(col(IndexVersion.number).desc())
        ).first()
        assert newest is not None
        same_design = newest.design == design.as_json() and newest.collection_id == collection_id
        if same_design and (row.name, row.purpose) == (data.name, data.purpose):
            raise Invalid(["与现行版本完全相同"], "请修改后再保存。")
        row.name, row.purpose = data.name, data.purpose
        row.revised_at = clock.now()  # also moves the row's version, so a second revision of an old page is refused
        number = newest.number
        if not same_design:
            number += 1
            _add_version(session, actor, system_id, number, collection_id, design, reason.strip())
        changes = {"number": number, **data.model_dump()}
        audit.record(session, actor.account_id, "index:revise", "index_system", system_id, changes, reason.strip())
        return number


def freeze(actor: Actor, version_id: int, first: str, last: str, note: str = "") -> int:
    """Keep a version's result for these periods as it is now, with every step; returns its id.

    Refused where nothing could be computed, where judgements contradict each other, and where the very same
    result is kept already.
    """
    require(actor, Permission.INDEX_DESIGN)
    with write() as session:
        version = session.get(IndexVersion, version_id)
        if version is None:
            raise NotFound("没有找到这个版本。", "请从“指标体系”列表重新进入。")
        first, last = str(Period.parse(first)), str(Period.parse(last))
        design = Design.model_validate(version.design)
        outcome = composite_figures.compute(session, version.collection_id, design, first, last)
        if not outcome.groups:
            raise Invalid(outcome.warnings or ["没有可以计算的单位"], "请换一个报送期，或等数据报齐。")
        if not outcome.consistent:
            wrong = [composite_scores.inconsistent(matrix) for matrix in outcome.judged if not matrix.consistent]
            raise Invalid(wrong, "请先修订两两比较，再冻结结果。")
        content = outcome.as_json()
        digest = composite_queries.digest(version_id, first, last, content)
        if session.exec(select(IndexResult.id).where(IndexResult.digest == digest)).first() is not None:
            raise Invalid(["同样的结果已经冻结过"], "数据有变化后可以再次冻结。")
        row = IndexResult(
            version_id=version_id, first_period=first, last_period=last, outcome=content, digest=digest,
            note=note.strip(), frozen_by=actor.account_id, frozen_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        changes = {"result": row.id, "version": version.number, "first": first, "last": last, "digest": digest}
        audit.record(
            session, actor.account_id, "index:freeze", "index_system", version.system_id, changes, note.strip()
        )
        assert row.id is not None
        return row.id


def _add_version(
    session: Session, actor: Actor, system_id: int, number: int, collection_id: int, design: Design, reason: str
) -> None:
    session.add(
        IndexVersion(
            system_id=system_id,
            number=number,
            collection_id=collection_id,
            design=design.as_json(),
            reason=reason,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
    )


def _check(session: Session, collection_id: int, design: Design) -> None:
    """The design is whole, and every indicator is one of the collection."""
    found = composite.problems(design)
    known = composite_figures.asked(session, collection_id)
    for criterion in design.criteria:
        indicator = known.get(criterion.indicator_id)
        if indicator is None or indicator.code != criterion.code:
            found.append(f"{criterion.code} 不是这项报送任务的指标")
    if found:
        raise Invalid(found, "请修改后再保存。")
