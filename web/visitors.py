"""Whoever is not signed in: which device asks, and from where, as far as a page needs to know."""

from __future__ import annotations

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
    return request.client.host if request.client else ""


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
