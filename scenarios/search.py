"""How lists are searched: parts of Chinese text, codes, pinyin and pinyin initials.

民呼我为 is found by 呼我, by “mhww” and “hww”, by “minhu” and “min hu”, and by “minh” while somebody is
still typing. Pinyin counts from the start of a syllable: “an” finds 安吉 and not 湛江 (zhan). A character
read in several ways is found by each of them where the name has it, whatever the dictionary says of the word.

A key is lines: the text itself, its pinyin as “/min/hu/wo/wei”, its initials as “-m-h-w-w”. It is
written beside the record, so that the database can look for it (`where`), or made on the spot (`found_in`).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import col

from regions.imports import initials, pinyin

_WORDS = re.compile(r"[a-z0-9]+|[㐀-䶿一-鿿豈-﫿]+")
_WINDOW = 4  # characters on either side that may be typed together with one read the other way
_COMMON = 0.05  # a reading in fewer of a character's words than this is a scholar's
_SPLITS = 12  # ways of cutting what was typed into syllables that are tried


def normal(text: str) -> str:
    """How names and searches are compared: full-width folded, lower case, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def search_key(*texts: str, every_reading: bool = False) -> str:
    """What a record is found by. `every_reading` adds the other readings of single characters: worth it
    for names, too much for paragraphs."""
    from pypinyin import lazy_pinyin  # half a second, which processes that only print do without

    plain = normal(" ".join(texts))
    syllables: list[str] = []  # over blanks and punctuation, as people type on
    letters: list[str] = []
    others: list[str] = []
    for run in _WORDS.findall(plain):
        chinese = run[0] > "z"
        read = lazy_pinyin(run) if chinese else [run]
        syllables += read
        letters += [syllable[0] for syllable in read] if chinese else run
        if chinese and every_reading:
            others += _other_readings(run, read)
    return "\n".join((plain, _marked("/", syllables), _marked("-", letters), *others))


def _marked(mark: str, parts: Iterable[str]) -> str:
    return "".join(f"{mark}{part}" for part in parts)


def where(search: str, *columns: Any) -> ColumnElement[bool]:
    """The SQL condition that every word of `search` is found in one of the columns of keys."""
    return and_(
        true(),
        *(
            or_(
                false(),
                *(col(column).contains(pattern, autoescape=True) for column in columns for pattern in _patterns(term)),
            )
            for term in normal(search).split()
        ),
    )


def found_in(key: str, search: str) -> bool:
    """The same for one key at hand."""
    return all(any(pattern in key for pattern in _patterns(term)) for term in normal(search).split())


@lru_cache(maxsize=20_000)
def searchable(text: str) -> str:
    """What is searched in where no column keeps it."""
    return f"{normal(text)} {normal(initials(text))}"


@lru_cache(maxsize=20_000)
def sort_key(text: str) -> str:
    """Sorts names as a Chinese index does."""
    return pinyin(text)


@lru_cache(maxsize=1_000)
def _patterns(term: str) -> tuple[str, ...]:
    """What to look for in a key: the words as they are, or letters as initials and as syllables."""
    if not term.isascii():
        return (term,)
    letters = "".join(re.findall(r"[a-z0-9]", term))
    if not letters:
        return ()
    return (_marked("-", letters), *(_marked("/", split) for split in _splits(letters)))


def _splits(letters: str) -> list[tuple[str, ...]]:
    """Ways to read letters as syllables, the last perhaps unfinished: “xian” is 先 and 西安. What is no
    pinyin at all (a code, an English word) is one unit."""
    known, longest = _syllables()
    found: list[tuple[str, ...]] = [(letters,)]
    todo: list[tuple[tuple[str, ...], str]] = [((), letters)]
    while todo and len(found) < _SPLITS:
        before, rest = todo.pop(0)
        for size in range(min(longest, len(rest) - 1), 0, -1):
            if rest[:size] in known:
                done = (*before, rest[:size])
                if any(syllable.startswith(rest[size:]) for syllable in known):
                    found.append((*done, rest[size:]))
                todo.append((done, rest[size:]))
    return found[:_SPLITS]


@lru_cache(maxsize=1)
def _syllables() -> tuple[frozenset[str], int]:
    found = frozenset(reading for readings in _readings().values() for reading in readings)
    return found, max(map(len, found))


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    """The usual readings of each character, by the words of the pinyin dictionary in which it has them."""
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.contrib.tone_convert import to_normal

    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for word, readings in PHRASES_DICT.items():
        for character, toned in zip(word, readings, strict=False):
            counted[character][toned[0]] += 1
    usual = {}
    for character, counts in counted.items():
        plain: Counter[str] = Counter()
        for reading, times in counts.items():
            plain[to_normal(reading).replace("ü", "v")] += times
        usual[character] = tuple(r for r, times in plain.items() if times >= _COMMON * plain.total())
    return usual


def _other_readings(run: str, syllables: list[str]) -> Iterator[str]:
    """The surroundings of each character that is also read otherwise, with that reading."""
    for at, character in enumerate(run):
        for reading in _readings().get(character, ()):
            if reading != syllables[at]:
                begin, end = max(0, at - _WINDOW), at + _WINDOW + 1
                read = [*syllables[begin:at], reading, *syllables[at + 1 : end]]
                yield _marked("/", read)
                if reading[0] != syllables[at][0]:
                    yield _marked("-", (syllable[0] for syllable in read))
