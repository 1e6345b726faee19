"""How lists are searched: parts of Chinese names, codes, and pinyin initials (“mhwx” finds 民呼我响)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from regions.imports import initials


def normal(text: str) -> str:
    """How names and searches are compared: full-width folded, lower case, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def search_text(name: str, code: str) -> str:
    """What a scenario is found by: its name, its code, the pinyin initials of the name."""
    return f"{normal(name)} {normal(code)} {normal(initials(name))}"


@lru_cache(maxsize=20_000)
def searchable(text: str) -> str:
    return f"{normal(text)} {normal(initials(text))}"
