"""The control API's sockets: a Unix one, and a TCP one if asked for, around one server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from speaker.control.access import MAX_CONNECTIONS
from speaker.control.endpoint import TcpEndpoint
from speaker.control.server import ControlServer
from speaker.daemon.daemon import Daemon
from speaker.daemon.folders import control_socket
from speaker.errors import StartError
from speaker.network.transport import describe, listening_socket

GOODBYE = 1.0
"""Seconds that calls being served may take at the end."""


@contextlib.asynccontextmanager
async def serving(
    daemon: Daemon, path: Path | None, endpoint: TcpEndpoint | None
) -> AsyncIterator[None]:
    """Answer on the sockets until left. Raises StartError."""
    server = ControlServer(daemon, token=None if endpoint is None else endpoint.token)
    runner = web.AppRunner(server.app, access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        if path is not None:
            sock = control_socket(path)
            stack.callback(_remove, path, os.stat(path).st_ino)
            await _listen(server, runner, sock, None, stack)
        if endpoint is not None:
            await _listen(server, runner, _tcp_socket(endpoint), endpoint, stack)
        yield


async def _listen(
    server: ControlServer,
    runner: web.AppRunner,
    sock: socket.socket,
    endpoint: TcpEndpoint | None,
    stack: contextlib.AsyncExitStack,
) -> None:
    """Serve `sock`; connections past the limit are closed at once."""
    handlers = runner.server
    assert handlers is not None  # after `setup`

    def connected() -> asyncio.BaseProtocol:
        if len(handlers.connections) >= MAX_CONNECTIONS:
            return _Refused()
        protocol = handlers()
        server.access.watch_connection(protocol)
        return protocol

    tls = None if endpoint is None else endpoint.tls
    listener = await asyncio.get_running_loop().create_server(connected, sock=sock, ssl=tls)
    stack.callback(listener.close)


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.abort()  # type: ignore[attr-defined]


def _tcp_socket(endpoint: TcpEndpoint) -> socket.socket:
    try:
        return listening_socket(endpoint.address, endpoint.port)
    except OSError as error:
        raise StartError(f"cannot listen on {endpoint.url}: {describe(error)}") from None


def _remove(path: Path, identity: int) -> None:
    with contextlib.suppress(OSError):
        if os.stat(path).st_ino == identity:  # not a successor's
            path.unlink()
