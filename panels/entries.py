"""What an entry says, as a plain value: what its versions keep, compare and hash."""

from __future__ import annotations

from typing import Any

from db.tables import ReviewEntry

TITLES = {
    "title": "项目名称",
    "summary": "简介",
    "organisation_name": "申报单位",
    "credit_code": "统一社会信用代码",
    "region_code": "所在县（市、区）",
    "team": "团队成员",
}


def content_of(entry: ReviewEntry) -> dict[str, Any]:
    """The fields that judges read, or that say whose it is."""
    return {name: getattr(entry, name) for name in TITLES}
