"""`lbtui apply`: make a cluster's objects those of the manifests."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from lbtui.cli import interrupts, output
from lbtui.cli.arguments import add_backend, add_output, add_sources
from lbtui.cli.clusters import add_cluster
from lbtui.cli.exits import ANSWER_IS_NO, FAILURE, INTERRUPTED, SUCCESS, UsageError
from lbtui.cli.sources import hold_stdin, name_sources
from lbtui.ports import PartialSaveError

if TYPE_CHECKING:
    from lbtui.adapters.cluster.store import ClusterStore
    from lbtui.cli.apply_plan import Plan

_NO_TERMINAL = "add --yes to apply without a question, or --dry-run"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    add_cluster(parser)
    add_backend(parser)
    parser.add_argument(
        "--dry-run", action="store_true", help="let the server judge it, and change nothing"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="apply without a question")
    parser.add_argument(
        "--recreate",
        metavar="KIND/NAME",
        action="append",
        default=[],
        help="delete this object and make it anew where a field differs that can never be changed; "
        "its routes are gone in between; may be repeated",
    )
    add_output(parser, ("text", "json"))


def run(arguments: argparse.Namespace) -> int:
    """Show what changes, have it judged, ask, apply; 1 if the server or the user says no."""
    if name_sources(arguments.sources).context is not None:
        raise UsageError("apply takes manifests; --context names the cluster that they go to")
    hold_stdin(arguments.sources)
    return interrupts.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from lbtui.cli.apply_plan import make_plan
    from lbtui.cli.clusters import open_store

    async with open_store(arguments.context, arguments.namespace, is_read_only=False) as store:
        plan = await make_plan(store, arguments)
        if plan is None:
            return ANSWER_IS_NO
        return await _carry_out(store, plan, arguments)


async def _carry_out(store: ClusterStore, plan: Plan, arguments: argparse.Namespace) -> int:
    from lbtui.cli import apply_words as words

    is_text = arguments.output == "text"
    if is_text:
        output.emit(words.plan_text(plan))
    words.narrate(plan)
    error, left = "", plan.left_in(plan.before.resources)
    try:
        code = await _apply(store, plan, arguments)
        if code is None:
            code, left = SUCCESS, frozenset()
    except PartialSaveError as refusal:
        error, left = str(refusal), plan.left_in(refusal.snapshot.resources)
        output.narrate(error)
        code = await _settle(store, plan, arguments)
        if code == ANSWER_IS_NO:
            left = plan.left_in(plan.before.resources)
    if is_text:
        output.emit(words.done_text(plan, left))
    else:
        words.emit_document(plan, store.title, left, error, is_dry_run=arguments.dry_run)
    return code


async def _apply(store: ClusterStore, plan: Plan, arguments: argparse.Namespace) -> int | None:
    """Apply it all; or the exit code if nothing is to be applied.

    Raises PartialSaveError, StoreError.
    """
    from lbtui.cli import apply_words as words

    stop = words.reason_to_stop(plan, arguments.recreate)
    if stop:
        output.narrate(stop)
        return ANSWER_IS_NO
    if not plan.changes:
        output.narrate("The cluster holds all of it already; nothing to do.")
        return SUCCESS
    if arguments.dry_run:
        output.narrate("Dry run: the server would take it; nothing was changed.")
        return SUCCESS
    if not arguments.yes and not await _is_agreed(f"Apply to {store.title}?", arguments):
        output.narrate("Nothing was changed.")
        return ANSWER_IS_NO
    await store.save(plan.wanted, recreate=plan.recreate)
    return None


async def _settle(store: ClusterStore, plan: Plan, arguments: argparse.Namespace) -> int:
    """Offer to take back what was made of a part; the exit code: 1 if it was taken back."""
    task = asyncio.current_task()
    is_interrupted = task is not None and task.cancelling() > 0
    if is_interrupted or arguments.yes:
        output.narrate("The same command makes the rest.")
        return INTERRUPTED if is_interrupted else FAILURE
    if not await _is_agreed("Take back what was done?", arguments):
        output.narrate("The same command makes the rest.")
        return FAILURE
    try:
        report = await store.save(plan.before.resources, recreate=plan.recreate)
    except PartialSaveError as refusal:
        output.narrate(str(refusal))
        return FAILURE
    output.narrate(f"Taken back: {', '.join(report.files)}.")
    return ANSWER_IS_NO


async def _is_agreed(question: str, arguments: argparse.Namespace) -> bool:
    from lbtui.cli.asking import is_agreed, open_terminal

    return await is_agreed(question, open_terminal(arguments.sources, _NO_TERMINAL))
