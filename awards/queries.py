"""Reads about editions and entries. `loading` says who sees which; marks only staff who need not step aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may
from awards import (
    evidence,
    loading,
    objection_queries,
    panel_keys,
    reckoning,
    result_queries,
    results,
    rules,
    stages,
    standing,
)
from awards.combination import Line
from awards.loading import ENTITY
from awards.views import (
    EditionRow,
    EditionView,
    EntryRow,
    EntryView,
    NoticeView,
    PackView,
    ReviewOf,
)
from core import clock
from core.errors import Forbidden, NotFound
from core.words import Arm, AwardEntryState, AwardStage, EditionState, ReviewKind, Role
from db import files
from db.session import read
from db.tables import (
    Account,
    Attachment,
    AwardEntry,
    AwardEntryVersion,
    AwardNotice,
    AwardPack,
    CollectionUnit,
    Edition,
    Organisation,
    Pilot,
    Region,
    Review,
    RubricRow,
    RubricVersion,
)
from metrics import queries as metrics
from panels import objections
from pilots import queries as pilots

E = AwardEntryState
_WON = (E.PROPOSED, E.WINNER)


def editions(actor: Actor) -> list[EditionRow]:
    """All that the actor sees, the newest first; rehearsals last."""
    with read() as session:
        found = edition_rows(session, actor)
    return sorted(found, key=lambda row: (row.rehearsal, -row.year, -row.id))


def edition(actor: Actor, edition_id: int | None) -> EditionView | None:
    with read() as session:
        try:
            row = loading.edition(session, actor, edition_id or 0)
        except NotFound:
            return None
        return _view(session, actor, row)


def entry(actor: Actor, entry_id: int | None) -> EntryView | None:
    with read() as session:
        try:
            item, row = loading.entry(session, actor, entry_id or 0)
        except NotFound:
            return None
        return _entry(session, actor, item, row)


def candidates(actor: Actor, edition_id: int) -> dict[tuple[int, str], str]:
    """What the actor's county can still enter: of each pilot the county's part or that of one of its towns, by pilot and
    region."""
    if not may(actor, Permission.AWARD_APPLY):
        return {}
    own = actor.region_code
    with read() as session:
        taken = session.exec(
            select(AwardEntry.pilot_id, AwardEntry.region_code).where(
                AwardEntry.edition_id == edition_id, metrics.within(col(AwardEntry.region_code), own)
            )
        ).all()
        units = session.exec(
            select(CollectionUnit.collection_id, CollectionUnit.region_code, Region.name)
            .join(Region, col(Region.code) == CollectionUnit.region_code)
            .where(metrics.within(col(CollectionUnit.region_code), own), CollectionUnit.arm == Arm.PILOT)
            .order_by(CollectionUnit.region_code)
        ).all()
        rows = session.exec(
            pilots.readable(actor)
            .where(
                col(Pilot.collection_id).in_([collection for collection, *_ in units]),
                col(Pilot.start_on) <= clock.today(),
            )
            .order_by(Pilot.code)
        ).all()
        return {
            (row.id or 0, code): f"{row.code} {row.name}" + ("" if code == own else f"（{name}）")
            for row in rows
            for collection, code, name in units
            if collection == row.collection_id and (row.id, code) not in taken
        }


def supervisors(actor: Actor, edition_id: int) -> dict[int, str]:
    """Who can be named to watch over the objections to a list that the actor signs, by account id."""
    if not may(actor, Permission.EDITION_RUN):
        return {}
    with read() as session:
        return results.supervisors(session, loading.edition(session, actor, edition_id), actor.account_id)


def answerers(actor: Actor, edition_id: int) -> dict[int, str]:
    """Staff who may answer an objection to an edition's list, by account id: those who decided nothing."""
    if not actor.is_staff:
        return {}
    with read() as session:
        return results.supervisors(session, loading.edition(session, actor, edition_id), None)


def rubrics(actor: Actor) -> dict[int, str]:
    """The newest rubric versions for the selection, by id."""
    if not may(actor, Permission.EDITION_RUN):
        return {}
    with read() as session:
        rows = session.exec(
            select(RubricVersion.id, RubricRow.name, RubricVersion.number)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.AWARD)
            .order_by(col(RubricVersion.number))
        ).all()
    newest = {name: (key or 0, number) for key, name, number in rows}
    return {key: f"{name}（第 {number} 版）" for name, (key, number) in newest.items()}


def file(actor: Actor, attachment_id: int) -> bytes:
    """A file of an entry or an objection, for those who may read the record."""
    with read() as session:
        found = session.get(Attachment, attachment_id)
        allowed = False
        if found is not None and found.entity == ENTITY:
            try:
                loading.entry(session, actor, found.entity_id)
                allowed = True
            except NotFound:
                allowed = False
        elif found is not None and found.entity == objection_queries.ENTITY:
            allowed = objection_queries.reads(session, actor, found.entity_id)
        if not allowed:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


# -- within a session -----------------------------------------------------------------------


