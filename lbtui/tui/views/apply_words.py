"""The consequences of an apply, one line each, before it is done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lbtui.core.routing.apply_plan import ApplyPlan, PeerRoutes


NAMED = 3
"""How many sessions or prefixes a line names before it only counts."""


def consequences(plan: ApplyPlan) -> tuple[str, ...]:
    """What the plan does, sessions first; each line begins with +, -, ~ or a blank."""
    if plan.is_empty:
        return ("  Nothing: the speaker already has exactly this.",)
    lines = []
    if plan.opened:
        lines.append(f"+ opens {_sessions([f'{n}/{p}' for n, p in plan.opened])}")
    if plan.closed:
        lines.append(f"- closes {_sessions([f'{n}/{p}' for n, p in plan.closed])}")
    if plan.reset:
        why = dict.fromkeys(name for reset in plan.reset for name in reset.parameters)
        names = [f"{reset.node}/{reset.peer}" for reset in plan.reset]
        lines.append(f"~ resets {_sessions(names)}, because of {', '.join(map(_spelled, why))}")
    if plan.kept:
        lines.append(f"  leaves {_count(plan.kept, 'session')} untouched")
    lines += [line for routes in plan.routes for line in _peer_lines(routes)]
    if not plan.routes:
        lines.append("  changes no route")
    return tuple(lines)


def _peer_lines(routes: PeerRoutes) -> list[str]:
    kinds = (
        ("+", "gets", routes.added),
        ("-", "loses", routes.withdrawn),
        ("~", "sees other attributes on", routes.changed),
    )
    return [
        f"{symbol} {routes.peer} {verb} {_count(len(found), 'route')}: {_some(found)}"
        for symbol, verb, found in kinds
        if found
    ]


def _sessions(names: Sequence[str]) -> str:
    return f"{_count(len(names), 'session')}: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    if len(names) <= NAMED + 1:
        return ", ".join(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _spelled(parameter: str) -> str:
    """A parameter the way the API and the manifests spell it."""
    first, *rest = parameter.split("_")
    return first + "".join(map(str.capitalize, rest))
