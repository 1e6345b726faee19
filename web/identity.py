"""Who is asking: the cookie, the signed header behind it, and what signing in must offer.

The browser holds an opaque token in an HttpOnly cookie. The identity middleware turns it
into a session id and hands that to the page scripts in a header which Streamlit copies to
`st.user["session"]`. The header is signed, so a script served without the middleware, or a
header that slipped past it, names nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Protocol

from core.settings import settings

COOKIE = "zhiping_session"
HEADER = "x-zhiping-session"
USER_KEY = "session"  # st.user["session"]; `.streamlit/config.toml` maps the header to it


class DemoAccount(Protocol):
    """One card on the demo sign-in page."""

    @property
    def username(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role_label(self) -> str: ...
    @property
    def organisation(self) -> str: ...


class Sessions(Protocol):
    """What the web needs from accounts; the module `accounts.sessions` offers it.

    Refusals are `core.errors.AppError`s whose Chinese text may be shown as it is.
    """

    def sign_in(self, username: str, password: str, address: str) -> str: ...
    def demo_accounts(self) -> Sequence[DemoAccount]: ...
    def demo_sign_in(self, username: str, address: str) -> str: ...
    def resolve(self, token: str) -> int | None: ...
    def sign_out(self, session_id: int) -> None: ...
    def needs_setup(self) -> bool: ...
    def set_up(self, username: str, name: str, password: str, organisation: str, code: str, address: str) -> str: ...


def _mac(number: str) -> str:
    return hmac.new(settings().secret(), f"session:{number}".encode(), hashlib.sha256).hexdigest()


def sign(session_id: int) -> str:
    """The header value for a session. The same id always gives the same value, because
    Streamlit lets a browser resume its page only while `st.user` is unchanged."""
    return f"{session_id}.{_mac(str(session_id))}"


def verify(value: str) -> int | None:
    """The session id in a header value, or None when this installation did not sign it."""
    number, _, mac = value.partition(".")
    if not (number.isascii() and number.isdecimal()):
        return None
    return int(number) if hmac.compare_digest(_mac(number).encode(), mac.encode()) else None
