"""The three sides, indexed by what the rules compare: peers and services, as sets of nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from lbtui.core.configuration.model import Peer
from lbtui.core.drift.frr_configuration import FRRConfiguration
from lbtui.core.drift.reports import (
    BGPSessionState,
    ConfigurationState,
    FRRNodeState,
    PoolReport,
    ServiceBGPStatus,
)
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.routing.routes import RouteTables
from lbtui.core.routing.status import status_nodes
from lbtui.core.values.addresses import parse_address
from lbtui.core.values.nodes import NodeSet

F = TypeVar("F")

ESTABLISHED = "Established"


class Stamp(NamedTuple):
    """Where a fact is from, and of when it is."""

    source: str
    heard: float
    """Seconds since the epoch at which the source was last known to be up to date."""


class LiveSession(NamedTuple):
    """One BGP session as whoever runs it reports it."""

    node: str
    peer: str
    """Address, or the interface of an unnumbered session; in any spelling."""
    vrf: str
    state: str
    """RFC 4271 section 8.2.2."""
    bfd: str = ""
    """up or down; empty: not watched by BFD, or not known."""
    detail: str = ""
    """Why it is down, where that is known."""


@dataclass(frozen=True, slots=True)
class Reported(Generic[F]):
    """All facts of one source. A source that cannot be read is no source: it is left out."""

    facts: tuple[F, ...]
    stamp: Stamp


def live_sessions(states: Iterable[BGPSessionState]) -> tuple[LiveSession, ...]:
    """frr-k8s' objects as sessions; "N/A" is what it writes where there is no BFD."""
    return tuple(
        LiveSession(
            one.status.node,
            one.status.peer,
            one.status.vrf,
            one.status.bgp_status,
            "" if one.status.bfd_status == "N/A" else one.status.bfd_status.lower(),
        )
        for one in states
    )


class SessionFact(NamedTuple):
    """A live session, the peer whose session it is, if any, and its source."""

    session: LiveSession
    peer: Peer | None
    node: NodeSet
    stamp: Stamp


class Sides:
    """What is intended, and all that is reported; None: that side is not known."""

    def __init__(
        self,
        tables: RouteTables,
        *,
        services: Reported[ServiceBGPStatus] | None = None,
        configurations: Reported[ConfigurationState] | None = None,
        pools: Reported[PoolReport] | None = None,
        frr_nodes: Reported[FRRNodeState] | None = None,
        frr_configurations: Reported[FRRConfiguration] | None = None,
        sessions: Iterable[Reported[LiveSession]] = (),
    ) -> None:
        """Keep them; `sessions` has one entry for each source of sessions."""
        self.tables = tables
        self.nodes = tables.nodes
        self.services = services
        self.configurations = configurations
        self.pools = pools
        self.frr_nodes = frr_nodes
        self.frr_configurations = frr_configurations
        self.sessions = tuple(sessions)
        self._intended: dict[str, Mapping[str, NodeSet]] = {}

    @property
    def knows_nodes(self) -> bool:
        """Whether there are Node objects; without them no node of a report can be told."""
        return not self.tables.config.is_node_assumed

    def bit(self, node: str) -> NodeSet:
        """The node's bit; 0 if there is no such node."""
        return self.nodes.bit(node) if node in self.nodes else 0

    def session_nodes(self, peer: Peer) -> NodeSet:
        """Nodes that are to run the session."""
        return peer.nodes & self.tables.config.active_nodes

    # ---- sessions ----------------------------------------------------------------------------

    @cached_property
    def session_facts(self) -> tuple[SessionFact, ...]:
        """Every live session with its peer."""
        return tuple(self._facts())

    def _facts(self) -> Iterator[SessionFact]:
        by_key: dict[tuple[str, str], list[Peer]] = {}
        for peer in self.tables.config.peers:
            by_key.setdefault(key_of(peer), []).append(peer)
        for reported in self.sessions:
            for session in reported.facts:
                node = self.bit(session.node)
                peers = by_key.get((spelled(session.peer), session.vrf), ())
                found = next((one for one in peers if self.session_nodes(one) & node), None)
                yield SessionFact(session, found, node, reported.stamp)

    @cached_property
    def reached(self) -> Mapping[ResourceRef, NodeSet]:
        """Peer → nodes with an Established session to it, from any source."""
        found: dict[ResourceRef, NodeSet] = {}
        for fact in self.session_facts:
            if fact.peer is not None and fact.session.state == ESTABLISHED:
                found[fact.peer.ref] = found.get(fact.peer.ref, 0) | fact.node
        return found

    @cached_property
    def reporting(self) -> NodeSet:
        """Nodes of which any source tells sessions, or that run FRR: what lacks there is absent."""
        names = {one.name for one in self.frr_nodes.facts} if self.frr_nodes else set()
        names |= {session.node for reported in self.sessions for session in reported.facts}
        return self.nodes.mask_of(names)

    # ---- services ----------------------------------------------------------------------------

    @cached_property
    def claimed(self) -> Mapping[str, Mapping[str, NodeSet]]:
        """Service → peer → nodes that claim to hand it over."""
        found: dict[str, dict[str, NodeSet]] = {}
        for one in self.services.facts if self.services else ():
            bit = self.bit(one.status.node)
            own = found.setdefault(one.status.service, {})
            for peer in one.status.peers:
                own[peer] = own.get(peer, 0) | bit
        return found

    def intended(self, service: str) -> Mapping[str, NodeSet]:
        """Peer → nodes that should claim to hand a service over; found once."""
        known = self._intended.get(service)
        if known is None:
            known = self._intended[service] = status_nodes(self.tables, service)
        return known


def key_of(peer: Peer) -> tuple[str, str]:
    """What a session is told by: address or interface, and VRF."""
    return (str(peer.address) if peer.address is not None else peer.interface, peer.vrf)


def spelled(text: str) -> str:
    """An address in one spelling; an interface as it is."""
    address = parse_address(text)
    return text if address is None else str(address)
