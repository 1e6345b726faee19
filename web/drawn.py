"""Pictures on pages without scripts: the screen's Altair functions as SVG, kept, in a size for a desk and one for a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from reports import vector
from web import keep, plain

if TYPE_CHECKING:
    import altair as alt

BROAD, NARROW = 780, 320  # pixels across
_NAMES = re.compile(r'(\bid="|url\(#|href="#)')
_STYLES = re.compile(r' style="[^"]*"')  # the pages' policy has no use for them


def picture(
    build: Callable[[int], alt.TopLevelMixin], key: tuple[Hashable, ...], describe: str, beside: str = ""
) -> str:
    """`build(width)` as vectors, with what they show in words. `key` is all they depend on: the figures themselves, so
    that a picture is drawn anew only when it changes. `beside`: markup that a phone shows under it."""
    broad, narrow = (_kept(build, key, width) for width in (BROAD, NARROW))
    return plain.picture(describe, broad, narrow, beside)


def _kept(build: Callable[[int], alt.TopLevelMixin], key: tuple[Hashable, ...], width: int) -> str:
    """Several pictures stand on one page, so the names in each are its own."""

    def draw() -> str:
        own = f"p{abs(hash(key)) % 10**8}w{width}-"
        return _NAMES.sub(rf"\g<1>{own}", _STYLES.sub("", vector.svg(build(width))))

    return keep.kept(("open svg", width, *key), draw)
