"""The entry point: picks the command, and turns every way to fail into a message and a code.

Imports nothing heavier than `os` and `sys` before the command is known.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

from lbtui.cli import interrupts, stdout
from lbtui.cli.exits import FAILURE, INTERRUPTED, SUCCESS, UsageError

if TYPE_CHECKING:
    import argparse

COMMANDS = {
    "lint": "judge manifests as MetalLB would, with what to do about each problem",
    "preview": "the routes that each peer would get from each node",
    "diff": "what changes between two sets of manifests: routes and resources",
    "explain": "why a service is announced where it is, and why not; what depends on a resource",
    "whatif": "what is lost without a node, a peer, a rack; single points of failure",
    "allocate": "the address that each service would get, and how full the pools are",
    "apply": "make a cluster's objects those of the manifests, after a dry run and a question",
    "export": "write a cluster's MetalLB objects to a folder of manifests",
    "speaker": "run, start, stop and steer the bundled BGP speaker",
    "sessions": "the speaker's BGP sessions; --watch follows them",
    "drift": "what a cluster's components claim and do that is not as intended",
    "agent": "announce for one node of a cluster, following the API server (a DaemonSet's pod)",
    "rbac": "print the Roles that allow to look at a cluster with lbtui, or to change it",
    "manifests": "print the manifests that install the agent",
    "config": "show and check the settings",
    "completion": "print a completion script for bash, zsh or fish",
    "locate": "where lbtui keeps its files",
}
"""Command → one line for the help; each is a module beside this one."""


class Command(Protocol):
    """What each command's module offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line, without the program's name; the exit code. Shows no traceback."""
    interrupts.prepare()
    try:
        try:
            return _run(list(sys.argv[1:] if argv is None else argv))
        finally:
            interrupts.finish()
    except KeyboardInterrupt:
        interrupts.finish()
        return INTERRUPTED


def _run(words: list[str]) -> int:
    stdout.prepare()
    try:
        try:
            code = _dispatch(words)
        except SystemExit as done:  # argparse has printed its help
            code = int(done.code or SUCCESS)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        stdout.silence()
        return SUCCESS
    except UsageError as error:
        name = f"lbtui {words[0]}" if words and words[0] in COMMANDS else "lbtui"
        print(f"{name}: {error}\nTry '{name} --help'.", file=sys.stderr)
        return FAILURE
    except Exception as error:  # the last resort: whatever it is, the user gets words
        from lbtui.cli import failure

        return failure.report(error)


def _dispatch(words: list[str]) -> int:
    if words[:1] in (["--version"], ["-V"]):
        from lbtui import __version__

        print(f"lbtui {__version__}", flush=True)
        return SUCCESS
    name = words[0] if words else ""
    chosen = name if name in COMMANDS else "console"
    command = cast(Command, importlib.import_module(f"lbtui.cli.{chosen}"))

    from lbtui.cli.arguments import make_parser

    parser = make_parser(chosen, COMMANDS)
    command.configure(parser)
    return command.run(parser.parse_args(words[1:] if chosen == name else words))
