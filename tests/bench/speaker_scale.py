"""500 sessions that share 1,000 routes: how soon all are up and told, what they cost then.

The peers are one asyncio process here, which dials (all sessions passive) or listens.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from speaker.codec.framing import KEEPALIVE, Framer, MessageType
from tests.bench.case import Case, Figure, Figures
from tests.bench.speaker_rivals import Running, host_routes
from tests.bench.speaker_sink import GREETING, LOCAL, LOCAL_ASN, PEER_ASN
from tests.support.ports import free_port

SESSIONS, ROUTES = 500, 1000
HOLD_TIME = 9
ROUTE_OCTETS = 5
IDLE_SECONDS = 20.0
TOLD = "exec to the last prefix of all"
SHARE = "then, of a core, hold time 9 s"
LATE = "KEEPALIVE late by: p99"
PRESSED = "the same while 100,000 routes change and the API is polled: p99"
BUSY_SECONDS = 20.0


class _Peer(asyncio.Protocol):
    """Counts octets of UPDATEs and times between messages."""

    def __init__(self, board: _Board) -> None:
        self._board, self._framer = board, Framer()
        self._octets, self._last = 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(GREETING)
        self._keep()

    def _keep(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(KEEPALIVE)
            asyncio.get_running_loop().call_later(HOLD_TIME / 3, self._keep)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        for kind, body in self._framer.feed(data):
            if kind is MessageType.UPDATE:
                before, self._octets = self._octets, self._octets + len(body)
                if before < ROUTES * ROUTE_OCTETS <= self._octets:
                    self._board.told.append(now)
            elif kind is MessageType.KEEPALIVE:
                self._board.gaps.append(now - self._last)
            self._last = now


class _Board:
    """What all peers saw."""

    def __init__(self) -> None:
        self.told: list[float] = []
        """When each had all routes."""
        self.gaps: list[float] = []
        """Seconds between a KEEPALIVE and what came before it."""

    def lateness(self) -> float:
        """How late KEEPALIVEs came, seconds: the value that 99 of 100 are below."""
        late = sorted(max(0.0, gap - HOLD_TIME / 3) for gap in self.gaps)
        return late[int(len(late) * 0.99)]


def _address(number: int) -> str:
    return f"127.61.{number >> 8}.{number & 255}"


def _document(port: int, passive: bool) -> bytes:
    sessions = [
        {
            "id": f"a/{number}",
            "peer": str(number),
            "localAsn": LOCAL_ASN,
            "peerAsn": PEER_ASN,
            "address": _address(number),
            "sourceAddress": LOCAL,
            "port": port,
            "passive": passive,
            "holdTime": HOLD_TIME,
            "connectTime": 1,
            "routeSet": "rs" if number else "many",
        }
        for number in range(SESSIONS)
    ]
    speaker = {"name": "a", "routerId": "192.0.2.1", "sessions": sessions}
    routes = [{"prefix": prefix} for prefix in host_routes(ROUTES, 4)]
    return json.dumps(
        {"generation": 1, "speakers": [speaker], "routeSets": {"rs": routes, "many": routes}}
    ).encode()


async def _dial(board: _Board, number: int, port: int) -> None:
    loop = asyncio.get_running_loop()
    while True:
        try:
            source = (_address(number), 0)
            await loop.create_connection(lambda: _Peer(board), LOCAL, port, local_addr=source)
            return
        except OSError:  # it does not listen yet
            await asyncio.sleep(0.05)


async def _measure(passive: bool) -> Figures:
    folder = Path(tempfile.mkdtemp(prefix="lbtui-bench-"))
    port, board = free_port("0.0.0.0"), _Board()
    (folder / "config.json").write_bytes(_document(port, passive))
    if not passive:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: _Peer(board), "0.0.0.0", port, backlog=1024)
    began = time.perf_counter()
    control = folder / "run" / "control.sock"
    places = ("--config", folder / "config.json", "--socket", control)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "speaker", "run", *places),
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
    running = Running(process)
    try:
        if passive:
            await asyncio.gather(*(_dial(board, number, port) for number in range(SESSIONS)))
        while len(board.told) < SESSIONS and time.perf_counter() < began + 60:
            await asyncio.sleep(0.02)
        if len(board.told) < SESSIONS:
            raise RuntimeError(f"{len(board.told)} sessions of {SESSIONS} have their routes")
        told = max(board.told) - began
        await asyncio.sleep(HOLD_TIME)
        board.gaps.clear()
        before, since = running.cpu(), time.perf_counter()
        await asyncio.sleep(IDLE_SECONDS)
        share = (running.cpu() - before) / (time.perf_counter() - since)
        calm = board.lateness()
        board.gaps.clear()
        pressure = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.bench.speaker_pressure", control, str(BUSY_SECONDS))
        )
        if await pressure.wait() != 0:
            raise RuntimeError("the speaker refused what was asked of it")
        return {TOLD: told, SHARE: share * 100, LATE: calm, PRESSED: board.lateness()}
    finally:
        running.stop()
        shutil.rmtree(folder)


def run(passive: bool) -> Figures:
    """All sessions, dialled by the speaker or (`passive`) by the peers."""
    return asyncio.run(_measure(passive))


CASES = tuple(
    Case(
        f"lbtui: {SESSIONS} {kind} sessions, {ROUTES:,} routes",
        (
            Figure(TOLD, limit=5.0),
            Figure(SHARE, "%", 3.0),
            Figure(LATE, limit=0.1),
            Figure(PRESSED, limit=0.1),
        ),
        partial(run, passive),
        runs=1,
    )
    for kind, passive in (("active", False), ("passive", True))
)
