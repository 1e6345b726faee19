"""Would it work elsewhere: the replicability profile, shown as parts and then as a total. Pure.

A part without data is missing and named, never zero; the total is that of the known parts, out of their weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.comparison import Effect
from pilots.answers import Consistency
from pilots.evidence import claim

# What each kind of evidence is worth before it is asked how clear it is.
_STRENGTH = {"causal": 1.0, "indicative": 0.6, "descriptive": 0.2}


@dataclass(frozen=True)
class Transfer:
    """What taking the scenario over rests on, as counts of (done, all); all = 0 where nothing was recorded.

    `data`: items of data connected; `free`: items that anybody gets without asking, or has connected already;
    `duties`: responsibility items everybody concerned confirmed; `feedback`: pieces of feedback answered; nobody asks
    those who give it for or against.
    `planned`, `spent` in fen; None without a budget.
    """

    data: tuple[int, int] = (0, 0)
    free: tuple[int, int] = (0, 0)
    duties: tuple[int, int] = (0, 0)
    feedback: tuple[int, int] = (0, 0)
    planned: int | None = None
    spent: int | None = None


@dataclass(frozen=True)
class Part:
    """A part of the replicability profile; `share` None is missing, not zero, and `why` then says what is."""

    key: str
    label: str
    weight: int
    share: float | None
    why: str

    @property
    def points(self) -> float | None:
        return None if self.share is None else self.weight * self.share


@dataclass(frozen=True)
class Profile:
    """5. Would it work elsewhere: the parts, then the total of those that are known."""

    parts: Sequence[Part]

    @property
    def points(self) -> float:
        return sum(part.points for part in self.parts if part.points is not None)

    @property
    def known(self) -> int:
        return sum(part.weight for part in self.parts if part.share is not None)

    @property
    def missing(self) -> Sequence[Part]:
        return [part for part in self.parts if part.share is None]


def profile(
    effect: Effect | None,
    parallel: bool,
    by_side: Mapping[str, Effect],
    consistent: Consistency,
    transfer: Transfer,
) -> Profile:
    """Effects are turned so that positive is better; `parallel`: both sides moved together before the start."""
    return Profile(
        (
            _evidence(effect, parallel),
            _consistency(consistent),
            _equity(by_side),
            _ease(transfer),
            _cost(transfer),
            _of_all("support", "支持度", 10, transfer.feedback, "{0} / {1} 条反馈已答复", "还没有收到反馈"),
            _of_all("readiness", "数据就绪", 5, transfer.data, "所需数据 {0} / {1} 项已接入", "场景没有登记所需数据"),
        )
    )


def _evidence(effect: Effect | None, parallel: bool) -> Part:
    name = ("evidence", "证据强度", 25)
    if effect is None or effect.estimate != effect.estimate:
        return Part(*name, None, "还没有可比的前后数据")
    strength = claim(effect)
    label = {"causal": "可作因果判断", "indicative": "只够初步判断", "descriptive": "只能描述"}[strength]
    if effect.estimate <= 0:
        return Part(*name, 0.0, f"{label}，没有看到改善")
    clear = effect.robust and effect.low > 0
    share = _STRENGTH[strength] * (1 if clear else 0.5) * (1 if parallel else 0.5)
    words = "改善清楚" if clear else "改善还不清楚"
    return Part(*name, share, f"{label}，{words}" + ("" if parallel else "，试点前走势不同步"))


def _consistency(found: Consistency) -> Part:
    name = ("consistency", "各地一致", 20)
    if found.of < 2:
        return Part(*name, None, "不足 2 个试点地区有可比数据，谈不上一致")
    return Part(*name, found.better / found.of, f"{found.better} / {found.of} 个试点地区好于同类对照地区的平均变化")


def _equity(by_side: Mapping[str, Effect]) -> Part:
    name = ("equity", "两类地区均衡", 15)
    known = {side: effect for side, effect in by_side.items() if effect.estimate == effect.estimate}
    if len(known) < 2:
        return Part(*name, None, "只有一类地区有可比数据")
    weak, strong = sorted(known, key=lambda side: known[side].estimate)
    least, most = known[weak].estimate, known[strong].estimate
    if most <= 0:
        return Part(*name, 0.0, "两类地区都没有改善")
    return Part(*name, max(0.0, least / most), f"{weak}的效果是{strong}的 {max(0.0, least / most) * 100:.0f}%")


def _ease(transfer: Transfer) -> Part:
    name = ("ease", "移植难易", 15)
    known = [
        (part, words)
        for part, words in ((transfer.free, "项数据可直接取得"), (transfer.duties, "项权责已确认"))
        if part[1]
    ]
    if not known:
        return Part(*name, None, "场景没有登记所需数据和权责清单")
    share = sum(done / of for (done, of), _ in known) / len(known)
    return Part(*name, share, "，".join(f"{done} / {of} {words}" for (done, of), words in known))


def _cost(transfer: Transfer) -> Part:
    name = ("cost", "成本与人力", 10)
    if not transfer.planned or transfer.spent is None:
        return Part(*name, None, "没有登记预算和支出")
    share = transfer.spent / transfer.planned
    words = f"已支出预算的 {share * 100:.0f}%"
    return Part(*name, max(0.0, min(1.0, 2 - share)), words + ("，超支" if share > 1 else ""))


def _of_all(key: str, label: str, weight: int, part: tuple[int, int], words: str, otherwise: str) -> Part:
    done, of = part
    return Part(key, label, weight, done / of if of else None, words.format(done, of) if of else otherwise)
