"""The starting catalogue of indicators, from `metrics/data/indicators.csv`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import select

from core.numbers import to_micro
from core.words import Combine, Direction, Kind
from db import audit
from db.session import write
from db.tables import IndicatorRow

FILE = Path(__file__).parent / "data" / "indicators.csv"
_BOUNDS = ("hard_min", "hard_max", "plausible_min", "plausible_max")


def load() -> int:
    """Add the definitions that are not there yet; returns how many."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [_row(line) for line in csv.DictReader(lines)]
    with write() as session:
        known = set(session.exec(select(IndicatorRow.code)).all())
        fresh = [row for row in rows if row.code not in known]
        session.add_all(fresh)
        audit.record(session, None, "indicator:load", "indicator", "catalogue", {"added": [row.code for row in fresh]})
        return len(fresh)


def _row(line: Mapping[str, str]) -> IndicatorRow:
    values: dict[str, Any] = dict(line)
    for name in _BOUNDS:
        values[name] = to_micro(Decimal(line[name])) if line[name] else None
    values["factor"], values["decimals"] = int(line["factor"]), int(line["decimals"])
    values["kind"], values["direction"] = Kind(line["kind"]), Direction(line["direction"])
    values["combine_time"], values["combine_regions"] = Combine(line["combine_time"]), Combine(line["combine_regions"])
    values["evidence_required"] = line["evidence_required"] == "1"
    return IndicatorRow(version=1, **values)