def edition_rows(session: Session, actor: Actor, edition_id: int | None = None) -> list[EditionRow]:
    """Editions the actor sees, as a list shows them."""
    query = select(Edition).where(loading.visible(actor))
    if edition_id is not None:
        query = query.where(Edition.id == edition_id)
    found = session.exec(query).all()
    states = session.exec(
        select(AwardEntry.edition_id, AwardEntry.state, AwardEntry.organisation_id).where(
            col(AwardEntry.edition_id).in_([row.id for row in found])
        )
    ).all()
    entered = Counter(key for key, state, _ in states if state is not E.DRAFT)
    mine = Counter(key for key, _, whose in states if actor.role is Role.COUNTY and whose == actor.organisation_id)
    won = Counter(key for key, state, _ in states if state is E.WINNER)
    return [
        EditionRow(
            id=row.id or 0,
            code=row.code,
            year=row.year,
            name=row.name,
            nature=row.nature,
            state=row.state,
            rehearsal=row.rehearsal,
            closes_at=row.closes_at,
            entries=entered[row.id or 0] if actor.is_staff or row.state is not EditionState.APPLYING else 0,
            mine=mine[row.id or 0],
            winners=won[row.id or 0],
        )
        for row in found
    ]


def _view(session: Session, actor: Actor, row: Edition) -> EditionView:
    number = row.id or 0
    rule = loading.rule_of(row)
    runs = bool(may(actor, Permission.EDITION_RUN))
    subject = results.signers(session, row)
    steps = [
        step
        for step in stages.on_way(row.state, with_final=rule.with_final, with_vote=bool(rule.vote_weight))
        if step.do in stages.BUTTONS and may(actor, Permission(step.permission), subject)
    ]
    lines, aside = _lines(session, actor, row) if runs else ([], "")
    version = session.get_one(RubricVersion, row.rubric_version_id)
    copied = session.get(Edition, row.copied_from_id) if row.copied_from_id and runs else None
    return EditionView(
        row=edition_rows(session, actor, number)[0],
        nature=row.nature,
        approval_number=row.approval_number,
        intro=row.intro,
        rule=rule,
        rule_digest=row.rule_digest,
        frozen_at=row.frozen_at,
        rubric=(
            version.rubric_id,
            version.id or 0,
            f"{session.get_one(RubricRow, version.rubric_id).name}（第 {version.number} 版）",
        ),
        panel_keys=panel_keys.words(session, row.rubric_version_id, rule.panel_keys),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        recommend_until=row.recommend_until,
        vote_opens_at=row.vote_opens_at,
        vote_closes_at=row.vote_closes_at,
        copied_from=copied.name if copied else "",
        organiser=organiser(session, row),
        reason=row.reason if runs or row.state in stages.EDITION.terminal else "",
        released_at=row.released_at,
        runs=runs,
        applies=bool(may(actor, Permission.AWARD_APPLY)),
        city=_is_city(actor),
        recommended=standing.recommended(session, number, actor.region_code or "") if _is_city(actor) else None,
        steps=steps,
        obstacles={step.do: standing.obstacles(session, row, step.do, "理由") for step in steps},
        entries=entry_rows(
            session,
            loading.visible_entries(actor) & (col(AwardEntry.edition_id) == number),
            shown=runs or row.state in stages.ON_NOTICE,
        ),
        reviews=_reviews(session, number) if runs else [],
        lines=lines,
        aside=aside,
        results=result_queries.results(session, number) if runs else [],
        deliberations=result_queries.deliberations(session, number) if runs and not aside else [],
        notices=_notices(session, row) if runs or row.state in stages.ON_NOTICE else [],
        objections=objection_queries.of(session, actor, row),
        version=row.version,
    )


def organiser(session: Session, row: Edition) -> str:
    """The organisation that runs an edition, as papers sign: that of whoever prepared it."""
    account = session.get(Account, row.created_by) if row.created_by else None
    found = session.get(Organisation, account.organisation_id) if account else None
    return found.name if found else "年度遴选组织单位"


def _is_city(actor: Actor) -> bool:
    return bool(actor.region_code and actor.region_code.endswith("00")) and actor.role in (Role.COUNTY, Role.DEPARTMENT)


def _lines(session: Session, actor: Actor, row: Edition) -> tuple[Sequence[Line], str]:
    """The list as it stands; nothing for staff who must step aside from an entry: gaps would say where it is."""
    try:
        loading.refuse_recused(session, actor, row)
    except Forbidden:
        return [], "您对其中的参评项目应当回避，不显示得分和名次。"
    if row.state in (EditionState.FIRST, EditionState.SHORTLISTED):
        if standing.open_reviews(session, row.id or 0, AwardStage.FIRST):
            return [], ""
        return reckoning.shortlist(session, row), ""
    if row.state in stages.ON_NOTICE | {EditionState.COMBINING, EditionState.DECIDING}:
        return reckoning.combined(session, row), ""
    return [], ""


