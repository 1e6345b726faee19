"""Who is chosen: scores combined from their parts, places by ordered keys, cuts with kept places. Pure and exact.

Points are fractions of a point on a scale of 100; weights are hundredths of a percent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.errors import Invalid
from core.words import TieKey

WHOLE = 10_000  # hundredths of a percent
MOST_VOTE = 3_000  # the public vote's weight is never more
FLOOR, SPAN = 60, 40  # efficacy points: the last of a group gets 60, the first 100
ALL_ALIKE = 80


@dataclass(frozen=True)
class Weights:
    """Parts of the whole score, and of the panel's part the first round's (the rest is the final's). Invalid when they
    do not make 100 % or the public's is above 30 %."""

    panel: int
    objective: int = 0
    vote: int = 0
    first: int = 0

    def __post_init__(self) -> None:
        problems = []
        if min(self.panel, self.objective, self.vote, self.first) < 0 or self.first > WHOLE:
            problems.append("权重不能为负，初评占评审得分的比例不能超过 100%")
        if self.panel + self.objective + self.vote != WHOLE:
            total = (self.panel + self.objective + self.vote) / 100
            problems.append(f"评审、客观指标、公众投票的权重合计为 {total:g}%，应正好为 100%")
        if self.vote > MOST_VOTE:
            problems.append(f"公众投票的权重为 {self.vote / 100:g}%，不能超过 30%")
        if problems:
            raise Invalid(problems, "请修改权重。")


@dataclass(frozen=True)
class Grade:
    """An award grade (等次) and how many places it has."""

    name: str
    places: int


@dataclass(frozen=True)
class Track:
    """A track with its grades from the highest, how many of all its places are kept for 山区海岛县, and how many go on to
    the final."""

    name: str
    grades: tuple[Grade, ...]
    kept: int = 0
    shortlist: int = 0

    @property
    def places(self) -> int:
        return sum(grade.places for grade in self.grades)


@dataclass(frozen=True)
class Candidate:
    """One who can be chosen. `keys` part equal scores, high first, in the order fixed beforehand; `votes` is what people
    gave it where even those were equal, None where nobody voted. No `score` is no place."""

    id: int
    score: Fraction | None
    remote: bool = False
    keys: tuple[Fraction, ...] = ()
    votes: int | None = None


@dataclass(frozen=True)
class Placed:
    """A candidate's place in its track. `tied`: how many share it; `decided_by`: the number of the key that parted it
    from those before it or after it (0 its score alone, one beyond the keys a vote); `grade` "" for not chosen. `kept`:
    chosen for a place kept for 山区海岛县 only. `contested`: tied across a cut or between two grades, so that people have
    to vote before there is a list."""

    id: int
    rank: int | None
    tied: int
    decided_by: int
    grade: str
    kept: bool
    contested: bool


def panel_points(first: Fraction | None, final: Fraction | None, share: int) -> Fraction | None:
    """The panel's part: `share` of the first round's score and the rest of the final's. A round that has a part and no
    score leaves none: missing is not zero."""
    parts = ((first, share), (final, WHOLE - share))
    if any(score is None and weight for score, weight in parts):
        return None
    return sum((score * weight for score, weight in parts if score is not None), Fraction()) / WHOLE


def objective_points(raw: Mapping[int, int | None], groups: Mapping[int, str]) -> dict[int, Fraction | None]:
    """Efficacy points (功效系数法) of figures within each region group: 60 + 40 · (x − lowest) / (highest − lowest), so a
    county is measured against its like. All alike, or alone: 80. No figure is no points."""
    by_group: dict[str, list[int]] = defaultdict(list)
    for entry, value in raw.items():
        if value is not None:
            by_group[groups[entry]].append(value)
    found: dict[int, Fraction | None] = {}
    for entry, value in raw.items():
        if value is None:
            found[entry] = None
            continue
        low, high = min(by_group[groups[entry]]), max(by_group[groups[entry]])
        found[entry] = Fraction(ALL_ALIKE) if low == high else FLOOR + SPAN * Fraction(value - low, high - low)
    return found


def vote_points(votes: Mapping[int, int]) -> dict[int, Fraction]:
    """Votes of one track as points: the most has 100, none has 0; without any vote everybody has 0."""
    most = max(votes.values(), default=0)
    return {entry: Fraction(100 * count, most) if most else Fraction() for entry, count in votes.items()}


def combine(
    weights: Weights, panel: Fraction | None, objective: Fraction | None = None, vote: Fraction | None = None
) -> Fraction | None:
    """The whole score, exact; None when a part that has weight is missing."""
    parts = ((panel, weights.panel), (objective, weights.objective), (vote, weights.vote))
    if any(points is None and weight for points, weight in parts):
        return None
    return sum((points * weight for points, weight in parts if points is not None), Fraction()) / WHOLE


def keys(order: Sequence[TieKey], values: Mapping[TieKey, Fraction | int | None]) -> tuple[Fraction, ...]:
    """The tie keys' values in their order, all turned so that more is better; a missing one comes last."""
    found = []
    for key in order:
        value = values.get(key)
        if value is None:
            found.append(Fraction(-(10**9)))
        else:
            found.append(-Fraction(value) if key is TieKey.PLACE else Fraction(value))
    return tuple(found)


def choose(track: Track, candidates: Sequence[Candidate]) -> list[Placed]:
    """The list of a track: by place, those without a score last.

    The best `kept` of 山区海岛县 are chosen whatever their place, then the best of all others until the places are full;
    grades go by place among the chosen. Equal in score, keys and votes is tied. Whoever's award would depend on the order
    of the tied is contested: until people voted there is no answer for him, least of all a random one. (How many of a
    company of tied are chosen does not depend on their order, so first and last in it are all that has to be tried.)
    """
    companies = _companies([candidate for candidate in candidates if candidate.score is not None])
    order = [candidate for company in companies for candidate in company]
    outcome, unkept = _awarded(track, order), _awarded(track, order, kept=0)
    decided = _deciding(companies)
    found, above = [], 0
    for company in companies:
        head, tail = order[:above], order[above + len(company) :]
        for candidate in company:
            others = [other for other in company if other is not candidate]
            contested = len(company) > 1 and (
                _awarded(track, [*head, candidate, *others, *tail])[candidate.id]
                != _awarded(track, [*head, *others, candidate, *tail])[candidate.id]
            )
            grade = "" if contested else outcome[candidate.id]
            kept = bool(grade) and not unkept[candidate.id]
            found.append(Placed(candidate.id, above + 1, len(company), decided[candidate.id], grade, kept, contested))
        above += len(company)
    return found + [
        Placed(candidate.id, None, 0, 0, "", False, False) for candidate in candidates if candidate.score is None
    ]


def shortlist(track: Track, candidates: Sequence[Candidate]) -> list[Placed]:
    """Who goes on to the final: the same rule with one grade; places kept as far as there are that many."""
    kept = min(track.kept, track.shortlist)
    return choose(Track(track.name, (Grade("入围", track.shortlist),), kept), candidates)


def within_city(recommended: int, quota: int) -> bool:
    """Whether a city may recommend one more; a quota of 0 is none at all."""
    return quota == 0 or recommended < quota


def _same(candidate: Candidate) -> tuple[Fraction, ...]:
    assert candidate.score is not None
    return (candidate.score, *candidate.keys)


def _companies(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The tied together, the best first. Votes part a company only when everybody in it got some: one that was entered
    later would else be behind or before the others by chance."""
    tied: dict[tuple[Fraction, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        tied[_same(candidate)].append(candidate)
    found = []
    for same in sorted(tied, reverse=True):
        company = sorted(tied[same], key=lambda candidate: candidate.id)
        if len(company) > 1 and all(candidate.votes is not None for candidate in company):
            by_votes: dict[int, list[Candidate]] = defaultdict(list)
            for candidate in company:
                by_votes[candidate.votes or 0].append(candidate)
            found += [by_votes[count] for count in sorted(by_votes, reverse=True)]
        else:
            found.append(company)
    return found


def _awarded(track: Track, order: Sequence[Candidate], kept: int | None = None) -> dict[int, str]:
    """The grade of everybody in a strict order, "" for none."""
    first = [candidate.id for candidate in order if candidate.remote][: track.kept if kept is None else kept]
    chosen = set(first[: track.places])
    for candidate in order:
        if len(chosen) < track.places:
            chosen.add(candidate.id)
    names = [grade.name for grade in track.grades for _ in range(grade.places)]
    winners = [candidate.id for candidate in order if candidate.id in chosen]
    return dict.fromkeys((candidate.id for candidate in order), "") | dict(zip(winners, names, strict=False))


def _deciding(companies: Sequence[Sequence[Candidate]]) -> dict[int, int]:
    """The number of the last key that parted each from others it would have been tied with."""
    rows = {
        candidate.id: (*_same(candidate), place) for place, company in enumerate(companies) for candidate in company
    }
    counts: dict[tuple[object, ...], int] = defaultdict(int)
    for row in rows.values():
        for length in range(1, len(row) + 1):
            counts[row[:length]] += 1
    return {
        key: max((k for k in range(1, len(row)) if counts[row[: k + 1]] < counts[row[:k]]), default=0)
        for key, row in rows.items()
    }
