"""Commands of the two rounds: calling the panels together, the shortlist, the final's turns, what was deliberated."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from awards import combination, evidence, listing, loading, quotas, reckoning, stages, standing
from awards.loading import ENTITY
from awards.schemas import DeliberationIn
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.uploads import Upload
from core.words import AwardEntryState, AwardStage, DeliberationKind, EditionState, ReviewKind
from db import audit, files
from db.session import check_version, write
from db.tables import (
    Attachment,
    AwardDeliberation,
    AwardEntry,
    AwardReview,
    AwardTurn,
    Edition,
    Organisation,
    Review,
    ReviewEntry,
)
from panels import review_service, setup_service
from panels.schemas import EntryIn, ReviewIn

_DOES = {AwardStage.FIRST: stages.JUDGE, AwardStage.FINAL: stages.FINAL}
_IN = {
    AwardStage.FIRST: (AwardEntryState.QUALIFIED, AwardEntryState.JUDGING),
    AwardStage.FINAL: (AwardEntryState.SHORTLISTED,),
}


def begin(actor: Actor, edition_id: int, stage: AwardStage, *, seen_version: int) -> list[int]:
    """Begin a round: for each track with entries a review of the panels room, where it is set up and judged; returns
    the reviews' ids. Repeated after a failure it goes on with the same reviews."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        check_version(row, seen_version)
        _may_begin(session, actor, row, stage)
        rule, name, code = loading.rule_of(row), row.name, row.code
        rubric, rehearsal = row.rubric_version_id, row.rehearsal
        tracks = sorted({item.track for item in loading.entries_of(session, edition_id, *_IN[stage])})
    made = {}
    for track in tracks:
        # Without a cut of its own: who is chosen is decided here, with kept places and the other parts of the score.
        asked = ReviewIn(
            name=f"{name}　{track}{stage.label}"[:60],
            kind=ReviewKind.AWARD,
            rubric_version_id=rubric,
            rule=rule.panel_rule,
            per_entry=rule.per_entry,
            quorum=rule.quorum,
            tie_keys=rule.panel_keys,
            rehearsal=rehearsal,
        )
        made[track] = review_service.create_review(actor, asked, nonce=f"award-{code}-{stage.value}-{track}")
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        _may_begin(session, actor, row, stage)
        names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
        for track, review_id in made.items():
            session.add(AwardReview(edition_id=edition_id, stage=stage, track=track, review_id=review_id))
            review = session.get_one(Review, review_id)
            entered = set(session.exec(select(ReviewEntry.subject_id).where(ReviewEntry.review_id == review_id)).all())
            for item in loading.entries_of(session, edition_id, *_IN[stage]):
                if item.track == track and item.id not in entered:
                    _enter(session, actor, review, item, names)
        for item in loading.entries_of(session, edition_id, AwardEntryState.QUALIFIED):
            loading.take_entry(session, actor, item, stages.ENTER)
        if stage is AwardStage.FINAL:
            _draw(session, row)
        loading.take(session, actor, row, _DOES[stage])
    return list(made.values())


