"""Requests to one API server: JSON in and out, streams, errors with words; no models.

The client library gives TLS, proxies, tokens and their renewal. Its models are left out: they
cost more than the network.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from errno import ECONNREFUSED
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urlsplit

import aiohttp
import msgspec

from lbtui.adapters.cluster.credentials import Credentials
from lbtui.adapters.cluster.errors import ApiError, UnreachableError, error_of
from lbtui.adapters.cluster.kubeconfig import Login
from lbtui.ports import StoreError

if TYPE_CHECKING:
    from kubernetes.aio.client.rest import RESTClientObject

T = TypeVar("T")
ANSWER_SECONDS = 30.0
"""An answer that takes longer is given up; a page of a list takes a second."""
CONNECT_SECONDS = 10.0
REST_SECONDS = 0.05
"""Between two reads of a stream: events that follow each other closely are taken together."""
ATTEMPTS = 5
"""How often a server that is busy is asked."""
FIRST_RETRY = 0.2
"""Seconds, where the server names none; doubled each time."""


class Connection:
    """One API server as one user. Every method may raise ApiError or UnreachableError."""

    def __init__(self, login: Login, *, is_read_only: bool = False) -> None:
        """Connect on the first request; `is_read_only` refuses every writing one here already."""
        self.login = login
        self._is_read_only = is_read_only
        self._credentials = Credentials(login)
        self._client: RESTClientObject | None = None
        self._edition = 0
        """Of the credentials that it was made with."""
        self._lock = asyncio.Lock()

    @property
    def server(self) -> str:
        """URL of the API server."""
        return self.login.server or self._credentials.host

    async def close(self) -> None:
        """Let go of all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The answer to a GET, decoded; a server that is busy is asked again for a while."""

        async def ask() -> Any:
            async with self._answer("GET", path, query) as answer:
                return _decoded(await answer.read())

        return await _patiently(ask, lambda error: error.is_worth_retrying)

    async def send(
        self,
        method: str,
        path: str,
        body: Any,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> tuple[Any, tuple[str, ...]]:
        """The answer to a writing request, decoded, and the server's warnings.

        Reviews of one's own access are POSTs that write nothing, and allowed to those that only
        read. Only a server that was too busy to look at it (429) is asked again.
        """
        is_review = path.startswith("/apis/authorization.k8s.io/")
        if self._is_read_only and not is_review:
            raise StoreError("--read-only: nothing is written to the cluster.")

        async def ask() -> tuple[Any, tuple[str, ...]]:
            async with self._answer(method, path, query, body, content_type) as answer:
                return _decoded(await answer.read()), _warnings(answer)

        return await _patiently(ask, lambda error: error.code == 429)

    async def stream(
        self, path: str, query: Mapping[str, str], silence: float
    ) -> AsyncIterator[bytes]:
        """Lines of a stream as they come, after an empty one when it begins; ends with it.

        Args:
            path: URL path.
            query: Parameters.
            silence: Seconds without an octet after which the stream counts as dead.
        """
        async with self._answer("GET", path, query, silence=silence) as answer:
            yield b""
            rest = b""
            try:
                async for piece in answer.content.iter_any():
                    *lines, rest = (rest + piece).split(b"\n")
                    for line in lines:
                        if line:
                            yield line
                    await asyncio.sleep(REST_SECONDS)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                raise _unreachable(error, self.server) from None

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        silence: float | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer with its body unread; a refusal of the credentials renews them once."""
        for is_last in (False, True):
            edition = self._credentials.edition
            answer = await self._ask(method, path, query, body, content_type, silence)
            if answer.status != 401 or is_last:
                break
            with suppress(aiohttp.ClientError, TimeoutError, OSError):
                await answer.read()  # which lets go of its connection
            if not await self._credentials.renew(edition):
                break
        try:
            if answer.status >= 400:
                raise error_of(answer.status, await answer.read(), answer.headers)
            yield answer
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable(error, self.server) from None
        finally:
            answer.close() if silence is not None else answer.release()

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None,
        body: Any,
        content_type: str,
        silence: float | None,
    ) -> aiohttp.ClientResponse:
        client = await self._connected()
        url = f"{self._credentials.host}{path}{f'?{urlencode(query)}' if query else ''}"
        headers = {"Accept": "application/json", "Content-Type": content_type}
        headers |= await self._credentials.headers()
        limits = aiohttp.ClientTimeout(
            total=None if silence is not None else ANSWER_SECONDS,
            sock_connect=CONNECT_SECONDS,
            sock_read=silence,
        )
        try:
            answer = await client.request(method, url, headers, body, None, limits)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable(error, self.server) from None
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _connected(self) -> RESTClientObject:
        async with self._lock:
            is_other = self._edition != self._credentials.edition
            if self._client is not None and is_other and self._credentials.has_certificate:
                await self.close()  # only a new connection can use another certificate
            if self._client is None:
                self._client = await self._connect()
            self._edition = self._credentials.edition
            return self._client

    async def _connect(self) -> RESTClientObject:
        # Certificates of a kubeconfig must be files to be read; they are gone again at once.
        with tempfile.TemporaryDirectory(prefix="lbtui-") as folder:
            configuration = await self._credentials.configuration(Path(folder))
            return await asyncio.to_thread(_make_client, configuration)


async def _patiently(ask: Callable[[], Awaitable[T]], is_worth: Callable[[ApiError], bool]) -> T:
    """Ask until there is an answer, or a refusal for which it is not worth it to ask again."""
    for attempt in range(ATTEMPTS):
        try:
            return await ask()
        except ApiError as error:
            if not is_worth(error) or attempt == ATTEMPTS - 1:
                raise
            pause = error.retry_after or FIRST_RETRY * 2**attempt
        await asyncio.sleep(pause * random.uniform(1.0, 1.3))
    raise AssertionError  # the last attempt has returned or raised


def _make_client(configuration: Any) -> RESTClientObject:
    from kubernetes.aio.client.rest import RESTClientObject

    try:
        return RESTClientObject(configuration)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise StoreError(f"The certificates of the kubeconfig cannot be used: {error}.") from None


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = body[:80].decode("utf-8", "replace")
        raise ApiError(0, "", f"the API server's answer is no JSON: {text}") from None


def _warnings(answer: aiohttp.ClientResponse) -> tuple[str, ...]:
    """Texts of the Warning headers (RFC 7234 section 5.5): 299 - "text"."""
    texts = []
    for value in answer.headers.getall("Warning", []):
        _, _, quoted = value.partition(' "')
        texts.append(quoted.removesuffix('"').replace('\\"', '"').replace("\\\\", "\\"))
    return tuple(texts)


def _unreachable(error: BaseException, server: str) -> UnreachableError:
    """In words, with what to look at."""
    host = urlsplit(server).netloc or server
    remedy = "Check the network and the kubeconfig's server."
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        reason = f"its certificate is not trusted ({error.certificate_error})"
        remedy = "Name its authority in the kubeconfig (certificate-authority)."
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        reason = "the name is not known"
    elif isinstance(error, aiohttp.ClientConnectorError) and error.os_error.errno == ECONNREFUSED:
        reason = "it refuses connections"
    elif isinstance(error, aiohttp.ClientConnectorError):
        reason = error.strerror or "no connection"
    elif isinstance(error, TimeoutError):
        reason = "no answer in time"
    elif isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        reason = "it closed the connection"
    else:
        reason = str(error) or type(error).__name__
    return UnreachableError(f"API server {host}: {reason}. {remedy}")
