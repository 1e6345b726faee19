"""Unified social credit codes (统一社会信用代码), GB 32100-2015."""

from __future__ import annotations

import unicodedata

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V, Z
_VALUE = {sign: value for value, sign in enumerate(_SIGNS)}


def normal(code: str) -> str:
    """As it should be written: half-width capitals without spaces or hyphens."""
    return "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "").upper()


def is_valid(code: str) -> bool:
    """Whether `code`, written as `normal` writes it, has 18 signs, a region of six digits and the right check
    digit: (31 − Σ value·3^i mod 31) mod 31. It does not say that the organisation exists."""
    if len(code) != 18 or any(sign not in _VALUE for sign in code) or not code[2:8].isdigit():
        return False
    total = sum(_VALUE[sign] * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _VALUE[code[17]] == (31 - total) % 31
