"""Whoever is not signed in: which device asks, and from where, as far as a page needs to know."""

from __future__ import annotations

import ipaddress
import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

from core.settings import settings

_COOKIE = "zhiping_device"
_YEAR = 365 * 24 * 3600


def device(request: Request) -> str:
    """The token this browser was given, "" when it has none."""
    held = request.cookies.get(_COOKIE, "")
    return held if re.fullmatch(r"[0-9a-f]{32}", held) else ""


def network(request: Request) -> str:
    """The network that asks, as far as a limit needs to tell one from another: an IPv4 address, or the 64 bits of an
    IPv6 address that one subscriber is given, who has all addresses below them. What is no address, as a proxy may hand
    on a header that a client made up, is one network with everything else that is none. "" when nothing is known."""
    if request.client is None:
        return ""
    try:
        address = ipaddress.ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def known(request: Request, response: Response) -> Response:
    """The response, which gives a new browser its token: nothing but a random number."""
    if not device(request):
        response.set_cookie(
            _COOKIE,
            secrets.token_hex(16),
            max_age=_YEAR,
            path="/public",
            httponly=True,
            samesite="lax",
            secure=settings().cookie_secure,
        )
    return response
