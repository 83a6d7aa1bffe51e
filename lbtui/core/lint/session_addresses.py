"""Addresses of sessions: where they go to, and what they come from."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.judging import ERROR, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.values.addresses import Address, parse_address


def _dialling_from(facts: Facts) -> Iterator[Peer]:
    """Peers whose sourceAddress is used: frr-k8s drops it, unnumbered sessions have no use."""
    for peer in facts.config.peers if facts.config.backend != "frr-k8s" else ():
        if peer.source_address is not None and not peer.interface:
            yield peer


@rule(
    "source-address-family",
    ERROR,
    meaning="sourceAddress and peerAddress are of two families; no connection can have both.",
    remedy="Write a sourceAddress of the peer's family.",
    source="MetalLB internal/bgp/native/native.go dialMD5; RFC 9293 section 3.3.1",
)
def source_address_family(facts: Facts) -> Iterator[Finding]:
    """Both set, of different families."""
    for peer in _dialling_from(facts):
        source, address = peer.source_address, peer.address
        if source is not None and address is not None and source.family != address.family:
            message = f"{peer.ref} is to dial {address} from {source}, which is of another family"
            fix = f"Write an IPv{address.family} address, or remove sourceAddress."
            yield Finding(peer.ref, "spec.sourceAddress", message, fix, peer.nodes)


@rule(
    "source-address-shared",
    WARNING,
    meaning="Several nodes are to dial from one address, which only one of them can have.",
    remedy="Make one BGPPeer with its own nodeSelectors for each node.",
    source="MetalLB internal/bgp/native/native.go dialMD5: the dial fails where it is missing",
)
def source_address_shared(facts: Facts) -> Iterator[Finding]:
    """A sourceAddress on a peer of several nodes; an anycast address would break replies."""
    for peer in _dialling_from(facts) if facts.knows_nodes else ():
        if peer.nodes.bit_count() > 1:
            where = facts.config.nodes.describe(peer.nodes)
            message = f"{where} are to dial {peer.name} from one address, {peer.source_address}"
            fix = "Make one peer with its own nodeSelectors for each node."
            yield Finding(peer.ref, "spec.sourceAddress", message, fix, peer.nodes)


@rule(
    "source-address-elsewhere",
    WARNING,
    meaning="A sourceAddress belongs to a node that does not run the session.",
    remedy="Write an address of the node that runs it, or correct nodeSelectors.",
    source="MetalLB internal/bgp/native/native.go dialMD5",
)
def source_address_elsewhere(facts: Facts) -> Iterator[Finding]:
    """The address is an InternalIP, but of another node."""
    for peer in _dialling_from(facts):
        owners = facts.node_addresses.get(peer.source_address or Address(0, 0), 0)
        if owners and peer.nodes & ~owners and peer.nodes.bit_count() == 1:
            has = facts.config.nodes.describe(owners)
            runs = facts.config.nodes.describe(peer.nodes)
            message = f"sourceAddress {peer.source_address} of {peer.ref} is {has}'s, not {runs}'s"
            fix = f"Write an address of {runs}, or correct nodeSelectors."
            yield Finding(peer.ref, "spec.sourceAddress", message, fix, peer.nodes)


@rule(
    "peer-is-node",
    WARNING,
    meaning="A peer's address is that of a node that runs the session: it would dial itself.",
    remedy="Write the router's address, or keep the node out by nodeSelectors.",
    source="FRR bgpd refuses a neighbour that is the local system",
)
def peer_is_node(facts: Facts) -> Iterator[Finding]:
    """Where the nodes' addresses are known."""
    for peer in facts.config.peers:
        if peer.address is None:
            continue
        own = facts.node_addresses.get(peer.address, 0) & peer.nodes
        if own:
            where = facts.config.nodes.describe(own)
            message = f"{peer.ref} has the address {peer.address}, which is {where}'s own"
            fix = "Write the router's address, or keep the node out by nodeSelectors."
            yield Finding(peer.ref, "spec.peerAddress", message, fix, own)


@rule(
    "peer-not-unicast",
    ERROR,
    meaning="peerAddress is no address that a router can have.",
    remedy="Write the router's address.",
    source="RFC 6890 section 2.2.2",
)
def peer_not_unicast(facts: Facts) -> Iterator[Finding]:
    """Unspecified, multicast, broadcast."""
    for peer in facts.config.peers:
        address = peer.address
        if address is None:
            continue
        top = address.value >> (24 if address.family == 4 else 120)
        is_special = address.value == 0 or (top >= 224 if address.family == 4 else top == 0xFF)
        if is_special:
            message = f"{peer.ref} has the address {address}, which no router can have: no session"
            yield Finding(
                peer.ref, "spec.peerAddress", message, "Write the router's address.", peer.nodes
            )


@rule(
    "peer-loopback",
    WARNING,
    meaning="peerAddress is a loopback address: every node would dial itself; FRR refuses that.",
    remedy="Write the router's address in the network.",
    source="FRR bgpd refuses a neighbour that is the local system",
)
def peer_loopback(facts: Facts) -> Iterator[Finding]:
    """Not in a lab whose nodes have loopback addresses themselves."""
    is_lab = any(is_loopback(address) for address in facts.node_addresses)
    for peer in facts.config.peers if not is_lab else ():
        if peer.address is not None and is_loopback(peer.address):
            message = (
                f"{peer.ref} has the address {peer.address}, which on every node is the node "
                "itself: FRR never opens the session, native mode only to a router on the node"
            )
            fix = "Write the address that the router has in the network."
            yield Finding(peer.ref, "spec.peerAddress", message, fix, peer.nodes)


LONGEST_INTERFACE = 15
"""IFNAMSIZ of Linux, without the closing NUL."""


@rule(
    "interface-name",
    ERROR,
    meaning="No network interface can have this name: the unnumbered session never comes up.",
    remedy="Write the interface's name as `ip link` shows it.",
    source="Linux dev_valid_name: 1 to 15 octets, no blank, slash or colon; MetalLB checks nothing",
)
def interface_name(facts: Facts) -> Iterator[Finding]:
    """spec.interface; every node that runs the session needs one of that name."""
    for peer in facts.config.peers:
        name = peer.interface
        is_long = len(name.encode()) > LONGEST_INTERFACE
        if name and (is_long or name in (".", "..") or set(name) & set("/: \t")):
            why = f"is longer than {LONGEST_INTERFACE} characters" if is_long else "has such a name"
            message = f"{peer.ref} is to run over {name!r}, but no interface {why}: no session"
            fix = "Write the interface's name as `ip link` shows it on the node."
            yield Finding(peer.ref, "spec.interface", message, fix, peer.nodes)


def is_loopback(address: Address) -> bool:
    """Whether an address never leaves its host."""
    return address == parse_address("::1") or (address.family, address.value >> 24) == (4, 127)
