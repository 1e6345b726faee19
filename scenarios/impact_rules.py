"""Pure rules of the 个人信息保护影响评估: when a scenario needs one, whether it has one, how long it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.words import ImpactConclusion

KEPT_YEARS = 3  # 个人信息保护法 art. 56: at least three years


@dataclass(frozen=True)
class Grounds:
    """Why a scenario needs an assessment: sensitive resources (id → name) it uses, sensitive information it
    collects itself, decisions it makes automatically."""

    resources: Mapping[int, str]
    collection: bool = False
    decisions: bool = False

    def __bool__(self) -> bool:
        return bool(self.resources) or self.collection or self.decisions

    @property
    def words(self) -> list[str]:
        found = [f"使用敏感个人信息：{'、'.join(self.resources.values())}"] if self.resources else []
        found += ["直接采集敏感个人信息"] if self.collection else []
        return found + (["利用个人信息进行自动化决策"] if self.decisions else [])


@dataclass(frozen=True)
class Assessed:
    """What an assessment on record looked at and came to."""

    done_on: date
    conclusion: ImpactConclusion
    resources: frozenset[int]
    collection: bool
    decisions: bool
    has_file: bool


def missing(grounds: Grounds, newest: Assessed | None) -> list[str]:
    """What keeps a pilot from starting; empty when nothing does. Only the newest assessment counts: it was
    made knowing the older ones."""
    if not grounds:
        return []
    if newest is None:
        return [f"还没有个人信息保护影响评估（{'；'.join(grounds.words)}）"]
    which = f"{newest.done_on} 的个人信息保护影响评估"
    if newest.conclusion is ImpactConclusion.FAIL:
        return [f"{which}结论为“{newest.conclusion.label}”"]
    found = [] if newest.has_file else [f"{which}没有上传评估报告"]
    uncovered = [name for number, name in grounds.resources.items() if number not in newest.resources]
    if uncovered:
        found.append(f"{which}没有评估：{'、'.join(uncovered)}")
    if grounds.collection and not newest.collection:
        found.append(f"{which}没有评估直接采集的敏感个人信息")
    if grounds.decisions and not newest.decisions:
        found.append(f"{which}没有评估自动化决策")
    return found


def keep_until(done_on: date, recorded_on: date) -> date:
    """The first day on which a record may be removed: three years after the later of the assessment and its
    entry here."""
    since = max(done_on, recorded_on)
    try:
        return since.replace(year=since.year + KEPT_YEARS)
    except ValueError:  # 29 February
        return since.replace(year=since.year + KEPT_YEARS, month=3, day=1)
