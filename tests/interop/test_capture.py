"""What another dissector makes of every packet of a session's life: nothing malformed."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.interop.conftest import Lab, Pair
from tests.interop.routers.base import missing, program, until
from tests.speaker.running import Json

_FIELDS = ("ip.src", "bgp.type", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message")
_OPEN, _UPDATE, _NOTIFICATION, _KEEPALIVE, _REFRESH = "12345"
_WARNING = 0x600000
"""tshark's severity from which on it holds a packet to be wrong; notes are below."""

ROUTES: list[Json] = [
    {
        "prefix": "198.51.100.10/32",
        "nextHop": "192.0.2.8",
        "localPref": 200,
        "communities": ["64512:100", "65535:65282"],
        "largeCommunities": ["64512:1:2"],
    },
    {"prefix": "203.0.113.0/24", "nextHop": "192.0.2.9"},
    {
        "prefix": "2001:db8:1::10/128",
        "nextHop": "2001:db8::8",
        "communities": ["64512:100"],
        "largeCommunities": ["64512:1:2"],
    },
]


@pytest.fixture
def tshark() -> str:
    if os.geteuid() != 0 or missing(("tshark",)):
        pytest.skip("capturing needs root and tshark")
    return program("tshark")


@asynccontextmanager
async def captured(tshark: str, pair: Pair, file: Path) -> AsyncIterator[None]:
    """Record the pair's packets into `file` while the block runs."""
    setup = pair.setup
    only = f"tcp and host {setup.address}"
    recorder = await asyncio.create_subprocess_exec(
        *(*setup.prefix, tshark, "-i", "lo", "-w", str(file), "-f", only),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def records() -> bool:
        assert recorder.returncode is None, "tshark ended"
        return file.exists() and file.stat().st_size > 0

    await until(records, "the capture to begin")
    try:
        yield
    finally:
        recorder.terminate()
        await recorder.wait()


async def dissected(tshark: str, pair: Pair, file: Path) -> list[dict[str, list[str]]]:
    """The fields of every packet that has BGP in it, as tshark reads them."""
    port = pair.setup.port
    reader = await asyncio.create_subprocess_exec(
        *(tshark, "-r", file, "-d", f"tcp.port=={port},bgp", "-Y", "bgp", "-T", "json"),
        *(argument for name in _FIELDS for argument in ("-e", name)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await reader.communicate()
    packets: list[dict[str, Any]] = json.loads(out or b"[]")
    return [packet["_source"]["layers"] for packet in packets]


async def eventually(tshark: str, pair: Pair, file: Path) -> list[dict[str, list[str]]]:
    """Our own packets, once the NOTIFICATION that ends the session is among them."""
    ours: list[dict[str, list[str]]] = []

    async def ended() -> bool:
        packets = await dissected(tshark, pair, file)
        ours[:] = [packet for packet in packets if packet["ip.src"] == [pair.setup.peer_address]]
        return any(_NOTIFICATION in packet.get("bgp.type", []) for packet in ours)

    await until(ended, "the session's end in the capture", explain=pair.logs)
    return ours


@pytest.mark.parametrize("is_ibgp", [True, False], ids=["iBGP", "eBGP"])
async def test_no_packet_of_ours_is_malformed(
    lab: Lab, tmp_path: Path, tshark: str, is_ibgp: bool
) -> None:
    """Open, announce, change, withdraw, be asked again where the router can, close with a text."""
    file = tmp_path / "session.pcapng"
    async with lab.pair(lab.setup(is_ibgp=is_ibgp)) as pair:
        async with captured(tshark, pair, file):
            await pair.announce(*ROUTES)
            await pair.established()
            await until(lambda: _has(pair, 3), "all routes", explain=pair.logs)
            await pair.announce({**ROUTES[0], "localPref": 50}, ROUTES[2])
            await until(lambda: _has(pair, 2), "a withdrawal", explain=pair.logs)
            await pair.announce()
            await until(lambda: _has(pair, 0), "all withdrawn", explain=pair.logs)
            body = {"reason": "maintenance of rack 4"}
            await pair.speaker.call("POST", "/v1/sessions/node-a/router/disable", body)
            # The kernel hands packets over in blocks: the last is not in the file at once.
            ours = await eventually(tshark, pair, file)
    kinds = Counter(kind for packet in ours for kind in packet.get("bgp.type", []))
    assert {_OPEN, _UPDATE, _NOTIFICATION, _KEEPALIVE} <= set(kinds), kinds
    assert kinds[_UPDATE] >= 4
    assert not [packet for packet in ours if "_ws.malformed" in packet]
    assert not [
        packet
        for packet in ours
        if any(int(level) >= _WARNING for level in packet.get("_ws.expert.severity", []))
        and not all("Connection" in text for text in packet["_ws.expert.message"])
    ]


async def _has(pair: Pair, count: int) -> bool:
    return len(await pair.router.routes()) == count
