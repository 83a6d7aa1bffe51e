"""What a back end refuses only when routes meet: too many communities, contradicting localPrefs.

Both are rare; each is looked for only where the advertisements make it possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from lbtui.core.configuration.model import Advertisement, Configuration
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.routing.community_limit import MAX_COMMUNITIES, CommunityLimit
from lbtui.core.routing.plans import Decision
from lbtui.core.routing.tables import Row, TableBuilder
from lbtui.core.values.nodes import NodeSet


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is refused when routes meet."""

    withheld: Mapping[str, Mapping[str, NodeSet]] = field(default_factory=dict)
    """Peer → service → nodes on which the peer never learns the service's routes."""
    service_errors: Mapping[str, NodeSet] = field(default_factory=dict)
    """Service → nodes on which applying it fails."""
    undefined: NodeSet = 0
    """Nodes on which it is chance which routes get out before applying fails."""
    backend_errors: Mapping[str, str] = field(default_factory=dict)
    """Node → why its whole configuration is refused."""
    diagnostics: tuple[Diagnostic, ...] = ()


def find_refusals(
    config: Configuration, builder: TableBuilder, decide: Callable[[str], Decision | None]
) -> Refusals:
    """Look for both; `decide` tells what becomes of a service."""
    limit = CommunityLimit(config, builder, decide)
    errors = limit.find()
    undefined = limit.undefined(errors) if errors else 0
    contradictions = [
        _contradiction(config, row, nodes)
        for row, nodes in _contradictions(config, builder, limit.withheld).items()
    ]
    too_many = [_too_many(config, errors, bool(undefined))] if errors else []
    return Refusals(
        withheld=limit.withheld,
        service_errors=errors,
        undefined=undefined,
        backend_errors={
            name: diagnostic.message for diagnostic in contradictions for name in diagnostic.nodes
        },
        diagnostics=(*contradictions, *too_many),
    )


def _contradictions(
    config: Configuration, builder: TableBuilder, withheld: Mapping[str, Mapping[str, NodeSet]]
) -> dict[Row, NodeSet]:
    """Rows with several localPrefs, and the nodes that would hand them to frr-k8s.

    Source: frr-k8s internal/controller/api_to_config.go localPrefPrefixesToMap.
    """
    found: dict[Row, NodeSet] = {}
    pairs = combinations(config.advertisements, 2) if config.backend == "frr-k8s" else ()
    if not any(_may_contradict(config, *pair) for pair in pairs):
        return found
    tables: dict[tuple[frozenset[int], frozenset[int], str], tuple[Row, ...]] = {}
    for peer in config.peers:
        nodes = peer.nodes & config.active_nodes
        held = withheld.get(peer.name)
        key = (config.advertisements_for(peer.name), peer.families, peer.name if held else "")
        if key not in tables:
            tables[key] = builder.build(
                key[0],
                key[1],
                held,
                is_wanted=lambda used: len(builder.attributes(used).local_prefs) > 1,
            )
        for row in tables[key]:
            if row.nodes & nodes:
                found[row] = found.get(row, 0) | row.nodes & nodes
    return found


def _may_contradict(config: Configuration, first: Advertisement, second: Advertisement) -> bool:
    """Whether two advertisements could give one prefix different localPrefs."""
    return bool(
        first.local_pref
        and second.local_pref
        and first.local_pref != second.local_pref
        and first.nodes & second.nodes
        and (not first.peers or not second.peers or first.peers & second.peers)
        and any(
            first.length(family) == second.length(family)
            and all(_covers(config, one, family) for one in (first, second))
            for family in (4, 6)
        )
    )


def _covers(config: Configuration, advertisement: Advertisement, family: int) -> bool:
    """Whether a pool of the advertisement has addresses of a family."""
    return any(
        pool.name in advertisement.pools and family in pool.families for pool in config.pools
    )


def _contradiction(config: Configuration, row: Row, nodes: NodeSet) -> Diagnostic:
    """Say which prefix gets several localPrefs."""
    first, *others = (config.advertisements[index] for index in row.advertisements)
    rest = ", ".join(str(other.ref) for other in others)
    return Diagnostic(
        Severity.ERROR,
        "frr-k8s-local-pref-conflict",
        f"{first.ref} and {rest} give {row.prefix} different localPrefs: frr-k8s refuses the "
        "whole configuration of the node, and none of its routes change",
        ref=first.ref,
        path="spec.localPref",
        fix="Give them the same localPref.",
        nodes=config.nodes.names_of(nodes),
    )


def _too_many(config: Configuration, errors: Mapping[str, NodeSet], is_chance: bool) -> Diagnostic:
    """Say which services are not announced for too many communities."""
    nodes = 0
    for mask in errors.values():
        nodes |= mask
    first = next((a for a in config.advertisements if len(a.communities) > MAX_COMMUNITIES), None)
    names = ", ".join(list(errors)[:3]) + (f" and {len(errors) - 3} more" * (len(errors) > 3))
    return Diagnostic(
        Severity.ERROR,
        "too-many-communities",
        f"more than {MAX_COMMUNITIES} communities on one route: MetalLB fails to announce {names}"
        + ", and which routes get out before that is chance" * is_chance,
        ref=first.ref if first is not None else None,
        path="spec.communities" if first is not None else "",
        fix=f"Keep each advertisement, and what shares its prefixes, to {MAX_COMMUNITIES}.",
        nodes=config.nodes.names_of(nodes),
    )
