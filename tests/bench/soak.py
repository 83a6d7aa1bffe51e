"""A speaker among peers that fail at random, for as long as asked: `python -m tests.bench.soak`.

Prints a line a minute, and at the end whether any well-behaved peer was let down, and whether
open files and memory came back to where they were. The exit code says the same.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.speaker import hostile
from tests.speaker.exposition import parse
from tests.speaker.running import SpeakerProcess, document, session
from tests.support.ports import free_port

LISTEN = "127.0.63.1"
WITNESSES, HOSTILE = 20, 14
HOLD_TIME = 9
ROUTES = 5000
LONGEST_SPELL = 12.0
"""Seconds that one misbehaviour lasts at most."""
SETTLE_SECONDS = 20.0
MEMORY_ALLOWANCE = 32 * 1024 * 1024


@dataclass(slots=True)
class Figures:
    """What the process takes, at one moment."""

    open_fds: float
    resident: float
    cpu_seconds: float


@dataclass(slots=True)
class Soak:
    """One run."""

    speaker: SpeakerProcess
    port: int
    witnesses: list[hostile.Witness] = field(default_factory=list)
    spells: int = 0
    polls: int = 0
    slowest_answer: float = 0.0
    generation_changes: int = 0

    def wanted(self, salt: int) -> dict[str, object]:
        """The wanted state; `salt` moves a few of the routes."""
        local = {"sourceAddress": LISTEN, "listenPort": self.port, "passive": True}
        sessions = [
            session(f"witness/{n}", address=f"127.0.64.{n + 1}", holdTime=90, **local)
            for n in range(WITNESSES)
        ]
        sessions += [
            session(f"hostile/{n}", address=f"127.0.65.{n + 1}", holdTime=90, **local)
            for n in range(HOSTILE)
        ]
        routes = [
            {"prefix": f"198.18.{n >> 8}.{n & 255}/32", "communities": [f"64512:{n % 97}"]}
            for n in range(ROUTES + salt % 50)
        ]
        return document(sessions, {"rs": routes})

    async def figures(self) -> Figures:
        async with self.speaker.http.get("http://speaker/metrics") as answer:
            families = parse(await answer.text())

        def single(name: str) -> float:
            return families[f"lbtui_speaker_{name}"].samples[frozenset()]

        return Figures(
            single("open_fds"), single("resident_memory_bytes"), single("cpu_seconds_total")
        )

    async def misbehave(self, number: int, until: float) -> None:
        """Be one hostile peer, in one way after another."""
        target = hostile.Speaker(LISTEN, self.port, f"127.0.65.{number + 1}")
        while time.monotonic() < until:
            seconds = random.uniform(0.1, LONGEST_SPELL)
            way = random.choice((*hostile.MISBEHAVIOUR, None))
            with suppress(OSError, TimeoutError):
                if way is None:
                    await hostile.reconnect(target, 50)
                else:
                    await way(target, seconds)
            self.spells += 1
            await asyncio.sleep(random.uniform(0, 1))

    async def ask(self, until: float) -> None:
        """Read everything over and over, and change routes now and then."""
        while time.monotonic() < until:
            begin = time.monotonic()
            await self.speaker.get("/v1/sessions")
            await self.figures()
            self.slowest_answer = max(self.slowest_answer, time.monotonic() - begin)
            self.polls += 1
            if self.polls % 5 == 0:
                self.generation_changes += 1
                await self.speaker.put(self.wanted(self.generation_changes))
            await asyncio.sleep(1.0)

    async def tell(self, begin: float, until: float) -> None:
        """A line a minute."""
        while time.monotonic() < until:
            await asyncio.sleep(min(60.0, max(0.1, until - time.monotonic())))
            now = await self.figures()
            print(
                f"{(time.monotonic() - begin) / 60:5.1f} min  spells {self.spells:5d}  "
                f"longest silence {self.longest_silence:.2f} s  ended {self.ended}  "
                f"files {now.open_fds:.0f}  memory {now.resident / 2**20:.0f} MiB  "
                f"cpu {now.cpu_seconds:.0f} s  slowest answer {self.slowest_answer:.2f} s",
                flush=True,
            )

    @property
    def longest_silence(self) -> float:
        return max((max(witness.gaps, default=0.0) for witness in self.witnesses), default=0.0)

    @property
    def ended(self) -> int:
        return sum(bool(witness.ended) for witness in self.witnesses)


async def soak(minutes: float, folder: Path) -> int:
    """Run; 0 if nobody was let down and nothing was kept."""
    speaker = SpeakerProcess(folder)
    await speaker.start()
    run = Soak(speaker, free_port(LISTEN))
    try:
        await speaker.put(run.wanted(0))
        for number in range(WITNESSES):
            source = f"127.0.64.{number + 1}"
            witness = hostile.Witness(hostile.Speaker(LISTEN, run.port, source), HOLD_TIME)
            run.witnesses.append(witness)
            await witness.start()
        # The first round warms allocators and caches; what is kept after it is a leak.
        await asyncio.gather(
            *(run.misbehave(n, time.monotonic() + 10) for n in range(HOSTILE)),
        )
        await asyncio.sleep(SETTLE_SECONDS)
        before, begin = await run.figures(), time.monotonic()
        until = begin + minutes * 60
        await asyncio.gather(
            *(run.misbehave(n, until) for n in range(HOSTILE)),
            run.ask(until),
            run.tell(begin, until),
        )
        await asyncio.sleep(SETTLE_SECONDS)
        return _judge(run, before, await run.figures())
    finally:
        for witness in run.witnesses:
            await witness.stop()
        code = await speaker.stop()
        print(f"the speaker ended with {code}; tracebacks in its log: {_tracebacks(speaker)}")


def _tracebacks(speaker: SpeakerProcess) -> int:
    return (speaker.folder / f"{speaker.name}.log").read_text().count("traceback")


def _judge(run: Soak, before: Figures, after: Figures) -> int:
    kept = after.resident - before.resident
    print(
        f"{run.spells} spells, {run.polls} polls, {run.generation_changes} changes; "
        f"{WITNESSES} witnesses: {run.ended} ended, longest silence {run.longest_silence:.2f} s "
        f"of {HOLD_TIME} s; files {before.open_fds:.0f} -> {after.open_fds:.0f}; "
        f"memory {before.resident / 2**20:.1f} -> {after.resident / 2**20:.1f} MiB"
    )
    is_good = (
        not run.ended
        and run.longest_silence < HOLD_TIME
        and after.open_fds <= before.open_fds
        and kept < MEMORY_ALLOWANCE
        and not _tracebacks(run.speaker)
    )
    print("good" if is_good else "NOT good")
    return 0 if is_good else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="lbtui-") as folder:
        return asyncio.run(soak(minutes, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
