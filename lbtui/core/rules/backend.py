"""What a back end refuses before anything else is looked at.

Source: MetalLB internal/config/validation.go.
"""

from __future__ import annotations

from itertools import combinations

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    BGPPeerSpec,
    Community,
)
from lbtui.core.rules.inputs import Inputs
from lbtui.core.values.addresses import AddressError, Network, parse_entry
from lbtui.core.values.communities import CommunityError, parse_community
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.nodes import NodeSet
from lbtui.core.values.selectors import SelectorError, compile_selector

_FRR_FIX = "Use the frr or frr-k8s back end, or remove the field."


def check_backend(inputs: Inputs) -> None:
    """Run the rules of the configured back end."""
    if inputs.backend == "native":
        check_native_peers(inputs)
        check_native_bfd_profiles(inputs)
        check_native_ipv6(inputs)
        check_native_communities(inputs)
    else:
        check_frr_peers(inputs)


def check_native_peers(inputs: Inputs) -> None:
    """native-*: fields that only FRR knows."""
    for ref, peer in inputs.sorted(BGPPeer):
        nodes = inputs.nodes_of(peer.spec.node_selectors, ref)
        for code, path in _frr_only_fields(peer.spec):
            inputs.findings.error(
                code,
                f"{ref} sets {path}, which native BGP mode refuses",
                ref=ref,
                path=f"spec.{path}",
                fix=_FRR_FIX,
                nodes=nodes,
            )


def _frr_only_fields(spec: BGPPeerSpec) -> list[tuple[str, str]]:
    """Code and name of each field in use that native mode refuses, in MetalLB's order."""
    fields = [
        ("native-bfd", "bfdProfile", bool(spec.bfd_profile)),
        ("native-keepalive", "keepaliveTime", bool(parse_duration(spec.keepalive_time or "0"))),
        ("native-vrf", "vrf", bool(spec.vrf)),
        ("native-connect-time", "connectTime", spec.connect_time is not None),
        ("native-graceful-restart", "enableGracefulRestart", spec.enable_graceful_restart),
        ("native-disable-mp", "disableMP", spec.disable_mp),
        (
            "native-dual-stack-address-family",
            "dualStackAddressFamily",
            spec.dual_stack_address_family,
        ),
        ("native-dynamic-asn", "dynamicASN", spec.dynamic_asn is not None),
        ("native-interface", "interface", bool(spec.interface)),
        ("native-local-asn", "localASN", spec.local_asn is not None),
    ]
    return [(code, name) for code, name, is_used in fields if is_used]


def check_native_bfd_profiles(inputs: Inputs) -> None:
    """native-bfd: native mode refuses to start with any BFDProfile."""
    for ref, _ in inputs.sorted(BFDProfile):
        inputs.findings.error(
            "native-bfd",
            f"{ref} exists, and native BGP mode knows no BFD: MetalLB refuses everything",
            ref=ref,
            fix="Use the frr or frr-k8s back end, or delete the profile.",
        )


def check_native_ipv6(inputs: Inputs) -> None:
    """native-ipv6-pool: an advertisement covers IPv6 addresses."""
    selecting = _pools_selected_by_bgp(inputs)
    for position, (ref, pool) in enumerate(inputs.pools):
        nodes = selecting[position]
        if nodes is None:
            continue
        for at, text in enumerate(pool.spec.addresses):
            if any(network.family == 6 for network in _read(text)):
                inputs.findings.error(
                    "native-ipv6-pool",
                    f"{ref} holds IPv6 addresses and is advertised; native mode sends only IPv4",
                    ref=ref,
                    path=f"spec.addresses[{at}]",
                    fix="Use the frr or frr-k8s back end, or move the IPv6 addresses to a pool "
                    "that no BGPAdvertisement covers.",
                    nodes=nodes,
                )


def _read(text: str) -> tuple[Network, ...]:
    """The CIDRs of an entry; none if it is broken, which the pool's own rule reports."""
    try:
        return parse_entry(text)
    except AddressError:
        return ()


def _pools_selected_by_bgp(inputs: Inputs) -> list[NodeSet | None]:
    """For each pool: nodes of the advertisements that cover it; None if there is none."""
    selecting: list[NodeSet | None] = [None] * len(inputs.pools)
    for ref, advertisement in inputs.sorted(BGPAdvertisement):
        spec = advertisement.spec
        nodes = inputs.nodes_of(spec.node_selectors, ref)
        if nodes is None:
            continue
        try:
            compiled = [compile_selector(selector) for selector in spec.ip_address_pool_selectors]
        except SelectorError:
            continue
        covers_all = not spec.ip_address_pools and not compiled
        mask = inputs.pool_labels.any_of(compiled) if compiled or covers_all else 0
        for position, (pool_ref, _) in enumerate(inputs.pools):
            if mask >> position & 1 or pool_ref.name in spec.ip_address_pools:
                selecting[position] = (selecting[position] or 0) | nodes
    return selecting


