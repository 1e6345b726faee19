"""The rules in code: each a row of a table with a check on one row of a return.

A rule is data (id, severity, stage, field, wording) with a check that gives the figures for the
wording, or None when the row passes. They run in the order of the table; rules that staff write
(`metrics.rulebook`) come after them and stand beside them on the page of rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import islice

from core.numbers import MICRO, format_exact, from_micro
from core.periods import Period
from core.words import Kind, ValueState
from metrics import accumulation
from metrics.model import Entry, Form, Indicator, Line, Severity
from metrics.quality import median, stands_out

FLAT_PERIODS = 4
ON_TARGET, ON_TARGET_OF = 3, 6  # so many of the last so many values equal to the target are too many

# Quantities in these units are counted one by one, so a fraction of one is a slip of the finger.
COUNTED_UNITS = frozenset("件人次个户项条起宗份张家名辆处村台套笔例场页") | {"人次", "社区", "单位"}


@dataclass(frozen=True)
class Row:
    """One row under examination, with what the checks ask for again and again."""

    form: Form
    line: Line
    entry: Entry

    @property
    def indicator(self) -> Indicator:
        return self.line.indicator

    @cached_property
    def value(self) -> Fraction | None:
        return self.indicator.value(self.entry.n, self.entry.d) if self.entry.state.has_value else None

    @cached_property
    def added(self) -> list[float | None]:
        """What the earlier periods and this one added each, oldest first; for cumulative figures the
        increments, for others the values themselves. None where it cannot be said."""
        entries = [*self.line.history, (str(self.form.period), self.entry)]
        figures = [(key, e.n if e.state.has_value else None, e.d) for key, e in entries]
        return [self.indicator.number(n, d) for _, n, d in accumulation.increments(self.indicator, figures)]

    @cached_property
    def past(self) -> list[tuple[Entry, Fraction]]:
        """Earlier entries that have a value, oldest first."""
        return list(reversed(list(self._back())))

    def last(self, count: int) -> list[tuple[Entry, Fraction]]:
        """The newest of them, oldest first; fewer where there are not so many."""
        return list(islice(self._back(), count))[::-1]

    def _back(self) -> Iterator[tuple[Entry, Fraction]]:
        for _, entry in reversed(self.line.history):
            value = self.indicator.value(entry.n, entry.d) if entry.state.has_value else None
            if value is not None:
                yield entry, value

    @property
    def changes(self) -> bool:
        """The figures or the state differ from what was handed in; drafts change freely."""
        stored, entry = self.line.current, self.entry
        if stored is None or not self.form.correcting:
            return False
        return (stored.n, stored.d, stored.state) != (entry.n, entry.d, entry.state)

    @property
    def at_edge(self) -> bool:
        """The value is the least or most that is possible, where standing still or hitting it is natural."""
        indicator, value = self.indicator, self.value
        edges = {bound for bound in (indicator.hard_min, indicator.hard_max) if bound is not None}
        if indicator.kind.is_share:
            edges |= {Decimal(0), Decimal(indicator.factor)}
        if indicator.kind is Kind.COUNT:
            edges.add(Decimal(0))
        return value in {Fraction(edge) for edge in edges}


Seen = Mapping[str, str]
Check = Callable[[Row], Seen | None]


class Stage(StrEnum):
    """When a rule runs: what is given at all, then single cells, then the row, then the row against its past."""

    GIVEN = "given"
    CELL = "cell"
    ROW = "row"
    HISTORY = "history"


@dataclass(frozen=True)
class Rule:
    """One rule. `field` is the cell it points at; `needs` are cells that must be sound for it to be asked.

    `message` and `remedy` are templates for what `check` returns, with {name}, {n_label} and {d_label}
    always there.
    """

    id: str
    severity: Severity
    stage: Stage
    field: str
    message: str
    remedy: str
    check: Check
    needs: tuple[str, ...] = ("n", "d", "state")


def is_blank(entry: Entry | None) -> bool:
    """Nothing was filled in: neither a number, nor a state without number, nor a word."""
    return entry is None or (
        entry.n is None and entry.d is None and entry.state is ValueState.REPORTED and not (entry.reason or entry.note)
    )


def counted(indicator: Indicator, field: str) -> bool:
    """Whether n or d counts things one by one."""
    if field == "n" and indicator.kind is Kind.COUNT:
        return True
    return (indicator.n_unit if field == "n" else indicator.d_unit) in COUNTED_UNITS


def _when(holds: Callable[[Row], bool]) -> Check:
    return lambda row: {} if holds(row) else None


def _amount(micro: int | None) -> str:
    return format_exact(None if micro is None else from_micro(micro))


def _negative(field: str) -> Check:
    def check(row: Row) -> Seen | None:
        micro = getattr(row.entry, field)
        below_zero_is_possible = field == "n" and row.indicator.hard_min is not None and row.indicator.hard_min < 0
        return None if micro is None or micro >= 0 or below_zero_is_possible else {"seen": _amount(micro)}

    return check


def _not_whole(field: str) -> Check:
    def check(row: Row) -> Seen | None:
        micro = getattr(row.entry, field)
        whole = micro is None or micro % MICRO == 0 or not counted(row.indicator, field)
        return None if whole else {"seen": _amount(micro)}

    return check


def _yes_no(row: Row) -> Seen | None:
    if row.indicator.kind is not Kind.YES_NO or row.entry.n in (None, 0, MICRO):
        return None
    return {"seen": _amount(row.entry.n)}


def _more_than_all(row: Row) -> Seen | None:
    n, d = row.entry.n, row.entry.d
    if not row.indicator.kind.is_share or n is None or d is None or n <= d:
        return None
    return {"seen": f"{_amount(n)} > {_amount(d)}", "n": _amount(n), "d": _amount(d)}


def _outside(low: Decimal | None, high: Decimal | None, row: Row) -> Seen | None:
    if row.value is None:
        return None
    if low is not None and row.value < low:
        return {"seen": row.indicator.show(row.value), "bound": f"不应低于 {row.indicator.show(low)}"}
    if high is not None and row.value > high:
        return {"seen": row.indicator.show(row.value), "bound": f"不应高于 {row.indicator.show(high)}"}
    return None


def _outlying(row: Row) -> Seen | None:
    if row.value is None:
        return None
    series = [value for value in row.added if value is not None]
    if row.added[-1] is None or not stands_out(series[-1], series[:-1]):
        return None
    if row.indicator.accumulation.cumulative:
        words = ("本期增加 ", row.indicator.show(series[-1]), "每期增加的")
    else:
        words = ("本期 ", row.indicator.show(row.value), "")
    usual = row.indicator.show(median(series[:-1]))
    return {"seen": "".join(words[:2]), "of": words[2], "usual": usual, "count": str(len(series) - 1)}


def _flat(row: Row) -> Seen | None:
    last = row.last(FLAT_PERIODS - 1)
    if row.value is None or len(last) < FLAT_PERIODS - 1 or any(value != row.value for _, value in last):
        return None
    same_figures = all((entry.n, entry.d) == (row.entry.n, row.entry.d) for entry, _ in last)
    if row.at_edge and (
        row.indicator.accumulation.cumulative or not (same_figures and row.indicator.kind.has_denominator)
    ):
        return None  # always 100 % of ever other cases, or always zero events, is nothing to ask about
    count = 1
    for _, value in reversed(row.past):
        if value != row.value:
            break
        count += 1
    return {"seen": row.indicator.show(row.value), "count": str(count)}


def _falls(row: Row) -> Seen | None:
    """A total smaller than the newest one before it that it contains."""
    if not row.indicator.accumulation.cumulative or not row.entry.state.has_value:
        return None
    before = next(((key, e) for key, e in reversed(row.line.history) if e.state.has_value), None)
    if before is None:
        return None
    return _smaller(row, before, (str(row.form.period), row.entry))


def _overtakes(row: Row) -> Seen | None:
    """A total greater than the next period's, which contains it: what a correction of the past may do."""
    following = row.line.following
    if following is None or not row.entry.state.has_value or not following[1].state.has_value:
        return None
    seen = _smaller(row, (str(row.form.period), row.entry), following)
    return None if seen is None else {**seen, "later": Period.parse(following[0]).label}