def entry_rows(session: Session, condition: object, *, shown: bool) -> list[EntryRow]:
    """Entries under a condition that says who may see them; grades only when `shown`."""
    city = session.exec(select(Region.code, Region.short_name)).all()
    places = dict(city)
    rows = session.exec(
        select(AwardEntry, Organisation.name)
        .join(Organisation, col(Organisation.id) == AwardEntry.organisation_id)
        .where(condition)  # type: ignore[arg-type]
        .order_by(AwardEntry.track, AwardEntry.code)
    )
    return [
        EntryRow(
            id=item.id or 0,
            code=item.code,
            title=item.title,
            track=item.track,
            state=item.state if shown else _told(item.state),
            organisation=name,
            region_code=item.region_code,
            region=places.get(item.region_code, item.region_code),
            city_code=item.city_code,
            city=places.get(item.city_code, item.city_code),
            group=item.group_name,
            remote=item.remote,
            city_rank=item.city_rank,
            grade=item.grade if shown else "",
            reason=item.reason if shown or item.state not in _SECRET else "",
            version=item.version,
        )
        for item, name in rows
    ]


# What an entry's county is told only while the list is before everybody, and why.
_SECRET = frozenset({E.PROPOSED, E.NOT_CHOSEN})


def _told(state: AwardEntryState) -> AwardEntryState:
    """The shortlist is no secret: who is on it comes to the final; who is chosen is one until the notice."""
    return E.SHORTLISTED if state in _SECRET else state


def _entry(session: Session, actor: Actor, item: AwardEntry, row: Edition) -> EntryView:
    number = item.id or 0
    rule = loading.rule_of(row)
    own = bool(may(actor, Permission.AWARD_APPLY, Subject(organisation_id=item.organisation_id)))
    now = clock.now()
    city = may(actor, Permission.AWARD_RECOMMEND, Subject(region_code=item.city_code))
    takes = row.state in (EditionState.APPLYING, EditionState.RECOMMENDING) and now < row.recommend_until
    used = standing.recommended(session, row.id or 0, item.city_code)
    shown = actor.is_staff or row.state in stages.ON_NOTICE
    checks = bool(may(actor, Permission.AWARD_CHECK)) and row.state is EditionState.CHECKING
    version = session.exec(
        select(AwardEntryVersion.digest)
        .where(AwardEntryVersion.entry_id == number)
        .order_by(col(AwardEntryVersion.number).desc())
    ).first()
    packs = session.exec(
        select(AwardPack).where(AwardPack.entry_id == number).order_by(col(AwardPack.number).desc())
    ).all()
    steps = []
    for step in stages.ENTRY.steps_from(item.state):
        if step.do in (stages.RECOMMEND, stages.PASS_OVER, stages.UNRECOMMEND) and city and takes:
            full = step.do == stages.RECOMMEND and not rules.within_city(used, rule.city_quota)
            steps += [] if full else [step]
        if step.do in (stages.QUALIFY, stages.DISQUALIFY, stages.RECONSIDER) and checks:
            steps.append(step)
        if step.do == stages.LEAVE and own and row.state not in (EditionState.RELEASED, EditionState.REVOKED):
            steps.append(step)
        if step.do == stages.STRIP and row.state is EditionState.RELEASED:
            steps += [step] if may(actor, Permission.EDITION_SIGN, results.proposer(session, row)) else []
    pilot = session.get_one(Pilot, item.pilot_id)
    return EntryView(
        row=entry_rows(session, col(AwardEntry.id) == number, shown=shown)[0],
        edition=edition_rows(session, actor, row.id)[0],
        rule=rule,
        rehearsal=row.rehearsal,
        pilot=(pilot.id or 0, f"{pilot.code} {pilot.name}"),
        narrative=dict(item.narrative),
        number=item.number,
        submitted_at=item.submitted_at,
        digest=version or "",
        veto=item.veto,
        organiser=organiser(session, row),
        packs=[
            PackView(pack.number, pack.digest, pack.at, pack.reason, evidence.lines(pack.content), pack.content)
            for pack in packs
        ],
        files=files.attached(session, ENTITY, [number]),
        own=own,
        open=row.state is EditionState.APPLYING and row.opens_at <= now < row.closes_at,
        recommends=city if takes else Answer(False, "推荐已经截止。"),
        left=max(0, rule.city_quota - used) if rule.city_quota else None,
        checks=checks,
        steps=steps,
    )


def _reviews(session: Session, edition_id: int) -> list[ReviewOf]:
    found = []
    for (stage, track), key in sorted(loading.reviews_of(session, edition_id).items()):
        review = session.get_one(Review, key)
        found.append(ReviewOf(stage, track, key, review.code, review.state, review.state.label))
    return found


def _notices(session: Session, row: Edition) -> list[NoticeView]:
    """The newest first."""
    found = session.exec(
        select(AwardNotice).where(AwardNotice.edition_id == row.id).order_by(col(AwardNotice.number).desc())
    )
    return [
        NoticeView(
            **objections.told(session, item, running=row.state is EditionState.NOTICE and at == 0), listed=item.listed
        )
        for at, item in enumerate(found)
    ]
