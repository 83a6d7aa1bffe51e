"""`lbtui` without a command: the console. The one place that puts adapters and screens together."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_sources
from lbtui.cli.exits import UsageError
from lbtui.cli.sources import check_sources

if TYPE_CHECKING:
    pass


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser, "*")
    parser.add_argument("--demo", action="store_true", help="open the built-in demo cluster")
    add_backend(parser)
    parser.add_argument("--theme", metavar="NAME", help="colours (default: the settings' choice)")
    add_namespace(parser)
    parser.add_argument("--read-only", action="store_true", help="save nothing, apply nothing")
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open the console and stay until the user leaves it."""
    check_sources(arguments.sources, arguments.context)
    if arguments.demo and arguments.sources:
        raise UsageError("--demo opens the built-in cluster; leave the SOURCEs away")
    for source in arguments.sources:
        if source != "-" and not os.path.exists(source):
            raise UsageError(f"{source}: no such file or folder")
    if not os.isatty(sys.__stderr__.fileno()):
        raise UsageError("the console needs a terminal; see 'lbtui preview --help' for scripts")
    return 0
