"""A copy of the demo's manifests on this test run's own loopback addresses."""

from __future__ import annotations

import socket
from pathlib import Path

import lbtui.adapters.demo as demo
from tests.support import loopback

PACKAGED = Path(demo.__file__).parent
PORTS = range(loopback.PORT, 16384)
"""The API server takes none above."""


def copy_demo(folder: Path) -> Path:
    """Write the manifests into `folder`, which is made; give it back."""
    folder.mkdir()
    files = sorted(PACKAGED.glob("*.yaml"))
    assert len(files) >= 5, "the demo is gone"
    own = loopback.address(0).removesuffix("0")
    port = str(_free_port(f"{own}101"))
    for file in files:
        text = file.read_text().replace("127.0.0.", own)
        (folder / file.name).write_text(text.replace("peerPort: 1790", f"peerPort: {port}"))
    return folder


def _free_port(address: str) -> int:
    """The first port that no router on this host has, not even one that listens everywhere."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return port
    raise AssertionError("every port is taken")
