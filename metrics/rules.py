"""The one validator: web form, Excel and CSV all ask here, so no rule lives in a page or a template.

First the rules in code (`metrics.checks`), row by row; a cell that an earlier stage or the reading of
the file already refused is left alone by the later ones. Then the rules that staff wrote, of the rows
that are sound. Then those findings a unit is excused from become notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics import examining
from metrics.checks import RULES, Row, counted, is_blank
from metrics.model import Change, ChangeKind, Entry, Finding, Form, Severity

__all__ = ["RULES", "counted", "diff", "is_blank", "unknown_row", "validate"]

E = Severity.ERROR

# Somebody wrote the result or the state into a number cell: that the other number is missing too follows from it.
_MEANT_FOR_THE_ROW = frozenset(("cell.percent", "cell.word"))


def validate(
    form: Form,
    entries: Mapping[str, Entry],
    *,
    where: Mapping[tuple[str, str], str] | None = None,
    sheet: str = "",
    known: Sequence[Finding] = (),
) -> list[Finding]:
    """Everything there is to say about `entries`: the `known` findings of reading the file, and the rules'.

    `entries` and `where` (cell addresses) are keyed by indicator code and (code, field). Errors come first,
    then warnings, then notes; within these the file, then the rows in the form's order. A row that
    reading refused is not called blank again, and no rule is asked about a cell that is already wrong; of a
    file that was refused as a whole there is nothing more to say.
    """
    if any(finding.refuses_file for finding in known):
        return list(known)
    places = where or {}
    found = list(known)
    sound: list[str] = []
    for line in form.lines:
        code = line.indicator.code
        refused = [finding for finding in known if finding.code == code and finding.severity is E]
        cells = {cell: field for (key, field), cell in places.items() if key == code}
        left_out = bool(refused) and code not in entries
        if left_out or _told_absent(known, code) or any(finding.cell not in cells for finding in refused):
            continue
        wrong = {cells[finding.cell] for finding in refused}
        if any(finding.rule in _MEANT_FOR_THE_ROW for finding in refused):
            wrong |= {"n", "d"}
        seen = _examine(Row(form, line, entries.get(code, Entry())), places, sheet, wrong)
        found += seen
        if not wrong and not any(finding.severity is E or finding.rule == "blank" for finding in seen):
            sound.append(code)
    found += examining.findings(form, entries, sound, places, sheet)
    found = examining.waived(form, found)
    for code in entries:
        if form.line(code) is None:
            found.append(unknown_row(code, sheet, places.get((code, "code"), "")))
    order = {line.indicator.code: index for index, line in enumerate(form.lines)}
    severity = list(Severity)
    found.sort(key=lambda finding: (severity.index(finding.severity), finding.code != "", order.get(finding.code, -1)))
    return found


def unknown_row(code: str, sheet: str = "", cell: str = "") -> Finding:
    """A code that this return does not ask for, wherever it came from."""
    message = f"指标代码“{code}”不在本期报送的指标里，这一行没有读取。"
    return Finding(E, "row.unknown", message, "请核对代码；多余的行请删去。", sheet, cell, code, code)


def _told_absent(known: Sequence[Finding], code: str) -> bool:
    return any(finding.code == code and finding.rule == "row.absent" for finding in known)


def _examine(row: Row, places: Mapping[tuple[str, str], str], sheet: str, wrong: set[str]) -> list[Finding]:
    found: list[Finding] = []
    indicator = row.indicator
    always = {"name": indicator.name, "n_label": indicator.n_label, "d_label": indicator.d_label}
    for rule in RULES:
        if wrong & {*rule.needs, rule.field}:
            continue
        seen = rule.check(row)
        if seen is None:
            continue
        words = {**always, **seen}
        cell = places.get((indicator.code, rule.field), "")
        found.append(
            Finding(
                rule.severity, rule.id, rule.message.format(**words), rule.remedy.format(**words),
                sheet, cell, indicator.code, seen.get("seen", ""),
            )
        )  # fmt: skip
        if rule.id == "blank":
            break
        if rule.severity is E:
            wrong.add(rule.field)
    return found


def diff(form: Form, entries: Mapping[str, Entry], findings: Sequence[Finding]) -> list[Change]:
    """What saving would do, row by row in the form's order.

    A row with an error is rejected; so is every row when the file itself was refused. A blank row
    saves nothing and leaves a stored value as it is.
    """
    errors = [finding for finding in findings if finding.severity is E]
    refused = any(finding.refuses_file for finding in errors)
    bad = {finding.code for finding in errors}
    changes = []
    for line in form.lines:
        indicator, stored = line.indicator, line.current
        entry = entries.get(indicator.code)
        if refused or indicator.code in bad:
            kind = ChangeKind.REJECTED
        elif entry is None or is_blank(entry):
            kind = ChangeKind.BLANK
        elif stored is None:
            kind = ChangeKind.NEW
        else:
            kind = ChangeKind.UNCHANGED if entry == stored else ChangeKind.CHANGED
        saved = entry if kind in (ChangeKind.NEW, ChangeKind.CHANGED) else None
        old = stored.show(indicator) if stored else "–"
        if entry is not None and stored is not None and entry.link != stored.link:
            old += f"　佐证 {stored.link or '无'}"
        new = old if kind is ChangeKind.BLANK else entry.show(indicator) if entry and not is_blank(entry) else "–"
        if kind is ChangeKind.CHANGED and entry is not None and stored is not None and entry.link != stored.link:
            new += f"　佐证 {entry.link}"
        changes.append(Change(indicator.code, indicator.name, kind, old, new, saved))
    return changes
