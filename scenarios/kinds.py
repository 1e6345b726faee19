"""What this room can print."""

from scenarios import duty_report

KINDS = (duty_report.LIST,)
