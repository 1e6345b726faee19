"""Organisations that ask to bid: one waits, one doubles somebody, one was refused, one was let in."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from accounts import application_queries, application_service, applying
from accounts.permissions import Actor

_ASKING = (
    ("海屿智能科技有限公司（演示）", "enterprise", "91330902MA2ABCDH4", "海舟", ""),
    ("钱江数字研究会（演示）", "social", "51330100MA2ABCDJ5", "钱会", "已核对登记证书和联系人，同意开通。"),
    ("翠屏软件工作室（演示）", "enterprise", "91330782MA2ABCDK6", "翠平", "-上传的名称与营业执照不一致，请按执照全称重新申请。"),
    ("云栖数智（杭州）有限公司（演示）", "enterprise", "91330106MA2ABCDE1", "云起", ""),
)  # fmt: skip


def tell(chen: Actor, coded: Callable[[str], str]) -> None:
    """Through the open page, then by staff; `coded` gives a code its check digit."""
    for number, (organisation, kind, code, contact, _) in enumerate(_ASKING):
        applying.apply(
            organisation=organisation,
            kind=kind,
            code=coded(code),
            contact=contact,
            phone=f"0571-000040{number}",
            password=secrets.token_urlsafe(24),
            form=f"{number:032x}",
            address="192.0.2.10",
        )
    for item in application_queries.applications(chen):
        reason = next(words for name, *_, words in _ASKING if name == item.organisation)
        if reason:
            approved = not reason.startswith("-")
            application_service.decide(chen, item.id, approved, reason.lstrip("-"), seen_version=item.version)
