"""The `Speaker` port over the control API of a speaker process.

Owns the process's life as far as the user asked for it (start, stop) and the reconnecting view
of its sessions. What goes over the socket is in `control_channel`, what it means in
`speaker_documents`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from lbtui.adapters.control_address import SocketAddress, SpeakerAbsent, TcpAddress
from lbtui.adapters.control_channel import ControlChannel, SpeakerRefused
from lbtui.adapters.speaker_documents import (
    Picture,
    decode_config,
    encode_config,
    session_row,
    wire_routes,
)
from lbtui.adapters.speaker_process import SpeakerProcess
from lbtui.ports import SessionRow, SpeakerError, SpeakerView, WireRoute
from speaker import api

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import Announcements

START_SECONDS = 15.0
"""How long a new process may take to answer; it needs well under one on an idle machine."""
STOP_SECONDS = 15.0
"""How long it may take to say goodbye to its peers."""
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.2, 3.0
"""Back-off between attempts to find a speaker that is gone."""
REPORT_SECONDS = 0.1
"""Shortest time between two views: a thousand sessions coming up are a few dozen reports."""
NUMBERS_SECONDS = 1.0
"""Between two views that differ in nothing but how many messages came and went, and when."""
PAGE_ROUTES = 5000
APPLY_ATTEMPTS = 5


class SpeakerClient:
    """One speaker process, found by its socket; see `lbtui.ports.Speaker`."""

    def __init__(
        self, control: Path | TcpAddress, state: Path, log: Path, *, exit_with: int | None = None
    ) -> None:
        """Name the process's files; nothing is opened or started.

        Args:
            control: socket of the control API, or the address of a speaker on another host, which
                can be neither started nor stopped from here.
            state: folder where the process keeps what it accepted last.
            log: where a process started by us writes.
            exit_with: id of the process that a speaker started by us must not outlive.
        """
        self._own: SpeakerProcess | None = None
        if isinstance(control, TcpAddress):
            self._channel = ControlChannel(control)
        else:
            self._channel = ControlChannel(SocketAddress(control))
            self._own = SpeakerProcess(control, state, log, exit_with)
        self._nudge = asyncio.Event()
        self._is_stopped_by_us = False

    # ---- the process ---------------------------------------------------------------------------

    @property
    def _process(self) -> SpeakerProcess:
        if self._own is None:
            raise SpeakerError("a speaker on another host is started and stopped there")
        return self._own

    async def start(self) -> None:
        """Start the process if none runs, and wait until it answers. Raises SpeakerError."""
        try:
            await self.status()
        except SpeakerAbsent:
            await asyncio.to_thread(self._process.spawn)
            await self._wait_for_answer()
        self._is_stopped_by_us = False
        self._nudge.set()

    async def _wait_for_answer(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while True:
                    code = self._process.exit_code()  # before asking: another may have won a race
                    try:
                        await self.status()
                    except SpeakerAbsent:
                        if code is not None:
                            raise self._not_started(
                                f"it ended at once (exit code {code})"
                            ) from None
                        await asyncio.sleep(0.05)
                    else:
                        return
        except TimeoutError:
            raise self._not_started(f"no answer within {START_SECONDS:g} s") from None

    def _not_started(self, reason: str) -> SpeakerError:
        line = self._process.last_log_line()
        said = f": {line}" if line else ""
        return SpeakerError(f"the speaker did not start, {reason}{said} (log: {self._process.log})")

    async def stop(self, *, keep_routes: bool = False) -> None:
        """End the process and with it every session; fine if none runs. Raises SpeakerError.

        With `keep_routes`, routers with graceful restart go on using the routes until it is back.
        """
        try:
            status = await self.status()
        except SpeakerAbsent:
            return
        process, self._is_stopped_by_us = self._process, True
        if keep_routes:
            wish = api.StopDocument(keep_routes=True)
            await self._channel.send("POST", "/v1/stop", wish)
        await process.terminate(status.pid, STOP_SECONDS)

    def end_child(self) -> None:
        """End the process if this client started it; needs no event loop, for the very end."""
        if self._own is not None:
            self._own.end_child(STOP_SECONDS)

    async def close(self) -> None:
        """Let go of the connection to the process; the process goes on."""
        await self._channel.close()

    # ---- wanted --------------------------------------------------------------------------------

    async def apply(self, announcements: Announcements) -> int:
        """Make this the wanted state; the generation it got. Raises SpeakerError."""
        return await self.put(encode_config(announcements, generation=1))

    async def put(self, document: api.ConfigDocument) -> int:
        """Send a document under the next free generation, whatever its own says."""
        for _ in range(APPLY_ATTEMPTS):
            generation = (await self.status()).generation_accepted + 1
            numbered = api.ConfigDocument(
                generation=generation,
                speakers=document.speakers,
                route_sets=document.route_sets,
            )
            try:
                await self._channel.send("PUT", "/v1/config", numbered)
            except SpeakerRefused as refused:
                if refused.status != 409:
                    raise
            else:
                return generation
        raise SpeakerError("something else keeps changing this speaker's configuration; try again")

    async def configuration(self) -> Announcements | None:
        """What it was told last, passwords as "***"; None: nothing yet. Raises SpeakerError."""
        document = await self._channel.get("/v1/config", api.ConfigDocument)
        return decode_config(document) if document.generation else None

    async def reset(self, session_id: str, reason: str = "") -> None:
        """Close the session with Cease and open it again. Raises SpeakerError."""
        await self._act(session_id, "reset", reason)

    async def enable(self, session_id: str, is_enabled: bool, reason: str = "") -> None:
        """Let the session run, or hold it down. Raises SpeakerError."""
        await self._act(session_id, "enable" if is_enabled else "disable", reason)

    async def _act(self, session_id: str, verb: str, reason: str) -> None:
        body = api.ActionDocument(reason=reason)
        await self._channel.send("POST", f"{_session_path(session_id)}/{verb}", body)

    # ---- observed ------------------------------------------------------------------------------

    async def status(self) -> api.StatusDocument:
        """The process's own account. Raises SpeakerAbsent if none runs, SpeakerError otherwise."""
        return await self._channel.get("/v1/status", api.StatusDocument)

    async def view(self) -> SpeakerView:
        """One view, as `watch` would give first. Raises SpeakerError."""
        picture = Picture()
        status = await self.status()
        sessions = await self._channel.get("/v1/sessions", api.SessionsDocument)
        picture.take(api.Event(type="snapshot", seq=0, status=status, sessions=sessions.sessions))
        return picture.view()

    async def metrics(self) -> bytes:
        """Its metrics in Prometheus' text format. Raises SpeakerError."""
        return await self._channel.send("GET", "/metrics")

    async def session(self, session_id: str) -> SessionRow:
        """One session as it is now. Raises SpeakerError."""
        status = await self._channel.get(_session_path(session_id), api.SessionStatus)
        return session_row(status)

    def has_address(self, address: str) -> bool:
        """Whether this host has the address; the speaker runs on the same host."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.bind((address, 0))  # the kernel lets only its own addresses be bound
        except OSError:
            return False
        return True

    async def advertised(self, session_id: str) -> tuple[WireRoute, ...]:
        """The Adj-RIB-Out of a session. Raises SpeakerError."""
        return await self._routes(session_id, "advertised")

    async def received(self, session_id: str) -> tuple[WireRoute, ...]:
        """The Adj-RIB-In of a session that keeps one. Raises SpeakerError."""
        return await self._routes(session_id, "received")

    async def _routes(self, session_id: str, table: str) -> tuple[WireRoute, ...]:
        routes: list[WireRoute] = []
        after: str | None = ""
        while after is not None:
            query = urlencode({"limit": PAGE_ROUTES, **({"after": after} if after else {})})
            page = await self._channel.get(
                f"{_session_path(session_id)}/{table}?{query}", api.RoutesDocument
            )
            routes += wire_routes(page)
            after = page.next
        return tuple(dict.fromkeys(routes))  # a withdrawal may be told on every page

    async def watch(self) -> AsyncIterator[SpeakerView]:
        """The view now and after every change; never ends, survives the speaker's end."""
        delay, told = FIRST_RETRY_SECONDS, SpeakerView(is_running=False)
        while True:
            self._nudge.clear()
            try:
                async for view in self._follow():
                    delay, told = FIRST_RETRY_SECONDS, view
                    yield view
            except SpeakerError as error:
                view = SpeakerView(is_running=False, message=self._why(error, told))
                if view.message != told.message:
                    told = view
                    yield view
            await self._pause(delay)
            delay = min(2 * delay, LAST_RETRY_SECONDS)

    async def _follow(self) -> AsyncIterator[SpeakerView]:
        """Views from one connection; raises SpeakerError at its end."""
        await self.status()  # checks version and ownership before the stream is opened
        picture, changed, has_timer = Picture(), asyncio.Event(), False
        async with self._channel.events() as events:

            async def read() -> None:
                nonlocal has_timer
                async for event in events:
                    if picture.take(event):
                        changed.set()
                    elif not has_timer:
                        has_timer = True
                        asyncio.get_running_loop().call_later(NUMBERS_SECONDS, changed.set)

            reader = asyncio.create_task(read())
            reader.add_done_callback(lambda _: changed.set())
            try:
                while not reader.done():
                    await changed.wait()
                    changed.clear()
                    has_timer = False
                    if picture.is_known and not reader.done():
                        yield picture.view()
                        await asyncio.sleep(REPORT_SECONDS)
                reader.result()
            finally:
                reader.cancel()
        raise SpeakerError("lost: connection closed; trying again")

    async def _pause(self, seconds: float) -> None:
        """Wait, but no longer than until `start` found or made a speaker."""
        try:
            async with asyncio.timeout(seconds):
                await self._nudge.wait()
        except TimeoutError:
            pass

    def _why(self, error: SpeakerError, told: SpeakerView) -> str:
        """The message of a view without a speaker, given the view before it."""
        if self._is_stopped_by_us:
            return "stopped"
        if not isinstance(error, SpeakerAbsent):
            return str(error)
        return told.message if told.message.startswith("lost") else "not running"


def _session_path(session_id: str) -> str:
    return f"/v1/sessions/{quote(session_id, safe='')}"
