"""Port numbers that nobody uses."""

from __future__ import annotations

import socket


def free_port(address: str) -> int:
    """A TCP port of `address` that was free a moment ago."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((address, 0))
        return int(sock.getsockname()[1])
