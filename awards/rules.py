"""Who is chosen: scores combined from their parts, places by ordered keys, cuts with quotas and kept places. Pure and
exact.

Points are fractions of a point on a scale of 100; weights are hundredths of a percent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from awards.quotas import Kind, LevelQuota, Places, Standing
from core.errors import Invalid
from core.words import GovernanceLevel, PlaceReason, TieKey

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
    """A track with its grades from the highest, how many of all its places are kept for 山区海岛县, how many go on to the
    final, and what levels of government may have of it."""

    name: str
    grades: tuple[Grade, ...]
    kept: int = 0
    shortlist: int = 0
    levels: tuple[LevelQuota, ...] = ()

    @property
    def places(self) -> int:
        return sum(grade.places for grade in self.grades)


@dataclass(frozen=True)
class Candidate:
    """One who can be chosen. `keys` part equal scores, high first, in the order fixed beforehand; `votes` is what people
    gave it where even those were equal: the number of the ballot, the later the higher, and the votes. No `score` is no
    place."""

    id: int
    score: Fraction | None
    remote: bool = False
    keys: tuple[Fraction, ...] = ()
    votes: tuple[tuple[int, int], ...] = ()
    level: GovernanceLevel = GovernanceLevel.COUNTY

    @property
    def kind(self) -> Kind:
        return self.level, self.remote


@dataclass(frozen=True)
class Placed:
    """A candidate's place in its track. `tied`: how many share it; `decided_by`: the number of the key that parted it
    from those before it or after it (0 its score alone, one beyond the keys a vote); `grade` "" for not chosen; `why` it
    is chosen or not. `contested`: whether and how it is chosen depends on the order of tied (its own company or one above
    it) across a cut, a quota or between two grades, so that people have to vote before there is a list."""

    id: int
    rank: int | None
    tied: int
    decided_by: int
    grade: str
    why: PlaceReason
    contested: bool

    @property
    def kept(self) -> bool:
        """Chosen for a kept place only."""
        return self.why in (PlaceReason.KEPT_REMOTE, PlaceReason.KEPT_LEVEL, PlaceReason.KEPT)


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

    In the order of their places everybody is chosen whom no quota keeps out: the track's places, the most of his level,
    and what has to be left so that the kept places can still be given to those they are kept for. Grades go by place among
    the chosen. Equal in score, keys and votes is tied. Whoever's award would depend on the order of the tied is contested:
    until people voted there is no answer for him, least of all a random one. Every order is considered, by the kinds of
    candidates that quotas know.
    """
    companies = _companies([candidate for candidate in candidates if candidate.score is not None])
    order = [candidate for company in companies for candidate in company]
    awards = _awards(track, companies)
    reasons, decided = _reasons(track, order), _deciding(companies)
    found, above = [], 0
    for place, company in enumerate(companies):
        for candidate in company:
            grades = awards[place, candidate.kind]
            contested = len(grades) > 1
            why = PlaceReason.CONTESTED if contested else reasons[candidate.id]
            grade = "" if contested else next(iter(grades))
            found.append(Placed(candidate.id, above + 1, len(company), decided[candidate.id], grade, why, contested))
        above += len(company)
    return found + [
        Placed(candidate.id, None, 0, 0, "", PlaceReason.UNRANKED, False)
        for candidate in candidates
        if candidate.score is None
    ]


def shortlist(track: Track, candidates: Sequence[Candidate]) -> list[Placed]:
    """Who goes on to the final: the same rule with one grade; places kept as far as there are that many. What a level
    may have at most is of the awards, not of the way to them."""
    kept = min(track.kept, track.shortlist)
    levels = tuple(LevelQuota(item.level, None, item.kept) for item in track.levels if item.kept)
    return choose(Track(track.name, (Grade("入围", track.shortlist),), kept, levels=levels), candidates)


def within_city(recommended: int, quota: int) -> bool:
    """Whether a city may recommend one more; a quota of 0 is none at all."""
    return quota == 0 or recommended < quota


def _same(candidate: Candidate) -> tuple[Fraction, ...]:
    assert candidate.score is not None
    return (candidate.score, *candidate.keys)


