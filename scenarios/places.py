"""Which division a text names: 安吉县, 湖州安吉, 安吉县递铺街道, 330523 …"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from core.words import RegionLevel

_COUNTY = (RegionLevel.COUNTY, RegionLevel.ZONE)


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    short_name: str
    level: RegionLevel
    parent_code: str | None


class Places:
    """The divisions that are loaded, found by what people write. Towns stand for their county, since a county
    is what is compared."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_code = {place.code: place for place in places}
        self._named: dict[str, list[Place]] = defaultdict(list)
        for place in self._by_code.values():
            for name in {place.name, place.short_name}:
                if len(name) > 1:
                    self._named[name].append(place)
        self._longest = max(map(len, self._named), default=0)
        # Names that no masking may take for a person's
        self.names = frozenset(self._named)
        self.find = lru_cache(maxsize=20_000)(self._find)

    def _find(self, text: str) -> str | None:
        """The county's code, or the city's or province's when nothing smaller is named; None when unknown or
        when several could be meant."""
        plain = re.sub(r"[\s/\\\-—>·,，、|]", "", text)
        if re.fullmatch(r"\d{6}(\d{3}|\d{6})?", plain):
            return next(
                (
                    code
                    for end in (6, 4, 2)
                    if (code := plain[:end].ljust(6, "0")) in self._by_code
                    and (end == 6 or plain[end:].strip("0") == "")
                ),
                None,
            )
        found = self._in(plain)
        for levels in (_COUNTY, (RegionLevel.TOWN,), (RegionLevel.CITY,), (RegionLevel.PROVINCE,)):
            here = [place for place in found if place.level in levels]
            # 湖州市吴兴区: of counties of one name the one whose city is named as well
            above = {place.code for place in found if place not in here}
            within = [place for place in here if self._above(place) & above] or here
            codes = {self._county(place) for place in within}
            if len(codes) == 1:
                return codes.pop()
            if codes:
                return None
        return None

    def _in(self, text: str) -> list[Place]:
        """The places a text names, longer names before shorter ones, each part of the text used once."""
        found: list[Place] = []
        at = 0
        while at < len(text):
            for end in range(min(len(text), at + self._longest), at + 1, -1):
                if text[at:end] in self._named:
                    found += self._named[text[at:end]]
                    at = end
                    break
            else:
                at += 1
        return found

    def _above(self, place: Place) -> set[str]:
        codes = set()
        while place.parent_code and place.parent_code in self._by_code:
            place = self._by_code[place.parent_code]
            codes.add(place.code)
        return codes

    def _county(self, place: Place) -> str:
        if place.level is RegionLevel.TOWN and place.parent_code in self._by_code:
            return str(place.parent_code)
        return place.code
