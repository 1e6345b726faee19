"""The garbage collector rests while anybody needs it to, and works again afterwards."""

from __future__ import annotations

import gc

import pytest

from core.memory import no_collection


def test_it_rests_until_the_last_block_ends() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="broken"), no_collection():
        with no_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise ValueError("broken")
    assert gc.isenabled()


def test_what_somebody_else_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with no_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
