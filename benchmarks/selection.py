"""The second golden edition of the annual selection: 200 entries, 5 tracks, 35 judges, from sheets to the final list.

    python -m benchmarks.selection

Everything goes through the services that people use, on SQLite. Counted apart: handing in the sheets of both rounds (2,100
commands, which judges give over days), and what the institute waits for: both rounds' results with two signatures each,
the shortlist, the combination, the list with its two signatures. CPU time; the whole has to stay below a minute. The list
must be the expected one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from awards import round_service, stages
from benchmarks.rollups import using
from core.words import AwardStage
from db import upgrade
from tests.awards.support import Selection, golden, recommended, rule_in, selection, some_pilots
from tests.awards.test_golden import tracks
from tests.support.cast import assemble, furnish

LIMIT = 60.0
FIRST, FINAL = AwardStage.FIRST, AwardStage.FINAL


class Clocks:
    """CPU seconds by what they went into."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        start = time.process_time()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - start


def main() -> int:
    story, expected = golden("large"), golden("large.expected")
    clocks = Clocks()
    with tempfile.TemporaryDirectory() as folder, using(Path(folder)):
        upgrade.upgrade()
        furnish()
        cast = assemble()
        weights = story["weights"]
        rule = rule_in(
            tracks=tracks(story),
            panel_weight=weights["panel"],
            objective_weight=weights["objective"],
            first_share=story["first_share"],
            per_entry=7,
            tie_keys=["final", "objective", "place"],
        )
        told = selection(cast, rule)
        recommended(told, story["entries"], some_pilots(cast, 8))
        told.close_call()
        told.qualify_all()
        told.begin(FIRST)
        _round(told, FIRST, story["first"], clocks)
        with clocks.of("results"):
            round_service.shortlist(cast.li_staff, told.id, seen_version=told.row().version)
        told.begin(FINAL)
        _round(told, FINAL, story["final"], clocks)
        with clocks.of("results"):
            told.step(stages.COMBINE)
            told.step(stages.DECIDE)
            told.sign()
        right = told.listed() == expected["lists"][0]
    sheets = sum(
        len(given) for which in ("first", "final") for judges in story[which].values() for given in judges.values()
    )
    print(f"200 entries, 5 tracks, 35 judges, {sheets} sheets; CPU seconds")
    print(
        f"  handing in the sheets    {clocks.spent['sheets']:6.1f}   {clocks.spent['sheets'] / sheets * 1000:.1f} ms each"
    )
    print(f"  from sheets to the list  {clocks.spent['results']:6.1f}")
    whole = sum(clocks.spent.values())
    print(f"  together                 {whole:6.1f}   limit {LIMIT:g}")
    print(f"  the list is {'the expected one' if right else 'ANOTHER than expected'}")
    return 0 if right and whole < LIMIT else 1


def _round(told: Selection, stage: AwardStage, marks: dict[str, dict[str, dict[str, object]]], clocks: Clocks) -> None:
    for track, judges in marks.items():
        review = told.review(stage, track)
        told.prepare(review, judges)
        with clocks.of("sheets"):
            for name, given in judges.items():
                told.hand_in(review, name, given)
        with clocks.of("results"):
            told.settle(review)


if __name__ == "__main__":
    raise SystemExit(main())
