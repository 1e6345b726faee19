"""Who should step aside from what, from plain facts: one organisation however it is written, an earlier employer, a
county, a team. What is found is potential: names are alike by chance, so somebody else decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accounts import credit_code
from core.words import RecusalKind

LOOK_BACK = 3  # years, DOMAIN §8

# What names of one organisation differ by: legal forms, and the words of branches and of the demo.
_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团|总公司|公司)+$")
_BRANCH = re.compile(
    r"(?<=.{4})(第[一二三四五六七八九十\d]+)?[^省市县区]{0,6}?(分公司|分院|分校|分所|分中心|分局|办事处|事业部|营业部)$"
)
_REMARK = re.compile(r"[(（\[【〔][^)）\]】〕]*[)）\]】〕]")
_SHORTEST = 4  # a shorter name says too little to be found inside another


@dataclass(frozen=True)
class Employer:
    """An organisation by its names and codes, with the days somebody worked there (None: open)."""

    names: tuple[str, ...]
    organisation_id: int | None = None
    credit_code: str = ""
    region_code: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Person:
    account_id: int
    name: str
    employers: tuple[Employer, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """An entry as far as recusals are concerned."""

    entry_id: int
    names: tuple[str, ...]
    organisation_id: int | None = None
    credit_code: str = ""
    region_code: str | None = None
    team: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """One reason to step aside, with what matched what."""

    account_id: int
    entry_id: int
    kind: RecusalKind
    detail: str


def normal(name: str) -> str:
    """A name without what writings of one organisation differ by: width, blanks, remarks in brackets, branch, legal
    form, a leading 浙江省 or 省."""
    text = "".join(_REMARK.sub("", unicodedata.normalize("NFKC", name)).split()).lower()
    text = re.sub(r"[·,，.。\-—、]", "", text)
    text = _BRANCH.sub("", text)
    text = _FORMS.sub("", text) or text
    return re.sub(r"^(浙江省|省)(?=.{3})", "", text)


def alike(one: str, other: str) -> bool:
    """Whether two names can be of one organisation: equal once written alike, or one inside the other."""
    first, second = sorted((normal(one), normal(other)), key=len)
    if not first:
        return False
    return first == second or (len(first) >= _SHORTEST and first in second)


def find(people: Sequence[Person], entries: Sequence[Candidate], on: date) -> list[Found]:
    """Every reason for anybody to step aside from any entry, as known on a day; one of each kind."""
    found: dict[tuple[int, int, RecusalKind], Found] = {}
    for person in people:
        for entry in entries:
            for kind, detail in _reasons(person, entry, on):
                found.setdefault(
                    (person.account_id, entry.entry_id, kind), Found(person.account_id, entry.entry_id, kind, detail)
                )
    return list(found.values())


def _reasons(person: Person, entry: Candidate, on: date) -> list[tuple[RecusalKind, str]]:
    reasons = []
    for employer in person.employers:
        if employer.until is not None and employer.until < _years_before(on, LOOK_BACK):
            continue
        past = employer.until is not None and employer.until < on
        kind = RecusalKind.FORMER if past else RecusalKind.ORGANISATION
        when = f"，至 {employer.until}" if past else ""
        if employer.organisation_id is not None and employer.organisation_id == entry.organisation_id:
            reasons.append((kind, f"所在单位：{employer.names[0]}{when}"))
        elif pair := _same_name(employer, entry):
            reasons.append((kind, f"单位名称相近：“{pair[0]}”与“{pair[1]}”{when}"))
        if _same_code(employer.credit_code, entry.credit_code):
            reasons.append((RecusalKind.CREDIT_CODE, f"统一社会信用代码相同：{credit_code.normal(entry.credit_code)}"))
        if not past and employer.region_code and employer.region_code == entry.region_code:
            reasons.append((RecusalKind.COUNTY, f"所在县（市、区）相同：{employer.names[0]}"))
    if normal(person.name) in {normal(name) for name in entry.team}:
        reasons.append((RecusalKind.TEAM, f"项目团队名单中有“{person.name}”"))
    return reasons


def _same_name(employer: Employer, entry: Candidate) -> tuple[str, str] | None:
    return next(((mine, other) for mine in employer.names for other in entry.names if alike(mine, other)), None)


def _same_code(one: str, other: str) -> bool:
    """A code with a wrong check digit is a slip of the pen and says nothing."""
    first, second = credit_code.normal(one), credit_code.normal(other)
    return first == second and credit_code.is_valid(first)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
