"""The three facts of each peer side by side, for people to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lbtui.core.drift.sides import ESTABLISHED, Sides
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.values.nodes import NodeSet


@dataclass(frozen=True, slots=True)
class PeerFacts:
    """One peer: what is intended, what speakers claim, what its sessions do."""

    ref: ResourceRef
    intended: NodeSet
    """Nodes that are to have a session."""
    services: int
    """How many are to be handed to it."""
    claimed: int | None
    """How many services speakers say they hand to it; None: not known."""
    differing: tuple[str, ...]
    """Services that speakers hand to it from other nodes than intended; empty if not known."""
    live: Mapping[str, NodeSet]
    """State (RFC 4271 section 8.2.2) → nodes."""
    is_live_known: bool
    """Whether any source tells of sessions at all."""

    @property
    def up(self) -> NodeSet:
        """Nodes whose session is Established."""
        return self.live.get(ESTABLISHED, 0)

    @property
    def untold(self) -> NodeSet:
        """Nodes that are to have a session of which nobody tells."""
        told = 0
        for nodes in self.live.values():
            told |= nodes
        return self.intended & ~told

    @property
    def unintended(self) -> NodeSet:
        """Nodes with a session that is not intended."""
        return self.up & ~self.intended


def facts_of_peers(sides: Sides) -> tuple[PeerFacts, ...]:
    """Every peer, in order. Work grows with services and peers, not with nodes."""
    live: dict[ResourceRef, dict[str, NodeSet]] = {}
    for fact in sides.session_facts:
        if fact.peer is not None:
            states = live.setdefault(fact.peer.ref, {})
            states[fact.session.state] = states.get(fact.session.state, 0) | fact.node
    wanted: dict[str, int] = {}
    claimed: dict[str, int] = {}
    differing: dict[str, list[str]] = {}
    for service in sides.tables.services:
        intended = sides.intended(service)
        claims = sides.claimed.get(service, {})
        for peer in {**intended, **claims}:
            wanted[peer] = wanted.get(peer, 0) + (peer in intended)
            claimed[peer] = claimed.get(peer, 0) + (peer in claims)
            if intended.get(peer, 0) != claims.get(peer, 0):
                differing.setdefault(peer, []).append(service)
    has_claims = sides.services is not None and bool(sides.services.facts)
    return tuple(
        PeerFacts(
            peer.ref,
            sides.session_nodes(peer),
            wanted.get(peer.name, 0),
            claimed.get(peer.name, 0) if has_claims else None,
            tuple(differing.get(peer.name, ())) if has_claims else (),
            live.get(peer.ref, {}),
            bool(sides.sessions),
        )
        for peer in sides.tables.config.peers
    )
