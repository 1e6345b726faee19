"""Public votes: one a device and day, not too many of one network, anomalies listed, people decide what counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from awards import public_queries, public_votes, vote_queries, vote_service, voting
from awards.voting import Cast as Vote
from core import clock
from core.errors import Duplicate, Forbidden, NotFound, WrongState
from core.words import AwardEntryState, EditionState
from db.session import read, write
from db.tables import AwardEntry, PublicVote
from tests.awards.support import recommended, rule_in, selection, some_pilots
from tests.support import Cast

AT = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


def votes(count: int, *, every: float, network: str = "n", entry: int = 1) -> list[Vote]:
    return [
        Vote(
            entry,
            f"A{entry}",
            f"{network}{number % 7}" if network == "many" else network,
            AT + timedelta(seconds=every * number),
        )
        for number in range(count)
    ]


def test_a_burst_is_a_run_in_which_twenty_come_within_five_minutes() -> None:
    slow = votes(19, every=1, network="many") + votes(0, every=1)
    assert voting.anomalies(slow) == []
    edge = votes(20, every=300 / 19, network="many")  # the twentieth comes exactly five minutes after the first
    (burst,) = voting.anomalies(edge)
    assert (burst.kind, burst.votes, burst.first_at, burst.last_at) == ("短时集中", 20, AT, AT + timedelta(minutes=5))
    assert burst.networks == tuple(f"many{number}" for number in range(7))
    assert voting.anomalies(votes(20, every=300.1 / 19, network="many")) == []
    (long,) = voting.anomalies(votes(60, every=10, network="many"))
    assert long.votes == 60  # overlapping stretches are one run


def test_a_crowd_is_one_network_for_one_entry() -> None:
    quiet = votes(29, every=600)
    assert voting.anomalies(quiet) == []
    (crowd,) = voting.anomalies(votes(30, every=600))
    assert (crowd.kind, crowd.votes, crowd.networks) == ("同一网络", 30, ("n",))
    assert voting.anomalies(votes(20, every=600) + votes(20, every=600, entry=2)) == []


def test_votes_are_taken_once_a_device_and_day_and_what_is_ruled_out_does_not_count(cast: Cast) -> None:
    now = clock.now()
    rule = rule_in(panel_weight=70, vote_weight=10)
    told = selection(cast, rule, vote_opens_at=now - timedelta(hours=1), vote_closes_at=now + timedelta(days=30))
    entries = [
        {"code": f"A{n}", "track": "民生服务", "county": "330523", "title": f"项目{n}", "objective": 1} for n in (1, 2)
    ]
    recommended(told, entries, some_pilots(cast, 2))
    one, two = told.entries["A1"], told.entries["A2"]
    with pytest.raises(NotFound, match="投票还没有开始"):
        public_votes.cast(told.id, one, "device", "192.0.2.1")
    assert public_queries.voting() is None
    with write() as session:
        for item in session.exec(select(AwardEntry)):
            item.state = AwardEntryState.SHORTLISTED
    told.put(state=EditionState.VOTING)
    open_ = public_queries.voting()
    assert open_ is not None
    assert [item.code for item in open_.candidates] == ["A1", "A2"]
    public_votes.cast(told.id, one, "device", "192.0.2.1")
    with pytest.raises(Duplicate, match="今天已经投过票"):
        public_votes.cast(told.id, two, "device", "192.0.2.9")
    with time_machine.travel(now + timedelta(days=1)):
        public_votes.cast(told.id, two, "device", "192.0.2.9")
    for number in range(voting.HOUR_LIMIT):
        public_votes.cast(told.id, two, f"d{number}", "198.51.100.7")
    with pytest.raises(WrongState, match="这个网络一小时内的投票太多"):
        public_votes.cast(told.id, two, "another", "198.51.100.7")
    with read() as session:
        kept = session.exec(select(PublicVote)).all()
        assert vote_queries.counts(session, told.id) == {one: 1, two: 61}
    assert not any("192.0.2" in vote.network or "device" in vote.device for vote in kept)

    assert vote_queries.anomalies(cast.wang_anji, told.id) == []
    found = vote_queries.anomalies(cast.li_staff, told.id)
    assert [(item.kind, item.code, item.votes) for item in found] == [("同一网络", "A2", 60), ("短时集中", "A2", 60)]
    given = (told.id, found[0].networks[0], found[0].first_at, found[0].last_at)
    with pytest.raises(Forbidden):
        vote_service.rule_out(cast.wang_anji, *given, excluded=True, reason="同一机房刷票")
    vote_service.rule_out(cast.li_staff, *given, excluded=True, reason="同一机房刷票")
    with read() as session:
        assert vote_queries.counts(session, told.id) == {one: 1, two: 1}
    assert vote_queries.anomalies(cast.li_staff, told.id) == []
    vote_service.rule_out(cast.li_staff, *given, excluded=False, reason="系政务大厅统一出口")
    with read() as session:
        assert vote_queries.counts(session, told.id) == {one: 1, two: 61}
    with time_machine.travel(now + timedelta(days=30)), pytest.raises(WrongState, match="不在投票时间内"):
        public_votes.cast(told.id, one, "late", "192.0.2.2")
