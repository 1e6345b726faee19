"""Evidence of the demo's past selections as it stood then: frozen packs that know nothing of the months since, so that
the winners have a "later" to be held against. A pack is never changed: another one with its reason takes its place."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from awards import evidence
from core import clock
from core.periods import Cadence, Period
from core.words import IndicatorRole
from db.session import write
from db.tables import AwardEntry, AwardPack, IndicatorRow
from metrics.defined import indicator_of
from metrics.model import Indicator
from pilots import freezing


def freeze(entry_id: int, months_ago: int) -> None:
    """Let an entry's evidence end with the month so many before this one."""
    last = Period.containing(clock.today(), Cadence.MONTH).shift(-months_ago)
    with write() as session:
        pack = session.exec(
            select(AwardPack).where(AwardPack.entry_id == entry_id).order_by(col(AwardPack.number).desc())
        ).first()
        assert pack is not None
        content = deepcopy(pack.content)
        content["as_of"] = clock.end_of_day(last.end).isoformat()
        for measure in content["measures"]:
            row = session.exec(
                select(IndicatorRow).where(
                    IndicatorRow.code == measure["indicator"], IndicatorRow.version == measure["version"]
                )
            ).one()
            _cut(measure, indicator_of(row), content["since"], str(last))
        session.add(
            AwardPack(
                entry_id=entry_id,
                number=pack.number + 1,
                content=content,
                digest=freezing.digest(content),
                reason=f"演示：证据截至{last.label}",
                by=pack.by,
                at=pack.at,
            )
        )
        session.get_one(AwardEntry, entry_id).objective = evidence.objective(content)


def _cut(measure: dict[str, Any], indicator: Indicator, since: str, last: str) -> None:
    measure["values"] = [value for value in measure["values"] if value[1] <= last]
    after = [value for value in measure["values"] if value[1] >= since and value[2] is not None]
    _, period, n, d, _ = after[-1]
    value = indicator.value(n, d)
    assert value is not None
    measure |= {"latest": period, "shown": indicator.show(value), "periods": len(after), "attained": None}
    if measure["role"] == IndicatorRole.GOAL.value:
        start, aim = (Decimal(measure[key]) for key in ("baseline", "target"))
        share = (Decimal(value.numerator) / value.denominator - start) / (aim - start)
        measure["attained"] = max(0, min(evidence.MOST, round(share * 1_000_000)))
