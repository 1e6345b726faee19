"""Pure rules: codes, the priority of a need, gaps in a responsibility list. About data: `resource_rules`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from core.numbers import format_number
from core.words import GovernanceLevel

# Where the list of domains starts; staff edit it (`domain_service`).
DOMAINS = (
    "信访维稳",
    "社会治安",
    "公共安全",
    "矛盾调处",
    "综合执法",
    "民生服务",
    "生态环保",
    "经济生态",
    "防贫监测",
)
# Those of them that touch life, property or public safety, where trigger supervision is not allowed.
SAFETY_DOMAINS = frozenset({"社会治安", "公共安全"})

NEED_PREFIX, SCENARIO_PREFIX = "XQ", "CJ"
FIRST_VERSION = "v1.0"
SEVERITY = {1: "一般", 2: "较重", 3: "严重"}


def next_code(prefix: str, year: int, last: str | None) -> str:
    """The code after `last` of the same prefix and year: CJ-2026-0001, CJ-2026-0002 … CJ-2026-10000."""
    serial = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return f"{prefix}-{year}-{serial:04d}"


def next_version(label: str, *, major: bool = False) -> str:
    """The version after `label`: v1.0 → v1.1, or v2.0 when the change is a major one."""
    first, _, second = label.removeprefix("v").partition(".")
    return f"v{int(first) + 1}.0" if major else f"v{first}.{int(second) + 1}"


# -- priority of a need --------------------------------------------------------


@dataclass(frozen=True)
class PriorityScale:
    """How the parts of a priority are scored. `monthly` are the events per 30 days from which frequency
    counts 2, 3, 4, 5 (below the first: 1; no event at all: 0)."""

    monthly: tuple[int, int, int, int] = (1, 4, 12, 30)
    spread: Mapping[GovernanceLevel, int] = field(
        default_factory=lambda: {
            GovernanceLevel.GRID: 1,
            GovernanceLevel.VILLAGE: 2,
            GovernanceLevel.TOWN: 3,
            GovernanceLevel.COUNTY: 4,
            GovernanceLevel.CITY: 5,
        }
    )


SCALE = PriorityScale()


@dataclass(frozen=True)
class Priority:
    """The parts and their product. `frequency`, `per_month` and `total` are None while the need does not
    say how often it occurs: unknown is not zero."""

    per_month: Fraction | None
    frequency: int | None
    severity: int
    spread: int
    total: int | None

    @property
    def explained(self) -> str:
        tail = f"严重程度 {self.severity} × 波及范围 {self.spread}"
        if self.total is None:
            return f"频次未填，暂不计算（{tail}）"
        return f"频次 {self.frequency}（每 30 天 {format_number(self.per_month, 1)} 件）× {tail} = {self.total}"


def need_priority(
    events: int | None,
    first: date | None,
    last: date | None,
    severity: int,
    level: GovernanceLevel,
    scale: PriorityScale = SCALE,
) -> Priority:
    """frequency × severity × spread, 0–75.

    frequency 0–5 from events per 30 days (`first` and `last` both counted), severity 1–3 as judged,
    spread 1–5 by the level of governance concerned. Large places have more events, so totals are
    only ranked among needs of the same region group (`places`).
    """
    spread = scale.spread[level]
    if events is None or first is None or last is None or last < first:
        return Priority(None, None, severity, spread, None)
    per_month = Fraction(events * 30, (last - first).days + 1)
    frequency = (per_month > 0) + sum(per_month >= step for step in scale.monthly)
    return Priority(per_month, frequency, severity, spread, frequency * severity * spread)


def places(totals: Mapping[int, int | None]) -> dict[int, int]:
    """The place of each need among those of its group, highest first; equals share a place (1, 2, 2, 4).
    Needs without a total have none."""
    first: dict[int, int] = {}
    for place, total in enumerate(sorted((t for t in totals.values() if t is not None), reverse=True), start=1):
        first.setdefault(total, place)
    return {key: first[total] for key, total in totals.items() if total is not None}


# -- responsibility list ------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """A leaf of the responsibility list; `path` is 业务, 环节, 事项 as far as they are given. `data` are
    (name, provider's id or None). `confirmed` names every organisation concerned and says whether it has
    ever confirmed this item; empty where confirmations are not asked about."""

    path: tuple[str, ...]
    organisation_id: int | None
    owner: str = ""
    time_limit: str = ""
    legal_basis: str = ""
    data: tuple[tuple[str, int | None], ...] = ()
    confirmed: tuple[tuple[str, bool], ...] = ()

    @property
    def name(self) -> str:
        return " › ".join(self.path)


@dataclass(frozen=True)
class Finding:
    """A gap in a responsibility list. Errors keep the scenario from being submitted, others do not."""

    item: str
    message: str
    error: bool


def check_responsibilities(items: Sequence[Duty]) -> list[Finding]:
    """Every leaf has exactly one responsible organisation and every data item a provider; who, by when and
    on what basis should be known; and every organisation concerned should have confirmed something."""
    if not items:
        return [Finding("责任清单", "还没有任何事项", True)]
    found = []
    responsible: dict[tuple[str, ...], list[int]] = {}
    for duty in items:
        if duty.organisation_id is None:
            found.append(Finding(duty.name, "缺责任单位", True))
        else:
            responsible.setdefault(duty.path, []).append(duty.organisation_id)
        found += [
            Finding(duty.name, f"数据“{name}”缺提供单位", True) for name, provider in duty.data if provider is None
        ]
        found += [
            Finding(duty.name, f"缺{label}", False)
            for label, value in (("责任人", duty.owner), ("办理时限", duty.time_limit), ("依据", duty.legal_basis))
            if not value.strip()
        ]
    for path, organisations in responsible.items():
        if len(organisations) > 1:
            what = "有两个以上责任单位" if len(set(organisations)) > 1 else "重复列出"
            found.append(Finding(" › ".join(path), what, True))
    asked = dict.fromkeys(name for duty in items for name, _ in duty.confirmed)
    agreed = {name for duty in items for name, ever in duty.confirmed if ever}
    found += [Finding(name, "从未确认本单位的事项", False) for name in asked if name not in agreed]
    return found
