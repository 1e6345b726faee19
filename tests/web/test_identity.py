"""Signed session ids."""

from __future__ import annotations

import pytest
from streamlit import config

from core.settings import settings
from web.identity import HEADER, USER_KEY, sign, verify


def test_a_signed_id_is_read_back() -> None:
    assert verify(sign(7)) == 7


def test_the_same_session_is_always_signed_alike() -> None:
    # Streamlit resumes a page only for an unchanged st.user
    assert sign(7) == sign(7)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "7",
        "7.",
        ".",
        "x.y",
        "-7." + "0" * 64,
        "７." + "0" * 64,
        "7." + "é" * 64,
        sign.__name__,
    ],
)
def test_anything_else_names_nobody(value: str) -> None:
    assert verify(value) is None


def test_a_signature_belongs_to_one_id() -> None:
    assert verify("8." + sign(7).partition(".")[2]) is None


def test_another_installation_signs_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = sign(7)
    monkeypatch.setenv("ZHIPING_SECRET_KEY", "another")
    settings.cache_clear()
    assert verify(ours) is None


def test_streamlit_is_told_to_trust_exactly_our_header() -> None:
    assert config.get_option("server.trustedUserHeaders") == {HEADER: USER_KEY}
