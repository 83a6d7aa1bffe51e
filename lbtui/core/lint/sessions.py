"""Sessions that cannot come up, or not as meant, under any back end."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.configuration.model import Peer
from lbtui.core.editing.repairs import SetField
from lbtui.core.lint.facts import Facts, listed
from lbtui.core.lint.rule import ERROR, INFO, WARNING, Finding, rule
from lbtui.core.objects.resources import METALLB_NAMESPACE, BGPPeer
from lbtui.core.values.addresses import Address, parse_address

AS_TRANS = 23456
LAST_ASNS = (65535, 4294967295)
DOCUMENTATION_ASNS = (range(64496, 64512), range(65536, 65552))
MD5_KEY_OCTETS = 80


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
            message = f"{where} all say they are {peer.router_id} to {peer.name}"
            fix = "Remove routerID, or make one peer with its own nodeSelectors for each node."
            edit = SetField(peer.ref, "spec.routerID", None)
            yield Finding(peer.ref, "spec.routerID", message, fix, peer.nodes, edit)


@rule(
    "source-address-family",
    ERROR,
    meaning="sourceAddress and peerAddress are of two families; no connection can have both.",
    remedy="Write a sourceAddress of the peer's family.",
    source="MetalLB internal/bgp/native/native.go dialMD5; RFC 9293 section 3.3.1",
)
def source_address_family(facts: Facts) -> Iterator[Finding]:
    """Both set, of different families."""
    for peer in facts.config.peers:
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
    for peer in facts.config.peers if facts.knows_nodes else ():
        if peer.source_address is not None and peer.nodes.bit_count() > 1:
            where = facts.config.nodes.describe(peer.nodes)
            message = f"{where} are all to dial {peer.name} from {peer.source_address}"
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
    for peer in facts.config.peers:
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
    "inline-password",
    INFO,
    meaning="A password stands in the BGPPeer, readable by all who can read it, and in Git.",
    remedy="Put it into a Secret of type kubernetes.io/basic-auth and name that in passwordSecret.",
    source="MetalLB api/v1beta2/bgppeer_types.go passwordSecret",
)
def inline_password(facts: Facts) -> Iterator[Finding]:
    """spec.password; its value is never told."""
    for ref, peer in facts.written_peers:
        if peer.spec.password is not None and peer.spec.password.reveal():
            message = f"the password of {ref} stands in the manifest for all to read"
            fix = "Put it into a Secret of type kubernetes.io/basic-auth, named by passwordSecret."
            yield Finding(ref, "spec.password", message, fix)


@rule(
    "password-length",
    ERROR,
    meaning="A password is longer than a TCP MD5 key can be: the session cannot be set up.",
    remedy="Use a password of 1 to 80 octets.",
    source="Linux TCP_MD5SIG_MAXKEYLEN; RFC 2385 section 4.5",
)
def password_length(facts: Facts) -> Iterator[Finding]:
    """More than 80 octets, in a Secret or inline."""
    for peer in facts.config.peers:
        if peer.password is None:
            continue
        octets = len(peer.password.reveal().encode("utf-8", "surrogateescape"))
        if octets > MD5_KEY_OCTETS:
            message = (
                f"the password of {peer.ref} has {octets} octets; a TCP MD5 key has 80 at most"
            )
            yield Finding(
                peer.ref, _password_path(facts, peer), message, "Use a shorter one.", peer.nodes
            )


@rule(
    "password-empty",
    WARNING,
    meaning="The Secret's password is empty: the session runs without TCP MD5.",
    remedy="Write a password into the Secret.",
    source="MetalLB internal/config/config.go passwordFromSecret",
)
def password_empty(facts: Facts) -> Iterator[Finding]:
    """An empty key `password`."""
    for peer in facts.config.peers:
        if peer.password is not None and not peer.password.reveal():
            message = f"the Secret of {peer.ref} has an empty password: the session has no MD5"
            yield Finding(peer.ref, _password_path(facts, peer), message, "Write a password.")


def _password_path(facts: Facts, peer: Peer) -> str:
    """Where the password of a peer comes from."""
    reference = facts.spec_of_peer[peer.ref].spec.password_secret
    return "spec.passwordSecret.name" if reference and reference.name else "spec.password"


@rule(
    "secret-namespace",
    WARNING,
    meaning="passwordSecret names another namespace; MetalLB looks only into its own.",
    remedy="Put the Secret into MetalLB's namespace.",
    source="MetalLB internal/k8s: secrets are listed in MetalLB's namespace",
)
def secret_namespace(facts: Facts) -> Iterator[Finding]:
    """spec.passwordSecret.namespace against the peer's own."""
    for ref, peer in facts.written_peers:
        reference = peer.spec.password_secret
        own = ref.namespace or METALLB_NAMESPACE
        if reference and reference.name and reference.namespace not in ("", own):
            message = f"{ref} takes its password from {reference.namespace}; MetalLB reads {own}"
            edit = SetField(ref, "spec.passwordSecret.namespace", None)
            fix = f"Put the Secret into {own} and remove the namespace."
            yield Finding(ref, "spec.passwordSecret.namespace", message, fix, edit=edit)


@rule(
    "duplicate-session",
    WARNING,
    meaning="Two peers of one node go to the same address: two sessions, of which one is refused.",
    remedy="Delete one of the two, or give them nodeSelectors that share no node.",
    source="RFC 4271 section 6.8; MetalLB internal/bgp/native opens both",
)
def duplicate_session(facts: Facts) -> Iterator[Finding]:
    """Native mode only; FRR refuses them, which is an error of its own."""
    if facts.config.backend != "native":
        return
    seen: dict[tuple[Address, int], list[Peer]] = {}
    for peer in facts.config.peers:
        if peer.address is None:
            continue
        earlier = seen.setdefault((peer.address, peer.port), [])
        for other in earlier:
            shared = peer.nodes & other.nodes
            if shared and other.name != peer.name:
                where = facts.config.nodes.describe(shared)
                message = f"{peer.ref} and {other.name} both go to {peer.address} from {where}"
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


def is_loopback(address: Address) -> bool:
    """Whether an address never leaves its host."""
    return address == parse_address("::1") or (address.family, address.value >> 24) == (4, 127)
