"""What a speaker is to announce: sessions and shared route sets, per node it acts as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lbtui.core.configuration.model import Peer
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resources import BFDProfileSpec
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Address
from lbtui.core.values.nodes import NodeSet


@dataclass(frozen=True, slots=True)
class AnnouncedRoute:
    """One route of a route set."""

    prefix: str
    next_hop: str | None = None
    """None: the session's local address."""
    local_pref: int | None = None
    """None: none is set (eBGP; 0 under FRR); iBGP peers then get the default, 100."""
    communities: tuple[str, ...] = ()
    large_communities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnnouncedBfd:
    """BFD beside a session; times in seconds, None where the speaker's default applies."""

    receive_interval: float | None = None
    transmit_interval: float | None = None
    detect_multiplier: int | None = None
    echo_mode: bool = False
    echo_interval: float | None = None
    passive_mode: bool = False
    minimum_ttl: int | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedSession:
    """One session of a node; times in seconds, None where the speaker's default applies."""

    peer: str
    local_asn: int
    peer_asn: int | None
    dynamic_asn: str | None
    """"internal" or "external" when `peer_asn` is None."""
    address: str
    port: int
    source_address: str | None
    hold_time: float | None
    keepalive_time: float | None
    connect_time: float | None
    password: Hidden | None
    ebgp_multi_hop: bool
    """Whether an eBGP session may cross routers (TTL); always under native, which sets no TTL."""
    families: tuple[str, ...]
    """Of "ipv4", "ipv6"."""
    graceful_restart: bool
    route_set: str
    router_id: str | None = None
    """BGP Identifier of this session alone, where a node's peers differ (native only)."""
    interface: str | None = None
    """Of an unnumbered session, whose `address` is empty."""
    vrf: str | None = None
    bfd: AnnouncedBfd | None = None


@dataclass(frozen=True, slots=True)
class AnnouncedNode:
    """One node that the speaker acts as."""

    name: str
    router_id: str | None
    """BGP Identifier that all its peers ask for; None: each session's own, or the default."""
    sessions: tuple[AnnouncedSession, ...]


@dataclass(frozen=True, slots=True)
class Announcements:
    """The whole wanted state of a speaker."""

    nodes: tuple[AnnouncedNode, ...]
    route_sets: Mapping[str, tuple[AnnouncedRoute, ...]]
    unsigned: Mapping[str, str] = field(default_factory=dict)
    """Peers left out because their password is in a Secret that is not at hand → that Secret."""


_DEFAULT_TIMERS = {"native": (90.0, 30.0), "frr": (180.0, 60.0), "frr-k8s": (180.0, 60.0)}
"""Hold and keepalive time of each back end where the peer sets none, seconds."""

_FAMILIES = {4: "ipv4", 6: "ipv6"}


def announce(tables: RouteTables, nodes: Sequence[str] | None = None) -> Announcements:
    """The desired state of a speaker that acts as `nodes` (None: all of them).

    Nodes with an error of their own are left out, and those whose configuration frr-k8s refuses:
    MetalLB would keep what they announced before, which is not known here. So are sessions whose
    password is not known: one without it would not come up, or come up unsigned.
    """
    return _Announcer(tables).announce(tables.nodes.names if nodes is None else nodes)


