"""`python -m speaker run`: the speaker in the foreground."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from speaker import __version__

if TYPE_CHECKING:
    from speaker.daemon.process import Options


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="speaker", description="An advertise-only BGP speaker.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run", help="run in the foreground until SIGTERM or SIGINT")
    add_arguments(command)
    chosen = parser.parse_args(arguments)
    if chosen.socket is None and chosen.config is None and chosen.listen is None:
        parser.error("--socket, --config or --listen is needed")
    return run(chosen)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `run` takes."""
    parser.add_argument("--socket", metavar="PATH", type=Path, help="control API's Unix socket")
    parser.add_argument(
        "--state", metavar="DIR", type=Path, help="keep the accepted state in this folder"
    )
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="apply this document (JSON) at the start"
    )
    parser.add_argument(
        "--listen", metavar="ADDRESS:PORT", help="serve the control API over TCP as well"
    )
    parser.add_argument(
        "--token-file", metavar="FILE", type=Path, help="what TCP callers must show; mode 0600"
    )
    parser.add_argument(
        "--tls-cert", metavar="FILE", type=Path, help="certificate, PEM; needed off loopback"
    )
    parser.add_argument("--tls-key", metavar="FILE", type=Path, help="the certificate's key, PEM")
    parser.add_argument(
        "--log", metavar="FILE", type=Path, help="write a rotating log there instead of to stderr"
    )
    parser.add_argument(
        "--log-format", choices=("logfmt", "json"), default="logfmt", help="default: logfmt"
    )
    parser.add_argument("--exit-with", metavar="PID", type=int, help="stop when that process ends")
    parser.add_argument(
        "--keep-routes",
        action="store_true",
        help="when stopped, leave the routes with peers that agreed on graceful restart",
    )


def run(chosen: argparse.Namespace) -> int:
    """Run until told to stop; 0 after a clean stop, 2 if it could not start."""
    import asyncio

    from speaker.daemon import process
    from speaker.daemon.logs import set_up
    from speaker.errors import SpeakerError

    try:
        set_up(chosen.log, chosen.log_format)
        asyncio.run(process.run(_options(chosen)))
    except SpeakerError as error:
        print(f"speaker: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the signal handlers were in place
        return 130
    return 0


def _options(chosen: argparse.Namespace) -> Options:
    from speaker.daemon.process import Options

    endpoint = None
    if chosen.listen is not None:
        from speaker.control.endpoint import tcp_endpoint

        files = (chosen.token_file, chosen.tls_cert, chosen.tls_key)
        endpoint = tcp_endpoint(chosen.listen, *files)
    paths = (chosen.socket, chosen.state, chosen.config)
    return Options(*paths, chosen.exit_with, endpoint, chosen.keep_routes)


if __name__ == "__main__":
    sys.exit(main())
