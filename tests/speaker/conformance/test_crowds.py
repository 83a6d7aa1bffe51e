"""Many peers that dial at once, and once only: none is turned away."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from tests.speaker.conformance.octets import ALIVE, OPEN, opening
from tests.speaker.conformance.peer import Peer, Place
from tests.speaker.running import document

PEERS = 300
"""More than asyncio lets wait for `accept` unless told otherwise."""
PLACES = 40
"""Where it listens: it takes a while until it does everywhere."""


def address(number: int) -> str:
    return f"127.0.{53 + (number >> 8)}.{number & 255}"


async def test_all_that_dialled_while_the_speaker_was_held_up_are_taken(here: Place) -> None:
    sessions = [here.session(f"node-a/{n}", address=address(n)) for n in range(PEERS)]
    await here.speaker.put(document(sessions))
    async with AsyncExitStack() as stack:
        with here.speaker.held_up():
            peers = await asyncio.gather(*(here.connect(address(n)) for n in range(PEERS)))
            for peer in peers:
                stack.callback(peer.close)
        await asyncio.gather(*(peer.shake_hands(opening()) for peer in peers))
        await asyncio.gather(*(peer.routes() for peer in peers))


async def test_whoever_gets_a_connection_first_finds_its_session_ready(here: Place) -> None:
    """Dialled without a pause until the speaker listens, on each of its addresses."""
    ends = [replace(here, address=f"127.0.52.{10 + number}") for number in range(PLACES)]

    async def dial(end: Place) -> Peer:
        while True:
            try:
                return await end.connect()
            except ConnectionRefusedError:
                await asyncio.sleep(0)

    dialling = [asyncio.create_task(dial(end)) for end in ends]
    sessions = [end.session(f"node-a/{number}") for number, end in enumerate(ends)]
    await here.speaker.put(document(sessions))
    for peer in await asyncio.gather(*dialling):
        assert (await peer.read())[0] == OPEN
        peer.write(opening(), ALIVE)
        await peer.routes()
        peer.close()
