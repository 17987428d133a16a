"""Cyclic garbage collection, off for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Work without it: it costs as much as parsing and finds nothing, for summaries and trees hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()  # else the first object that is made now would have all of them looked through
            gc.enable()
