"""`lbtui agent`: the bundled speaker for one node of a cluster, following the API server."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lbtui.cli import output
from lbtui.cli.arguments import add_backend, add_namespace
from lbtui.cli.exits import SUCCESS, UsageError
from lbtui.core.objects.resources import METALLB_NAMESPACE

if TYPE_CHECKING:
    from lbtui.adapters.cluster.connection import Connection
    from lbtui.adapters.speaker_client import SpeakerClient

PROBE_PORT = 7474
LAST_RETRY_SECONDS = 30.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--node",
        metavar="N",
        default=os.environ.get("NODE_NAME", ""),
        help="the node to announce for (default: the environment's NODE_NAME)",
    )
    parser.add_argument("--context", metavar="CTX", help="of the kubeconfig, outside a pod")
    add_namespace(parser, METALLB_NAMESPACE)
    add_backend(parser)
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        default=Path("/var/lib/lbtui"),
        help="what it announces is kept there, and resumed (default: /var/lib/lbtui)",
    )
    parser.add_argument(
        "--probe-port",
        metavar="PORT",
        type=int,
        default=PROBE_PORT,
        help=f"of /healthz, /readyz and /metrics (default: {PROBE_PORT}; 0: none)",
    )
    parser.add_argument("--lb-class", metavar="CLASS", help="announce services of this class only")
    parser.add_argument(
        "--ignore-exclude-lb",
        action="store_true",
        help="announce from nodes labelled exclude-from-external-load-balancers too",
    )
    parser.add_argument(
        "--beside-metallb",
        action="store_true",
        help="start although MetalLB's own speaker runs on the node",
    )


def run(arguments: argparse.Namespace) -> int:
    """Announce until SIGTERM."""
    if not arguments.node:
        raise UsageError("name the node: --node, or NODE_NAME in the environment")
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    # Its own reports name what was asked and why it failed; a second voice adds nothing.
    logging.getLogger("aiohttp").setLevel(logging.ERROR)
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from lbtui.adapters.cluster.connection import Connection
    from lbtui.adapters.cluster.kubeconfig import choose_login
    from lbtui.adapters.speaker_client import SpeakerClient

    folder: Path = arguments.state
    connection = Connection(choose_login(arguments.context))
    speaker = SpeakerClient(
        folder / "speaker.sock", folder / "speaker", folder / "speaker.log", exit_with=os.getpid()
    )
    work = asyncio.ensure_future(_work(arguments, connection, speaker))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        output.narrate("Stopping; the routers are told.")
    finally:
        await speaker.stop()
        await speaker.close()
        await connection.close()
    return SUCCESS


async def _work(
    arguments: argparse.Namespace, connection: Connection, speaker: SpeakerClient
) -> None:
    from lbtui.adapters.cluster.agent_probes import probes
    from lbtui.adapters.cluster.node_agent import NodeAgent
    from lbtui.cli.sources import choose_backend
    from lbtui.core.configuration.model import Options

    has_resumed = False
    if (arguments.state / "speaker").exists():
        # It has announced here before, and was let: the API server may be away for long.
        has_resumed = await _is_away(connection)
        if has_resumed:
            output.narrate("The API server does not answer; resuming what was announced last.")
            await speaker.start()
    if not arguments.beside_metallb:
        await _refuse_beside_metallb(arguments, connection)
    if not has_resumed:
        await speaker.start()
    options = Options(
        ignore_exclude_lb=arguments.ignore_exclude_lb,
        load_balancer_class=arguments.lb_class,
        assume_endpoints=False,
    )
    agent = NodeAgent(
        connection,
        speaker,
        arguments.node,
        arguments.namespace,
        choose_backend(arguments),
        options,
        owners=_pod(),
    )
    output.narrate(f"Announces for node {arguments.node}.")
    if arguments.probe_port:
        async with probes(agent.state, speaker, arguments.probe_port):
            await agent.run()
    else:
        await agent.run()


def _pod() -> list[dict[str, str]]:
    """The pod that this is, as an ownerReference: what it publishes must not outlive it."""
    name, uid = os.environ.get("POD_NAME"), os.environ.get("POD_UID")
    if not name or not uid:
        return []
    return [{"apiVersion": "v1", "kind": "Pod", "name": name, "uid": uid}]


async def _is_away(connection: Connection) -> bool:
    from lbtui.adapters.cluster.errors import UnreachableError
    from lbtui.ports import StoreError

    try:
        await connection.get("/version")
    except UnreachableError:
        return True
    except StoreError:
        return False
    return False


async def _refuse_beside_metallb(arguments: argparse.Namespace, connection: Connection) -> None:
    """Ask until the API server answers. Raises UsageError if MetalLB's speaker is there."""
    from lbtui.adapters.cluster.errors import UnreachableError
    from lbtui.adapters.cluster.node_agent import find_metallb_speaker

    pause = 1.0
    while True:
        try:
            pod = await find_metallb_speaker(connection, arguments.namespace, arguments.node)
            break
        except UnreachableError as error:
            output.narrate(f"{error} Trying again in {pause:.0f} s.")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_RETRY_SECONDS)
    if pod:
        raise UsageError(
            f"MetalLB's own speaker runs on {arguments.node} (pod {arguments.namespace}/{pod}): "
            "two speakers of one node take the sessions from each other; remove it from the node, "
            "or start with --beside-metallb if it speaks no BGP"
        )