def shortlist(actor: Actor, edition_id: int, *, seen_version: int) -> int:
    """Take the shortlist from the first round's final results; returns how many are on it. A tie on the line is first
    decided by a recorded vote."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        check_version(row, seen_version)
        stages.EDITION.take(row.state, stages.SHORTLIST)
        loading.refuse_recused(session, actor, row)
        if problems := standing.obstacles(session, row, stages.SHORTLIST):
            raise WrongState(f"还不能“{stages.SHORTLIST}”：{'；'.join(problems)}。", "请办妥后再试。")
        found = reckoning.shortlist(session, row)
        chosen = {line.entry for line in found if line.placed.grade}
        whys = {line.entry: listing.why(line.level, line.placed.why, to="入围") for line in found}
        for item in loading.entries_of(session, edition_id, AwardEntryState.JUDGING):
            do = stages.CHOOSE if item.id in chosen else stages.DROP
            loading.take_entry(session, actor, item, do, whys.get(item.id or 0, ""))
        loading.take(session, actor, row, stages.SHORTLIST)
        return len(chosen)


def deliberate(actor: Actor, edition_id: int, data: DeliberationIn) -> int:
    """Write down what people decided together; with `votes` it decides a tie. Returns the record's id."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        stage = {EditionState.FIRST: AwardStage.FIRST, EditionState.COMBINING: AwardStage.FINAL}.get(row.state)
        if stage is None:
            raise WrongState(f"年度当前为“{row.state.label}”，没有可以合议的事项。", "合议在确定入围前和合成时记录。")
        loading.refuse_recused(session, actor, row)
        if data.votes:
            _decides_a_tie(session, row, stage, data.votes)
        record = AwardDeliberation(
            edition_id=edition_id,
            stage=stage,
            kind=DeliberationKind.TIE if data.votes else DeliberationKind.CASE,
            votes={str(key): count for key, count in data.votes.items()},
            present=list(data.present),
            text=data.text,
            by=actor.account_id,
            at=clock.now(),
        )
        session.add(record)
        session.flush()
        said = {"kind": record.kind.label, "present": record.present}
        audit.record(session, actor.account_id, "edition:deliberate", "edition", edition_id, said)
        return record.id or 0


def reorder(actor: Actor, edition_id: int, track: str, order: Sequence[int], reason: str) -> None:
    """Another order of a track's turns, before the first of them began."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        _goes_on(row)
        turns = _turns(session, row, track)
        if any(turn.began_at for turn in turns):
            raise WrongState("路演已经开始，不能再改次序。")
        if sorted(order) != sorted(turn.entry_id for turn in turns):
            raise Invalid(["次序须包含这个赛道的每个项目各一次"])
        if not reason.strip():
            raise Invalid(["调整抽签次序需要填写理由"])
        for turn in turns:  # out of each other's way first: places are unique
            turn.position = -turn.position
        session.flush()
        for turn in turns:
            turn.position = order.index(turn.entry_id) + 1
        said = {"track": track}
        audit.record(session, actor.account_id, "edition:order", "edition", edition_id, said, reason.strip())


def call_up(actor: Actor, entry_id: int) -> None:
    """An entry's turn begins, and the one before it ends: the timer runs from now."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        item, turn, turns = _turn(session, actor, entry_id)
        if turn.began_at is not None:
            raise WrongState("这个项目已经开始路演。", "请刷新页面。")
        if item.state is not AwardEntryState.SHORTLISTED:
            raise WrongState(f"这个项目已经“{item.state.label}”，不再路演。", "请请下一个项目。")
        now = clock.now()
        for other in turns:
            if _runs(other):
                other.ended_at = now
        turn.began_at = now
        _note(session, actor, item, "开始")


def end_turn(actor: Actor, entry_id: int) -> None:
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        item, turn, _ = _turn(session, actor, entry_id)
        if not _runs(turn):
            raise WrongState("这个项目没有正在进行的路演。", "请刷新页面。")
        turn.ended_at = clock.now()
        _note(session, actor, item, "结束")


