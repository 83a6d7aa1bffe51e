"""Sessions that cannot come up, or not as meant, under any back end."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.judging import ERROR, INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import listed
from lbtui.core.objects.repairs import SetField
from lbtui.core.objects.resources import BGPPeer
from lbtui.core.values.addresses import Address

AS_TRANS = 23456
LAST_ASNS = (65535, 4294967295)
DOCUMENTATION_ASNS = (range(64496, 64512), range(65536, 65552))


def _asns(peer: BGPPeer) -> Iterator[tuple[str, int]]:
    """The AS numbers of a peer by field; those that are set."""
    spec = peer.spec
    fields = (("myASN", spec.my_asn), ("peerASN", spec.peer_asn), ("localASN", spec.local_asn))
    return ((f"spec.{name}", asn) for name, asn in fields if asn)


@rule(
    "reserved-asn",
    WARNING,
    meaning="An AS number is one that no network may use: AS_TRANS, or the last of its range.",
    remedy="Write the network's AS number; private ones are 64512-65534 and 4200000000-4294967294.",
    source="RFC 6793 section 9 (23456), RFC 7300 (65535, 4294967295)",
)
def reserved_asn(facts: Facts) -> Iterator[Finding]:
    """AS 0 is refused by MetalLB itself."""
    for ref, peer in facts.written_peers:
        for path, asn in _asns(peer):
            if asn == AS_TRANS or asn in LAST_ASNS:
                what = "AS_TRANS, a placeholder for old routers" if asn == AS_TRANS else "reserved"
                message = f"{path} of {ref} is {asn}, which is {what}: routers refuse the session"
                yield Finding(ref, path, message, "Write the AS number of the network.")


@rule(
    "documentation-asn",
    INFO,
    meaning="An AS number is one that only examples use.",
    remedy="Write the AS number of the network; private ones are 64512-65534.",
    source="RFC 5398",
)
def documentation_asn(facts: Facts) -> Iterator[Finding]:
    """64496-64511 and 65536-65551."""
    for ref, peer in facts.written_peers:
        for path, asn in _asns(peer):
            if any(asn in numbers for numbers in DOCUMENTATION_ASNS):
                message = f"{path} of {ref} is {asn}, a number set aside for documentation"
                yield Finding(ref, path, message, "In use, write the network's own AS number.")


@rule(
    "router-id-not-ipv4",
    ERROR,
    meaning="A routerID is no IPv4 address other than 0.0.0.0; BGP knows no other identifier.",
    remedy="Write an IPv4 address, unique in the network.",
    source="RFC 6286 section 2; MetalLB internal/config/config.go accepts any address",
)
def router_id_not_ipv4(facts: Facts) -> Iterator[Finding]:
    """An IPv6 address, or 0.0.0.0."""
    for peer in facts.config.peers:
        if peer.router_id is not None and (peer.router_id.family == 6 or not peer.router_id.value):
            message = f"routerID {peer.router_id} of {peer.ref} is no BGP identifier: no session"
            yield Finding(peer.ref, "spec.routerID", message, "Write an IPv4 address.", peer.nodes)


@rule(
    "router-id-shared",
    WARNING,
    meaning="Several nodes use one routerID; a router takes them for one and may drop sessions.",
    remedy="Leave routerID empty, or make one BGPPeer for each node.",
    source="RFC 4271 section 6.8, RFC 6286 section 2.1: identifiers are unique within an AS",
)
def router_id_shared(facts: Facts) -> Iterator[Finding]:
    """A routerID on a peer of several nodes, where nodes are known."""
    for peer in facts.config.peers if facts.knows_nodes else ():
        if peer.router_id is not None and peer.nodes.bit_count() > 1:
            where = facts.config.nodes.describe(peer.nodes)
            message = f"{where} have one routerID, {peer.router_id}, towards {peer.name}"
            fix = "Remove routerID, or make one peer with its own nodeSelectors for each node."
            edit = SetField(peer.ref, "spec.routerID", None)
            yield Finding(
                peer.ref, "spec.routerID", message, fix, peer.nodes, edit, needs_decision=True
            )


@rule(
    "no-hold-time",
    INFO,
    meaning="holdTime 0 turns keepalives off: a dead router is noticed only by TCP or BFD.",
    remedy="Set holdTime to 3s or more, or use a BFD profile.",
    source="RFC 4271 section 4.4",
)
def no_hold_time(facts: Facts) -> Iterator[Finding]:
    """Hold time 0 without BFD."""
    for peer in facts.config.peers:
        if peer.hold_time is not None and peer.hold_time < 1 and not peer.bfd_profile:
            message = f"{peer.ref} sends no keepalives: routes to a dead router or node stay"
            yield Finding(peer.ref, "spec.holdTime", message, "Set holdTime to 3s or more.")


@rule(
    "keepalive-ratio",
    WARNING,
    meaning="keepaliveTime is more than a third of holdTime; FRR lowers it, or one loss is fatal.",
    remedy="Set keepaliveTime to a third of holdTime.",
    source="RFC 4271 section 10; FRR bgpd lowers it to a third",
)
def keepalive_ratio(facts: Facts) -> Iterator[Finding]:
    """Only where keepaliveTime is written."""
    for peer in facts.config.peers:
        hold, keepalive = peer.hold_time, peer.keepalive_time
        written = facts.spec_of_peer[peer.ref].spec.keepalive_time is not None
        if written and hold and keepalive and keepalive * 3 > hold + 0.999:
            third = max(1, int(hold) // 3)
            message = (
                f"{peer.ref} sends keepalives every {keepalive:g}s with a hold time of {hold:g}s; "
                f"FRR lowers the former to {third}s in silence"
            )
            fix = f"Set keepaliveTime to {third}s."
            edit = SetField(peer.ref, "spec.keepaliveTime", f"{third}s")
            yield Finding(peer.ref, "spec.keepaliveTime", message, fix, edit=edit)


@rule(
    "duplicate-session",
    WARNING,
    meaning="Two peers of one node go to the same address: two sessions, of which one is refused.",
    remedy="Delete one of the two, or give them nodeSelectors that share no node.",
    source="RFC 4271 section 6.8; MetalLB internal/bgp/native opens both; the FRR modes compare "
    "addresses as text",
)
def duplicate_session(facts: Facts) -> Iterator[Finding]:
    """FRR refuses one address written alike, which is an error of its own; ports do not count."""
    is_native = facts.config.backend == "native"
    seen: dict[tuple[Address, int | str], list[Peer]] = {}
    for peer in facts.config.peers:
        if peer.address is None:
            continue
        written = facts.spec_of_peer[peer.ref].spec.peer_address
        key = (peer.address, peer.port if is_native else peer.vrf)
        earlier = seen.setdefault(key, [])
        for other in earlier:
            shared = peer.nodes & other.nodes
            is_told = not is_native and facts.spec_of_peer[other.ref].spec.peer_address == written
            if shared and other.name != peer.name and not is_told:
                where = facts.config.nodes.describe(shared)
                message = (
                    f"{peer.ref} and {other.name} both go to {peer.address} from {where}: the "
                    "router keeps one session and closes the other, again and again"
                )
                fix = "Delete one of the two, or give them nodeSelectors that share no node."
                yield Finding(peer.ref, "spec.peerAddress", message, fix, shared)
        earlier.append(peer)


@rule(
    "graceful-restart",
    INFO,
    meaning="With graceful restart a router keeps the routes of a node that is gone for a while.",
    remedy="Drain a node's services before a reboot; to change the field, make the peer anew.",
    source="RFC 4724 section 4.2; MetalLB api/v1beta2/bgppeer_types.go: the field is immutable",
)
def graceful_restart(facts: Facts) -> Iterator[Finding]:
    """Every peer that has it."""
    for ref, peer in facts.written_peers:
        if peer.spec.enable_graceful_restart and facts.config.backend != "native":
            message = (
                f"{listed([ref.name])} keeps sending to a node that reboots until the restart "
                "time is over, and enableGracefulRestart of an existing peer cannot be changed"
            )
            yield Finding(ref, "spec.enableGracefulRestart", message)
