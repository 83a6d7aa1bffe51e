"""Several kinds of a cluster followed at once, their messages gathered into rounds of work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.following import Message, Pace, follow
from lbtui.adapters.cluster.kinds import ApiKind

SOON = 0.1
"""Seconds after a first change, in which those that belong to it come."""
STEADY = 0.3
"""Seconds at least from one round to the next while changes keep coming: a round costs about the
same for one change as for many."""
_MOST_WAITING = 10_000

Round = list[tuple[ApiKind, Message]]


async def rounds(
    connection: Connection,
    kinds: Sequence[ApiKind],
    namespace_of: Callable[[ApiKind], str],
    pace: Pace,
    versions: Mapping[str, str],
) -> AsyncGenerator[Round, None]:
    """What happens to the kinds, gathered; never ends.

    Args:
        connection: to the API server.
        kinds: what to follow.
        namespace_of: where; empty: everywhere.
        pace: of following.
        versions: kind → version to go on from; those without one are listed first.
    """
    messages: asyncio.Queue[tuple[ApiKind, Message]] = asyncio.Queue(_MOST_WAITING)

    async def pump(kind: ApiKind) -> None:
        version = versions.get(kind.name, "")
        async for message in follow(connection, kind, namespace_of(kind), pace, version):
            await messages.put((kind, message))

    tasks = [asyncio.create_task(pump(kind)) for kind in kinds]
    clock = asyncio.get_running_loop().time
    due = 0.0
    try:
        while True:
            gathered = [await messages.get()]
            await asyncio.sleep(max(SOON, due - clock()))
            while not messages.empty():
                gathered.append(messages.get_nowait())
            due = clock() + STEADY
            yield gathered
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
