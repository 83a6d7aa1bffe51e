"""Random mutations of good messages in every state: nobody else is hurt, and nothing is kept."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

from tests.speaker.conformance.octets import (
    ALIVE,
    ENHANCED_REFRESH,
    EXTENDED_MESSAGE,
    GOOD,
    MP_IPV6,
    NLRI,
    REFRESH,
    UPDATE,
    USUAL,
    message,
    notification,
    opening,
    refresh,
    restart,
    update,
)
from tests.speaker.conformance.peer import CONFIRM, SENT, UP, Peer, Place
from tests.speaker.exposition import parse
from tests.speaker.running import document

SEED, ROUNDS, STORMS = 4271, 60, 4
ROUTES = {"rs": [{"prefix": "198.51.100.1/32", "nextHop": "192.0.2.9"}]}
MEMORY = 32 * 1024 * 1024
HELLO = opening(*USUAL, MP_IPV6, ENHANCED_REFRESH, EXTENDED_MESSAGE, restart("00010180"))
SEEDS = (
    HELLO,
    opening(),
    ALIVE,
    update(GOOD, NLRI),
    update(GOOD + "c00804fc000001" + "800404000000ff", NLRI * 3),
    update("800e1a0002011020010db8000000000000000000000002004020010db8000000000000"),
    update("800f03000201", withdrawn=NLRI),
    refresh(),
    refresh(1, 1, 1),
    notification(6, 2, b"\3bye"),
    notification(2, 4),
    message(REFRESH, bytes(9)),
)


def mutated(chance: random.Random) -> bytes:
    """Some messages, with a few octets changed, left out, doubled or made up."""
    octets = bytearray(b"".join(chance.choices(SEEDS, k=chance.randint(1, 4))))
    for _ in range(chance.randint(0, 4)):
        # Most changes behind the marker, where they reach something.
        at = chance.randrange(16, len(octets)) if len(octets) > 17 else 0
        match chance.randrange(4):
            case 0:
                octets[at] = chance.choice((0, 1, 2, 4, 127, 128, 255, chance.randrange(256)))
            case 1:
                del octets[at : at + chance.randint(1, 6)]
            case 2:
                octets[at:at] = chance.randbytes(chance.randint(1, 6))
            case _:
                octets += octets[at : at + 40]
    return bytes(octets)


async def storm(here: Place, source: str, seed: int) -> int:
    """Dial, say what is wrong, and go; how often a session came to the state it was to be in."""
    chance, reached = random.Random(seed), 0
    for _ in range(ROUNDS):
        peer = await here.connect(source)
        with suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            await peer.shake_hands(HELLO, chance.choice((SENT, CONFIRM, UP)))
            reached += 1
            for _ in range(chance.randint(1, 5)):
                peer.write(mutated(chance))
            await peer.writer.drain()
            async with asyncio.timeout(0.05):
                await peer.reader.read(65536)
        peer.reset() if chance.random() < 0.5 else peer.close()
    return reached


async def until_quiet(here: Place, peer: Peer) -> None:
    peer.write(refresh())
    await peer.next_of(UPDATE)


async def figure(here: Place, name: str) -> float:
    async with here.speaker.http.get("http://speaker/metrics") as answer:
        return parse(await answer.text())[f"lbtui_speaker_{name}"].samples[frozenset()]


async def test_a_storm_of_mutations_hurts_nobody_and_leaves_nothing(here: Place) -> None:
    sources = [f"127.0.52.{number}" for number in range(10, 10 + STORMS)]
    sessions = [here.session(f"storm/{source}", address=source) for source in sources]
    witnessed = here.session("node-a/peer", holdTime=90)
    await here.speaker.put(document([witnessed, *sessions], ROUTES))
    async with here.dialled() as witness:
        await witness.routes()
        files, memory = await figure(here, "open_fds"), await figure(here, "resident_memory_bytes")
        work = [storm(here, source, SEED + n) for n, source in enumerate(sources)]
        reached = await asyncio.gather(*work)
        assert sum(reached) > ROUNDS * STORMS / 2, "most were heard"
        witness.write(ALIVE)
        await until_quiet(here, witness)
        row = await here.speaker.session("node-a/peer")
        assert (row["state"], row["establishedCount"], row["droppedCount"]) == (UP, 1, 0)
        for source in sources:
            await here.speaker.until_session(
                f"storm/{source}", lambda row: row["state"] not in (SENT, CONFIRM, UP)
            )
        assert await figure(here, "open_fds") <= files + STORMS
        assert await figure(here, "resident_memory_bytes") < memory + MEMORY
    for source in sources:
        async with here.dialled(source=source) as peer:
            await peer.routes()