def _companies(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """The tied together, the best first."""
    tied: dict[tuple[Fraction, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        tied[_same(candidate)].append(candidate)
    found = []
    for same in sorted(tied, reverse=True):
        found += _parted(sorted(tied[same], key=lambda candidate: candidate.id))
    return found


def _parted(company: list[Candidate], after: int = -1) -> list[list[Candidate]]:
    """A company as votes part it: by the newest ballot about everybody in it, and those it leaves equal by one about
    them that came later. One that was not about all of them says nothing about who is before whom."""
    ballots = [{ballot for ballot, _ in candidate.votes if ballot > after} for candidate in company]
    if len(company) == 1 or not (common := set.intersection(*ballots)):
        return [company]
    newest = max(common)
    by_votes: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in company:
        by_votes[dict(candidate.votes)[newest]].append(candidate)
    return [part for count in sorted(by_votes, reverse=True) for part in _parted(by_votes[count], newest)]


def _awards(track: Track, companies: Sequence[Sequence[Candidate]]) -> dict[tuple[int, Kind], set[str]]:
    """The grades ("" for none) that each kind of a company, by its number, can get over all orders of the tied."""
    names = [grade.name for grade in track.grades for _ in range(grade.places)]
    places = _places(track, [candidate for company in companies for candidate in company])
    found: dict[tuple[int, Kind], set[str]] = defaultdict(set)
    before: set[Standing] = {places.none}
    for number, company in enumerate(companies):
        kinds = Counter(places.alike[candidate.kind] for candidate in company)
        coming = {places.alike[candidate.kind][0] for later in companies[number + 1 :] for candidate in later}
        after: set[Standing] = set()
        for above in before:
            for standing, (chosen, left) in places.fates(above, kinds, coming).items():
                after.add(standing)
                # Of whom some were chosen, one can have been the first of them, or the last.
                for kind in chosen:
                    found[number, kind].update(names[above.chosen : standing.chosen])
                for kind in left:
                    found[number, kind].add("")
        before = after
    return {
        (number, candidate.kind): found[number, places.alike[candidate.kind]]
        for number, company in enumerate(companies)
        for candidate in company
    }


def _places(track: Track, ranked: Sequence[Candidate], *, remote: bool = True, levels: bool = True) -> Places:
    """The track's places; without those kept for 山区海岛县, or for levels, to see what they change."""
    quotas = track.levels if levels else [LevelQuota(item.level, item.most) for item in track.levels]
    return Places.of(track.places, track.kept if remote else 0, quotas, (item.kind for item in ranked))


def _chosen(places: Places, order: Sequence[Candidate]) -> list[Candidate]:
    """Those chosen in a strict order."""
    standing, found = places.none, []
    for candidate in order:
        more = places.with_one(standing, places.alike[candidate.kind])
        if more is not None:
            standing = more
            found.append(candidate)
    return found


def _reasons(track: Track, order: Sequence[Candidate]) -> dict[int, PlaceReason]:
    """Why each is chosen or not, in a strict order."""
    chosen = _chosen(_places(track, order), order)
    unkept = [
        {item.id for item in _chosen(_places(track, order, remote=remote, levels=levels), order)}
        for remote, levels in ((False, True), (True, False), (False, False))
    ]
    most = {item.level: item.most for item in track.levels}
    winners = {item.id for item in chosen}
    found, above, had = {}, 0, Counter[GovernanceLevel]()
    for item in order:
        if item.id in winners:
            found[item.id] = _in(item.id, *unkept)
            above += 1
            had[item.level] += 1
        elif above == track.places:
            found[item.id] = PlaceReason.FULL
        else:
            capped = had[item.level] == most.get(item.level)
            found[item.id] = PlaceReason.LEVEL_FULL if capped else PlaceReason.YIELDS
    return found


def _in(entry: int, no_remote: set[int], no_levels: set[int], neither: set[int]) -> PlaceReason:
    """Why somebody is chosen: by place, or only since places are kept."""
    if entry in neither:
        return PlaceReason.PLACE
    if entry not in no_remote and entry in no_levels:
        return PlaceReason.KEPT_REMOTE
    if entry not in no_levels and entry in no_remote:
        return PlaceReason.KEPT_LEVEL
    return PlaceReason.KEPT


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
