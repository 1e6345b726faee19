"""Reads about rubrics, and what another one would have made of marks that were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlmodel import col, func, select

from accounts.permissions import Actor, Permission, require
from core.errors import Invalid, NotFound
from core.words import PanelRule, ReviewKind, ReviewState
from db.session import read
from db.tables import Account, Review, RubricRow, RubricVersion
from panels import cases, result_queries, sensitivity
from panels.rubric import Rubric


@dataclass(frozen=True)
class VersionView:
    id: int
    number: int
    rubric: Rubric
    reason: str
    digest: str
    frozen_at: datetime | None
    by: str
    created_at: datetime
    reviews: int
    version: int


@dataclass(frozen=True)
class RubricView:
    """A rubric with its versions, the newest first."""

    id: int
    name: str
    kind: ReviewKind
    versions: Sequence[VersionView]

    @property
    def newest(self) -> VersionView:
        return self.versions[0]


@dataclass(frozen=True)
class Replayed:
    """An entry of a finished review: its place then, and under other weights or another rule."""

    entry: str
    score: Fraction | None
    before: int | None
    after: int | None


def rubrics(actor: Actor) -> list[RubricView]:
    """All rubrics, by kind and name."""
    require(actor, Permission.RUBRIC_EDIT)
    with read() as session:
        used = dict(
            session.exec(select(Review.rubric_version_id, func.count()).group_by(col(Review.rubric_version_id))).all()
        )
        rows = session.exec(
            select(RubricRow, RubricVersion, Account.name)
            .join(RubricVersion, col(RubricVersion.rubric_id) == RubricRow.id)
            .outerjoin(Account, col(Account.id) == RubricVersion.created_by)
            .order_by(col(RubricRow.kind), col(RubricRow.id), col(RubricVersion.number).desc())
        ).all()
    found: dict[int, list[VersionView]] = {}
    heads: dict[int, RubricRow] = {}
    for row, version, by in rows:
        heads[row.id or 0] = row
        found.setdefault(row.id or 0, []).append(
            VersionView(
                id=version.id or 0,
                number=version.number,
                rubric=Rubric.from_json(version.body),
                reason=version.reason,
                digest=version.digest,
                frozen_at=version.frozen_at,
                by=by or "系统",
                created_at=version.created_at,
                reviews=used.get(version.id or 0, 0),
                version=version.version,
            )
        )
    return [RubricView(key, heads[key].name, heads[key].kind, versions) for key, versions in found.items()]


def rubric(actor: Actor, rubric_id: int | None) -> RubricView | None:
    return next((found for found in rubrics(actor) if found.id == rubric_id), None)


def finished(actor: Actor, tried: Rubric) -> dict[int, str]:
    """Reviews whose marks can be tried under this rubric's weights, since they asked the same: id → code and name,
    the newest first."""
    require(actor, Permission.RUBRIC_EDIT)
    with read() as session:
        rows = session.execute(
            select(Review, RubricVersion.body)
            .join(RubricVersion, col(RubricVersion.id) == Review.rubric_version_id)
            .where(Review.state == ReviewState.FINAL)
            .order_by(col(Review.id).desc())
        ).all()
        return {
            row.id or 0: f"{row.code} {row.name}{'（演练）' if row.rehearsal else ''}"
            for row, body in rows
            if set(Rubric.from_json(body).weights) == set(tried.weights)
        }


def replay(actor: Actor, review_id: int, tried: Rubric, rule: PanelRule) -> list[Replayed]:
    """What a finished review's places would be under the weights of another rubric with the same criteria, or under
    another rule. Entries that the reader must step aside from are left out."""
    require(actor, Permission.RUBRIC_EDIT)
    view = result_queries.result(actor, review_id)
    if view is None or view.review.state is not ReviewState.FINAL:
        raise NotFound("没有找到已定稿的评审。", "试算只用已定稿的评审。")
    with read() as session:
        case = cases.load(session, session.get_one(Review, review_id))  # whole: places follow from all entries
    if set(tried.weights) != set(case.rubric.weights):
        raise Invalid(
            ["这次评审用的评分项与要试算的不同，不能换算"],
            "评分项的代码须相同，只有权重不同；请选用同一标准的其他版本。",
        )
    after = sensitivity.replay(case, tried.weights, rule)
    return [Replayed(view.entry(line.entry), line.score, line.rank, after[line.entry]) for line in view.lines]
