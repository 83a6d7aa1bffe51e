"""Routers, the sessions with them and BFD beside those, as manifests write them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta, field

from lbtui.core.objects.meta import Asn, Duration, Hidden, Record
from lbtui.core.objects.resource import MetalLBResource, NodeSelectors


class SecretReference(Record, frozen=True):
    """The Secret that holds a session's password."""

    name: Annotated[str, Meta(description="Name of the Secret.", extra={"refers": "Secret"})] = ""
    namespace: Annotated[str, Meta(description="Its namespace; MetalLB's own if empty.")] = ""


class BGPPeerSpec(Record, frozen=True):
    """One router that nodes open a BGP session to."""

    my_asn: Annotated[Asn, Meta(description="AS number of the nodes' end of the session.")] = field(
        name="myASN"
    )
    peer_asn: Annotated[
        Asn, Meta(description="AS number of the router; 0 or empty only with dynamicASN.")
    ] = field(default=0, name="peerASN")
    dynamic_asn: Annotated[
        Literal["internal", "external"] | None,
        Meta(description="Take the router's AS from its OPEN: internal = myASN, external = other."),
    ] = field(default=None, name="dynamicASN")
    local_asn: Annotated[
        Annotated[int, Meta(ge=1, le=4294967295)] | None,
        Meta(description="AS number shown to this router instead of myASN (FRR mode only)."),
    ] = field(default=None, name="localASN")
    peer_address: Annotated[
        str, Meta(description="Address of the router.", extra={"format": "address"})
    ] = ""
    interface: Annotated[
        str,
        Meta(
            description="Interface for an unnumbered session, instead of an address.",
            extra={"format": "interface"},
        ),
    ] = ""
    peer_port: Annotated[
        Annotated[int, Meta(ge=1, le=16384)], Meta(description="TCP port of the router.")
    ] = 179
    source_address: Annotated[
        str,
        Meta(
            description="Local address to dial from; ignored where the host does not have it.",
            extra={"format": "address"},
        ),
    ] = ""
    hold_time: Annotated[
        Duration | None,
        Meta(description="Silence after which the session is down: 0s, or 3s and more."),
    ] = None
    keepalive_time: Annotated[
        Duration | None, Meta(description="Time between keepalives; a third of holdTime if empty.")
    ] = None
    connect_time: Annotated[
        Duration | None, Meta(description="Wait between attempts to connect, whole seconds.")
    ] = None
    router_id: Annotated[
        str,
        Meta(
            description="BGP Identifier; the session's local IPv4 address if empty.",
            extra={"format": "address"},
        ),
    ] = field(default="", name="routerID")
    ebgp_multi_hop: Annotated[
        bool, Meta(description="The router of another AS is more than one hop away.")
    ] = False
    dual_stack_address_family: Annotated[
        bool, Meta(description="Send IPv4 and IPv6 routes over this one session.")
    ] = False
    disable_mp: Annotated[bool, Meta(description="Deprecated; see dualStackAddressFamily.")] = (
        field(default=False, name="disableMP")
    )
    enable_graceful_restart: Annotated[
        bool, Meta(description="The router keeps the routes while a node restarts; immutable.")
    ] = False
    bfd_profile: Annotated[
        str, Meta(description="BFD profile for this session.", extra={"refers": "BFDProfile"})
    ] = ""
    vrf: Annotated[str, Meta(description="VRF of the session on the node.")] = ""
    password: Annotated[Hidden | None, Meta(description="TCP MD5 password; a Secret is safer.")] = (
        None
    )
    password_secret: Annotated[
        SecretReference | None,
        Meta(description="Secret of type kubernetes.io/basic-auth with the password."),
    ] = None
    node_selectors: Annotated[
        NodeSelectors, Meta(description="Nodes that open this session; empty: all nodes.")
    ] = ()


class BGPPeer(MetalLBResource, frozen=True, kw_only=True):
    """A router, and the session parameters towards it."""

    kind: ClassVar[str] = "BGPPeer"
    api_version: ClassVar[str] = "metallb.io/v1beta2"
    spec: BGPPeerSpec = msgspec.field(default_factory=lambda: BGPPeerSpec(my_asn=0))
    """Without one the API server lets a peer in, and MetalLB misses myASN."""


Milliseconds = Annotated[int, Meta(ge=10, le=60000)]


class BFDProfileSpec(Record, frozen=True):
    """Timers and modes of BFD; what is empty is left to FRR's defaults."""

    receive_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between received packets, ms.")
    ] = None
    transmit_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between sent packets, ms.")
    ] = None
    detect_multiplier: Annotated[
        Annotated[int, Meta(ge=2, le=255)] | None,
        Meta(description="Packets missed in a row before the session is down."),
    ] = None
    echo_interval: Annotated[
        Milliseconds | None, Meta(description="Least time between echo packets, ms.")
    ] = None
    echo_mode: Annotated[bool, Meta(description="Use echo packets; not over IPv6.")] = False
    passive_mode: Annotated[bool, Meta(description="Wait for the router to begin.")] = False
    minimum_ttl: Annotated[
        Annotated[int, Meta(ge=1, le=254)] | None,
        Meta(description="Least TTL accepted over several hops; 254 if empty."),
    ] = None


class BFDProfile(MetalLBResource, frozen=True):
    """Settings of BFD sessions."""

    kind: ClassVar[str] = "BFDProfile"
    spec: BFDProfileSpec = msgspec.field(default_factory=BFDProfileSpec)
