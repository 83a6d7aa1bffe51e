"""`python -m speaker run`: the speaker in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from speaker import __version__


def main(arguments: list[str] | None = None) -> int:
    """Run it; 0 after a clean stop, 2 if it could not start."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.socket is None and options.config is None and options.listen is None:
        parser.error("--socket, --config or --listen is needed")
    from speaker.daemon.logs import set_up
    from speaker.daemon.process import Options, run
    from speaker.errors import SpeakerError

    try:
        set_up(options.log)
        endpoint = None
        if options.listen is not None:
            from speaker.control.endpoint import tcp_endpoint

            files = (options.token_file, options.tls_cert, options.tls_key)
            endpoint = tcp_endpoint(options.listen, *files)
        asyncio.run(
            run(Options(options.socket, options.state, options.config, options.exit_with, endpoint))
        )
    except SpeakerError as error:
        print(f"speaker: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the signal handlers were in place
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="speaker", description="An advertise-only BGP speaker.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run in the foreground until SIGTERM or SIGINT")
    run.add_argument("--socket", type=Path, help="serve the control API on this Unix socket")
    add_listen(run)
    run.add_argument("--state", type=Path, help="keep the accepted state in this folder")
    run.add_argument("--config", type=Path, help="apply this document (JSON) at the start")
    run.add_argument("--log", type=Path, help="write the log there instead of to stderr")
    run.add_argument("--exit-with", type=int, metavar="PID", help="stop when that process ends")
    return parser


def add_listen(parser: argparse.ArgumentParser) -> None:
    """The control API over TCP."""
    parser.add_argument("--listen", metavar="ADDRESS:PORT", help="serve it over TCP as well")
    parser.add_argument("--token-file", type=Path, help="what TCP callers show, mode 0600")
    parser.add_argument("--tls-cert", type=Path, help="certificate, PEM; a must off loopback")
    parser.add_argument("--tls-key", type=Path, help="its key, PEM")


if __name__ == "__main__":
    sys.exit(main())
