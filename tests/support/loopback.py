"""Loopback addresses that only one test run uses, so that runs beside each other do not meet."""

from __future__ import annotations

import os

PORT = 11790
"""BGP port of routers in tests: MetalLB allows none above 16384, and 179 needs root."""


def address(host: int) -> str:
    """127.4.x.`host`, x by the process; 1 to 254."""
    return f"127.4.{os.getpid() % 254 + 1}.{host}"
