"""Real speaker and lab processes on loopback addresses, with announcements to give them."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from lbtui.adapters.lab import LabRouters
from lbtui.adapters.speaker_client import SpeakerClient
from lbtui.core.routing.announcements import (
    AnnouncedNode,
    AnnouncedRoute,
    AnnouncedSession,
    Announcements,
)
from lbtui.ports import SpeakerView

DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Rig:
    """A speaker and the lab routers at its other end; neither runs until it is started."""

    folder: Path
    speaker: SpeakerClient
    lab: LabRouters


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    """Both clients on a private folder; both processes are ended and the folder removed."""
    folder = Path(tempfile.mkdtemp(prefix="lbtui-"))
    pid = os.getpid()
    speaker = SpeakerClient(folder / "s.sock", folder / "s", folder / "s.log", exit_with=pid)
    lab = LabRouters(folder / "l.sock", folder / "l", folder / "l.log", exit_with=pid)
    try:
        yield Rig(folder, speaker, lab)
    finally:
        for client in (speaker, lab):
            await client.stop()
            await client.close()
        shutil.rmtree(folder)


def free_port(address: str) -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def announcements(
    port: int, routes: Sequence[AnnouncedRoute], nodes: Sequence[str] = ("node-a", "node-b")
) -> Announcements:
    """Nodes on 127.0.3.11 and on, one eBGP peer on 127.0.3.101."""
    session = AnnouncedSession(
        peer="tor",
        local_asn=64512,
        peer_asn=64513,
        dynamic_asn=None,
        address="127.0.3.101",
        port=port,
        source_address=None,
        hold_time=90.0,
        keepalive_time=30.0,
        connect_time=1.0,
        password=None,
        ebgp_multi_hop=False,
        families=("ipv4", "ipv6"),
        graceful_restart=False,
        route_set="rs",
    )
    return Announcements(
        nodes=tuple(
            AnnouncedNode(name, None, (replace(session, source_address=f"127.0.3.{11 + i}"),))
            for i, name in enumerate(nodes)
        ),
        route_sets={"rs": tuple(routes)},
    )


async def until(client: SpeakerClient, is_wanted: Callable[[SpeakerView], bool]) -> SpeakerView:
    """Watch until a view is as wanted. Raises TimeoutError with the last view."""
    last: SpeakerView | None = None
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            async for view in client.watch():
                last = view
                if is_wanted(view):
                    return view
    except TimeoutError:
        raise TimeoutError(f"the view never was as wanted; last: {last}") from None
    raise AssertionError("watch ended")


def all_established(view: SpeakerView, count: int = 2) -> bool:
    """Whether `count` sessions are there, all up, with every route sent."""
    return len(view.sessions) == count and all(
        row.state == "Established"
        and all(c.advertised == c.desired and not c.pending for c in row.families.values())
        for row in view.sessions
    )
