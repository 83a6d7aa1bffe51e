"""HTTP and WebSocket with a speaker, with errors a user can act on.

aiohttp is imported in a thread and only when the first call is made: it costs 0.2 s and more,
which neither the first paint nor a key press shall wait for.
"""

from __future__ import annotations

import asyncio
import errno
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from lbtui.adapters.control_address import ControlAddress, SpeakerAbsent
from lbtui.ports import SpeakerError
from speaker import api

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T", bound=api.Document)

REQUEST_SECONDS = 15.0
"""A configuration of 100,000 routes is taken in well under this."""
HEARTBEAT_SECONDS = 15.0
"""How often a silent event stream is asked whether it still lives; finds a stopped process."""


class SpeakerRefused(SpeakerError):
    """The speaker answered, with an error."""

    def __init__(self, status: int, body: api.ErrorBody) -> None:
        """Keep the HTTP status; say what was wrong, with the first few details."""
        lines = [f"{detail.path}: {detail.message}" for detail in body.details]
        more = [f"and {len(lines) - 5} more"] if len(lines) > 5 else []
        super().__init__("; ".join([f"the speaker refused: {body.message}", *lines[:5], *more]))
        self.status, self.code = status, body.code


class ControlChannel:
    """Calls to one speaker; connections are made as needed and belong to the running loop."""

    def __init__(self, address: ControlAddress) -> None:
        """Say where it is; nothing is opened yet."""
        self._address = address
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def get(self, path: str, kind: type[T]) -> T:
        """The document at `path`. Raises SpeakerAbsent, SpeakerRefused, SpeakerError."""
        return self._decode(await self.send("GET", path), kind)

    async def send(self, method: str, path: str, body: api.Document | None = None) -> bytes:
        """Make one call; the answer's body. `path` is already percent-encoded.

        Raises:
            SpeakerAbsent: nothing listens there.
            SpeakerRefused: any answer that is not 2xx.
            SpeakerError: not our socket, another API version, no answer in time.
        """
        import yarl  # comes with aiohttp

        session = await self._open()
        data = msgspec.json.encode(body) if body is not None else None
        headers = {"Content-Type": "application/json"} if data is not None else None
        async with self._explained():
            async with session.request(
                method,
                yarl.URL(f"{self._address.base}{path}", encoded=True),
                data=data,
                headers=headers,
                allow_redirects=False,
            ) as response:
                answer = await response.read()
                self._check_version(response)
                if not response.ok:
                    raise SpeakerRefused(response.status, self._decode_error(response, answer))
                return answer

    @asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[api.Event]]:
        """The event stream, from a snapshot on; it ends when the speaker closes it."""
        session = await self._open()
        async with self._explained():
            socket = await session.ws_connect(
                f"{self._address.base}/v1/events", heartbeat=HEARTBEAT_SECONDS, max_msg_size=0
            )
        try:
            yield self._read_events(socket)
        finally:
            await socket.close()

    async def _read_events(
        self, socket: aiohttp.ClientWebSocketResponse[Any]
    ) -> AsyncIterator[api.Event]:
        async for message in socket:
            if not isinstance(message.data, (str, bytes)):  # an error: no answer to a heartbeat
                raise SpeakerError("lost: the speaker does not answer; trying again")
            yield self._decode(message.data, api.Event)

    async def close(self) -> None:
        """Close every connection; calls that come later, or still run, raise SpeakerError."""
        self._is_closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _open(self) -> aiohttp.ClientSession:
        if self._is_closed:
            raise self._closed()
        self._address.check()
        if self._session is None:
            module = await asyncio.to_thread(importlib.import_module, "aiohttp")
            if self._is_closed:
                raise self._closed()
            if self._session is None:  # another call may have come first meanwhile
                self._session = module.ClientSession(
                    connector=self._address.connector(module),
                    headers={
                        api.API_HEADER: str(api.API_VERSION),
                        **self._address.headers,
                    },
                    timeout=module.ClientTimeout(total=REQUEST_SECONDS),
                )
        return self._session

    def _closed(self) -> SpeakerError:
        return SpeakerError(f"the connection to the speaker on {self._address} was closed")

    @asynccontextmanager
    async def _explained(self) -> AsyncIterator[None]:
        """Turn what aiohttp and the system raise into words."""
        import aiohttp

        try:
            yield
        except aiohttp.ClientConnectorError as error:
            if error.errno in (errno.ECONNREFUSED, errno.ENOENT):
                raise SpeakerAbsent(f"no speaker answers on {self._address}") from None
            raise SpeakerError(f"{self._address}: {_reason(error)}") from None
        except aiohttp.WSServerHandshakeError as error:
            raise SpeakerError(
                f"the speaker on {self._address} tells no events (HTTP {error.status})"
            ) from None
        except TimeoutError:
            raise SpeakerError(
                f"the speaker on {self._address} did not answer within {REQUEST_SECONDS:g} s"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise SpeakerError(f"lost the speaker on {self._address}: {_reason(error)}") from None

    def _check_version(self, response: aiohttp.ClientResponse) -> None:
        spoken = response.headers.get(api.API_HEADER)
        if spoken is None:
            raise SpeakerError(f"what answers on {self._address} is not an lbtui speaker")
        if spoken != str(api.API_VERSION):
            raise SpeakerError(
                f"the speaker on {self._address} talks version {spoken} of the control API, "
                f"this lbtui version {api.API_VERSION}; stop it with the lbtui that started it"
            )

    def _decode_error(self, response: aiohttp.ClientResponse, answer: bytes) -> api.ErrorBody:
        try:
            body: api.ErrorBody = api.parse(answer, api.ErrorDocument).error
        except msgspec.MsgspecError:
            return api.ErrorBody(code="http", message=f"HTTP {response.status} {response.reason}")
        return body

    def _decode(self, data: bytes | str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.MsgspecError as error:
            raise SpeakerError(
                f"the speaker on {self._address} answered what this lbtui cannot read: {error}"
            ) from None


def _reason(error: Exception) -> str:
    """The system's own words where there are any."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
