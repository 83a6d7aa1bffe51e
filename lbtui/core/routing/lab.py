"""A lab in place of the real network: peers at lab routers' addresses, nodes at addresses of ours.

What is announced stays the same; only where sessions go, and where from, is another. A mapping
that cannot be understood in full stops everything: what it leaves out would go to real routers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from lbtui.core.values.addresses import Address, parse_address

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import AnnouncedNode, AnnouncedSession, Announcements

_PORTS = range(1, 65536)


class LabError(ValueError):
    """The mapping is wrong; what is, and how it is written."""


class Endpoint(NamedTuple):
    """Where a lab router listens."""

    address: Address
    port: int | None = None
    """None: that of the peer."""

    def __str__(self) -> str:
        """As it is written: "192.0.2.9", "192.0.2.9:1790", "[2001:db8::9]:1790"."""
        if self.port is None:
            return str(self.address)
        host = f"[{self.address}]" if self.address.family == 6 else str(self.address)
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class LabMapping:
    """Peers and nodes whose addresses are others in the lab."""

    peers: Mapping[str, Endpoint] = field(default_factory=dict)
    """Peer → the lab router that plays it."""
    nodes: Mapping[str, Address] = field(default_factory=dict)
    """Node → the address of this host that its sessions come from."""
    problems: tuple[str, ...] = ()
    """What of it cannot be understood; nothing may be applied then."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no lab, and all sessions go to the peers' own addresses."""
        return not (self.peers or self.nodes or self.problems)

    @property
    def entries(self) -> dict[str, str]:
        """As it is written, by "peer/NAME" and "node/NAME"."""
        peers = {f"peer/{name}": str(endpoint) for name, endpoint in self.peers.items()}
        return peers | {f"node/{name}": str(address) for name, address in self.nodes.items()}

    def relocated(self, wanted: Announcements) -> Announcements:
        """The same announcements with sessions to the lab's routers. Raises LabError.

        A session to a router of the other family is left out: it must not go to the real one,
        and its routes have next hops of the family that it should have had.
        """
        if self.problems:
            raise LabError(" ".join(self.problems))
        nodes = (replace(node, sessions=tuple(self._sessions(node))) for node in wanted.nodes)
        return wanted if self.is_empty else replace(wanted, nodes=tuple(nodes))

    def misfits(self, wanted: Announcements) -> list[str]:
        """Peers that are left out since their lab router's address is of the other family."""
        sessions = (session for node in wanted.nodes for session in node.sessions)
        return sorted({s.peer for s in sessions if s.peer in self.peers and not self._fits(s)})

    def _fits(self, session: AnnouncedSession) -> bool:
        real = parse_address(session.address)
        return real is None or real.family == self.peers[session.peer].address.family

    def _sessions(self, node: AnnouncedNode) -> Iterator[AnnouncedSession]:
        for session in node.sessions:
            endpoint = self.peers.get(session.peer)
            if endpoint is None:
                yield self._from(node.name, session)
            elif self._fits(session):
                # Lab routers are rarely a hop away, and have neither the interface nor the VRF.
                there = replace(
                    session,
                    address=str(endpoint.address),
                    port=endpoint.port or session.port,
                    ebgp_multi_hop=True,
                    interface=None,
                    vrf=None,
                )
                yield self._from(node.name, there)

    def _from(self, node: str, session: AnnouncedSession) -> AnnouncedSession:
        source, there = self.nodes.get(node), parse_address(session.address)
        if source is None or there is None or source.family != there.family:
            return session
        return replace(session, source_address=str(source))


NO_LAB = LabMapping()


def read_lab(entries: Mapping[str, object]) -> LabMapping:
    """A mapping from lines like "peer/tor-a" = "192.0.2.9:1790", "node/a" = "192.0.2.20"."""
    peers: dict[str, Endpoint] = {}
    nodes: dict[str, Address] = {}
    problems: list[str] = []
    for name, text in entries.items():
        kind, _, rest = name.partition("/")
        try:
            if kind == "peer" and rest:
                peers[rest] = _endpoint(str(text))
            elif kind == "node" and rest:
                nodes[rest] = _address(str(text))
            else:
                raise LabError("write peer/NAME or node/NAME")
        except LabError as error:
            problems.append(f"lab: {name}: {error}.")
    return LabMapping(peers, nodes, tuple(problems))


def read_entries(text: str) -> LabMapping:
    """A mapping from what is typed: "peer/tor-a=192.0.2.9:1790 node/a=192.0.2.20"."""
    parts = [part.partition("=") for part in text.replace(",", " ").split()]
    return read_lab({name: value for name, _, value in parts})


def _endpoint(text: str) -> Endpoint:
    """An address and maybe a port. Raises LabError."""
    host, port = text.strip(), ""
    if host.startswith("["):
        host, _, port = host[1:].partition("]")
        if port and not port.startswith(":"):
            raise LabError(f"{text!r} is no address with a port, as [2001:db8::9]:1790")
        port = port[1:]
    elif host.count(":") == 1:
        host, _, port = host.partition(":")
    if not port:
        return Endpoint(_address(host))
    if not (port.isascii() and port.isdigit() and len(port) < 6 and int(port) in _PORTS):
        raise LabError(f"{port!r} is no port")
    return Endpoint(_address(host), int(port))


def _address(text: str) -> Address:
    address = parse_address(text.strip())
    if address is None:
        raise LabError(f"{text!r} is no address, as 192.0.2.9 or 192.0.2.9:1790")
    return address
