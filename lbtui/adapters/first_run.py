"""Whether the console was ever opened by this user."""

from __future__ import annotations

from pathlib import Path

from lbtui.adapters.paths import make_private
from lbtui.ports import StoreError


def is_first_run(marker: Path) -> bool:
    """Whether `marker` is not there yet; it is from now on.

    Where it cannot be made nobody is welcomed: otherwise it would be at every start.
    """
    if marker.exists():
        return False
    try:
        make_private(marker.parent)
        marker.touch(mode=0o600, exist_ok=False)
    except (OSError, StoreError):
        return False
    return True
