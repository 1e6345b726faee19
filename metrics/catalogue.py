"""The starting catalogue: the twenty definitions a new installation begins with, and the two by which
published monthly assessments are kept."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from core import clock
from core.numbers import to_micro
from core.words import Accumulation, Combine, Direction, EvidenceKind, IndicatorRole, Kind
from db import audit
from db.session import write
from db.tables import IndicatorRow

STARTING = Path(__file__).parent / "data" / "indicators.csv"
PUBLISHED = Path(__file__).parent / "data" / "assessment_indicators.csv"
_BOUNDS = ("hard_min", "hard_max", "plausible_min", "plausible_max")
_NUMBERS = ("factor", "decimals", "due_days")
_YES = ("d_fixed", "seasonal")


def load() -> int:
    """Add the twenty definitions that are not there yet; returns how many."""
    with write() as session:
        return len(ensure(session, STARTING))


def ensure(session: Session, file: Path) -> list[str]:
    """Add the definitions of a file that are not there yet; returns their codes. What is there stays as it is."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [_row(line) for line in csv.DictReader(lines)]
    known = set(session.exec(select(IndicatorRow.code)).all())
    fresh = [row for row in rows if row.code not in known]
    session.add_all(fresh)
    codes = [row.code for row in fresh]
    if codes:
        audit.record(session, None, "indicator:load", "indicator", "catalogue", {"added": codes})
    return codes


def _row(line: Mapping[str, str]) -> IndicatorRow:
    values: dict[str, Any] = dict(line)
    for name in _BOUNDS:
        values[name] = to_micro(Decimal(line[name])) if line[name] else None
    for name in _NUMBERS:
        values[name] = int(line[name])
    for name in _YES:
        values[name] = line[name] == "1"
    values["kind"], values["direction"] = Kind(line["kind"]), Direction(line["direction"])
    values["combine_time"], values["combine_regions"] = Combine(line["combine_time"]), Combine(line["combine_regions"])
    values["evidence_kind"] = EvidenceKind(line["evidence_kind"])
    values["accumulation"], values["role"] = Accumulation(line["accumulation"]), IndicatorRole(line["role"])
    return IndicatorRow(version=1, created_at=clock.now(), **values)
