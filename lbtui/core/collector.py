"""Python's search for cycles, which is at its slowest where much is made and nothing is garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the search out: it takes half of the time, the more the more there is already.

    Reading and analysing leave no cycles behind. In several threads the one that began pausing
    also ends it, whatever the others do.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
