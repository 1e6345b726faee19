"""Writing what a feed brings: values, uploads, states, events and roll-ups, all of it or nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select, text
from sqlmodel import Session, col

from core import clock
from core.numbers import MICRO, from_micro
from core.words import ReturnState, ValueState
from db import audit, bulk
from db.tables import Feed, Observation, ReturnRow, Upload
from metrics import recording, rollups, watching
from metrics.feed.checking import Checked, Tell, silent
from metrics.feed.rows import BLANK, Mask, Numbers
from metrics.model import ChangeKind, Entry, Finding
from metrics.service import EDITABLE, SourceFile
from metrics.stages import CORRECT, SUBMIT

DOOR = "feed"
_TOUCHED = "feed_touched"


@dataclass(frozen=True)
class Written:
    """What was written: values, returns handed in, and returns that are still not complete."""

    saved: int
    submitted: int
    incomplete: int


def unchanged_since(session: Session, checked: Checked) -> bool:
    """Lock the returns that the rows are for; whether they are still as they were when checked."""
    owed = checked.frame.owed
    asked = np.unique(checked.rows.owed).tolist()
    bulk.fill(session, _TOUCHED, {"id": "INTEGER"}, [(owed[at].id,) for at in asked])
    query = (
        select(col(ReturnRow.id), col(ReturnRow.version))
        .where(text(f"data_return.id IN (SELECT id FROM {_TOUCHED})"))
        .order_by(col(ReturnRow.id))
        .with_for_update()
    )
    return {row[0]: row[1] for row in session.execute(query)} == {owed[at].id: owed[at].version for at in asked}


def store(
    session: Session,
    checked: Checked,
    feed: Feed,
    source: SourceFile,
    *,
    submit: bool,
    token: str = "",
    tell: Tell = silent,
) -> Written:
    """Append every row that passed and, with `submit`, hand in the returns that are complete. The caller has
    locked the returns and added `feed`; `token` names the key it came by."""
    at = clock.now()
    saving = checked.saving
    touched = np.unique(checked.rows.owed[saving])
    _append(session, checked, feed, saving, _uploads(session, checked, feed, source, saving, touched, at), at)
    tell(0.4)
    keep_findings(session, checked, source.sha256, feed.by)
    complete = _complete(checked, saving)
    ready = _ready(checked, touched, complete) if submit else np.zeros(len(checked.frame.owed), dtype=bool)
    _move(session, checked, feed, touched, np.flatnonzero(ready), at)
    _record(session, checked, feed, saving, touched, np.flatnonzero(ready), token)
    tell(0.6)
    periods = {checked.frame.owed[place].period for place in np.flatnonzero(ready).tolist()}
    if periods:
        rollups.refresh(session, checked.frame.collection_id, periods)
        watching.look(session, feed.by, checked.frame.collection_id, periods)
    tell(1.0)
    asked = np.unique(checked.rows.owed)
    open_ = [place for place in asked.tolist() if checked.frame.owed[place].state in EDITABLE and not ready[place]]
    return Written(len(saving), int(ready.sum()), sum(not complete[place] for place in open_))


def keep_findings(session: Session, checked: Checked, digest: str, actor_id: int | None) -> None:
    """What was found, return by return, for the statistics of rules and for follow-up."""
    owed = checked.frame.owed
    found: dict[int, list[Finding]] = {owed[at].id: [] for at in np.unique(checked.rows.owed).tolist()}
    numbers = {(item.region_code, item.period): item.id for item in owed}
    for told in checked.told:
        number = numbers.get((told.region_code, told.period))
        if number in found:
            found[number].append(told.finding)
    recording.keep_many(session, actor_id, digest, DOOR, found)


def _uploads(
    session: Session,
    checked: Checked,
    feed: Feed,
    source: SourceFile,
    saving: Numbers,
    touched: Numbers,
    at: datetime,
) -> Mapping[int, int]:
    """One upload for every return that is written to; place of the return → the upload's id."""
    owed = checked.frame.owed
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for told in checked.told:
        found[told.region_code, told.period][told.finding.rule] += 1
    saved = Counter(checked.rows.owed[saving].tolist())
    places = touched.tolist()
    ids = bulk.reserve(session, Upload, len(places))
    none: Counter[str] = Counter()
    columns = {
        "id": ids,
        "return_id": [owed[place].id for place in places],
        "saved": [saved[place] for place in places],
        "findings": [
            bulk.as_json(dict(found.get((owed[place].region_code, owed[place].period), none))) if found else "{}"
            for place in places
        ],
    }
    same = {
        "feed_id": feed.id,
        "filename": source.filename,
        "sha256": source.sha256,
        "size": source.size,
        "at": at,
        "by": feed.by,
    }
    bulk.append(session, Upload, columns, same)
    return dict(zip(places, ids, strict=True))


