"""What this room can print."""

from challenges import contract_report, report

KINDS = (report.LIST, report.NOTICE, contract_report.CONTRACT, contract_report.MILESTONE)
