"""`lbtui allocate`: the addresses that services would get, and how full the pools are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lbtui.cli import output
from lbtui.cli.arguments import add_backend, add_context, add_namespace, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS

if TYPE_CHECKING:
    from lbtui.core.allocation import Forecast
    from lbtui.core.allocation.controller import Outcome

ENDLESS_FROM = 1 << 62
"""Counts from here on stand for blocks that never run out."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    add_backend(parser)
    add_namespace(parser)
    add_output(parser, ("table", "json"))
    add_context(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the forecast; 1 if a service goes without an address or MetalLB refuses the pools."""
    from lbtui.cli import reading
    from lbtui.core.allocation import forecast

    read = reading.read(arguments)
    found = forecast(read.snapshot.resources, read.analysis.config)
    if arguments.output == "json":
        chance = [reading.placed(d, read.snapshot) for d in found.diagnostics]
        document = {
            "backend": read.analysis.config.backend,
            "valid": read.is_valid,
            "diagnostics": [output.diagnostic_to_json(d) for d in (*read.diagnostics, *chance)],
        }
        output.emit(output.to_json({**document, **found.to_json()}))
    else:
        output.emit(_text(found))
        reading.narrate_diagnostics(read)
    return SUCCESS if found.is_satisfied and read.is_valid else ANSWER_IS_NO


def _text(found: Forecast) -> str:
    """Services, then pools, then conflicts."""
    services = [
        (
            outcome.service,
            _state(outcome, found),
            ", ".join(outcome.addresses),
            outcome.pool,
            outcome.reason
            + ("; MetalLB may take another pool, by chance" if outcome.is_undefined else ""),
        )
        for outcome in found.outcomes
    ]
    pools = [
        (
            use.pool,
            f"IPv{family}",
            _count(use.capacity[family]),
            str(use.assigned[family]),
            "exhausted" if family in use.exhausted else _count(use.available(family)),
        )
        for use in found.pools
        for family in (4, 6)
        if use.capacity[family]
    ]
    parts = []
    if services:
        parts.append(output.to_table(("SERVICE", "STATE", "ADDRESSES", "POOL", "WHY"), services))
    if pools:
        parts.append(output.to_table(("POOL", "FAMILY", "CAPACITY", "USED", "LEFT"), pools))
    if found.conflicts:
        parts.append("\n".join(f"conflict {c.service}: {c.message}" for c in found.conflicts))
    return "\n\n".join(parts)


def _state(outcome: Outcome, found: Forecast) -> str:
    """What becomes of a service's addresses, in a word."""
    if outcome.is_failed:
        return "failed"
    if outcome.service in found.pending:
        return "new"
    return "moved" if outcome.service in found.moved else "has"


def _count(number: int) -> str:
    return "endless" if number >= ENDLESS_FROM else str(number)
