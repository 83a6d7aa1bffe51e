"""The life of the process: start, serve until a signal, stop clean."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speaker import __version__
from speaker.daemon.clock import Clock
from speaker.daemon.daemon import Daemon
from speaker.daemon.logs import line
from speaker.daemon.state import StateFolder
from speaker.errors import DocumentError, StartError, StorageError

if TYPE_CHECKING:
    from speaker.control.endpoint import TcpEndpoint

log = logging.getLogger("speaker.daemon.process")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
PARENT_POLL = 0.5
"""Seconds between two looks whether the process of `exit_with` still lives."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    socket: Path | None
    """Where to serve the control API; None: nowhere."""
    state: Path | None
    """Where to keep the accepted state; None: nowhere."""
    config: Path | None
    """A document to apply at the start."""
    exit_with: int | None
    """A process whose end ends this one."""
    endpoint: TcpEndpoint | None = None
    """Where to serve the control API over TCP as well; None: nowhere."""
    keep_routes: bool = False
    """A stop leaves the routes with peers that agreed on graceful restart."""


async def run(options: Options) -> None:
    """Run until SIGTERM, SIGINT or the end of the terminal. Raises StartError."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    loop.set_exception_handler(_log_unforeseen)
    async with contextlib.AsyncExitStack() as stack:
        state = None
        if options.state is not None:
            state = StateFolder(options.state)
            stack.callback(state.close)
        daemon = Daemon(Clock(loop), state, stop, keep_routes=options.keep_routes)
        stack.push_async_callback(daemon.close)
        await daemon.resume()
        if options.config is not None:
            await _apply_file(daemon, options.config)
        if options.socket is not None or options.endpoint is not None:
            # Imported here: it costs a quarter of a second, and not every run needs it.
            from speaker.control.serving import serving

            await stack.enter_async_context(serving(daemon, options.socket, options.endpoint))
        url = options.endpoint and options.endpoint.url
        where = {"socket": options.socket, "listen": url}
        log.info(line("started", version=__version__, pid=os.getpid(), **where))
        await _wait(stop, options.exit_with)
        # For good: a second one (`timeout` sends two) would only cut the goodbyes short.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        log.info(line("stopping", pid=os.getpid()))


async def _apply_file(daemon: Daemon, path: Path) -> None:
    try:
        data = await asyncio.to_thread(path.read_bytes)
        await daemon.apply(data, is_newer_needed=False)
    except OSError as error:
        raise StartError(f"cannot read {path}: {error.strerror}") from None
    except DocumentError as error:
        details = "".join(f"\n  {detail.path}: {detail.message}" for detail in error.details)
        raise StartError(f"{path}: {error.message}{details}") from None
    except StorageError as error:
        raise StartError(str(error)) from None


async def _wait(stop: asyncio.Event, exit_with: int | None) -> None:
    while not stop.is_set():
        if exit_with is not None and not _is_alive(exit_with):
            log.info(line("its console is gone", pid=exit_with))
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if exit_with is None else PARENT_POLL):
                await stop.wait()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _log_unforeseen(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error(line(str(context.get("message", "failed"))), exc_info=error)
