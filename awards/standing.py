"""How an edition stands: what keeps a step from being taken, one sentence each. Within a session."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from awards import combination, loading, reckoning, stages
from awards.combination import Line
from core import clock
from core.words import AwardEntryState, AwardStage, ReviewState
from db.tables import AwardNotice, AwardObjection, Edition, Review, RubricVersion
from panels.outcome import MEDIAN_KEY
from panels.rubric import Rubric

E = AwardEntryState


def obstacles(session: Session, row: Edition, do: str, reason: str = "") -> list[str]:
    """What keeps a step of an edition from being taken now; empty when nothing does."""
    now, number = clock.now(), row.id or 0
    if do == stages.CALL:
        return _before_call(session, row)
    if do == stages.CLOSE_CALL:
        return [] if now >= row.closes_at else [f"申报截止时间是北京时间 {clock.show(row.closes_at)}，还没有到"]
    if do == stages.CLOSE_CITIES:
        waits = now < row.recommend_until
        return [f"推荐截止时间是北京时间 {clock.show(row.recommend_until)}，还没有到"] if waits else []
    if do == stages.JUDGE:
        unchecked = len(loading.entries_of(session, number, E.RECOMMENDED))
        said = [f"还有 {unchecked} 个项目没有形式审查"] if unchecked else []
        if not loading.entries_of(session, number, E.QUALIFIED) and not said:
            said.append("没有形式审查通过的项目")
        return said
    if do == stages.SHORTLIST:
        open_ = open_reviews(session, number, AwardStage.FIRST)
        return open_ or _ties(reckoning.shortlist(session, row))
    rule = loading.rule_of(row)
    if do == stages.DECIDE:
        return _ties(reckoning.combined(session, row)) + open_reviews(session, number, AwardStage.FINAL)
    if do in (stages.FINAL, stages.BACK_TO_FINAL):
        return [] if rule.with_final else ["这一年度不设终评"]
    if do == stages.OPEN_VOTE:
        return _before_vote(session, row)
    if do == stages.COMBINE:
        return _before_combining(session, row)
    if do == stages.RELEASE:
        return notice_obstacles(session, row, reason)
    return []


def _ties(lines: Sequence[Line]) -> list[str]:
    return [f"{words}同分，需要表决" for words in combination.contested(lines)]


def open_reviews(session: Session, edition_id: int, stage: AwardStage) -> list[str]:
    """Tracks whose panel has not finished a round."""
    said = []
    for (of, track), review_id in sorted(loading.reviews_of(session, edition_id).items()):
        review = session.get(Review, review_id)
        if of is stage and review is not None and review.state is not ReviewState.FINAL:
            said.append(f"“{track}”{stage.label}的评审（{review.code}）还是“{review.state.label}”，没有定稿")
    return said


def _before_call(session: Session, row: Edition) -> list[str]:
    rule = loading.rule_of(row)
    version = session.get_one(RubricVersion, row.rubric_version_id)
    rubric = Rubric.from_json(version.body)
    said = [f"评分标准：{problem}" for problem in rubric.problems()]
    known = {*rubric.weights, MEDIAN_KEY}
    said += [f"评分标准里没有“{key}”，不能作为同分时的比较项" for key in rule.panel_keys if key not in known]
    if clock.now() >= row.closes_at:
        said.append("申报截止时间已过，请修改时间")
    return said


def _before_vote(session: Session, row: Edition) -> list[str]:
    rule = loading.rule_of(row)
    if not rule.vote_weight:
        return ["这一年度不设公众投票"]
    if rule.with_final and row.state.value == "shortlisting":
        return ["先进行终评"]
    if row.vote_opens_at is not None and clock.now() < row.vote_opens_at:
        return [f"投票开始时间是北京时间 {clock.show(row.vote_opens_at)}，还没有到"]
    return open_reviews(session, row.id or 0, AwardStage.FINAL)


def _before_combining(session: Session, row: Edition) -> list[str]:
    rule = loading.rule_of(row)
    said = []
    if rule.with_final and row.state.value == "shortlisting":
        said.append("还没有终评")
    said += open_reviews(session, row.id or 0, AwardStage.FINAL)
    if rule.vote_weight:
        if row.state.value != "voting":
            said.append("还没有公众投票")
        elif row.vote_closes_at is not None and clock.now() < row.vote_closes_at:
            said.append(f"投票截止时间是北京时间 {clock.show(row.vote_closes_at)}，还没有到")
    return said


def latest_notice(session: Session, edition_id: int) -> AwardNotice | None:
    return session.exec(
        select(AwardNotice)
        .where(AwardNotice.edition_id == edition_id)
        .order_by(col(AwardNotice.number).desc())
        .limit(1)
    ).first()


def notice_obstacles(session: Session, row: Edition, reason: str) -> list[str]:
    notice = latest_notice(session, row.id or 0)
    if notice is None:
        return ["还没有公示"]
    said = []
    if clock.today() <= notice.ends_on:
        said.append(f"公示到 {notice.ends_on}（含当日）")
    if notice.provisional and not reason.strip():
        said.append("公示期按暂算的工作日历得出，须人工复核：请在理由中写明复核结果")
    return said + unanswered(session, row.id or 0)


def unanswered(session: Session, edition_id: int) -> list[str]:
    """That an objection waits for its answer, whichever list it is to."""
    query = select(AwardObjection.id).where(
        AwardObjection.edition_id == edition_id, col(AwardObjection.upheld).is_(None)
    )
    return ["还有异议没有答复"] if session.exec(query).first() else []


def recommended(session: Session, edition_id: int, city_code: str) -> int:
    """How many of a city's entries are recommended by now, whatever became of them afterwards."""
    rows = loading.entries_of(session, edition_id)
    before = (E.DRAFT, E.SUBMITTED, E.PASSED_OVER)
    return sum(
        row.city_code == city_code and row.state not in before and row.recommended_by is not None for row in rows
    )
