"""What this room can print."""

from metrics import definition_report, gap_exports

KINDS = (gap_exports.KIND, definition_report.ENTRY, definition_report.CATALOGUE)