def _smaller(row: Row, earlier: tuple[str, Entry], later: tuple[str, Entry]) -> Seen | None:
    figures = [(key, entry.n, entry.d) for key, entry in (earlier, later)]
    names = accumulation.fallen(row.indicator, figures[0], figures[1])
    if not names:
        return None
    was, now = (getattr(entry, names[0]) for _, entry in (earlier, later))
    label = row.indicator.n_label if names[0] == "n" else row.indicator.d_label
    return {
        "seen": _amount(now if later[1] is row.entry else was),
        "what": label,
        "was": _amount(was),
        "now": _amount(now),
        "before": Period.parse(earlier[0]).label,
    }


def _explained(row: Row) -> bool:
    return bool(row.entry.reason or row.entry.note)


def _exactly_target(row: Row) -> Seen | None:
    if row.value is None or row.line.target is None or row.value != row.line.target or row.at_edge:
        return None
    return {"seen": row.indicator.show(row.value)}


def _target_too_often(row: Row) -> Seen | None:
    """This value and several of the last ones equal the target: figures written to please, or the target copied."""
    if _exactly_target(row) is None:
        return None
    last = [value for _, value in row.past[-(ON_TARGET_OF - 1) :]] + [row.value]
    times = sum(value == row.line.target for value in last)
    if times < ON_TARGET:
        return None
    return {"seen": row.indicator.show(row.value), "count": str(len(last)), "times": str(times)}


