"""Lists from the parts of scores, as plain values: what `reckoning` reads is combined and chosen from here. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from awards import rules
from awards.rules import Candidate, Placed, Track
from awards.schemas import RuleIn
from core.words import GovernanceLevel, TieKey

Marks = Mapping[int, tuple[Fraction | None, int | None]]  # entry → score and place of a round's panel
TieVotes = Mapping[int, tuple[tuple[int, int], ...]]  # entry → number of a ballot and its votes
_NONE: tuple[None, None] = (None, None)


@dataclass(frozen=True)
class Entrant:
    """An entry as the lists need it. `objective`: the raw figure in millionths, None for none."""

    id: int
    code: str
    title: str
    organisation: str
    region_code: str
    track: str
    group: str
    remote: bool
    objective: int | None
    level: GovernanceLevel = GovernanceLevel.COUNTY


@dataclass(frozen=True)
class Parts:
    """What an entry's score is made of, on a scale of 100; None for none. `place`: the panel's own in the last round."""

    first: Fraction | None = None
    final: Fraction | None = None
    place: int | None = None
    panel: Fraction | None = None
    objective: Fraction | None = None
    vote: Fraction | None = None
    votes: int = 0


@dataclass(frozen=True)
class Line:
    """An entry in a list: its parts, whole score and place in its track."""

    entry: int
    code: str
    title: str
    organisation: str
    region_code: str
    track: str
    group: str
    remote: bool
    level: GovernanceLevel
    parts: Parts
    total: Fraction | None
    placed: Placed

    @property
    def name(self) -> str:
        return f"{self.code} {self.title}"


def shortlist(rule: RuleIn, entrants: Sequence[Entrant], first: Marks, tie_votes: TieVotes) -> list[Line]:
    """Who goes on to the final by the first round, by track and place; the panel's own place (with its tie keys) parts
    equal scores, then people's votes."""
    parts = {}
    for item in entrants:
        score, place = first.get(item.id, _NONE)
        parts[item.id] = Parts(first=score, place=place, panel=score)
    totals = {key: part.first for key, part in parts.items()}
    return _lists(rule, entrants, parts, totals, (TieKey.PLACE,), tie_votes, shortlisting=True)


def combined(
    rule: RuleIn,
    entrants: Sequence[Entrant],
    yardstick: Sequence[Entrant],
    first: Marks,
    final: Marks,
    public: Mapping[int, int],
    tie_votes: TieVotes,
) -> list[Line]:
    """Who is chosen, by track and place. Objective points are measured against the `yardstick`: everybody who was judged
    but those thrown out, so that somebody who leaves does not move the others."""
    objective = rules.objective_points(
        {item.id: item.objective for item in yardstick}, {item.id: item.group for item in yardstick}
    )
    vote: dict[int, Fraction] = {}
    for track in rule.tracks:
        vote |= rules.vote_points({item.id: public.get(item.id, 0) for item in entrants if item.track == track.name})
    weights, last = rule.weights, final if rule.with_final else first
    parts, totals = {}, {}
    for item in entrants:
        scores = first.get(item.id, _NONE)[0], final.get(item.id, _NONE)[0]
        panel = rules.panel_points(*scores, weights.first)
        parts[item.id] = Parts(
            first=scores[0],
            final=scores[1],
            place=last.get(item.id, _NONE)[1],
            panel=panel,
            objective=objective.get(item.id),
            vote=vote.get(item.id) if weights.vote else None,
            votes=public.get(item.id, 0),
        )
        totals[item.id] = rules.combine(weights, panel, objective.get(item.id), vote.get(item.id))
    return _lists(rule, entrants, parts, totals, rule.tie_keys, tie_votes)


def contested(lines: Sequence[Line]) -> list[str]:
    """The ties that people have to decide, one sentence each."""
    return [
        f"“{group[0].track}”第 {group[0].placed.rank} 名 {'、'.join(line.name for line in group)}"
        for group in ties(lines)
    ]


def ties(lines: Sequence[Line]) -> list[list[Line]]:
    """Companies that are tied where it matters: of each everybody, since a vote has to be about them all."""
    companies: dict[tuple[str, int | None], list[Line]] = defaultdict(list)
    for line in lines:
        if line.placed.tied > 1:
            companies[line.track, line.placed.rank].append(line)
    return [company for company in companies.values() if any(line.placed.contested for line in company)]


def _lists(
    rule: RuleIn,
    entrants: Sequence[Entrant],
    parts: Mapping[int, Parts],
    totals: Mapping[int, Fraction | None],
    order: Sequence[TieKey],
    tie_votes: TieVotes,
    *,
    shortlisting: bool = False,
) -> list[Line]:
    found = []
    for track in (item.value() for item in rule.tracks):
        mine = {item.id: item for item in entrants if item.track == track.name}
        candidates = [
            Candidate(key, totals[key], item.remote, _keys(order, parts[key]), tie_votes.get(key, ()), item.level)
            for key, item in mine.items()
        ]
        for place in _chosen(track, candidates, shortlisting=shortlisting):
            item = mine[place.id]
            found.append(
                Line(
                    item.id,
                    item.code,
                    item.title,
                    item.organisation,
                    item.region_code,
                    item.track,
                    item.group,
                    item.remote,
                    item.level,
                    parts[item.id],
                    totals[item.id],
                    place,
                )
            )
    return found


def _chosen(track: Track, candidates: Sequence[Candidate], *, shortlisting: bool) -> list[Placed]:
    return rules.shortlist(track, candidates) if shortlisting else rules.choose(track, candidates)


def _keys(order: Sequence[TieKey], part: Parts) -> tuple[Fraction, ...]:
    values = {
        TieKey.FINAL: part.final,
        TieKey.FIRST: part.first,
        TieKey.OBJECTIVE: part.objective,
        TieKey.PLACE: part.place,
    }
    return rules.keys(order, values)
