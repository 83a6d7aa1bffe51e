"""Arguments that several commands share, and the parsers' common form."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import NoReturn

from lbtui.cli.exits import UsageError

BACKENDS = ("native", "frr", "frr-k8s")
SOURCE_HELP = (
    "a YAML file, a folder (searched for *.yaml and *.yml), - for standard input, or cluster: or "
    "cluster:CONTEXT"
)


class Parser(argparse.ArgumentParser):
    """An argument parser that fails the way every other error here does."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with what argparse found."""
        raise UsageError(message)


def make_parser(command: str, commands: Mapping[str, str]) -> Parser:
    """The parser of a command; that of the console also lists all `commands` in its help."""
    if command != "console":
        return Parser(prog=f"lbtui {command}", description=_sentence(commands[command]))
    width = max(map(len, commands))
    listing = "\n".join(f"  {name:{width}}  {text}" for name, text in commands.items())
    parser = Parser(
        prog="lbtui",
        usage="lbtui [SOURCE...] [options]\n       lbtui COMMAND ...",
        description="A terminal console for MetalLB's BGP mode: edit, preview every peer's "
        "routes, announce them.\nWithout a SOURCE it opens the built-in demo cluster.",
        epilog=f"commands:\n{listing}\n\n'lbtui COMMAND --help' tells more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="store_true", help="print the version")
    return parser


def add_sources(parser: argparse.ArgumentParser, nargs: str = "+") -> None:
    """The manifests or the cluster to read."""
    parser.add_argument("sources", metavar="SOURCE", nargs=nargs, help=SOURCE_HELP)


def add_backend(parser: argparse.ArgumentParser) -> None:
    """The MetalLB back end whose rules apply."""
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        help="MetalLB's BGP back end (default: the cluster's, the settings' choice, or frr-k8s)",
    )


def add_namespace(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The namespace that MetalLB runs in."""
    parser.add_argument(
        "--namespace",
        metavar="NS",
        default=default,
        help=f"namespace that MetalLB runs in (default: {default or 'looked for'})",
    )


def add_output(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """The form of the output; the first of `formats` is the default."""
    parser.add_argument(
        "-o",
        "--output",
        choices=formats,
        default=formats[0],
        help=f"form of the output (default: {formats[0]})",
    )


def add_context(parser: argparse.ArgumentParser) -> None:
    """The cluster to read from."""
    parser.add_argument("--context", metavar="CTX", help="the same as the source cluster:CTX")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