def _append(
    session: Session, checked: Checked, feed: Feed, saving: Numbers, uploads: Mapping[int, int], at: datetime
) -> None:
    rows, frame = checked.rows, checked.frame
    places = saving.tolist()
    owed, kinds = rows.owed[saving].tolist(), rows.indicator[saving].tolist()
    d = np.where(rows.d[saving] == BLANK, 0, rows.d[saving]).tolist()
    has_d = [item.kind.has_denominator for item in frame.indicators]
    late = [item.course.late_at(at) for item in frame.owed]
    columns: dict[str, list[object]] = {
        "return_id": [frame.owed[place].id for place in owed],
        "indicator_id": [frame.indicators[place].id for place in kinds],
        "revision": [1] * len(places),
        "n": rows.n[saving].tolist(),
        "d": [value if has_d[place] else None for value, place in zip(d, kinds, strict=True)],
        "state": [ValueState.REPORTED.value] * len(places),
        "reason": [""] * len(places),
        "note": [rows.words[place] for place in places],
        "link": [""] * len(places),
        "late": [late[place] for place in owed],
        "upload_id": [uploads[place] for place in owed],
    }
    positions = {place: position for position, place in enumerate(places)}
    for place, entry in checked.entries.items():
        position = positions.get(place)
        if position is not None:
            columns["n"][position] = entry.n
            columns["d"][position] = entry.d if has_d[kinds[position]] else None
            columns["state"][position] = entry.state.value
            columns["reason"][position], columns["note"][position] = entry.reason, entry.note
            columns["link"][position] = entry.link
    if frame.stored:
        before = (checked.stored(place) for place in places)
        columns["revision"] = [1 if value is None else value.revision + 1 for value in before]
    bulk.append(session, Observation, columns, {"door": DOOR, "entered_by": feed.by, "entered_at": at})


def _complete(checked: Checked, saving: Numbers) -> Mask:
    """Which of the frame's returns hold a value for everything asked, once the rows are saved."""
    frame = checked.frame
    filled = np.zeros((len(frame.owed), len(frame.indicators)), dtype=bool)
    filled[checked.rows.owed[saving], checked.rows.indicator[saving]] = True
    if frame.stored:
        returns = {(owed.region_code, owed.period): place for place, owed in enumerate(frame.owed)}
        kinds = {indicator.id: place for place, indicator in enumerate(frame.indicators)}
        for (region, indicator_id), values in frame.stored.items():
            for period in values:
                place = returns.get((region, period))
                if place is not None and indicator_id in kinds:
                    filled[place, kinds[indicator_id]] = True
    asked = {period: np.array(frame.asked(period), dtype=np.int64) for period in {owed.period for owed in frame.owed}}
    return np.array([filled[place, asked[owed.period]].all() for place, owed in enumerate(frame.owed)], dtype=bool)


def _ready(checked: Checked, touched: Numbers, complete: Mask) -> Mask:
    """Returns to hand in: complete, no row refused. One that was handed in before must bring something new."""
    ready = np.zeros(len(checked.frame.owed), dtype=bool)
    ready[np.unique(checked.rows.owed)] = True
    ready[np.unique(checked.rows.owed[checked.of(ChangeKind.REJECTED)])] = False
    written = set(touched.tolist())
    for place in np.flatnonzero(ready).tolist():
        state = checked.frame.owed[place].state
        ready[place] = complete[place] and (state is ReturnState.DRAFT or place in written)
    return ready


