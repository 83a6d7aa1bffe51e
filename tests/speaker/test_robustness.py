"""What a hostile peer costs the others: nothing. A real process, real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.speaker import hostile
from tests.speaker.exposition import parse
from tests.speaker.running import Json, SpeakerProcess, document, session, until
from tests.support.ports import free_port

LISTEN = "127.0.60.1"
LARGE = [f"64512:1:{n}" for n in range(40)]
ROUTES = [
    {
        "prefix": f"198.18.{n >> 8}.{n & 255}/32",
        "largeCommunities": [*LARGE, f"64512:2:{n}"],
    }
    for n in range(2_500)
]
"""More than the buffers of a connection hold whose other end does not read."""
WITNESSES = 3
HOLD_TIME = 3
MEMORY = 48 * 1024 * 1024
"""What may be kept of all that went on: allocators give back late."""


@dataclass(slots=True)
class Siege:
    """A speaker with witnesses connected and sessions for hostile peers."""

    speaker: SpeakerProcess
    port: int
    witnesses: list[hostile.Witness]

    def target(self, number: int) -> hostile.Speaker:
        return hostile.Speaker(LISTEN, self.port, f"127.0.61.{number + 1}")

    async def figure(self, name: str) -> float:
        async with self.speaker.http.get("http://speaker/metrics") as answer:
            return parse(await answer.text())[f"lbtui_speaker_{name}"].samples[frozenset()]

    async def files_are(self, count: float) -> None:
        async def look() -> bool:
            return await self.figure("open_fds") <= count

        await until(look, f"no more than {count:g} open files", explain=lambda: self.speaker.log)

    def check_witnesses(self) -> None:
        """None was let down, and each heard from the speaker in time."""
        for witness in self.witnesses:
            assert not witness.ended, (witness.ended, self.speaker.log)
            assert witness.gaps
            assert max(witness.gaps) < HOLD_TIME, "a keepalive was missed"


def passive(session_id: str, address: str, port: int, **fields: object) -> Json:
    local = {"sourceAddress": LISTEN, "listenPort": port, "passive": True}
    return session(session_id, address=address, **local, holdTime=90, **fields)


@pytest.fixture
async def siege(speaker: SpeakerProcess) -> AsyncIterator[Siege]:
    port = free_port(LISTEN)
    sessions = [
        passive(f"witness/{n}", f"127.0.62.{n + 1}", port, routeSet="none")
        for n in range(WITNESSES)
    ]
    sessions += [
        passive(f"hostile/{n}", f"127.0.61.{n + 1}", port) for n in range(len(hostile.MISBEHAVIOUR))
    ]
    await speaker.put(document(sessions, {"rs": ROUTES, "none": []}))
    witnesses = [
        hostile.Witness(hostile.Speaker(LISTEN, port, f"127.0.62.{n + 1}"), HOLD_TIME)
        for n in range(WITNESSES)
    ]
    for witness in witnesses:
        await witness.start()
    for n in range(WITNESSES):
        await speaker.established(f"witness/{n}")
    yield Siege(speaker, port, witnesses)
    for witness in witnesses:
        await witness.stop()


async def test_every_misbehaviour_at_once_costs_nobody_else_a_keepalive(siege: Siege) -> None:
    files, memory = await siege.figure("open_fds"), await siege.figure("resident_memory_bytes")
    async with asyncio.TaskGroup() as group:
        for number, misbehave in enumerate(hostile.MISBEHAVIOUR):
            group.create_task(misbehave(siege.target(number), 4.0))  # type: ignore[arg-type]
    siege.check_witnesses()
    rows = {row["id"]: row for row in (await siege.speaker.get("/v1/sessions"))["sessions"]}
    for n in range(WITNESSES):
        assert rows[f"witness/{n}"]["droppedCount"] == 0
    hurt = sum(rows[f"hostile/{n}"]["droppedCount"] for n in range(len(hostile.MISBEHAVIOUR)))
    assert hurt >= 5, "the hostile peers did come up and go down"
    await siege.files_are(files)
    assert await siege.figure("resident_memory_bytes") < memory + MEMORY


async def test_a_thousand_reconnections_leave_nothing_behind(siege: Siege) -> None:
    files, memory = await siege.figure("open_fds"), await siege.figure("resident_memory_bytes")
    await hostile.reconnect(siege.target(0), 1000)
    siege.check_witnesses()
    await siege.files_are(files)
    assert await siege.figure("resident_memory_bytes") < memory + MEMORY
    history = (await siege.speaker.session("hostile/0"))["history"]
    assert 4 <= len(history) <= 50
    # The session is as good as before.
    with await hostile.established(siege.target(0)):
        await siege.speaker.established("hostile/0")


async def test_a_peer_that_stalls_gets_everything_when_it_reads(siege: Siege) -> None:
    with await hostile.established(siege.target(0), 4096) as sock:
        counted = await siege.speaker.until_session(
            "hostile/0", lambda found: found["prefixes"]["ipv4"]["advertised"] > 0
        )
        assert counted["prefixes"]["ipv4"]["pending"] > 0
        siege.check_witnesses()

        async def read() -> None:
            while await asyncio.get_running_loop().sock_recv(sock, 1 << 20):
                pass

        reading = asyncio.create_task(read())
        await siege.speaker.until_session(
            "hostile/0", lambda found: found["prefixes"]["ipv4"]["advertised"] == len(ROUTES)
        )
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
