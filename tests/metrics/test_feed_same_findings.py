"""The feed door comes to the findings and to the stored values of a return on its own, whatever comes in."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.permissions import OPERATOR
from core.numbers import MICRO
from core.periods import Period
from metrics import imports, queries, rules, service
from metrics.checks import RULES
from metrics.feed.screening import SCREENS
from metrics.locating import read_period
from metrics.model import Finding
from tests.metrics import feeds
from tests.metrics.feeds import ANJI, CODES, DEQING, JINGNING, Asked, Row

PERIODS = ("2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-08")
NUMBERS = (
    *("", "0", "1", "5", "50", "95", "96", "100", "101", "120", "1200", "90", "80"),
    *("-3", "1,234.5", "1 234", "12%", "１２３", "abc", "缺报", "1e3", " 7 ", "12.5", "0.0000001", "88.25", "007"),
    *(
        "9999999999999",
        "123456789012",
        "是",
        "否",
        "#N/A",
        "'5",
        "—",
        "2026-01-02",
        "n/a",
        "5²",
        "½",
        "+4",
        "4.",
        "NaN",
    ),
)
STATES = ("", "", "", "", "已报", "正常", "reported", "估计", "缺报", "不适用", " 缺 报", "乱写", "missing", "#REF!")
WORDS = ("", "", "", "系统停机", "核对无误", "'=1+1", " 两头有空格 ", "换\r\n行", "#N/A")
TWO = (ANJI, DEQING)
WRITTEN = {"2026-01": ("2026-01", "2026年1月", "202601", "２０２６-０１"), "2026-02": ("2026-02", "2026/2")}

cells = st.tuples(
    st.sampled_from((ANJI, DEQING, JINGNING, f"{ANJI}000000")),
    st.sampled_from([text for key in PERIODS for text in WRITTEN.get(key, (key,))]),
    st.sampled_from((*CODES, "a1", "Ａ２", " A3 ")),
    st.sampled_from(NUMBERS),
    st.sampled_from(NUMBERS),
    st.sampled_from(STATES),
    st.sampled_from(WORDS),
)


def alone(asked: Asked, rows: Sequence[Row]) -> Counter[Finding]:
    """What a return on its own says and stores, return after return in the order of the periods."""
    found: Counter[Finding] = Counter()
    for (region, key), return_id in sorted(asked.returns.items(), key=lambda item: item[0][::-1]):
        ours = [
            row[0].ljust(12, "0") == region.ljust(12, "0") and read_period(row[1]) == Period.parse(key) for row in rows
        ]
        if not any(ours):
            continue
        # Blank lines keep the others at their places, so addresses compare too.
        data = feeds.table([row if mine else () for row, mine in zip(rows, ours, strict=True)])
        checked = imports.preview(OPERATOR, return_id, data, "feed.csv")
        assert not checked.upload.refused
        said = [finding for finding in checked.findings if finding.rule != "row.absent"]
        found.update(said)
        with_what = dict(checked.upload.entries)
        version = checked.view.version
        service.save(OPERATOR, return_id, with_what, door="csv", seen_version=version, known=checked.upload.findings)
    return found


def both(fed: Asked, single: Asked, rows: Sequence[Row]) -> Counter[Finding]:
    """Send the rows through both doors and compare all that comes of it."""
    outcome = feeds.load(fed, feeds.table(rows), partial=True, submit=False)
    assert outcome.checked is not None
    said = Counter(told.finding for told in outcome.told)
    assert said == alone(single, rows)
    assert feeds.stored(fed) == feeds.stored(single)
    for told in outcome.told:
        assert told.finding.cell == "" or told.finding.cell.lstrip("ABCDEFG") == str(told.row)
    return said


@pytest.fixture
def pair(house: Path) -> tuple[Asked, Asked]:
    ids = feeds.define()
    feeds.write_rules()
    return feeds.collection("批量送报", ids), feeds.collection("逐份填报", ids)


def test_whatever_comes_in(pair: tuple[Asked, Asked]) -> None:
    """Values pile up from example to example in both collections alike, so the past is there too."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(cells, min_size=1, max_size=40))
    def holds(rows: list[Row]) -> None:
        both(*pair, rows)

    holds()


