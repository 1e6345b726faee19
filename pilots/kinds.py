"""What this room can print."""

from pilots import promotion_exports, report

KINDS = (report.KIND, promotion_exports.KIND)
