"""`lbtui manifests agent`: what installs the agent, for `kubectl apply -f -`."""

from __future__ import annotations

import argparse

from lbtui.cli import output
from lbtui.cli.agent import PROBE_PORT
from lbtui.cli.arguments import BACKENDS, add_namespace
from lbtui.cli.exits import SUCCESS
from lbtui.core.objects.resources import METALLB_NAMESPACE


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=("agent",), help="what to install")
    parser.add_argument(
        "--image",
        metavar="IMAGE",
        required=True,
        help="the image, made by 'podman build -f .ci/Containerfile' from the sources",
    )
    add_namespace(parser, METALLB_NAMESPACE)
    parser.add_argument("--backend", choices=BACKENDS, default="frr-k8s", help="whose rules apply")
    parser.add_argument(
        "--pod-monitor", action="store_true", help="with a PodMonitor for Prometheus' operator"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print them as YAML documents."""
    import yaml

    from lbtui.adapters.cluster.agent_manifests import agent_manifests

    made = agent_manifests(
        arguments.image,
        arguments.namespace,
        arguments.backend,
        PROBE_PORT,
        has_pod_monitor=arguments.pod_monitor,
    )
    output.emit(yaml.safe_dump_all(made, sort_keys=False))
    return SUCCESS
