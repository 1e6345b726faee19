"""What this room can print."""

from scenarios import dossier_report, duty_report

KINDS = (dossier_report.KIND, duty_report.LIST)
