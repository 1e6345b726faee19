"""Taking a feed in, whoever sent it: open, find what it is for, check, and write all of it at once.

Reading and checking happen before the transaction, so that others wait only for the writing; what was
checked is checked again when somebody was faster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
from sqlmodel import Session, col

from core import clock
from core.errors import Conflict
from core.memory import no_collection
from core.settings import settings
from core.tabular import BadFile
from core.words import CollectionKind
from db.session import CHANGED, RELOAD, read, take_turns, write
from db.tables import Collection as CollectionRow
from db.tables import Feed, ReturnRow
from metrics.feed import checking, frame, opening, rows, storing
from metrics.feed.checking import Checked, Tell, silent
from metrics.feed.opening import Delivery
from metrics.feed.rows import Told
from metrics.feed.storing import Written
from metrics.model import ChangeKind, Finding, Severity
from metrics.service import SourceFile
from metrics.workbook import Stranger

_TURN = 7_319_211  # any constant: deliveries with a key take turns, so that the same one twice is seen
OK, REFUSED, FOUND_WRONG = 200, 400, 422
MB_REFUSED = 413


@dataclass(frozen=True)
class Sender:
    """Who delivers: a person or the holder of a token. `regions` and `collection_id` None: no limit."""

    account_id: int | None
    token_id: int | None
    name: str
    regions: frozenset[str] | None
    collection_id: int | None = None


@dataclass(frozen=True)
class Wish:
    """What is asked to be done with a delivery. `partial`: rows without an error are saved though others
    have one; `submit`: returns that become complete are handed in."""

    collection: str = ""  # number or name; “”: what the file says, or the only one there is
    dry_run: bool = False
    partial: bool = False
    submit: bool = True

    @property
    def words(self) -> str:
        return f"{self.collection}|{self.dry_run}|{self.partial}|{self.submit}"


@dataclass(frozen=True)
class Outcome:
    """What came of a delivery. `status` as in HTTP; `checked` is None when the file as a whole was refused,
    `feed_id` when nothing was kept of it."""

    status: int
    told: tuple[Told, ...] | list[Told]
    checked: Checked | None = None
    written: Written | None = None
    feed_id: int | None = None

    @property
    def refusal(self) -> Finding | None:
        return self.told[0].finding if self.checked is None and self.told else None


Open = Callable[[], Delivery]


def preview(sender: Sender, delivery: Open, wish: Wish, tell: Tell = silent) -> Outcome:
    """What loading would do; nothing is stored."""
    with no_collection():
        return _preview(sender, delivery, wish, tell)


def _preview(sender: Sender, delivery: Open, wish: Wish, tell: Tell) -> Outcome:
    try:
        table = delivery()
        tell(0.3)
        with read() as session:
            checked = _plan(session, sender, table, wish, lambda share: tell(0.3 + 0.7 * share))
    except BadFile as bad:
        return _refused(bad)
    return Outcome(FOUND_WRONG if checked.errors and not wish.partial else OK, checked.told, checked)


def load(
    sender: Sender,
    delivery: Open,
    wish: Wish,
    *,
    filename: str,
    seen: str | None = None,
    answer: Callable[[Outcome], dict[str, object]] | None = None,
    key: str | None = None,
    request: str = "",
    tell: Tell = silent,
) -> Outcome:
    """Check a delivery and write it in one transaction.

    `seen` is the `fingerprint` of the preview that was confirmed: when a return has changed since, Conflict.
    With `answer` a record of the delivery is kept, with what its sender is told, under the sender's `key`.
    """
    with no_collection():
        return _load(sender, delivery, wish, filename, seen, answer, key, request, tell)


def _load(
    sender: Sender,
    delivery: Open,
    wish: Wish,
    filename: str,
    seen: str | None,
    answer: Callable[[Outcome], dict[str, object]] | None,
    key: str | None,
    request: str,
    tell: Tell,
) -> Outcome:
    try:
        table = delivery()
        tell(0.2)
        with read() as session:
            checked = _plan(session, sender, table, wish, lambda share: tell(0.2 + 0.3 * share))
    except BadFile as bad:
        return _refused(bad)
    with write() as session:
        if key is not None:
            take_turns(session, _TURN)
        if not storing.unchanged_since(session, checked):
            # Somebody was faster. The returns are locked now, so a second look is the last.
            checked = _plan(session, sender, table, wish)
            storing.unchanged_since(session, checked)
        if seen is not None and fingerprint(checked) != seen:
            raise Conflict(CHANGED, RELOAD)
        return _write(session, sender, table, checked, wish, filename, answer, key, request, tell)


def _write(
    session: Session,
    sender: Sender,
    table: Delivery,
    checked: Checked,
    wish: Wish,
    filename: str,
    answer: Callable[[Outcome], dict[str, object]] | None,
    key: str | None,
    request: str,
    tell: Tell,
) -> Outcome:
    refused = bool(checked.errors) and not wish.partial
    feed = Feed(
        collection_id=checked.frame.collection_id,
        token_id=sender.token_id,
        by=sender.account_id,
        at=clock.now(),
        filename=filename,
        sha256=table.digest,
        size=table.size,
        key=key,
        request=request,
        rows=checked.rows.count + len({told.row for told in checked.rows.stray}),
        saved=0,
        unchanged=checked.count(ChangeKind.UNCHANGED),
        rejected=checked.count(ChangeKind.REJECTED),
        submitted=0,
        findings=checked.by_rule,
        status=FOUND_WRONG if refused else OK,
    )
    session.add(feed)
    session.flush()
    outcome = Outcome(feed.status, checked.told, checked, None, feed.id)
    if refused:
        storing.keep_findings(session, checked, table.digest, sender.account_id)
    else:
        source = SourceFile(filename, table.digest, table.size)
        token = sender.name if sender.token_id is not None else ""
        written = storing.store(
            session, checked, feed, source, submit=wish.submit, token=token, tell=lambda share: tell(0.5 + 0.5 * share)
        )
        feed.saved, feed.submitted = written.saved, written.submitted
        outcome = Outcome(feed.status, checked.told, checked, written, feed.id)
    if answer is not None:
        feed.answer = answer(outcome)
    return outcome


def fingerprint(checked: Checked) -> str:
    """Changes when any return that the rows are for does."""
    owed = checked.frame.owed
    versions = sorted({(owed[at].id, owed[at].version) for at in checked.rows.owed.tolist()})
    return hashlib.sha256(repr(versions).encode()).hexdigest()


def collections(session: Session, sender: Sender) -> dict[int, str]:
    """Collections that the sender may deliver for: id → name. Assessments are taken in from published tables."""
    query = (
        select(col(CollectionRow.id), col(CollectionRow.name))
        .where(
            col(CollectionRow.kind) != CollectionKind.ASSESSMENT,
            col(CollectionRow.id).in_(select(col(ReturnRow.collection_id)).where(_within(sender.regions))),
            true() if sender.collection_id is None else col(CollectionRow.id) == sender.collection_id,
        )
        .order_by(col(CollectionRow.id))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _plan(session: Session, sender: Sender, table: Delivery, wish: Wish, tell: Tell = silent) -> Checked:
    collection_id = _collection(collections(session, sender), wish.collection or table.collection)
    regions, periods = rows.keys(table)
    if sender.regions is not None:
        regions &= sender.regions
    found = frame.load(session, collection_id, regions, periods)
    tell(0.3)
    read_rows = rows.read(table, found, sender.regions)
    tell(0.5)
    return checking.check(
        table, found, read_rows, now=clock.now(), submit=wish.submit, tell=lambda share: tell(0.5 + share / 2)
    )


def _collection(known: dict[int, str], said: str) -> int:
    """The one that is meant: by number, by name, or the only one there is."""
    if not said and len(known) == 1:
        return next(iter(known))
    for number, name in known.items():
        if said in (str(number), name):
            return number
    choices = "；".join(f"{number} {name}" for number, name in list(known.items())[:10])
    remedy = f"可以送报的有：{choices}。" if known else "没有可以送报的报送任务，请联系研究院。"
    if said:
        raise Stranger("identity.collection", f"没有“{said[:40]}”这项报送任务，或它不在可以送报的范围内。", remedy)
    raise Stranger("identity.collection", "没有写明是哪一项报送任务。", remedy)


def _within(regions: Collection[str] | None) -> ColumnElement[bool]:
    return true() if regions is None else col(ReturnRow.region_code).in_(sorted(regions))


def _refused(bad: BadFile) -> Outcome:
    status = MB_REFUSED if bad.rule == "file.large" else REFUSED if bad.rule == "file.json" else FOUND_WRONG
    return Outcome(status, [Told(Finding(Severity.ERROR, bad.rule, bad.message, bad.remedy), 0)])


def opener(data: bytes, filename: str, *, as_json: bool = False) -> Open:
    """How the bytes of a delivery are opened; nothing is read before it is called."""
    limit = settings().upload_mb
    return lambda: (
        opening.open_json(data, limit_mb=limit) if as_json else opening.open_file(data, filename, limit_mb=limit)
    )
