"""Whoever is not signed in: what counts as one network."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from web import visitors


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:a::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:b::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("anything a header says", "unknown"),
        ("", ""),
    ],
)
def test_a_network_is_what_one_subscriber_has(address: str, network: str) -> None:
    scope: dict[str, object] = {"type": "http", "headers": [], "client": (address, 1) if address else None}
    assert visitors.network(Request(scope)) == network
