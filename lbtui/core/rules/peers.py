"""Peers: each by itself, then against those of the same name.

Source: MetalLB internal/config/config.go peerFromCR, peersFor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lbtui.core.configuration.model import Peer
from lbtui.core.objects.cluster_resources import Secret
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BFDProfile, BGPPeer, BGPPeerSpec
from lbtui.core.rules.inputs import Inputs
from lbtui.core.rules.peer_reader import PeerReader
from lbtui.core.values.addresses import Address
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.nodes import NodeSet
from lbtui.core.values.selectors import Selector

_SECOND = 1_000_000_000


def _seconds(nanoseconds: int | None) -> float | None:
    """Nanoseconds as seconds."""
    return None if nanoseconds is None else nanoseconds / _SECOND


def check_peers(inputs: Inputs, profiles: Mapping[str, BFDProfile]) -> tuple[Peer, ...]:
    """Judge every peer; the ones that could be read, by name, the last of a name first served."""
    secrets = {(ref.namespace, ref.name): one for ref, one in inputs.resources.items(Secret)}
    read: list[Peer] = []
    keys: list[object] = []
    for ref, resource in inputs.sorted(BGPPeer):
        nodes = inputs.nodes_of(resource.spec.node_selectors, ref)
        if nodes is None:
            continue
        peer = _read_peer(inputs, ref, resource.spec, nodes, profiles, secrets)
        if peer is None:
            continue
        check_equal_peer(inputs, peer, resource.spec, read, keys)
        read.append(peer)
    return _last_of_a_name_wins(read)


def _read_peer(
    inputs: Inputs,
    ref: ResourceRef,
    spec: BGPPeerSpec,
    nodes: NodeSet,
    profiles: Mapping[str, BFDProfile],
    secrets: Mapping[tuple[str, str], Secret],
) -> Peer | None:
    """Judge one peer in MetalLB's order; None if anything is wrong with it."""
    reader = PeerReader(inputs, ref, spec, nodes)
    reader.check_asns()
    reader.check_target()
    timers = reader.read_timers()
    address = reader.read_address(spec.peer_address, "peer-invalid-address", "peerAddress")
    router_id = reader.read_address(spec.router_id, "peer-invalid-router-id", "routerID")
    source = reader.read_address(spec.source_address, "peer-invalid-source", "sourceAddress")
    reader.check_selectors()
    password = reader.read_password(secrets)
    reader.check_lines()
    reader.check_bfd_profile(profiles)
    if not reader.is_good:
        return None
    connect = parse_duration(spec.connect_time) if spec.connect_time is not None else None
    return Peer(
        ref=ref,
        my_asn=spec.my_asn,
        peer_asn=spec.peer_asn,
        dynamic_asn=spec.dynamic_asn,
        # frr-k8s has no field for it and drops it; native refuses it.
        local_asn=spec.local_asn if inputs.backend == "frr" else None,
        address=address,
        interface=spec.interface,
        port=spec.peer_port,
        source_address=source,
        hold_time=_seconds(timers.hold),
        keepalive_time=_seconds(timers.keepalive),
        connect_time=_seconds(connect),
        router_id=router_id,
        ebgp_multi_hop=spec.ebgp_multi_hop,
        graceful_restart=spec.enable_graceful_restart,
        bfd_profile=spec.bfd_profile,
        bfd=profiles[spec.bfd_profile].spec if spec.bfd_profile in profiles else None,
        vrf=spec.vrf,
        password=password,
        unread_secret=_unread_secret(spec, password),
        families=_families(inputs.backend, spec, address),
        nodes=nodes,
    )


def _unread_secret(spec: BGPPeerSpec, password: Hidden | None) -> str:
    return spec.password_secret.name if spec.password_secret and password is None else ""


def _families(backend: str, spec: BGPPeerSpec, address: Address | None) -> frozenset[int]:
    """Families whose routes the back end sends over a session."""
    if backend == "native":
        return frozenset((4,))
    if address is None or spec.dual_stack_address_family:
        return frozenset((4, 6))
    return frozenset((address.family,))


def check_equal_peer(
    inputs: Inputs, peer: Peer, spec: BGPPeerSpec, earlier: Sequence[Peer], keys: list[object]
) -> None:
    """peer-duplicate: equal in every field, the name included, to the one read before it.

    A later peer of a name replaces the earlier one, on the nodes that it selects.

    Args:
        inputs: what is judged.
        peer: the one to compare.
        spec: as written.
        earlier: those read before.
        keys: what to compare of each of them; gets this one's.
    """
    key = _identity(inputs, peer, spec)
    hidden, latest = 0, True
    for other, its_key in zip(reversed(earlier), reversed(keys), strict=True):
        if other.name != peer.name:
            break
        if its_key == key and (latest or peer.nodes & other.nodes & ~hidden):
            inputs.findings.error(
                "peer-duplicate",
                f"{peer.ref} exists twice, equal in every field",
                ref=peer.ref,
                fix="Delete one of the two.",
                nodes=peer.nodes & ~hidden,
                is_set_refused=latest,
            )
        hidden |= other.nodes
        latest = False
    keys.append(key)


def _identity(inputs: Inputs, peer: Peer, spec: BGPPeerSpec) -> tuple[object, ...]:
    """What MetalLB compares of a peer: as parsed, so that no selector equals an empty one."""
    secret = spec.password_secret
    return (
        *(getattr(peer, field) for field in Peer.__dataclass_fields__ if field != "ref"),
        peer.name,
        inputs.compile(spec.node_selectors, peer.ref, "spec.nodeSelectors", None)
        or (Selector(()),),
        spec.password.reveal() if spec.password is not None else "",
        (secret.name, secret.namespace) if secret is not None else ("", ""),
        spec.dual_stack_address_family,
        spec.disable_mp,
        spec.local_asn,
    )


def _last_of_a_name_wins(peers: list[Peer]) -> tuple[Peer, ...]:
    """Take from each peer the nodes that a later one of the same name also selects."""
    taken: dict[str, NodeSet] = {}
    kept: list[Peer] = []
    for peer in reversed(peers):
        nodes = peer.nodes & ~taken.get(peer.name, 0)
        taken[peer.name] = taken.get(peer.name, 0) | nodes
        kept.append(peer if nodes == peer.nodes else replace(peer, nodes=nodes))
    return tuple(reversed(kept))
