"""What a sender is told, as plain JSON: counts, and every finding with its row, what was seen and how to mend it."""

from __future__ import annotations

from typing import Any

from metrics.feed.loading import OK, Outcome
from metrics.feed.rows import Told
from metrics.model import ChangeKind

MOST = 1000  # findings in an answer; the counts are always whole


def answer(outcome: Outcome, *, dry_run: bool = False) -> dict[str, Any]:
    """The answer to one delivery."""
    found: dict[str, Any] = {
        "ok": outcome.status == OK,
        "saved": outcome.written is not None,
        "dry_run": dry_run,
        "feed": outcome.feed_id,
        "message": _message(outcome, dry_run),
    }
    checked = outcome.checked
    if checked is not None:
        found["collection"] = {"id": checked.frame.collection_id, "name": checked.frame.collection}
        found["rows"] = {kind.value: checked.count(kind) for kind in ChangeKind}
    if outcome.written is not None:
        found["returns"] = {"submitted": outcome.written.submitted, "incomplete": outcome.written.incomplete}
    found["findings_total"] = len(outcome.told)
    found["findings"] = [finding(told) for told in outcome.told[:MOST]]
    return found


def finding(told: Told) -> dict[str, Any]:
    """One finding; `row` is the line of a CSV or the place in the list of JSON, 0 for the whole file."""
    it = told.finding
    return {
        "severity": it.severity.value,
        "severity_name": it.severity.label,
        "rule": it.rule,
        "row": told.row,
        "field": told.field,
        "region": told.region_code,
        "period": told.period,
        "indicator": it.code,
        "seen": it.seen,
        "message": it.message,
        "remedy": it.remedy,
    }


def _message(outcome: Outcome, dry_run: bool) -> str:
    checked = outcome.checked
    if checked is None:
        return outcome.told[0].finding.message if outcome.told else "没有读取。"
    if outcome.status != OK:
        return f"有 {checked.errors:,} 处错误，没有保存任何内容。"
    if outcome.written is None:
        return "核对通过，没有保存（试送）。" if dry_run else "没有保存。"
    written = outcome.written
    unchanged = checked.count(ChangeKind.UNCHANGED)
    return f"写入 {written.saved:,} 项，未变 {unchanged:,} 项，提交报送 {written.submitted:,} 份。"
