"""Pure rules: when a bid is sealed, who the candidates are, how money is divided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from core.errors import Invalid

WHOLE = 10_000  # hundredths of a percent
MOST_CANDIDATES = 3
NOTICE_DAYS = 5  # working days
SIGNING_DAYS = 30
LONGEST_EXTENSION = 365
PASS_MARK = 60  # of the acceptance panel


def sealed(deadline: datetime, now: datetime) -> bool:
    """Whether bids can no longer change: the deadline itself is too late."""
    return now >= deadline


def split_funding(total_fen: int, shares: Sequence[int]) -> list[int]:
    """`total_fen` divided by `shares` (hundredths of a percent that make 100 %): whole fen whose sum is exactly the
    total, each less than one fen from its exact part (largest remainders first, the earlier one among equals)."""
    if total_fen < 0 or any(share < 0 for share in shares):
        raise Invalid(["金额和比例不能为负"])
    if sum(shares) != WHOLE:
        raise Invalid([f"各里程碑的付款比例合计为 {sum(shares) / 100:g}%，应正好为 100%"])
    parts = [divmod(total_fen * share, WHOLE) for share in shares]
    found = [whole for whole, _ in parts]
    by_rest = sorted(range(len(parts)), key=lambda at: (-parts[at][1], at))
    for at in by_rest[: total_fen - sum(found)]:
        found[at] += 1
    return found


@dataclass(frozen=True)
class Ranked:
    """A bid and its place in the panel's final result; equal places are tied."""

    bid_id: int
    rank: int


def candidates(ranked: Sequence[Ranked], order: Sequence[int] = (), most: int = MOST_CANDIDATES) -> list[int]:
    """Bid ids of the candidates in order, at most `most`. Where a tie decides who is among them or in which order,
    somebody has to: `order` then names the bids one by one and may not contradict the places."""
    by_place = sorted(ranked, key=lambda item: item.rank)
    needed = by_place[:most]
    if not order:
        for before, after in pairwise(by_place):
            if before.rank == after.rank and before in needed:
                raise Invalid(
                    [f"第 {before.rank} 名并列，先后和入选与否须由人决定"], "请按评审组的意见排出候选顺序并写明理由。"
                )
        return [item.bid_id for item in needed]
    places = {item.bid_id: item.rank for item in ranked}
    if len(set(order)) != len(order) or any(bid not in places for bid in order):
        raise Invalid(["候选顺序里有重复的或没有名次的申请"])
    if len(order) != len(needed):
        raise Invalid([f"应排出 {len(needed)} 个候选"])
    if [places[bid] for bid in order] != [item.rank for item in needed]:
        raise Invalid(["候选顺序与评审名次不一致"], "只有并列的可以由人决定先后。")
    return list(order)


def sign_due(won_on: date) -> date:
    """The last day on which a winner may sign."""
    return won_on + timedelta(days=SIGNING_DAYS)


def promises(indicators: str) -> list[str]:
    """The indicators that a milestone promised, one each: they stand on lines of their own or between semicolons."""
    parts = (part.strip(" 。；;") for part in re.split(r"[\n；;。]", indicators))
    return list(dict.fromkeys(part for part in parts if part))


def difference(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """What a reissued list changes in the one before, one sentence each."""
    said = []
    for name in dict.fromkeys([*before, *after]):
        old = before.index(name) + 1 if name in before else None
        new = after.index(name) + 1 if name in after else None
        if old and not new:
            said.append(f"{name}由第 {old} 顺位移出名单")
        elif new and not old:
            said.append(f"{name}新列入，为第 {new} 顺位")
        elif old != new:
            said.append(f"{name}由第 {old} 顺位变为第 {new} 顺位")
    return said


def money(fen: int) -> str:
    """Funding as printed: 万元 where it is even, else 元; 0 is 面议."""
    if not fen:
        return "面议"
    return f"{fen / 1_000_000:,.6f}".rstrip("0").rstrip(".") + " 万元"
