"""Reports of the demo, each read and printed once for all that looks at it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from unittest.mock import patch

import vl_convert

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from printing import making, registry
from printing.kinds import Kind
from printing.making import Made

KINDS = registry.kinds()
QUARTER = Period.containing(clock.today(), Cadence.QUARTER).shift(-1)
# Which one is printed: what the demo tells most about, the same whatever else is added to it.
DEMO = {
    "pilot": "1", "county": f"330523:{QUARTER}", "promotion": "4", "order": "6", "gap": "6", "indicator": "1",
    "catalogue": "all", "dossier": "1", "duties": "1", "review": "1", "marks": "1", "receipt": "1",
    "challenge_list": "all", "challenge_notice": "6:1", "challenge_contract": "11", "challenge_milestone": "17:1",
    "award_list": "1", "award_notice": "1:1", "award_certificate": "1", "award_letter": "1",
}  # fmt: skip
WHO = {"receipt": "zhouminzheng"}  # a judge's own sheet is nobody else's


@dataclass(frozen=True)
class Printed:
    """One report and what it was printed from."""

    actor: Actor
    kind: Kind[Any]
    subject: str
    inputs: Any

    def made(self, form: str) -> Made:
        return making.of(self.actor, self.kind, self.inputs, form)

    @cached_property
    def pdf(self) -> Made:
        return self._drawn[0]

    @property
    def specs(self) -> list[dict[str, Any]]:
        """Its pictures as Vega-Lite, as the renderer was handed them."""
        return self._drawn[1]

    @cached_property
    def _drawn(self) -> tuple[Made, list[dict[str, Any]]]:
        render, specs = vl_convert.vegalite_to_svg, []

        def noted(spec: dict[str, Any], **how: Any) -> str:
            specs.append(spec)
            return str(render(spec, **how))

        with patch.object(vl_convert, "vegalite_to_svg", noted):
            return self.made("pdf"), specs


Print = Callable[[str], Printed]


def of_demo(people: Mapping[str, Actor]) -> Print:
    @cache
    def report(key: str) -> Printed:
        actor, kind = people[WHO.get(key, "liyan")], KINDS[key]
        return Printed(actor, kind, DEMO[key], kind.load(actor, DEMO[key]))

    return report
