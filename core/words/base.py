"""What every vocabulary is: a value for the database and a word for people."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A stored value with the label people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        if not label:  # optional only so that Role("admin") reads as a look-up to the type checker
            raise TypeError(f"{cls.__name__}.{value} needs a label")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