def undo_turn(actor: Actor, entry_id: int) -> None:
    """Take back a click that went wrong: a turn that runs waits again, one that ended goes on as if it had not."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        item, turn, turns = _turn(session, actor, entry_id)
        if turn.began_at is None:
            raise WrongState("这个项目还没有开始路演，没有可以撤回的。", "请刷新页面。")
        if _runs(turn):
            turn.began_at = None
            _note(session, actor, item, "撤回开始")
            return
        if any(_runs(other) for other in turns):
            raise WrongState("另一个项目正在路演。", "请先结束或撤回正在进行的路演。")
        turn.ended_at = None
        _note(session, actor, item, "撤回结束")


# -- within a transaction -------------------------------------------------------------------


def _may_begin(session: Session, actor: Actor, row: Edition, stage: AwardStage) -> None:
    stages.EDITION.take(row.state, _DOES[stage])
    if stage is AwardStage.FINAL:
        loading.refuse_recused(session, actor, row)
    if problems := standing.obstacles(session, row, _DOES[stage]):
        raise WrongState(f"还不能“{_DOES[stage]}”：{'；'.join(problems)}。", "请办妥后再试。")


def _enter(session: Session, actor: Actor, review: Review, item: AwardEntry, names: dict[int | None, str]) -> None:
    kept = loading.newest_packs(session, [item.id or 0]).get(item.id or 0)
    data = EntryIn(
        code=item.code,
        title=item.title,
        summary=evidence.summary(item.narrative, kept.content) if kept else "",
        organisation_id=item.organisation_id,
        organisation_name=names[item.organisation_id],
        region_code=quotas.county_of(item.region_code),  # judges of a county step aside from its towns, too
    )
    entry = setup_service.enter(session, actor, review, data, subject=ENTITY, subject_id=item.id)
    for file in session.exec(
        select(Attachment).where(
            Attachment.entity == ENTITY, Attachment.entity_id == item.id, col(Attachment.removed_at).is_(None)
        )
    ).all():
        upload = Upload(file.name, file.media_type, files.content(session, file.id or 0), file.sha256)
        files.attach(session, actor.account_id, "review_entry", entry, upload, file.label)


def _draw(session: Session, row: Edition) -> None:
    """The order of the final, drawn by lot from the frozen rule's hash: nobody chose it, anybody can draw it again."""
    by_track: dict[str, list[AwardEntry]] = {}
    for item in loading.entries_of(session, row.id or 0, AwardEntryState.SHORTLISTED):
        by_track.setdefault(item.track, []).append(item)
    for track, items in by_track.items():
        random.Random(f"{row.rule_digest}{track}").shuffle(items)
        for position, item in enumerate(items, start=1):
            session.add(AwardTurn(entry_id=item.id or 0, edition_id=row.id or 0, track=track, position=position))


def _goes_on(row: Edition) -> None:
    if row.state is not EditionState.FINAL:
        raise WrongState(f"年度当前为“{row.state.label}”，不在终评。", "请刷新页面。")


def _turn(session: Session, actor: Actor, entry_id: int) -> tuple[AwardEntry, AwardTurn, list[AwardTurn]]:
    """An entry of a final that goes on, its turn and all of its track."""
    item, row = loading.entry(session, actor, entry_id)
    _goes_on(row)
    turns = _turns(session, row, item.track)
    turn = next((turn for turn in turns if turn.entry_id == entry_id), None)
    if turn is None:
        raise NotFound("没有找到这个项目的路演。", "请刷新页面。")
    return item, turn, turns


def _runs(turn: AwardTurn) -> bool:
    return turn.began_at is not None and turn.ended_at is None


def _note(session: Session, actor: Actor, item: AwardEntry, do: str) -> None:
    said = {"code": item.code, "do": do}
    audit.record(session, actor.account_id, "edition:turn", "edition", item.edition_id, said)


def _turns(session: Session, row: Edition, track: str) -> list[AwardTurn]:
    return list(
        session.exec(
            select(AwardTurn)
            .where(AwardTurn.edition_id == row.id, AwardTurn.track == track)
            .order_by(col(AwardTurn.position))
        ).all()
    )


def _decides_a_tie(session: Session, row: Edition, stage: AwardStage, votes: dict[int, int]) -> None:
    """A vote is about everybody of one company that is tied where it matters, and about nobody else."""
    found = reckoning.shortlist(session, row) if stage is AwardStage.FIRST else reckoning.combined(session, row)
    if set(votes) not in [{line.entry for line in company} for company in combination.ties(found)]:
        raise Invalid(
            ["表决须包含同一处同分的全部项目，且同分影响入围、入选或等次"], "请按页面列出的同分项目填写票数。"
        )
