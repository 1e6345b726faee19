"""What this room can print."""

from challenges import report

KINDS = (report.LIST, report.NOTICE)
