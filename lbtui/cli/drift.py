"""`lbtui drift`: what a cluster's components claim and do that is not as intended."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from lbtui.cli import interrupts, output
from lbtui.cli.arguments import add_backend, add_output
from lbtui.cli.clusters import add_cluster
from lbtui.cli.exits import ANSWER_IS_NO, SUCCESS

if TYPE_CHECKING:
    from lbtui.core.drift import Drift


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_cluster(parser)
    add_backend(parser)
    add_output(parser, ("text", "json"))


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 if any is more than worth knowing."""
    found, problems = interrupts.run(_find(arguments))
    if arguments.output == "json":
        rows = [
            {**output.diagnostic_to_json(one.diagnostic), "source": one.source, "age": one.age}
            for one in found
        ]
        output.emit(output.to_json({"drift": rows, "unknown": problems}))
    else:
        for one in found:
            text = output.diagnostic_to_text(one.diagnostic)
            output.emit(f"{text} [{one.source}, {one.age:.0f} s ago]\n")
        for problem in problems:
            output.narrate(problem)
        output.narrate(f"{output.summarise([one.diagnostic for one in found])} of drift.")
    is_notable = any(one.diagnostic.severity.value != "info" for one in found)
    return ANSWER_IS_NO if is_notable else SUCCESS


async def _find(arguments: argparse.Namespace) -> tuple[tuple[Drift, ...], list[str]]:
    """Read the cluster once, the reports last; raises StoreError."""
    from lbtui.cli.clusters import open_store
    from lbtui.cli.sources import choose_backend
    from lbtui.core import compile_routes, resolve
    from lbtui.core.drift import find_drift

    async with open_store(arguments.context, arguments.namespace) as store:
        snapshot = await store.load()
        reports = await store.reports()
    backend = choose_backend(arguments, snapshot.setting)
    config = resolve(snapshot.resources, backend, snapshot.options).config
    found = find_drift(reports.sides(compile_routes(config)), time.time())
    return found, [*(d.message for d in snapshot.diagnostics), *reports.problems]