def plausible(rng: random.Random, code: str, at: int) -> tuple[str, str]:
    """Figures as they mostly are, with a slip now and then; growing ones grow."""
    slip = rng.random()
    if code in ("A9", "B1"):
        n = 10 * at + rng.randint(0, 9) - (15 if slip < 0.05 else 0)
        return str(max(n, 0)), "400" if code == "B1" else ""
    if slip > 0.985:
        return rng.choice(("12.5", "1e3", "abc", "")), rng.choice(("", "20", "100"))
    if code in ("A1", "A2", "A7"):
        d = rng.choice((100, 100, 200, rng.randint(50, 300)))
        n = round(d * rng.choice((0.9, 0.9, 0.8, 0.95, 1.0, rng.uniform(0.3, 1.02))))
        return (str(n), str(d)) if slip > 0.05 else (str(n * 10), str(d))
    if code == "A4":
        return f"{rng.uniform(2, 6) * (1 if slip > 0.06 else 30 if slip > 0.03 else 300) * 20:.1f}", "20"
    if code == "A6":
        return rng.choice(("是", "否", "1", "0")), ""
    return str(rng.choice((0, 0, 5, 5, rng.randint(20, 60) * (1 if slip > 0.05 else 100)))), ""


def test_fourteen_months_at_once_and_again_corrected(database: str) -> None:
    """Histories, flat lines, targets, falls and corrections: every rule of a row's past speaks, on both databases."""
    rng = random.Random(20261122)
    ids = feeds.define()
    feeds.write_rules()
    fed, single = (feeds.collection(name, ids, first="2025-07", regions=TWO) for name in ("批量送报", "逐份填报"))
    months = [str(Period.parse("2025-07").shift(step)) for step in range(14)]
    rows = [
        (region, month, code, *plausible(rng, code, at + 1), "", rng.choice(("", "", "", "已核对")))
        for at, month in enumerate(months)
        for region in TWO
        for code in CODES
    ]
    rows[0] = (*rows[0][:3], "12.5", *rows[0][4:])
    said = both(fed, single, rows)
    with_return = {(region, month) for region, month, *_ in rows}
    for region, month in sorted(with_return)[::2]:
        for asked in (fed, single):
            number = asked.returns[region, month]
            found = queries.form(OPERATOR, number)
            assert found is not None
            if all(line.current for line in found[1].lines):
                service.move(OPERATOR, number, "提交报送", seen_version=found[0].version)
                service.move(OPERATOR, number, "退回", "请核对", seen_version=found[0].version + 1)
    again = []
    for region, month, code, n, d, state, words in rows:
        figures = plausible(rng, code, rng.randint(1, 12)) if rng.random() < 0.3 else (n, d)
        again.append((region, month, code, *figures, state, rng.choice((words, "重新统计", ""))))
    said += both(fed, single, again)
    said += both(fed, single, again[::-1])
    spoken = {finding.rule for finding in said}
    assert {
        *("share", "bounds.hard", "bounds.plausible", "n.whole", "history.outlier", "history.flat", "target.exact"),
        *("cumulative.falls", "cumulative.fell", "cumulative.overtakes", "correction.reason", "correction.stale"),
        *("D1", "D2", "D3", "D4", "D5"),
    } <= spoken


@pytest.mark.parametrize("comparable", [MICRO, None])
def test_a_definition_that_changes_on_the_way(house: Path, comparable: int | None) -> None:
    """The past of the version before counts when the two are joined by factor 1, and only then."""
    rng = random.Random(7)
    ids = feeds.define()
    fed, single = feeds.collection("批量送报", ids), feeds.collection("逐份填报", ids)
    for code, month in (("A1", "2026-03"), ("A9", "2026-05"), ("A3", "2026-01")):
        newer = feeds.revise(ids, code, comparable)
        for asked in (fed, single):
            feeds.switch(asked, ids[code], newer, month)
    newest = feeds.revise({"A3": newer}, "A3", comparable)
    for asked in (fed, single):
        feeds.switch(asked, newer, newest, "2026-06")
    months = [str(Period.parse("2025-09").shift(step)) for step in range(12)]
    rows = [
        (region, month, code, *plausible(rng, code, at + 1), "", "")
        for at, month in enumerate(months)
        for region in feeds.REGIONS
        for code in CODES
    ]
    both(fed, single, rows[: len(rows) // 2])
    both(fed, single, rows)


def test_every_rule_in_code_has_its_screen() -> None:
    """One without would still speak, but ask every row of a feed one by one."""
    assert {rule.id for rule in RULES} == set(SCREENS)
    assert rules.RULES is RULES
