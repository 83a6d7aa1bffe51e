"""Which speaker a command talks to: the user's own, or the one behind `--socket`."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lbtui.cli import interrupts

if TYPE_CHECKING:
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


def make_client(arguments: argparse.Namespace) -> SpeakerClient:
    """A client for the speaker that the arguments name; must be made inside an event loop."""
    from lbtui.adapters import paths
    from lbtui.adapters.speaker_client import SpeakerClient

    state = getattr(arguments, "state", None) or paths.speaker_state()
    return SpeakerClient(arguments.socket or paths.speaker_socket(), state, paths.speaker_log())


def talk(arguments: argparse.Namespace, ask: Callable[[SpeakerClient], Awaitable[T]]) -> T:
    """Run `ask` with a client and let go of the connection. Raises SpeakerError."""
    from lbtui.adapters.control_channel import SpeakerAbsent
    from lbtui.ports import SpeakerError

    async def conversation() -> T:
        client = make_client(arguments)
        try:
            return await ask(client)
        except SpeakerAbsent as absent:
            raise SpeakerError(f"{absent}; start one with 'lbtui speaker start'") from None
        finally:
            await client.close()

    return interrupts.run(conversation())
