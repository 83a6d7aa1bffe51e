"""What every router can do for a test, and the process behind it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

CONNECT_RETRY = 1
"""Seconds between two dials of every router, as configured."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Both ends of the session, seen from the router."""

    address: str
    port: int
    asn: int
    peer_address: str
    """The speaker's."""
    peer_port: int
    """Where the speaker listens; it need not."""
    peer_asn: int
    is_passive: bool = False
    router_id: str = "192.0.2.254"
    hold_time: int = 9
    families: tuple[str, ...] = ("ipv4", "ipv6")
    password: str | None = None
    ttl_security: bool = False
    graceful_restart: bool = False
    """Say so where the router does not keep routes by itself (GoBGP)."""
    options: str = ""
    """More about the session, in the router's own configuration language."""
    interface: str | None = None
    """Of the link, for link-local addresses."""
    has_bfd: bool = False
    """On the link: down after 10 packets of 100 ms."""
    prefix: tuple[str, ...] = ()
    """Put before every command, to run it in a network namespace."""

    @property
    def is_ibgp(self) -> bool:
        return self.asn == self.peer_asn


@dataclass(frozen=True, slots=True, order=True)
class SeenRoute:
    """One route as the router has it, in its own words made alike."""

    prefix: str
    next_hop: str
    as_path: tuple[int, ...] = ()
    local_pref: int | None = None
    """None when it came over eBGP: the router shows none, or its own default."""
    communities: tuple[str, ...] = ()
    large_communities: tuple[str, ...] = ()


@dataclass(slots=True)
class RouterProcess:
    """A daemon in a folder of its own, its output in a file there."""

    folder: Path
    prefix: tuple[str, ...] = ()
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def start(self, *command: str | Path) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self.prefix, *command),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(number)
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def output_of(self, *command: str | Path) -> str:
        """What a router's client prints. Raises RuntimeError when it fails."""
        client = await asyncio.create_subprocess_exec(
            *(*self.prefix, *command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await client.communicate()
        if client.returncode:
            raise RuntimeError(f"{command[0]}: {out.decode(errors='replace')}")
        return out.decode()

    @property
    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""


class Router(Protocol):
    """A router with one BGP session, which imports everything and announces nothing."""

    name: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]

    def __init__(self, folder: Path, setup: Setup) -> None: ...

    async def start(self) -> None:
        """Return when its own control channel answers."""

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> None: ...

    def signal(self, number: signal.Signals) -> None: ...

    async def is_established(self) -> bool: ...

    async def session_count(self) -> int:
        """How many connections are Established; two after a lost collision would be a bug."""

    async def routes(self) -> tuple[SeenRoute, ...]:
        """Everything the session brought, sorted."""

    @property
    def log(self) -> str: ...


async def until(
    condition: Callable[[], Awaitable[bool]],
    what: str,
    *,
    seconds: float = 60.0,
    explain: Callable[[], str] = str,
) -> None:
    """Poll until true. Fails the test after `seconds`, with `explain()` in the message."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s for {what}\n{explain()}")
        await asyncio.sleep(0.05)


def missing(programs: Sequence[str]) -> str:
    """Which of the programs are not installed; empty if all are."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/frr"))
    return ", ".join(name for name in programs if shutil.which(name, path=path) is None)


def program(name: str) -> str:
    """The path of an installed program, daemons' folders included."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/lib/frr"))
    found = shutil.which(name, path=path)
    assert found is not None, name
    return found
