"""The one validator, asked as the web form asks it, and what saving would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.words import Kind, ValueState
from metrics.model import ChangeKind, Entry, Finding, Form, Line, Severity
from metrics.rules import RULES, diff, validate
from tests.metrics.returns_support import CODES, GOOD, INDICATORS, PERIOD, entry, form, indicator

A1, A2, A3 = INDICATORS[:3]


def one(line: Line, **more: object) -> Form:
    return replace(form(), lines=(line,), **more)  # type: ignore[arg-type]


def rules(line: Line, given_entry: Entry | None, **more: object) -> list[str]:
    asked = one(line, **more)
    entries = {} if given_entry is None else {line.indicator.code: given_entry}
    return [finding.rule for finding in validate(asked, entries)]


def past(*entries: Entry) -> tuple[tuple[str, Entry], ...]:
    return tuple((str(PERIOD.shift(index - len(entries))), item) for index, item in enumerate(entries))


def shares(*percent: int | str) -> tuple[tuple[str, Entry], ...]:
    return past(*(entry(str(Decimal(value) * 10), 1000) for value in percent))


def test_good_figures_have_nothing_said_about_them() -> None:
    assert validate(form(), GOOD) == []


def test_rule_ids_are_unique_and_their_words_fit_their_checks() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.field in ("n", "d", "state", "reason") for rule in RULES)
    assert all("{name}" in rule.message for rule in RULES)


def test_nothing_filled_is_a_warning_and_an_unknown_code_an_error() -> None:
    found = validate(form(), {"ZZ": entry(1)})
    assert [finding.rule for finding in found] == ["row.unknown"] + ["blank"] * len(CODES)
    assert [finding.severity for finding in found[:2]] == ["error", "warning"]


@pytest.mark.parametrize(
    ("item", "given_entry", "expected"),
    [
        (A1, entry(0, 10), ["bounds.plausible"]),
        (A1, entry(10, 10), []),
        (A1, entry(11, 10), ["share"]),
        (A1, entry(-1, 10), ["n.negative"]),
        (A1, entry(1, -10), ["d.negative"]),
        (A1, entry(0, 0), ["d.zero"]),
        (A1, entry(0, 0, "not_applicable", reason="x"), ["state.contradiction"]),
        (A1, entry(state="not_applicable"), ["state.reason"]),
        (A1, entry(state="not_applicable", reason="本期无应办件"), []),
        (A1, entry(state="missing", note="停机"), []),
        (A1, entry(1, 10, "missing"), ["state.contradiction"]),
        (A1, entry(9, 10, "estimated"), ["state.reason"]),
        (A1, entry(9, 10, "estimated", reason="按日均"), []),
        (A1, entry(reason="只有说明"), ["required.n", "required.d"]),
        (A1, entry(9), ["required.d"]),
        (A1, entry(None, 9), ["required.n"]),
        (A1, entry("9.5", 10), ["n.whole"]),
        (A1, entry(1, 10), ["bounds.plausible"]),
        (A3, entry(5, 5), ["d.unused"]),
        (A3, entry("0.5"), ["n.whole"]),
        (A3, entry(-3), ["n.negative"]),
        (INDICATORS[3], entry("0.5", 10), []),  # hours and days are measured, not counted
        (INDICATORS[3], entry(4010, 10), ["bounds.hard"]),
        (INDICATORS[4], entry(-50), []),  # the bound allows negative values
        (INDICATORS[4], entry("-50.1"), ["bounds.hard"]),
        (INDICATORS[5], entry(1), []),
        (INDICATORS[5], entry("0.5"), ["n.yes_no"]),
        (INDICATORS[6], entry("101", 100), ["share"]),
        (INDICATORS[7], entry("0.000001"), []),
    ],
)
def test_a_row_by_itself(item: object, given_entry: Entry, expected: list[str]) -> None:
    line = next(Line(candidate) for candidate in INDICATORS if candidate is item)
    assert rules(line, given_entry) == expected


def test_the_bound_itself_is_inside() -> None:
    narrow = replace(A1, plausible_min=Decimal("33.33"), plausible_max=Decimal("66.67"))
    assert rules(Line(narrow), entry(3333, 10000)) == []
    assert rules(Line(narrow), entry(6667, 10000)) == []
    assert rules(Line(narrow), entry(3332, 10000)) == ["bounds.plausible"]
    assert rules(Line(narrow), entry(1, 3)) == []  # 33.333… is above 33.33, though it prints the same


# -- history ---------------------------------------------------------------------


def test_a_value_far_from_its_own_past() -> None:
    usual = shares(90, 91, 92, 90, 93)
    assert rules(Line(A1, history=usual), entry(500, 1000)) == ["history.outlier"]
    assert rules(Line(A1, history=usual), entry(915, 1000)) == []
    assert rules(Line(A1, history=usual[1:]), entry(500, 1000)) == []  # five points are too few
    found = validate(one(Line(A1, history=usual)), {"A1": entry(500, 1000)})
    assert "本期 50.00%，与以往 5 期（中位数 91.00%）" in found[0].message


def test_past_without_a_value_does_not_count() -> None:
    usual = past(*(item for _, item in shares(90, 91, 92, 90)), entry(state="missing"), entry(state="missing"))
    assert rules(Line(A1, history=usual), entry(500, 1000)) == []


def test_a_flat_line() -> None:
    flat = shares(90, 88, 88, 88)
    assert rules(Line(A1, history=flat), entry(880, 1000)) == ["history.flat"]
    assert rules(Line(A1, history=flat), entry(88, 100)) == ["history.flat"]
    assert rules(Line(A1, history=flat), entry(881, 1000)) == []
    assert rules(Line(A1, history=flat[:-1]), entry(880, 1000)) == []
    assert "连续 4 期" in validate(one(Line(A1, history=flat)), {"A1": entry(880, 1000)})[0].message


def test_standing_at_the_top_is_asked_about_only_when_the_figures_are_copied() -> None:
    full = past(entry(11, 11), entry(25, 25), entry(13, 13))
    assert rules(Line(A1, history=full), entry(17, 17)) == []
    copied = past(entry(11, 11), entry(11, 11), entry(11, 11))
    assert rules(Line(A1, history=copied), entry(11, 11)) == ["history.flat"]
    none = past(entry(0), entry(0), entry(0))
    assert rules(Line(A3, history=none), entry(0)) == []


def test_exactly_the_target() -> None:
    assert rules(Line(A1, target=Decimal(95)), entry(95, 100)) == ["target.exact"]
    assert rules(Line(A1, target=Decimal(95)), entry(96, 100)) == []
    assert rules(Line(A1, target=Decimal(100)), entry(100, 100)) == []  # all of all is no coincidence


# -- corrections -----------------------------------------------------------------


def test_changing_what_was_handed_in_needs_a_reason() -> None:
    line = Line(A1, entry(90, 100))
    assert rules(line, entry(90, 100)) == []
    assert rules(line, entry(91, 100)) == ["correction.reason"]
    assert rules(line, entry(91, 100, reason="漏计一件")) == []
    assert rules(line, entry(state="missing")) == ["state.reason"]
    found = validate(one(line), {"A1": entry(91, 100)})
    assert "90.00%（90 / 100） → 91.00%（91 / 100）" in found[0].message


def test_drafts_change_freely() -> None:
    assert rules(Line(A1, entry(90, 100)), entry(91, 100), correcting=False) == []


def test_last_time_s_reason_is_no_reason_for_this_change() -> None:
    line = Line(A1, entry(90, 100, reason="漏计一件"))
    assert rules(line, entry(91, 100, reason="漏计一件")) == ["correction.stale"]
    assert rules(line, entry(90, 100, reason="漏计一件")) == []


# -- what reading already said ---------------------------------------------------


def error(rule: str, cell: str, code: str = "A1") -> Finding:
    return Finding(Severity.ERROR, rule, "读不出", "请改", "报送表", cell, code)


def asked_after(known: Sequence[Finding], given_entry: Entry | None) -> list[tuple[str, str]]:
    entries = {} if given_entry is None else {"A1": given_entry}
    where = {("A1", "n"): "I6", ("A1", "d"): "K6", ("A1", "state"): "M6", ("A1", "reason"): "N6"}
    found = validate(one(Line(A1)), entries, where=where, sheet="报送表", known=known)
    return [(finding.rule, finding.cell) for finding in found]


def test_nothing_follows_from_a_cell_that_is_already_wrong() -> None:
    bad = error("cell.text", "I6")
    assert asked_after([bad], entry(None, 10)) == [("cell.text", "I6")]
    assert asked_after([bad], entry(None, -10)) == [("cell.text", "I6"), ("d.negative", "K6")]
    assert asked_after([bad], entry()) == [("cell.text", "I6"), ("required.d", "K6")]
    assert asked_after([error("cell.percent", "I6")], entry()) == [("cell.percent", "I6")]
    assert asked_after([error("row.duplicate", "A9")], None) == [("row.duplicate", "A9")]
    assert asked_after([error("cell.state", "M6")], None) == [("cell.state", "M6")]


def test_errors_come_first_then_warnings_then_notes() -> None:
    known = [
        Finding(Severity.INFO, "cell.read", "读作", "", "报送表", "I7", "A2"),
        Finding(Severity.WARNING, "row.unsigned", "没有标识", "请核对", "报送表"),
    ]
    asked = form()
    found = validate(asked, {"A1": entry(1, 10), "A2": entry(5, 4)}, known=known)
    assert [finding.severity for finding in found] == ["error"] + ["warning"] * 8 + ["info"]
    assert [finding.code for finding in found[:4]] == ["A2", "", "A1", "A3"]


def test_a_refused_file_has_nothing_else_said_about_it() -> None:
    known = [Finding(Severity.ERROR, "identity.region", "别的县", "请核对")]
    assert validate(form(), {}, known=known) == known


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(CODES),
        st.builds(
            Entry,
            st.none() | st.integers(-(10**15), 10**15),
            st.none() | st.integers(-(10**15), 10**15),
            st.sampled_from(ValueState),
            st.sampled_from(["", "理由 {name}"]),
        ),
    )
)
def test_whatever_is_entered_is_saved_only_when_it_can_be_computed(entries: dict[str, Entry]) -> None:
    asked = form()
    findings = validate(asked, entries)
    for change in diff(asked, entries, findings):
        if change.entry is None:
            continue
        item = next(candidate for candidate in INDICATORS if candidate.code == change.code)
        value = item.value(change.entry.n, change.entry.d)
        assert (value is not None) == change.entry.state.has_value
        assert change.entry.state is ValueState.REPORTED or change.entry.reason
        if item.kind.is_share and value is not None:
            assert 0 <= value <= 100


# -- what saving would do --------------------------------------------------------


def test_the_difference_row_by_row() -> None:
    stored = {"A1": entry(90, 100), "A2": entry(90, 100), "A3": entry(5), "A4": entry(5, 1)}
    asked = form(stored)
    entries = {
        "A1": entry(90, 100),
        "A2": entry(91, 100, reason="补录一件"),
        "A3": entry(-1),
        "A5": entry("88.8"),
        "A6": entry(),
    }
    changes = {change.code: change for change in diff(asked, entries, validate(asked, entries))}
    assert {code: change.kind for code, change in changes.items()} == {
        "A1": ChangeKind.UNCHANGED,
        "A2": ChangeKind.CHANGED,
        "A3": ChangeKind.REJECTED,
        "A4": ChangeKind.BLANK,
        "A5": ChangeKind.NEW,
        "A6": ChangeKind.BLANK,
        "A7": ChangeKind.BLANK,
        "A8": ChangeKind.BLANK,
    }
    assert (changes["A2"].old, changes["A2"].new) == ("90.00%（90 / 100）", "91.00%（91 / 100）")
    assert (changes["A3"].old, changes["A3"].new) == ("5件", "-1件")
    assert (changes["A4"].old, changes["A4"].new) == ("5.00天（5 / 1）", "5.00天（5 / 1）")
    assert (changes["A5"].old, changes["A5"].new) == ("–", "88.8%")
    assert {code for code, change in changes.items() if change.entry} == {"A2", "A5"}


def test_only_the_words_of_a_row_changed() -> None:
    asked = form({"A1": entry(90, 100)})
    changed = {"A1": entry(90, 100, note="含预警件")}
    assert diff(asked, changed, validate(asked, changed))[0].kind is ChangeKind.CHANGED


def test_units_decide_what_is_counted() -> None:
    paid = indicator(1, "M1", Kind.RATIO, "支出率", unit="%", d_label="预算", n_unit="万元", d_unit="万元", factor=100)
    assert rules(Line(paid), entry("1.5", "2.5")) == []