def check_native_communities(inputs: Inputs) -> None:
    """native-large-community: in an advertisement or an alias, used or not."""
    for ref, advertisement in inputs.sorted(BGPAdvertisement):
        nodes = inputs.nodes_of(advertisement.spec.node_selectors, ref)
        for position, text in enumerate(advertisement.spec.communities):
            _refuse_large(inputs, text, ref, f"spec.communities[{position}]", nodes)
    for ref, community in inputs.sorted(Community):
        for position, alias in enumerate(community.spec.communities):
            _refuse_large(inputs, alias.value, ref, f"spec.communities[{position}].value", None)


def _refuse_large(
    inputs: Inputs, text: str, ref: ResourceRef, path: str, nodes: NodeSet | None
) -> None:
    """Report a large community; text that is none is another rule's matter."""
    try:
        is_large = parse_community(text).is_large
    except CommunityError:
        return
    if is_large:
        inputs.findings.error(
            "native-large-community",
            f"{ref} uses the large community {text!r}, which native BGP mode refuses",
            ref=ref,
            path=path,
            fix="Use the frr or frr-k8s back end, or a standard community.",
            nodes=nodes,
        )


def check_frr_peers(inputs: Inputs) -> None:
    """frr-router-id, frr-duplicate-peer, frr-my-asn: for two peers that share a node."""
    known = [
        (ref, peer.spec, nodes)
        for ref, peer in inputs.sorted(BGPPeer)
        if (nodes := inputs.nodes_of(peer.spec.node_selectors, ref)) is not None
    ]
    for (first_ref, first, first_nodes), (ref, spec, own_nodes) in combinations(known, 2):
        shared = first_nodes & own_nodes
        if not shared and not inputs.is_node_assumed:
            continue
        for code, path, message, fix in _frr_conflicts(first, spec, first_ref.name):
            inputs.findings.error(
                code,
                f"{ref} {message}",
                ref=ref,
                path=path,
                fix=fix,
                nodes=shared,
            )


def _frr_conflicts(
    first: BGPPeerSpec, second: BGPPeerSpec, name: str
) -> list[tuple[str, str, str, str]]:
    """Code, path, message and fix of everything that keeps two peers from one FRR instance."""
    found = []
    if first.router_id != second.router_id:
        theirs, ours = first.router_id or "none", second.router_id or "none"
        found.append(
            (
                "frr-router-id",
                "spec.routerID",
                f"has routerID {ours} but {name} has {theirs}: FRR has one router ID for all peers",
                "Give both the same routerID, or none.",
            )
        )
    if first.vrf == second.vrf and (first.peer_address or first.interface) == (
        second.peer_address or second.interface
    ):
        found.append(
            (
                "frr-duplicate-peer",
                "spec.peerAddress" if second.peer_address else "spec.interface",
                f"goes to the same router as {name} from the same node, which FRR cannot do",
                "Delete one of the two, or give them nodeSelectors that share no node.",
            )
        )
    if first.vrf == second.vrf and first.my_asn != second.my_asn:
        found.append(
            (
                "frr-my-asn",
                "spec.myASN",
                f"has myASN {second.my_asn} but {name} has {first.my_asn}: FRR has one AS per VRF",
                "Give both the same myASN.",
            )
        )
    return found


def check_frr_k8s_passwords(inputs: Inputs) -> None:
    """frr-k8s-password-and-secret: both are handed on, and the node's session fails to start.

    Source: MetalLB internal/bgp/frrk8s/frrk8s.go updateConfig.
    """
    if inputs.backend != "frr-k8s":
        return
    for ref, peer in inputs.sorted(BGPPeer):
        if has_password_and_secret(peer.spec):
            inputs.findings.error(
                "frr-k8s-password-and-secret",
                f"{ref} has a password and the namespace of a passwordSecret: its session fails, "
                "and the node announces nothing",
                ref=ref,
                path="spec.passwordSecret",
                fix="Remove passwordSecret.",
                nodes=inputs.nodes_of(peer.spec.node_selectors, ref),
                is_set_refused=False,
            )


def has_password_and_secret(spec: BGPPeerSpec) -> bool:
    """Whether a password stands beside a passwordSecret that has a namespace only."""
    secret, password = spec.password_secret, spec.password
    is_partial = secret is not None and bool(secret.namespace) and not secret.name
    return is_partial and password is not None and bool(password.reveal())