def _unexplained_change(row: Row) -> Seen | None:
    stored, entry = row.line.current, row.entry
    if stored is None or entry.reason or not row.changes:
        return None
    return {"old": stored.show(row.indicator), "seen": entry.show(row.indicator)}


def _stale_reason(row: Row) -> bool:
    stored = row.line.current
    return (
        stored is not None
        and row.changes
        and row.entry.reason in (stored.reason, stored.note)
        and bool(row.entry.reason)
    )


E, W = Severity.ERROR, Severity.WARNING
RULES: tuple[Rule, ...] = (
    Rule(
        "blank", W, Stage.GIVEN, "n", "{name}：未填。", "请填数；确实没有数的，状态选“缺报”或“不适用”并写明理由。",
        _when(lambda row: is_blank(row.entry)), ("n", "d", "state", "reason"),
    ),
    Rule(
        "state.contradiction", E, Stage.GIVEN, "state",
        "{name}：状态是“{seen}”，却又填了数字。", "有数就把状态改为“已报”或“估计”；没有数就清空数字格。",
        lambda row: None if row.entry.state.has_value or row.entry.n is row.entry.d is None
        else {"seen": row.entry.state.label},
        ("state",),
    ),
    Rule(
        "state.reason", E, Stage.GIVEN, "reason",
        "{name}：状态是“{seen}”，没有写理由。", "请在“说明/理由”里写明原因，例如：系统停机三天，按日均数估计。",
        lambda row: None if row.entry.state is ValueState.REPORTED or row.entry.reason or row.entry.note
        else {"seen": row.entry.state.label},
        ("state", "reason"),
    ),
    Rule(
        "required.n", E, Stage.GIVEN, "n", "{name}：没有填“{n_label}”。",
        "请填写这个数；没有数的，状态选“缺报”并写明理由。零要填 0，不要留空。",
        _when(lambda row: row.entry.state.has_value and row.entry.n is None), ("n", "state"),
    ),
    Rule(
        "required.d", E, Stage.GIVEN, "d", "{name}：没有填“{d_label}”。", "比率由系统计算，请同时填写分子和分母两个数。",
        _when(lambda row: row.entry.state.has_value and row.indicator.kind.has_denominator and row.entry.d is None),
        ("d", "state"),
    ),
    Rule(
        "d.unused", E, Stage.GIVEN, "d", "{name}：这个指标没有分母，却填了 {seen}。", "请清空分母格，只填一个数。",
        lambda row: None if row.indicator.kind.has_denominator or row.entry.d is None
        else {"seen": _amount(row.entry.d)},
        ("d",),
    ),
    Rule(
        "n.negative", E, Stage.CELL, "n", "{name}：“{n_label}”是负数（{seen}）。", "请核对后填写不小于 0 的数。",
        _negative("n"), ("n", "state"),
    ),
    Rule(
        "d.negative", E, Stage.CELL, "d", "{name}：“{d_label}”是负数（{seen}）。", "请核对后填写大于 0 的数。",
        _negative("d"), ("d", "state"),
    ),
    Rule(
        "d.zero", E, Stage.CELL, "d", "{name}：“{d_label}”是 0，算不出结果。",
        "本期没有发生的，请清空两个数字格，状态选“不适用”，并写明理由。",
        _when(lambda row: row.indicator.kind.has_denominator and row.entry.d == 0), ("d", "state"),
    ),
    Rule(
        "n.whole", E, Stage.CELL, "n", "{name}：“{n_label}”应是整数，填的是 {seen}。",
        "请按“件”“人”等单位填整数；如果填的是百分数或万元，请换算成要求的单位。", _not_whole("n"), ("n", "state"),
    ),
    Rule(
        "d.whole", E, Stage.CELL, "d", "{name}：“{d_label}”应是整数，填的是 {seen}。",
        "请按“件”“人”等单位填整数；如果填的是百分数或万元，请换算成要求的单位。", _not_whole("d"), ("d", "state"),
    ),
    Rule(
        "n.yes_no", E, Stage.CELL, "n", "{name}：这里只填是或否，读到的是 {seen}。", "请填“是”或“否”（也可填 1 或 0）。",
        _yes_no, ("n", "state"),
    ),
    Rule(
        "share", E, Stage.ROW, "n", "{name}：分子 {n} 大于分母 {d}。",
        "“{n_label}”是“{d_label}”的一部分，不会比它大；请核对两个数，是否填反了。", _more_than_all,
    ),
    Rule(
        "bounds.hard", E, Stage.ROW, "n", "{name}：算出来是 {seen}，{bound}。", "请核对数字和单位。",
        lambda row: _outside(row.indicator.hard_min, row.indicator.hard_max, row),
    ),
    Rule(
        "bounds.plausible", W, Stage.ROW, "n", "{name}：算出来是 {seen}，通常{bound}。",
        "请核对数字和单位；确实如此的，请在说明里写明原因。",
        lambda row: _outside(row.indicator.plausible_min, row.indicator.plausible_max, row),
    ),
    Rule(
        "correction.reason", E, Stage.ROW, "reason", "{name}：改动了已经报过的数（{old} → {seen}），没有写理由。",
        "请在“说明/理由”里写明为什么更正；新旧两个数都会保留。", _unexplained_change, ("n", "d", "state", "reason"),
    ),
    Rule(
        "correction.stale", W, Stage.ROW, "reason", "{name}：数改了，说明还是上次的。", "请在“说明/理由”里写这次更正的原因。",
        _when(_stale_reason), ("n", "d", "state", "reason"),
    ),
    Rule(
        "cumulative.falls", E, Stage.HISTORY, "n",
        "{name}：“{what}”是累计数，{before}已报 {was}，现在是 {now}，变小了。",
        "累计数只增不减：请填从期初累计到本期末的数，不要只填本期数；确因更正以前的错误而变小的，请在“说明/理由”里写明。",
        lambda row: None if _explained(row) else _falls(row), ("n", "d", "state", "reason"),
    ),
    Rule(
        "cumulative.fell", W, Stage.HISTORY, "n",
        "{name}：“{what}”是累计数，从{before}的 {was} 变为 {now}，变小了。", "说明已经记下；请核对以前各期是否也要更正。",
        lambda row: _falls(row) if _explained(row) else None, ("n", "d", "state", "reason"),
    ),
    Rule(
        "cumulative.overtakes", W, Stage.HISTORY, "n",
        "{name}：“{what}”是累计数，{before}填 {was}，比{later}已报的 {now} 还大。", "请核对，并把后面各期一并更正。",
        _overtakes,
    ),
    Rule(
        "history.outlier", W, Stage.HISTORY, "n", "{name}：{seen}，与以往 {count} 期{of}（中位数 {usual}）相差很大。",
        "请核对是否填错行、填错单位；确实如此的，请在说明里写明原因。", _outlying,
    ),
    Rule(
        "history.flat", W, Stage.HISTORY, "n", "{name}：连续 {count} 期都是 {seen}。",
        "请核对是否照抄了上期；确实没有变化的，请在说明里写明。", _flat,
    ),
    Rule(
        "target.exact", W, Stage.HISTORY, "n", "{name}：正好等于目标值 {seen}。", "请核对填的是实际数，不是目标数。",
        _exactly_target,
    ),
    Rule(
        "target.often", W, Stage.HISTORY, "n", "{name}：最近 {count} 期里有 {times} 期正好等于目标值 {seen}。",
        "请核对各期填的是不是实际数；确实如此的，请在说明里写明依据。", _target_too_often,
    ),
)  # fmt: skip
