"""A very large panel: 10,000 entries × 9 judges × 7 criteria, aggregated exactly, ranked, and with intervals.

    python -m benchmarks.judging

The exact part (weigh every sheet, drop the extremes or not, bring panels to one denominator, rank) stands beside what
it costs to do it in bare numpy floats: weighted marks, mean, sort. Both take turns, CPU time, medians and their ratio;
the house asks for at most 3. What informs only (severity, intervals) is timed on its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np

from panels import certainty, severity
from panels.rubric import UNIT
from panels.scores import panel_score
from panels.tally import rank, tally, weigh

ENTRIES, JUDGES, CRITERIA = 10_000, 9, 7
ROUNDS = 15
LIMIT = 3.0


def clocked(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def main() -> int:
    rng = np.random.default_rng(1)
    truth, strict = rng.normal(78, 6, (ENTRIES, 1, 1)), rng.normal(0, 3, (1, JUDGES, 1))
    noisy = truth + strict + rng.normal(0, 5, (ENTRIES, JUDGES, CRITERIA))
    marks = np.clip(np.rint(noisy), 0, 100).astype(np.int64) * 100
    weights = np.array([1500, 2000, 1500, 2500, 1000, 1000, 500])
    whole = np.ones((ENTRIES, JUDGES), dtype=bool)
    gaps = rng.random((ENTRIES, JUDGES)) > 0.1  # panels of different sizes
    floats, shares = marks.astype(float), weights / weights.sum()

    def bare() -> object:
        return np.argsort(-(floats @ shares).mean(axis=1))

    def exact(rule: str, present: np.ndarray) -> Callable[[], object]:
        def work() -> object:
            made = tally(weigh(marks, weights), present, rule, 3)  # type: ignore[arg-type]
            return rank(made.value, made.valid)

        return work

    kinds = {
        "平均分": exact("mean", whole),
        "平均分，评委数不同": exact("mean", gaps),
        "去掉最高最低": exact("drop_extremes", whole),
        "中位数": exact("median", whole),
    }
    bare(), [work() for work in kinds.values()]
    times: dict[str, list[float]] = {name: [] for name in ("numpy", *kinds)}
    for _ in range(ROUNDS):
        times["numpy"].append(clocked(bare))
        for name, work in kinds.items():
            times[name].append(clocked(work))
    base = statistics.median(times["numpy"])
    print(f"{ENTRIES:,} entries × {JUDGES} judges × {CRITERIA} criteria, CPU time, median of {ROUNDS}")
    print(f"  bare numpy mean and sort   {base:7.1f} ms")
    for name in kinds:
        mine = statistics.median(times[name])
        print(f"  exact: {name:<14}　{mine:7.1f} ms   × {mine / base:.2f}")

    made = tally(weigh(marks, weights), whole, "mean", 3)
    sample = rng.integers(0, ENTRIES, 50)
    weighted = weigh(marks, weights)
    assert all(made.score(entry) == panel_score(weighted[entry].tolist(), "mean").value for entry in sample)

    points = weighted / weights.sum() / 100
    informing = {
        "intervals of places": lambda: certainty.places(
            points.mean(axis=1), np.full(ENTRIES, JUDGES), *certainty.noise(points, crossed=True)
        ),
        "severity of judges": lambda: severity.adjust(
            [(entry, judge, score) for entry, row in enumerate(points.tolist()) for judge, score in enumerate(row)]
        ),
    }
    for title, work in informing.items():
        print(f"  {title:<24} {clocked(work):9.1f} ms")
    print(f"  (marks are kept in {UNIT:,}-ths of a point; sums stay below 2^63)")
    ratio = statistics.median(times["平均分"]) / base
    print(f"exact mean and places ÷ bare numpy: {ratio:.2f} (limit {LIMIT})")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    raise SystemExit(main())
