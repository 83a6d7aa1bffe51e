"""`lbtui apply`: make a cluster's objects those of the manifests."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lbtui.cli import interrupts, output
from lbtui.cli.arguments import add_backend, add_output, add_sources
from lbtui.cli.exits import ANSWER_IS_NO, FAILURE, SUCCESS
from lbtui.cli.sources import check_sources, hold_stdin

if TYPE_CHECKING:
    from lbtui.adapters.cluster.store import ClusterStore
    from lbtui.cli.apply_plan import Plan

_NO_TERMINAL = "add --yes to apply without a question, or --dry-run"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_sources(parser)
    parser.add_argument("--context", metavar="CTX", help="of the kubeconfig (default: the current)")
    parser.add_argument("--namespace", metavar="NS", help="MetalLB's (default: looked for)")
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
    check_sources(arguments.sources)
    hold_stdin(arguments.sources)
    return interrupts.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    from lbtui.adapters.cluster.kubeconfig import choose_login
    from lbtui.adapters.cluster.store import ClusterStore
    from lbtui.cli.apply_plan import make_plan

    store = ClusterStore(choose_login(arguments.context), arguments.namespace)
    try:
        plan = await make_plan(store, arguments)
        if plan is None:
            return ANSWER_IS_NO
        return await _carry_out(store, plan, arguments)
    finally:
        await store.close()


async def _carry_out(store: ClusterStore, plan: Plan, arguments: argparse.Namespace) -> int:
    from lbtui.cli import apply_words as words
    from lbtui.cli.asking import is_agreed, open_terminal
    from lbtui.ports import PartialSaveError

    is_text = arguments.output == "text"
    if is_text:
        output.emit(words.plan_text(plan))
    words.narrate(plan)
    recreate = frozenset(one.ref for one in plan.changes if one.must_recreate and one.ref)
    stop = words.reason_to_stop(plan, recreate, arguments.recreate)
    code, error, left = SUCCESS, "", frozenset(one.ref for one in plan.changes if one.ref)
    if stop:
        output.narrate(stop)
        code = ANSWER_IS_NO
    elif not plan.changes:
        output.narrate("The cluster holds all of it already; nothing to do.")
    elif arguments.dry_run:
        output.narrate("Dry run: the server would take it; nothing was changed.")
    elif not arguments.yes and not await is_agreed(
        f"Apply to {store.title}?", open_terminal(arguments.sources, _NO_TERMINAL)
    ):
        output.narrate("Nothing was changed.")
        code = ANSWER_IS_NO
    else:
        try:
            await store.save(plan.wanted, recreate=recreate)
            left = frozenset()
        except PartialSaveError as refusal:
            code, error = FAILURE, str(refusal)
            left = plan.left_in(refusal.snapshot)
            output.narrate(f"{error}\nThe same command makes the rest.")
        if is_text:
            output.emit(words.done_text(plan, left))
    if not is_text:
        words.emit_document(plan, store.title, left, error, is_dry_run=arguments.dry_run)
    return code
