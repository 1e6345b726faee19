"""What this room can print."""

from awards import report

KINDS = (report.NOTICE, report.CERTIFICATE, report.LETTER)
