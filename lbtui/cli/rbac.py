"""`lbtui rbac`: the Roles that lbtui's users need, for `kubectl apply -f -`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lbtui.cli import output
from lbtui.cli.arguments import add_namespace
from lbtui.cli.exits import SUCCESS, UsageError
from lbtui.core.objects.resources import METALLB_NAMESPACE

if TYPE_CHECKING:
    from lbtui.adapters.cluster.roles import Subject


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--read-only", action="store_true", help="to look, with every command")
    which.add_argument("--full", action="store_true", help="to change MetalLB's objects, too")
    add_namespace(parser, METALLB_NAMESPACE)
    for name, metavar in (("user", "NAME"), ("group", "NAME"), ("service-account", "NS/NAME")):
        parser.add_argument(
            f"--{name}",
            metavar=metavar,
            action="append",
            default=[],
            help=f"bind it to this {name.replace('-', ' ')}; may be repeated",
        )


def run(arguments: argparse.Namespace) -> int:
    """Print them as YAML documents; without anybody to bind them to, only the Roles."""
    import yaml

    from lbtui.adapters.cluster.roles import user_roles

    subjects = _subjects(arguments)
    made = user_roles(arguments.namespace, subjects, is_full=arguments.full)
    output.emit(yaml.safe_dump_all(made, sort_keys=False))
    if not subjects:
        output.narrate("No bindings: add --user, --group or --service-account.")
    return SUCCESS


def _subjects(arguments: argparse.Namespace) -> list[Subject]:
    from lbtui.adapters.cluster.roles import Subject

    found = [Subject("User", name) for name in arguments.user]
    found += [Subject("Group", name) for name in arguments.group]
    for account in arguments.service_account:
        namespace, _, name = account.partition("/")
        if not (namespace and name):
            raise UsageError(f"--service-account {account}: write NAMESPACE/NAME")
        found.append(Subject("ServiceAccount", name, namespace))
    return found
