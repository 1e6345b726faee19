"""What this room can print."""

from awards import report, signed_report

KINDS = (signed_report.SIGNED, report.NOTICE, report.CERTIFICATE, report.LETTER)
