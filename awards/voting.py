"""Public votes as plain values: how often is too often, and what looks odd. Pure; people decide what does not count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR_LIMIT = 60  # votes of one network in an hour that are taken
BURST, BURST_SPAN = 20, timedelta(minutes=5)  # so many for one entry in so short a time are listed
CROWD = 30  # so many of one network for one entry are listed


@dataclass(frozen=True)
class Cast:
    entry: int
    code: str
    network: str
    at: datetime


@dataclass(frozen=True)
class Anomaly:
    """Votes for one entry that somebody should look at: `networks` of them, from `first_at` to `last_at` inclusive."""

    kind: str  # 短时集中 or 同一网络
    entry: int
    code: str
    votes: int
    networks: tuple[str, ...]
    first_at: datetime
    last_at: datetime


def anomalies(votes: Sequence[Cast]) -> list[Anomaly]:
    """Bursts (≥ 20 votes for an entry within five minutes, the longest run together) and crowds (≥ 30 votes of one
    network for one entry), the largest first. `votes` in order of time."""
    found = []
    by_entry: dict[int, list[Cast]] = defaultdict(list)
    by_network: dict[tuple[int, str], list[Cast]] = defaultdict(list)
    for vote in votes:
        by_entry[vote.entry].append(vote)
        by_network[vote.entry, vote.network].append(vote)
    for cast in by_entry.values():
        found += [_about("短时集中", run) for run in _bursts(cast)]
    found += [_about("同一网络", cast) for cast in by_network.values() if len(cast) >= CROWD]
    return sorted(found, key=lambda item: (-item.votes, item.code, item.kind))


def _bursts(cast: Sequence[Cast]) -> list[Sequence[Cast]]:
    """Runs in which every stretch of `BURST` votes took no longer than `BURST_SPAN`; overlapping ones are one."""
    runs: list[tuple[int, int]] = []
    for start in range(len(cast) - BURST + 1):
        end = start + BURST
        if cast[end - 1].at - cast[start].at <= BURST_SPAN:
            if runs and start < runs[-1][1]:
                runs[-1] = (runs[-1][0], end)
            else:
                runs.append((start, end))
    return [cast[start:end] for start, end in runs]


def _about(kind: str, cast: Sequence[Cast]) -> Anomaly:
    first = cast[0]
    networks = tuple(sorted({vote.network for vote in cast}))
    return Anomaly(kind, first.entry, first.code, len(cast), networks, first.at, cast[-1].at)
