"""A route in words: every cell of the route tables and every line of a route's details. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from lbtui.core.objects.resources import Community
from lbtui.core.values.communities import WELL_KNOWN
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Tone
from lbtui.tui.views.route_rows import Change, RouteRow

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceSet
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables

CHANGE_SYMBOLS: Mapping[Change, str] = {
    Change.ADDED: SYMBOLS.added,
    Change.WITHDRAWN: SYMBOLS.withdrawn,
    Change.CHANGED: SYMBOLS.changed,
}
CHANGE_TONES: Mapping[Change, Tone] = {
    Change.NONE: "",
    Change.ADDED: "added",
    Change.WITHDRAWN: "withdrawn",
    Change.CHANGED: "changed",
}
DEFAULT_LOCAL_PREF = 100
"""What routers send inside an AS for a route without a localPref (FRR's default)."""


def community_names(resources: ResourceSet) -> Mapping[str, str]:
    """Value → name, of the user's aliases first, then of the well-known communities."""
    names = dict(WELL_KNOWN)
    for community in resources.all(Community):
        for alias in community.spec.communities:
            names[_bare(alias.value)] = alias.name
    return names


def _bare(value: str) -> str:
    """A large community as a route carries it, without its "large:" prefix."""
    return value.removeprefix("large:")


def name_communities(values: Iterable[str], names: Mapping[str, str]) -> str:
    """Values with their names: "65535:65282 no-advertise, 64512:7"."""
    return ", ".join(f"{value} {names[value]}" if value in names else value for value in values)


def change_text(row: RouteRow) -> str:
    """Symbol and word; empty for a route that stays as it was."""
    return change_words(row.change) if row.change else ""


def change_words(change: Change) -> str:
    """Symbol and word of a change: "+ added"."""
    return f"{CHANGE_SYMBOLS[change]} {change}"


def nodes_text(row: RouteRow) -> str:
    """Who sends it: "all 6 nodes", "node-a, node-b"."""
    return row.node_index.describe(row.nodes)


def next_hop_text(row: RouteRow, tables: RouteTables) -> str:
    """The address, or that every node sends its own; of a withdrawn route `tables` are the old."""
    nodes = islice(row.node_index.iterate(row.nodes), 2)
    hops = {tables.next_hop(node, row.route.peer, row.route.prefix) for node in nodes}
    if len(hops) > 1:
        return "each node's own"
    return hops.pop() or "unknown"


def local_pref_text(route: Route) -> str:
    """The value on the wire, or why there is none."""
    if route.sent_local_pref is not None:
        return str(route.sent_local_pref)
    return f"{route.local_pref} not sent" if route.local_pref else "not set"


def why_no_local_pref(route: Route, is_ibgp: bool) -> str:
    """The sentence behind "not sent" and "not set"; empty when it is sent."""
    if route.sent_local_pref is not None:
        return ""
    if is_ibgp:
        return f"not set: 0 means unset to this back end, which sends {DEFAULT_LOCAL_PREF}"
    return "not sent: LOCAL_PREF stays inside an AS, and this is an eBGP session"


def differences(row: RouteRow) -> tuple[str, ...]:
    """What changed in a changed route, one line each: "localPref 100 → 200"."""
    if row.change is not Change.CHANGED or row.before is None:
        return ()
    old, new = row.before, row.route
    found = []
    if (old.local_pref, old.sent_local_pref) != (new.local_pref, new.sent_local_pref):
        found.append(f"localPref {local_pref_text(old)} {SYMBOLS.arrow} {local_pref_text(new)}")
    found += _changed_list("communities", old.communities, new.communities)
    found += _changed_list("large communities", old.large_communities, new.large_communities)
    found += _changed_list("advertisements", old.advertisements, new.advertisements)
    found += _changed_list("services", old.services, new.services)
    return tuple(found) or ("next hop",)


def _changed_list(label: str, old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    changes = [f"+{value}" for value in new if value not in old]
    changes += [f"-{value}" for value in old if value not in new]
    return [f"{label} {' '.join(changes)}"] if changes else []
