"""How lists are searched: parts of Chinese names, codes, and pinyin initials (“mhww” finds 民呼我为)."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from regions.imports import initials, pinyin


def normal(text: str) -> str:
    """How names and searches are compared: full-width folded, lower case, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def search_text(name: str, code: str) -> str:
    """What a scenario is found by: its name, its code, the pinyin initials of the name."""
    return f"{normal(name)} {normal(code)} {normal(initials(name))}"


@lru_cache(maxsize=20_000)
def searchable(text: str) -> str:
    """What is searched in where no column keeps it."""
    return f"{normal(text)} {normal(initials(text))}"


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> str:
    """Sorts names as a Chinese index does."""
    return pinyin(text)
