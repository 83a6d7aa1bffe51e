from __future__ import annotations

import asyncio
import time
from itertools import pairwise

from lbtui.tui.pacing import PACE_SECONDS, Paced


async def test_of_many_values_few_are_shown_the_last_among_them() -> None:
    shown: list[tuple[int, float]] = []
    paced = Paced[int](lambda value: shown.append((value, time.monotonic())))
    for value in range(1_000):
        paced.put(value)
        if value % 100 == 0:
            await asyncio.sleep(0.01)
    async with asyncio.timeout(5):
        while shown[-1][0] != 999:
            await asyncio.sleep(0.01)
    assert shown[0][0] == 0, "the first one at once"
    times = [at for _, at in shown]
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) >= PACE_SECONDS * 0.9
    await asyncio.sleep(PACE_SECONDS * 2)
    assert shown[-1][0] == 999
    paced.put(7)
    assert shown[-1][0] == 7, "after a pause at once again"
