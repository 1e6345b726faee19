"""Commands about the public: release what a pilot came to, withdraw it, decide about what people wrote."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import NotFound, WrongState
from core.words import RatingState
from db import audit
from db.session import check_version, write
from db.tables import IndicatorRow, PilotVerdict, PublicRating, PublicRelease, Region, Scenario
from metrics.defined import indicator_of
from metrics.model import Indicator
from pilots import publishing, queries, releasing


def release(actor: Actor, pilot_id: int) -> int:
    """Show the pilot's newest verdict to everybody, as a frozen summary. Refused without a verdict, and when that
    verdict is shown already. What was shown before is replaced."""
    require(actor, Permission.PILOT_RELEASE)
    view = queries.pilot(actor, pilot_id)
    if view is None:
        raise NotFound("没有找到这个试点。")
    if view.verdict is None:
        raise WrongState("这个试点还没有结论，不能对公众发布。", "请先在试点页作出结论。")
    with write() as session:
        shown = publishing.current(session, PublicRelease, pilot_id)
        if shown is not None and shown.verdict_id == view.verdict.id:
            raise WrongState("这份结论已经对公众发布。", "有新的结论后可以更新发布。")
        verdict = session.get_one(PilotVerdict, view.verdict.id)
        content = releasing.content(
            _about(session, view),
            verdict.inputs,
            lambda code, version: _definition(session, code, version),
            _names(session),
        )
        frozen = publishing.frozen(actor, content)
        row = PublicRelease(pilot_id=pilot_id, verdict_id=view.verdict.id, **frozen)
        session.add(row)
        session.flush()
        said = {"verdict": view.verdict.id, "digest": row.digest}
        audit.record(session, actor.account_id, "release:show", "public_release", row.id, said)
        return row.id or 0


def withdraw(actor: Actor, release_id: int, reason: str, *, seen_version: int) -> None:
    """Take a release, and all that were shown before it, from the public; the reason is kept."""
    require(actor, Permission.PILOT_RELEASE)
    with write() as session:
        reason = publishing.withdraw(session, actor, PublicRelease, release_id, reason, seen_version)
        audit.record(session, actor.account_id, "release:withdraw", "public_release", release_id, {}, reason)


def moderate(actor: Actor, rating_id: int, show: bool, reason: str = "", *, seen_version: int) -> None:
    """Decide whether the words of a rating are shown; not showing needs a reason. Can be decided anew."""
    require(actor, Permission.PILOT_RELEASE)
    if not show:
        reason = publishing.reason_of(reason)
    with write() as session:
        row = session.get(PublicRating, rating_id)
        if row is None or not row.comment:
            raise NotFound("没有找到这条评论。", "请刷新页面。")
        check_version(row, seen_version)
        row.state = RatingState.SHOWN if show else RatingState.HIDDEN
        row.decided_by, row.decided_at, row.reason = actor.account_id, clock.now(), reason.strip()
        said = {"to": row.state.value}
        audit.record(session, actor.account_id, "rating:decide", "public_rating", rating_id, said, row.reason)


def count(actor: Actor, pilot_id: int, network: str, day: date, counted: bool, reason: str) -> int:
    """Decide whether the ratings of a crowd (`release_queries.Crowd`) count; returns how many it were. Can be decided
    anew; their words are decided about apart."""
    require(actor, Permission.PILOT_RELEASE)
    reason = publishing.reason_of(reason)
    with write() as session:
        rows = session.exec(
            select(PublicRating).where(
                PublicRating.pilot_id == pilot_id,
                PublicRating.network == network,
                PublicRating.day == day,
                col(PublicRating.counted).is_(not counted),
            )
        ).all()
        if not rows:
            raise WrongState("这些评价已经这样处理了。", "请刷新页面。")
        for row in rows:
            row.counted = counted
        said = {"day": str(day), "ratings": len(rows), "counted": counted}
        audit.record(session, actor.account_id, "rating:count", "pilot", pilot_id, said, reason)
    return len(rows)


def _about(session: Session, view: queries.PilotView) -> dict[str, str]:
    scenario = session.get_one(Scenario, view.scenario_id)
    verdict = view.verdict
    assert verdict is not None
    return {
        "name": view.name,
        "code": view.code,
        "scenario": scenario.name,
        "scenario_code": scenario.code,
        "summary": scenario.summary,
        "domain": scenario.domain,
        "lead": view.lead,
        "from": view.start_on.isoformat(),
        "to": view.end_on.isoformat(),
        "promise": view.promise,
        "verdict": verdict.title,
        "plain": releasing.PLAIN[verdict.verdict],
        "sentence": verdict.overruled_reason or verdict.sentence,
        "next": verdict.next_step,
        "decided": clock.beijing(verdict.decided_at).date().isoformat(),
    }


def _definition(session: Session, code: str, version: int) -> Indicator | None:
    row = session.exec(select(IndicatorRow).where(IndicatorRow.code == code, IndicatorRow.version == version)).first()
    return None if row is None else indicator_of(row)


def _names(session: Session) -> dict[str, Any]:
    return dict(session.exec(select(Region.code, Region.name)).all())
