"""`lbtui speaker`: the bundled BGP speaker's process and its sessions."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lbtui.cli import output, sessions
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS, UsageError
from lbtui.cli.lab import add_lab, relocated
from lbtui.cli.speaker_files import add_connect, add_socket, add_state, talk

if TYPE_CHECKING:
    from lbtui.adapters.speaker_client import SpeakerClient
    from lbtui.core.routing.announcements import Announcements

VERBS = {
    "run": "run it in the foreground until SIGTERM",
    "start": "start it detached; it outlives the console and this shell",
    "stop": "end it, and with it every session",
    "status": "whether it runs, since when, and its sessions by state",
    "apply": "make it announce what these manifests say",
    "sessions": "its sessions (the same as 'lbtui sessions')",
    "reset": "close sessions and open them again",
    "enable": "let held sessions run again",
    "disable": "close sessions and hold them down",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of every verb."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, text in VERBS.items():
        verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if name == "run":
            from speaker.__main__ import add_arguments

            add_arguments(verb)
            continue
        add_socket(verb)
        if name == "start":
            add_state(verb)
        elif name != "stop":
            add_connect(verb)
        if name == "stop":
            verb.add_argument(
                "--keep-routes",
                action="store_true",
                help="for a restart: routers with graceful restart keep the routes meanwhile",
            )
        elif name == "status":
            add_output(verb, ("table", "json"))
        elif name == "sessions":
            sessions.add_choice(verb)
        elif name == "apply":
            _add_apply(verb)
        elif name in ("reset", "enable", "disable"):
            verb.add_argument("sessions", metavar="NODE/PEER", nargs="+", help="the sessions")
            verb.add_argument("--reason", default="", help="told to the peer (RFC 9003)")


def _add_apply(parser: argparse.ArgumentParser) -> None:
    add_sources(parser)
    add_backend(parser)
    add_namespace(parser)
    add_context(parser)
    parser.add_argument(
        "--node",
        metavar="N",
        action="append",
        default=[],
        help="act as this node only; several times for several (default: as every node)",
    )
    add_lab(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    match arguments.verb:
        case "run":
            return _run(arguments)
        case "start":
            return talk(arguments, _start)
        case "stop":
            return talk(arguments, lambda client: _stop(client, arguments.keep_routes))
        case "status":
            return talk(arguments, lambda client: _status(client, arguments.output))
        case "sessions":
            return sessions.run(arguments)
        case "apply":
            return _apply(arguments)
        case verb:
            return talk(
                arguments,
                lambda client: _act(client, verb, arguments.sessions, arguments.reason),
            )


def _run(arguments: argparse.Namespace) -> int:
    from lbtui.adapters import paths
    from speaker.__main__ import run as run_speaker

    arguments.socket = arguments.socket or paths.speaker_socket()
    arguments.state = arguments.state or paths.speaker_state()
    return run_speaker(arguments)


async def _start(client: SpeakerClient) -> int:
    await client.start()
    status = await client.status()
    output.narrate(f"The speaker runs (pid {status.pid}); it is a stand-in for MetalLB's own.")
    return SUCCESS


async def _stop(client: SpeakerClient, keep_routes: bool) -> int:
    await client.stop(keep_routes=keep_routes)
    kept = "; routers with graceful restart keep its routes" if keep_routes else ""
    output.narrate(f"The speaker has stopped{kept}.")
    return SUCCESS


async def _status(client: SpeakerClient, form: str) -> int:
    """Exit code 1 when it does not run: that is an answer, not a failure."""
    from lbtui.adapters.control_address import SpeakerAbsent

    try:
        view = await client.view()
    except SpeakerAbsent as absent:
        if form == "json":
            output.emit(output.to_json({"running": False, "message": str(absent)}))
        else:
            output.narrate(str(absent))
        return ANSWER_IS_NO
    by_state: dict[str, int] = {}
    for row in view.sessions:
        by_state[row.state] = by_state.get(row.state, 0) + 1
    generation = {"accepted": view.generation, "reached": view.generation_reached}
    if form == "json":
        document = {
            "running": True,
            "pid": view.pid,
            "version": view.version,
            "started": view.started,
            "generation": generation,
            "sessions": by_state,
        }
        output.emit(output.to_json(document))
    else:
        states = ", ".join(f"{count} {state}" for state, count in sorted(by_state.items()))
        output.emit(
            f"running  pid {view.pid}, version {view.version}\n"
            f"wanted   generation {view.generation}, reached {view.generation_reached}\n"
            f"sessions {states or 'none'}"
        )
    return SUCCESS


def _apply(arguments: argparse.Namespace) -> int:
    from lbtui.cli import reading
    from lbtui.core.routing.announcements import announce

    read = reading.read(arguments)
    reading.narrate_assumptions(read)
    if read.has_refusals:
        reading.narrate_diagnostics(read)
        output.narrate("Nothing was applied.")
        return ANSWER_IS_NO
    tables = read.analysis.tables
    for node in arguments.node:
        if node not in tables.nodes:
            there = ", ".join(tables.nodes.names)
            raise UsageError(f"there is no node '{node}' in the manifests; there is: {there}")
    announced = announce(tables, arguments.node or None)
    wanted = relocated(announced, arguments.lab)
    return talk(arguments, lambda client: _send(client, wanted))


async def _send(client: SpeakerClient, wanted: Announcements) -> int:
    generation = await client.apply(wanted)
    opened = sum(len(node.sessions) for node in wanted.nodes)
    routes = sum(
        len(wanted.route_sets[session.route_set])
        for node in wanted.nodes
        for session in node.sessions
    )
    output.narrate(
        f"Accepted as generation {generation}: {output.count_of(opened, 'session')}, "
        f"{output.count_of(routes, 'route')}."
    )
    for peer, secret in sorted(wanted.unsigned.items()):
        output.narrate(
            f"Left out: {peer}. Its password is in the Secret {secret}, which is not among the "
            "manifests; add it to announce to this peer."
        )
    return SUCCESS


async def _act(client: SpeakerClient, verb: str, ids: Sequence[str], reason: str) -> int:
    for session_id in ids:
        if verb == "reset":
            await client.reset(session_id, reason)
        else:
            await client.enable(session_id, verb == "enable", reason)
        output.narrate(f"{session_id}: {verb} done.")
    return SUCCESS
