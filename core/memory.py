"""Rest for the garbage collector while very many objects are made that all live to the end."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = [0]


@contextmanager
def no_collection() -> Iterator[None]:
    """No search for garbage inside the block. Looking through a hundred thousand rows that are all needed,
    again and again while they are being made, took a third of the time of loading them.

    Blocks may overlap in several threads; reference counting frees as always, only cycles wait.
    """
    with _lock:
        if not _resting[0] and not gc.isenabled():
            resting = False  # somebody else switched it off, and will switch it on
        else:
            resting = True
            _resting[0] += 1
            gc.disable()
    try:
        yield
    finally:
        if resting:
            with _lock:
                _resting[0] -= 1
                if not _resting[0]:
                    gc.enable()
