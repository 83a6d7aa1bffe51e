"""A real speaker process, its control socket, and documents for it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

Json = dict[str, Any]


async def until(
    look: Callable[[], Any], what: str, *, seconds: float = 60.0, explain: Callable[[], str] = str
) -> Any:
    """Poll the coroutine function `look` until it gives something true, and give that back."""
    deadline = time.monotonic() + seconds
    while not (seen := await look()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:g} s for {what}; last seen: {seen!r}\n{explain()}")
        await asyncio.sleep(0.02)
    return seen


@dataclass(frozen=True, slots=True)
class Answer:
    """What the control API answered."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True)
class SpeakerProcess:
    """`python -m speaker run` with a socket and a state folder in `folder`."""

    folder: Path
    name: str = "speaker"
    generation: int = 0
    prefix: tuple[str, ...] = ()
    """Put before the command, to run it in a network namespace."""
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _http: aiohttp.ClientSession | None = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.name}.run" / "control.sock"

    @property
    def state(self) -> Path:
        return self.folder / f"{self.name}.state"

    @property
    def log(self) -> str:
        path = self.folder / f"{self.name}.log"
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self, *extra: str | Path) -> None:
        """Return when the control API answers."""
        with (self.folder / f"{self.name}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self.prefix, sys.executable, "-m", "speaker", "run"),
                *("--socket", self.socket, "--state", self.state, *extra),
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            )
        await until(self._answers, "the control API", explain=lambda: self.log)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int | None:
        """End it, and give its exit code."""
        if self._http is not None:
            await self._http.close()
            self._http = None
        process, self._process = self._process, None
        if process is None:
            return None
        if process.returncode is None:
            process.send_signal(number)
        return await self._end_of(process)

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """It does nothing meanwhile."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    async def wait(self) -> int | None:
        """Wait until it has ended by itself; its exit code."""
        assert self._process is not None
        return await self._end_of(self._process)

    async def _end_of(self, process: asyncio.subprocess.Process) -> int | None:
        try:
            async with asyncio.timeout(10):
                return await process.wait()
        except TimeoutError:
            process.kill()
            pytest.fail(f"the speaker did not end\n{self.log}")

    async def call(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; `body` is JSON unless it is octets."""
        data = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.http.request(
            method,
            f"http://speaker{path}",
            headers=headers,
            **(data if body is not None else {}),
        ) as response:
            return Answer(
                response.status, await response.json(content_type=None), dict(response.headers)
            )

    @property
    def http(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self.socket)),
                timeout=aiohttp.ClientTimeout(20),
            )
        return self._http

    async def get(self, path: str) -> Any:
        answer = await self.call("GET", path)
        assert answer.status == 200, answer
        return answer.body

    async def put(self, document: Json) -> Json:
        """Apply a document under the next generation."""
        self.generation += 1
        answer = await self.call("PUT", "/v1/config", {**document, "generation": self.generation})
        assert answer.status == 200, answer
        body: Json = answer.body
        return body

    async def session(self, session_id: str) -> Json:
        body: Json = await self.get(f"/v1/sessions/{quote(session_id, safe='')}")
        return body

    async def until_session(
        self, session_id: str, is_so: Callable[[Json], bool], *, seconds: float = 60.0
    ) -> Json:
        """Wait until something holds for a session, and give the session."""
        seen: Json = {}

        async def look() -> Json | None:
            seen.update(await self.session(session_id))
            return seen if is_so(seen) else None

        found: Json = await until(
            look, session_id, seconds=seconds, explain=lambda: f"{seen}\n{self.log}"
        )
        return found

    async def in_state(self, session_id: str, state: str) -> Json:
        """Wait for a state, and give the session."""
        return await self.until_session(session_id, lambda found: bool(found["state"] == state))

    async def established(self, session_id: str) -> Json:
        return await self.in_state(session_id, "Established")

    async def received(self, session_id: str, count: int, *, seconds: float = 60.0) -> list[Json]:
        """Wait until so many routes were received, and give them."""
        path = f"/v1/sessions/{quote(session_id, safe='')}/received?limit=10000"
        seen: list[Json] = []

        async def look() -> bool:
            seen[:] = (await self.get(path))["routes"]
            return len(seen) == count

        what = f"{count} routes on {session_id}"
        await until(look, what, seconds=seconds, explain=lambda: f"{seen[:3]}\n{self.log}")
        return seen

    async def _answers(self) -> bool:
        assert self._process is not None
        if self._process.returncode is not None:
            pytest.fail(f"the speaker ended with {self._process.returncode}\n{self.log}")
        try:
            return (await self.call("GET", "/v1/status")).status == 200
        except aiohttp.ClientConnectionError:
            return False


RS = "/v1/route-sets/rs"


async def change(speaker: SpeakerProcess, path: str = RS, **fields: Any) -> Answer:
    """Make a change to a route set under the next generation."""
    speaker.generation += 1
    return await speaker.call("PATCH", path, {"generation": speaker.generation, **fields})


def document(
    sessions: Sequence[Json],
    route_sets: Mapping[str, Sequence[Json]] | None = None,
    *,
    name: str = "node-a",
    router_id: str = "192.0.2.1",
) -> Json:
    """A wanted state with one speaker; route set "rs" is there unless others are given."""
    return {
        "generation": 1,
        "speakers": [{"name": name, "routerId": router_id, "sessions": list(sessions)}],
        "routeSets": {key: list(routes) for key, routes in (route_sets or {"rs": []}).items()},
    }


def session(session_id: str, **fields: Any) -> Json:
    """A session with short timers; fields in the API's own names."""
    return {
        "id": session_id,
        "peer": session_id.rpartition("/")[2],
        "localAsn": 64512,
        "peerAsn": 64513,
        "routeSet": "rs",
        "holdTime": 9,
        "connectTime": 1,
        **fields,
    }
