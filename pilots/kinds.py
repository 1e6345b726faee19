"""What this room can print."""

from pilots import county_report, order_report, promotion_exports, report

KINDS = (report.KIND, county_report.KIND, promotion_exports.KIND, order_report.KIND)