class _Announcer:
    """Builds route sets and shares them between sessions that send the same."""

    def __init__(self, tables: RouteTables) -> None:
        self._tables = tables
        self._config = tables.config
        self._routes: list[AnnouncedRoute] = []
        self._rows: dict[object, dict[NodeSet, list[int]]] = {}
        self._names: dict[object, str] = {}
        self._contents: dict[tuple[AnnouncedRoute, ...], str] = {}

    def announce(self, nodes: Sequence[str]) -> Announcements:
        """The state of all the nodes, in the order given."""
        active = [
            name
            for name in nodes
            if self._tables.nodes.bit(name) & self._config.active_nodes
            and name not in self._tables.backend_errors
        ]
        announced = tuple(self._node(name) for name in active)
        mask = self._tables.nodes.mask_of(active)
        unsigned = {
            peer.name: peer.unread_secret
            for peer in self._config.peers
            if peer.unread_secret and peer.nodes & mask
        }
        route_sets = {name: routes for routes, name in self._contents.items()}
        return Announcements(announced, route_sets, unsigned)

    def _node(self, node: str) -> AnnouncedNode:
        """One node with its sessions, by peer name."""
        bit = self._tables.nodes.bit(node)
        peers = [peer for peer in self._config.peers if peer.nodes & bit and not peer.unread_secret]
        router_ids = {peer.router_id for peer in peers}
        shared = router_ids.pop() if len(router_ids) == 1 else None
        return AnnouncedNode(
            name=node,
            router_id=None if shared is None else str(shared),
            sessions=tuple(
                self._session(node, peer, peer.router_id if shared is None else None)
                for peer in peers
            ),
        )

    def _session(self, node: str, peer: Peer, router_id: Address | None) -> AnnouncedSession:
        """One session's parameters; whole seconds, as they stand in an OPEN."""
        address = peer.address
        family = 6 if address is None else address.family
        hold, keepalive = _DEFAULT_TIMERS[self._config.backend]
        if peer.hold_time is not None:
            hold, keepalive = float(int(peer.hold_time)), float(int(peer.keepalive_time or 0))
        return AnnouncedSession(
            peer=peer.name,
            local_asn=peer.local_asn or peer.my_asn,
            peer_asn=peer.peer_asn or None,
            dynamic_asn=peer.dynamic_asn,
            address="" if address is None else str(address),
            port=peer.port,
            source_address=None if address is None else self._source(node, peer, family),
            hold_time=hold,
            keepalive_time=keepalive or None,
            connect_time=peer.connect_time,
            password=peer.password,
            ebgp_multi_hop=peer.ebgp_multi_hop or self._config.backend == "native",
            families=tuple(_FAMILIES[family] for family in sorted(peer.families)),
            graceful_restart=peer.graceful_restart,
            route_set=self._route_set(node, peer, family),
            router_id=None if router_id is None else str(router_id),
            interface=peer.interface or None,
            vrf=peer.vrf or None,
            bfd=None if peer.bfd is None else _bfd(peer.bfd),
        )

    def _source(self, node: str, peer: Peer, family: int) -> str | None:
        """The peer's sourceAddress if it fits, else the node's address."""
        source = peer.source_address
        if source is not None and source.family == family:
            return str(source)
        return self._tables.next_hops.node_address(node, family)

    def _route_set(self, node: str, peer: Peer, session_family: int) -> str:
        """The name of the set with the routes of one session."""
        other_family = 6 if session_family == 4 else 4
        other = None
        # Over an unnumbered session IPv4 goes behind the link-local address, RFC 8950.
        if other_family in peer.families and peer.address is not None:
            other = self._tables.next_hops.of(node, peer.name, other_family)
        kind = (self._tables.key(peer), peer.is_ibgp, session_family, other)
        rows = self._rows.get(kind)
        if rows is None:
            rows = self._rows[kind] = self._announced(peer, session_family, other)
        bit = self._tables.nodes.bit(node)
        chosen = bytes([1 if mask & bit else 0 for mask in rows])
        name = self._names.get((kind, chosen))
        if name is None:
            used = [mask for mask in rows if mask & bit]
            # Rows are grouped by their nodes; the set is in the order of prefixes again.
            numbered = sorted(item for mask in used for item in rows[mask])
            routes = tuple(self._routes[number] for number in numbered)
            name = self._contents.setdefault(routes, f"set-{len(self._contents) + 1}")
            self._names[kind, chosen] = name
        return name

    def _announced(
        self, peer: Peer, session_family: int, other: str | None
    ) -> dict[NodeSet, list[int]]:
        """A table's rows as announced to peers of one kind: nodes → places in `_routes`."""
        found: dict[NodeSet, list[int]] = {}
        for row in self._tables.rows(peer):
            merged = self._tables.attributes(row.advertisements)
            found.setdefault(row.nodes, []).append(len(self._routes))
            self._routes.append(
                AnnouncedRoute(
                    prefix=str(row.prefix),
                    next_hop=None if row.prefix.family == session_family else other,
                    local_pref=self._tables.sent_local_pref(peer, merged),
                    communities=merged.communities,
                    large_communities=merged.large_communities,
                )
            )
        return found


def _bfd(profile: BFDProfileSpec) -> AnnouncedBfd:
    """From milliseconds to seconds."""

    def seconds(milliseconds: int | None) -> float | None:
        return None if milliseconds is None else milliseconds / 1000

    return AnnouncedBfd(
        receive_interval=seconds(profile.receive_interval),
        transmit_interval=seconds(profile.transmit_interval),
        detect_multiplier=profile.detect_multiplier,
        echo_mode=profile.echo_mode,
        echo_interval=seconds(profile.echo_interval),
        passive_mode=profile.passive_mode,
        minimum_ttl=profile.minimum_ttl,
    )
