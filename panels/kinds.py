"""What this room can print."""

from panels import receipts, report

KINDS = (report.RESULT, report.MARKS, receipts.KIND)
