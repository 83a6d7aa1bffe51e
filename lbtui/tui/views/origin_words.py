"""What made a route's attributes, in lines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.questions.origins import origins_of
from lbtui.tui.text import BLANK, Line, Span, line
from lbtui.tui.views.route_words import community_names, local_pref_text, name_communities

if TYPE_CHECKING:
    from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
    from lbtui.core.routing.route import Route
    from lbtui.core.routing.routes import RouteTables


MOST_SENTENCES = 12
"""What is said of one attribute: an aggregate can stand for thousands of services."""


class Origin(NamedTuple):
    """One attribute of a route."""

    attribute: str
    value: str
    made_by: tuple[str, ...]
    """Sentences."""


def origins(tables: RouteTables, resources: ResourceSet, route: Route) -> Iterator[Origin]:
    """Every attribute with what made it, the prefix first."""
    found = origins_of(tables, resources, route)
    yield Origin("prefix", str(route.prefix), tuple(found["prefix"]))
    yield Origin("localPref", local_pref_text(route), tuple(found["localPref"]))
    names = community_names(resources)
    for value, by in found["communities"].items():
        yield Origin("community", name_communities((value,), names), tuple(by))
    nodes = tables.nodes.iterate(route.nodes)
    hops = {tables.next_hop(node, route.peer, route.prefix) or "unknown" for node in nodes}
    shown = next(iter(hops)) if len(hops) == 1 else f"{len(hops)} addresses, one a node"
    yield Origin("next hop", shown, (found["nextHop"],))


def origin_lines(tables: RouteTables, resources: ResourceSet, route: Route) -> Iterator[Line]:
    """For a panel: attribute and value, then one sentence a line."""
    for origin in origins(tables, resources, route):
        yield line(Span(f"  {origin.attribute:10} ", "muted"), origin.value)
        for sentence in origin.made_by[:MOST_SENTENCES]:
            yield line(Span(f"    {sentence}", "muted"))
        if (more := len(origin.made_by) - MOST_SENTENCES) > 0:
            yield line(Span(f"    and {more} more", "muted"))


def manifest_of(resources: ResourceSet, ref: ResourceRef) -> Callable[[], Sequence[Line]]:
    """Makes the lines of a resource's manifest, without its secrets, when they are asked for."""

    def lines() -> Sequence[Line]:
        from lbtui.tui.dialogs.reading import manifest_lines

        resource = resources.get(ref)
        hint = line(Span("enter goes to it, x explains it", "muted"))
        return [hint, BLANK, *(manifest_lines(resource) if resource is not None else ())]

    return lines
