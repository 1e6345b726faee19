"""A rubric as plain values: what is asked, how much it weighs, which marks there are and what they mean.

Everything is in hundredths: weights sum to 10,000 (100.00), and a mark of 8.5 on a scale to 10 is 850. Criteria with
different scales are brought to one before they are weighed: a sheet's score is out of 100.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from core.numbers import format_number

HUNDRED = 10_000  # 100.00
CENT = 100


@dataclass(frozen=True)
class Level:
    """What marks from `lowest` (hundredths) up to the next level mean."""

    lowest: int
    name: str
    words: str


@dataclass(frozen=True)
class Criterion:
    """One thing that is marked, between `low` and `high` in steps of `step`, all in hundredths. A mark below
    `reason_below` or from `reason_from` on needs its reason in writing; None: none does."""

    code: str
    name: str
    weight: int
    low: int = 0
    high: int = 10_000
    step: int = 100
    words: str = ""
    levels: tuple[Level, ...] = ()
    reason_below: int | None = None
    reason_from: int | None = None

    def level(self, mark: int) -> Level | None:
        """The level that a mark falls into."""
        return next(
            (level for level in sorted(self.levels, key=lambda level: -level.lowest) if mark >= level.lowest), None
        )

    def needs_reason(self, mark: int) -> bool:
        return (self.reason_below is not None and mark < self.reason_below) or (
            self.reason_from is not None and mark >= self.reason_from
        )

    def wrong(self, mark: int) -> str:
        """What is wrong with a mark, in words; “” when nothing is."""
        if not self.low <= mark <= self.high:
            return f"“{self.name}”应在 {points(self.low)} 到 {points(self.high)} 之间，不能是 {points(mark)}"
        if (mark - self.low) % self.step:
            return f"“{self.name}”以 {points(self.step)} 分为一档，不能是 {points(mark)}"
        return ""


@dataclass(frozen=True)
class Rubric:
    criteria: tuple[Criterion, ...] = field(default_factory=tuple)

    @property
    def weights(self) -> dict[str, int]:
        return {criterion.code: criterion.weight for criterion in self.criteria}

    def __getitem__(self, code: str) -> Criterion:
        return next(criterion for criterion in self.criteria if criterion.code == code)

    def problems(self) -> list[str]:
        """What keeps it from being used, each with its way out; empty when nothing does."""
        found = []
        codes = [criterion.code for criterion in self.criteria]
        names = [criterion.name for criterion in self.criteria]
        if not self.criteria:
            found.append("还没有评分项，请至少填写一项")
        if len(set(codes)) < len(codes) or len(set(names)) < len(names):
            found.append("评分项的代码和名称不能重复")
        total = sum(criterion.weight for criterion in self.criteria)
        if self.criteria and total != HUNDRED:
            gap = HUNDRED - total
            found.append(f"权重合计为 {points(total)}，应为 100，请{'增加' if gap > 0 else '减少'} {points(abs(gap))}")
        for criterion in self.criteria:
            found += _problems(criterion)
        return found

    def missing(self, marks: Mapping[str, int]) -> list[str]:
        """Names of criteria without a mark. A blank is not a zero."""
        return [criterion.name for criterion in self.criteria if criterion.code not in marks]

    def wrong(self, marks: Mapping[str, int], reasons: Mapping[str, str], *, whole: bool) -> list[str]:
        """What is wrong with a sheet, every thing at once. `whole`: it is to be handed in, so nothing may be missing
        and reasons must be written; a draft need only hold possible marks."""
        found = [f"没有名为“{code}”的评分项" for code in marks if code not in self.weights]
        for criterion in self.criteria:
            mark = marks.get(criterion.code)
            if mark is None:
                if whole:
                    found.append(f"“{criterion.name}”还没有评分")
                continue
            if problem := criterion.wrong(mark):
                found.append(problem)
            elif whole and criterion.needs_reason(mark) and not reasons.get(criterion.code, "").strip():
                found.append(f"“{criterion.name}”评为 {points(mark)}，需要写明理由")
        return found

    def weighted(self, marks: Mapping[str, int]) -> int:
        """Σ weight × share of the scale, in units of `UNIT`-ths of a point out of 100: exact for every scale whose
        range divides it. ValueError: a sheet that is not complete."""
        score = self.score(marks) * UNIT
        if score.denominator != 1:
            raise ValueError(f"a scale that does not divide {UNIT}")
        return int(score)

    def score(self, marks: Mapping[str, int]) -> Fraction:
        """A sheet's score out of 100. With every scale from 0 to 100 it is `panels.scores.sheet_score` in points."""
        if missing := self.missing(marks):
            raise ValueError(f"incomplete sheet: no mark for {', '.join(missing)}")
        return (
            sum(
                (
                    Fraction(criterion.weight * (marks[criterion.code] - criterion.low), criterion.high - criterion.low)
                    for criterion in self.criteria
                ),
                Fraction(),
            )
            / CENT
        )

    def as_json(self) -> dict[str, Any]:
        return {"criteria": [asdict(criterion) for criterion in self.criteria]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rubric:
        return cls(
            tuple(
                Criterion(**{**item, "levels": tuple(Level(**level) for level in item.get("levels", ()))})
                for item in body["criteria"]
            )
        )

    def digest(self) -> str:
        return digest(self.as_json())


# A score out of 100 is kept as an integer of this many parts of a point: hundredths of marks times hundredths of
# weights, and room for scales to 5, 10, 20, 25, 40, 50, 60, 90 and 100.
UNIT = 18_000_000


def digest(body: object) -> str:
    """SHA-256 of a plain value, written one way only."""
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def points(hundredths: int) -> str:
    """Hundredths as people write them: 850 → 8.5."""
    number = Decimal(hundredths).scaleb(-2)
    places = 0 if hundredths % 100 == 0 else 1 if hundredths % 10 == 0 else 2
    return format_number(number, places)


def hundredths(value: Decimal | str | float) -> int | None:
    """The other way round; None for more than two decimals."""
    number = Decimal(str(value)) * 100
    return int(number) if number == number.to_integral_value() else None


def _problems(criterion: Criterion) -> list[str]:
    name, found = criterion.name or criterion.code, []
    if not criterion.name.strip():
        found.append(f"评分项 {criterion.code} 没有名称")
    if criterion.weight <= 0:
        found.append(f"“{name}”的权重应大于 0；不计分的内容不要列为评分项")
    if criterion.high <= criterion.low:
        found.append(f"“{name}”的最高分应大于最低分")
    elif criterion.step <= 0 or (criterion.high - criterion.low) % criterion.step:
        found.append(f"“{name}”的分档应能从最低分正好走到最高分")
    elif UNIT * criterion.weight % (CENT * (criterion.high - criterion.low)):
        found.append(f"“{name}”的分值范围不便精确计算，请用 0–5、0–10、0–20、0–50 或 0–100 这样的范围")
    found += [
        f"“{name}”的档次“{level.name}”起点应在 {points(criterion.low)} 到 {points(criterion.high)} 之间"
        for level in criterion.levels
        if not criterion.low <= level.lowest <= criterion.high
    ]
    return found


def evenly(names: Sequence[tuple[str, str]], low: int, high: int) -> tuple[Level, ...]:
    """Levels of equal width, the best first: (name, words)."""
    width = (high - low) // len(names)
    return tuple(
        Level(high - width * place if place < len(names) else low, name, words)
        for place, (name, words) in enumerate(names, start=1)
    )
