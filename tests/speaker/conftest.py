"""Two real speaker processes, and the lab around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.speaker.running import Json, SpeakerProcess, document, session
from tests.support.ports import free_port


@dataclass(slots=True)
class Lab:
    """A speaker ("node-a/tor") and a passive one that keeps what it receives ("tor/node-a")."""

    speaker: SpeakerProcess
    tor: SpeakerProcess
    port: int

    @staticmethod
    def addresses() -> tuple[str, str]:
        """The speaker's and the other one's."""
        return "127.0.51.1", "127.0.51.2"

    def session(self, session_id: str = "node-a/tor", **fields: Any) -> Json:
        """The speaker's session with the other one."""
        ours, theirs = self.addresses()
        both = {"address": theirs, "sourceAddress": ours, "port": self.port, **fields}
        return session(session_id, **both)

    def tor_session(self, **fields: Any) -> Json:
        """The other one's session with the speaker."""
        ours, theirs = self.addresses()
        both = {"address": ours, "sourceAddress": theirs, "listenPort": self.port, **fields}
        return session(
            "tor/node-a", passive=True, keepReceived=True, localAsn=64513, peerAsn=64512, **both
        )

    async def connect(self, *routes: Json, **fields: Any) -> Json:
        """Apply both ends, wait for Established and for the routes; the speaker's session."""
        tor = document([self.tor_session()], name="tor", router_id="192.0.2.2")
        await self.tor.put(tor)
        await self.speaker.put(document([self.session(**fields)], {"rs": routes}))
        found = await self.speaker.established("node-a/tor")
        await self.tor.received("tor/node-a", len(routes))
        return found


@pytest.fixture
async def speaker(tmp_path: Path) -> AsyncIterator[SpeakerProcess]:
    process = SpeakerProcess(tmp_path)
    await process.start()
    yield process
    await process.stop()
    assert "traceback" not in process.log, process.log


@pytest.fixture
async def lab(speaker: SpeakerProcess, tmp_path: Path) -> AsyncIterator[Lab]:
    tor = SpeakerProcess(tmp_path, "tor")
    await tor.start()
    yield Lab(speaker, tor, free_port("127.0.51.2"))
    await tor.stop()
    assert "traceback" not in tor.log, tor.log
