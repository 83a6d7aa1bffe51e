"""Which speaker a command talks to: the user's own, or that of `--socket` or `--connect`."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lbtui.cli import interrupts
from lbtui.cli.exits import UsageError

if TYPE_CHECKING:
    from lbtui.adapters.control_address import TcpAddress
    from lbtui.adapters.speaker_client import SpeakerClient

T = TypeVar("T")


def add_socket(parser: argparse.ArgumentParser) -> None:
    """The control socket."""
    parser.add_argument(
        "--socket",
        metavar="PATH",
        type=Path,
        help="control socket of the speaker (default: see 'lbtui locate')",
    )


def add_state(parser: argparse.ArgumentParser) -> None:
    """The folder of a new speaker's state."""
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        help="folder where the speaker keeps what it accepted last (default: see 'lbtui locate')",
    )


def add_connect(parser: argparse.ArgumentParser) -> None:
    """A speaker on another host."""
    parser.add_argument(
        "--connect", metavar="URL", help="a speaker run with --listen, e.g. https://host:7480"
    )
    parser.add_argument(
        "--token-file", metavar="FILE", type=Path, help="holds what the speaker asks callers for"
    )
    parser.add_argument(
        "--ca-cert",
        metavar="FILE",
        type=Path,
        help="certificates to trust for https (default: the system's)",
    )


def make_client(arguments: argparse.Namespace) -> SpeakerClient:
    """A client for the speaker that the arguments name; must be made inside an event loop."""
    from lbtui.adapters import paths
    from lbtui.adapters.speaker_client import SpeakerClient

    state = getattr(arguments, "state", None) or paths.speaker_state()
    control = _other_host(arguments) or arguments.socket or paths.speaker_socket()
    return SpeakerClient(control, state, paths.speaker_log())


def _other_host(arguments: argparse.Namespace) -> TcpAddress | None:
    """What --connect says, if it was given. Raises UsageError, SpeakerError."""
    url: str | None = getattr(arguments, "connect", None)
    if url is None:
        return None
    if arguments.socket is not None:
        raise UsageError("--connect and --socket name two speakers; give one of them")
    if arguments.token_file is None:
        raise UsageError("--connect needs --token-file")
    from lbtui.adapters.control_address import tcp_address

    return tcp_address(url, arguments.token_file, arguments.ca_cert)


def talk(arguments: argparse.Namespace, ask: Callable[[SpeakerClient], Awaitable[T]]) -> T:
    """Run `ask` with a client and let go of the connection. Raises SpeakerError."""
    from lbtui.adapters.control_address import SpeakerAbsent
    from lbtui.ports import SpeakerError

    async def conversation() -> T:
        client = make_client(arguments)
        try:
            return await ask(client)
        except SpeakerAbsent as absent:
            if getattr(arguments, "connect", None) is not None:
                raise
            raise SpeakerError(f"{absent}; start one with 'lbtui speaker start'") from None
        finally:
            await client.close()

    return interrupts.run(conversation())