def _move(session: Session, checked: Checked, feed: Feed, touched: Numbers, ready: Numbers, at: datetime) -> None:
    """New versions for the returns that were written to, and the new state of those handed in."""
    owed = checked.frame.owed
    saved = {"at": bulk.bound(session, ReturnRow, "saved_at", at)}
    bulk.fill(
        session, _TOUCHED, {"id": "INTEGER"}, [(owed[place].id,) for place in {*touched.tolist(), *ready.tolist()}]
    )
    session.execute(
        text(f"UPDATE data_return SET version = version + 1, saved_at = :at WHERE id IN (SELECT id FROM {_TOUCHED})"),
        saved,
    )
    bulk.fill(session, _TOUCHED, {"id": "INTEGER"}, [(owed[place].id,) for place in ready.tolist()])
    session.execute(
        text(
            f"UPDATE data_return SET state = '{ReturnState.SUBMITTED}', submitted_at = :at, submitted_by = :by, "
            "first_submitted_at = coalesce(first_submitted_at, :at), unlocked_until = NULL, "
            f"comment = '' WHERE id IN (SELECT id FROM {_TOUCHED})"
        ),
        saved | {"by": feed.by},
    )


def _record(
    session: Session,
    checked: Checked,
    feed: Feed,
    saving: Numbers,
    touched: Numbers,
    ready: Numbers,
    token: str,
) -> None:
    owed, came_by = checked.frame.owed, {"token": token} if token else {}
    changes = _changes(checked, saving)
    notes = [audit.Note("feed:load", "feed", feed.id, {"values": len(saving), "returns": len(touched), **came_by})]
    notes += [
        audit.Note("return:save", "return", owed[place].id, {**changes[place], "feed": feed.id, **came_by})
        for place in touched.tolist()
    ]
    moved = {do: {"do": do, "to": ReturnState.SUBMITTED.value, "feed": feed.id, **came_by} for do in (SUBMIT, CORRECT)}
    for place in ready.tolist():
        do = SUBMIT if owed[place].state in EDITABLE else CORRECT
        notes.append(audit.Note("return:move", "return", owed[place].id, moved[do]))
    audit.record_many(session, feed.by, notes)


def _changes(checked: Checked, saving: Numbers) -> Mapping[int, dict[str, list[str]]]:
    """Place of the return → indicator code → [old, new], as figures: what the log keeps of each value."""
    rows, frame = checked.rows, checked.frame
    codes = [indicator.code for indicator in frame.indicators]
    n, d = _amounts(rows.n[saving]), _amounts(rows.d[saving])
    found: dict[int, dict[str, list[str]]] = defaultdict(dict)
    places = zip(saving.tolist(), rows.owed[saving].tolist(), rows.indicator[saving].tolist(), n, d, strict=True)
    for place, owed, indicator, upper, lower in places:
        before = checked.standing(place) if frame.stored else None
        entry = checked.entries.get(place)
        new = _figures(upper, lower) if entry is None else _words(entry)
        found[owed][codes[indicator]] = ["–" if before is None else _words(before.entry), new]
    return found


def _words(entry: Entry) -> str:
    if not entry.state.has_value:
        return entry.state.label
    n, d = ("" if micro is None else _amount(micro) for micro in (entry.n, entry.d))
    return _figures(n, d) + (f"（{entry.state.label}）" if entry.state is not ValueState.REPORTED else "")


def _figures(n: str, d: str) -> str:
    return f"{n} / {d}" if d else n


def _amounts(micro: Numbers) -> Sequence[str]:
    whole, rest = np.divmod(micro, MICRO)
    texts = [str(number) for number in whole.tolist()]
    for place in np.flatnonzero(rest).tolist():
        texts[place] = _amount(int(micro[place])) if micro[place] >= 0 else ""
    return texts


def _amount(micro: int) -> str:
    return f"{from_micro(micro):f}"
