"""How a panel did, in plain words: do they agree, how strict is each, where do they part, what hangs on whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.numbers import format_number
from panels import agreement
from panels.outcome import Case, Outcome, board
from panels.sensitivity import Variant

_AGREE, _FAIR, _LITTLE = 0.8, 0.667, 0.4  # Krippendorff's own bounds, and the one below which means say little
_STRICT = 3.0  # points from the panel's usual that are worth saying


@dataclass(frozen=True)
class Agreement:
    """α with gaps, and where everybody marked everything W and ICC(2,k); nan where it cannot be had."""

    alpha: float
    w: float
    icc: float

    @property
    def sentence(self) -> str:
        """One sentence for people; the coefficients stand in brackets."""
        if self.alpha != self.alpha:
            return "评分太少，或所有分数都相同，看不出评委之间的一致程度。"
        if self.alpha >= _AGREE:
            words = "评委的看法高度一致，换一组同样水平的评委，名次大体不变"
        elif self.alpha >= _FAIR:
            words = "评委的看法基本一致，前后相差较大的名次可信，相邻名次不宜细分"
        elif self.alpha >= _LITTLE:
            words = "评委的看法只有一部分一致，接近的名次靠不住，宜合议"
        else:
            words = "评委的看法分歧很大，名次主要取决于由谁来评，须合议"
        parts = [f"α={format_number(self.alpha, 2)}"]
        if self.w == self.w:
            parts.append(f"排序一致性 W={format_number(self.w, 2)}")
        if self.icc == self.icc:
            parts.append(f"平均分的可靠度 ICC={format_number(self.icc, 2)}")
        return f"{words}（{'，'.join(parts)}）。"

    @property
    def low(self) -> bool:
        return self.alpha == self.alpha and self.alpha < _LITTLE


@dataclass(frozen=True)
class JudgeHealth:
    """One judge. `leniency`: points above (+) or below the panel's usual; `sheets`; `apart`: correlation with the mean of
    the others, nan where it cannot be had; `same`: he gave one score throughout; `without`: what leaving him out
    would change among the first places."""

    judge: int
    sheets: int
    leniency: float
    apart: float
    same: bool
    without: Variant | None

    @property
    def notes(self) -> list[str]:
        """What is worth saying, in words; empty when nothing is."""
        found = []
        if abs(self.leniency) >= _STRICT:
            word = "宽" if self.leniency > 0 else "严"
            found.append(f"比评审组偏{word} {format_number(abs(self.leniency), 1)} 分")
        if self.same and self.sheets > 1:
            found.append("所有项目都打了同一个分，分不出高下")
        if self.apart == self.apart and self.apart < 0:
            found.append("排序与其他评委相反")
        if self.without and self.without.changes:
            found.append("去掉他的评分，入选名单会变")
        return found


@dataclass(frozen=True)
class Health:
    agreement: Agreement
    judges: tuple[JudgeHealth, ...]
    groups: int  # of judges who share no entry: their strictness cannot be compared

    @property
    def warnings(self) -> list[str]:
        found = []
        if self.groups > 1:
            found.append(f"评委分成 {self.groups} 组，组与组之间没有共同评的项目，宽严不能互相比较。")
        if self.agreement.low:
            found.append("一致程度低，建议逐项合议后再定。")
        return found


def examine(case: Case, outcome: Outcome, variants: Sequence[Variant]) -> Health:
    """The panel's card. Entries that some judge did not mark leave W and ICC, not α."""
    made = board(case)
    points = made.points().T
    whole = bool(made.present.all()) and made.present.size > 0
    found = Agreement(
        agreement.krippendorff_alpha(points) if made.present.any() else float("nan"),
        agreement.kendall_w(points) if whole else float("nan"),
        agreement.icc2k(points) if whole else float("nan"),
    )
    without: Mapping[int | None, Variant] = {variant.judge: variant for variant in variants if variant.kind == "judge"}
    judges = []
    for column, judge in enumerate(case.judges):
        mine = points[column]
        known = ~np.isnan(mine)
        if not known.any():
            continue
        judges.append(
            JudgeHealth(
                judge=judge,
                sheets=int(known.sum()),
                leniency=float(outcome.severity.judges.get(judge, 0.0)),
                apart=_apart(points, column),
                same=len(np.unique(made.scores[:, column][known])) == 1,
                without=without.get(judge),
            )
        )
    return Health(found, tuple(judges), len(outcome.severity.components))


def _apart(points: np.ndarray, column: int) -> float:
    """Correlation of a judge's scores with the mean of the others', over entries that both have."""
    others = np.delete(points, column, axis=0)
    seen = ~np.isnan(points[column]) & ~np.isnan(others).all(axis=0) if len(others) else np.zeros(0, dtype=bool)
    if seen.sum() < 3:
        return float("nan")
    mine, theirs = points[column][seen], np.nanmean(others[:, seen], axis=0)
    if np.ptp(mine) == 0 or np.ptp(theirs) == 0:
        return float("nan")
    return float(np.corrcoef(mine, theirs)[0, 1])
