"""What a speaker is told to do: sessions and their routes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from speaker.api.base import Asn, Document, Family, Seconds


class Route(Document, frozen=True, rename="camel", omit_defaults=True, gc=False):
    """One route of a route set."""  # without gc: there may be a million of them

    prefix: str
    next_hop: str | None = None
    """None: the session's local address."""
    local_pref: Annotated[int, Meta(ge=0, le=4294967295)] | None = None
    """Sent to iBGP peers only; None: 100 (RFC 4271 section 5.1.5 wants the attribute there)."""
    communities: tuple[str, ...] = ()
    """`a:b`, decimal."""
    large_communities: tuple[str, ...] = ()
    """`a:b:c`, decimal."""


class BfdConfig(Document, frozen=True, rename="camel", omit_defaults=True):
    """BFD beside a session, RFC 5880 in asynchronous mode; what is None is as in FRR."""

    receive_interval: Annotated[float, Meta(ge=0.01, le=60)] | None = None
    """None: 0.3."""
    transmit_interval: Annotated[float, Meta(ge=0.01, le=60)] | None = None
    """None: 0.3."""
    detect_multiplier: Annotated[int, Meta(ge=1, le=255)] | None = None
    """Packets missed in a row before the path counts as down; None: 3."""
    echo_mode: bool = False
    """Accepted and not used: this speaker has no echo function."""
    echo_interval: Annotated[float, Meta(ge=0.01, le=60)] | None = None
    """Accepted and not used."""
    passive_mode: bool = False
    """Wait for the peer's first packet."""
    minimum_ttl: Annotated[int, Meta(ge=1, le=254)] | None = None
    """Of packets over several hops; None: 254."""


class SessionConfig(Document, frozen=True, rename="camel", omit_defaults=True):
    """The parameters of one session. Two equal ones never disturb a running session."""

    id: str
    peer: str
    local_asn: Asn
    address: str
    """The peer's. A passive session accepts connections from it. Empty: whoever is found at the
    other end of `interface` (unnumbered)."""
    route_set: str
    peer_asn: Asn | None = None
    dynamic_asn: Literal["internal", "external"] | None = None
    port: Annotated[int, Meta(ge=1, le=65535)] = 179
    """The peer's, to dial."""
    source_address: str | None = None
    """Used if the host has it, else the kernel chooses; a passive session listens on it."""
    listen_port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    """Also accept connections there; None: `port` if `passive`, else accept none."""
    passive: bool = False
    """Never dial."""
    hold_time: Seconds | None = None
    """0 or 3 and more; None: 180."""
    keepalive_time: Seconds | None = None
    """None: a third of the negotiated hold time."""
    connect_time: Seconds | None = None
    """ConnectRetryTime; None: 120."""
    password: str | None = None
    router_id: str | None = None
    """BGP Identifier of this session alone; None: the speaker's."""
    ebgp_multi_hop: bool = False
    ttl_security: bool = False
    graceful_restart: bool = False
    """Ask the peer to keep the routes while the speaker restarts, RFC 4724."""
    graceful_restart_time: Annotated[int, Meta(ge=0, le=4095)] | None = None
    """Seconds that it is to wait; None: 120."""
    delay_open_time: Annotated[float, Meta(ge=0, le=240)] = 0.0
    """Seconds to wait for the peer's OPEN before sending ours (DelayOpen, RFC 4271 section 8.1)."""
    families: tuple[Family, ...] = ("ipv4", "ipv6")
    interface: str | None = None
    """Of an unnumbered session, and of a link-local `address` without a scope."""
    vrf: str | None = None
    """Name of the VRF's device; None: the default one."""
    bfd: BfdConfig | None = None
    """When BFD goes down, so does the session, with Cease/10, until BFD is up again."""
    keep_received: bool = False
    """Keep received routes for `GET …/received`; for lab routers. Otherwise only counted."""

    def __repr__(self) -> str:
        """Without the password: this text ends up in logs and failing tests."""
        fields = (
            f"{name}={'***' if name == 'password' and value else value!r}"
            for name, value in msgspec.structs.asdict(self).items()
        )
        return f"SessionConfig({', '.join(fields)})"


class SpeakerConfig(Document, frozen=True, rename="camel", omit_defaults=True):
    """One BGP speaker; a process can act as several."""

    name: str
    sessions: tuple[SessionConfig, ...]
    router_id: str | None = None
    """None: the session's local IPv4 address, else a hash of `name`."""


class ConfigDocument(Document, frozen=True):
    """The whole wanted state: `PUT /v1/config`."""

    generation: Annotated[int, Meta(ge=0)]
    """Grows with every accepted document; 0: none was accepted yet."""
    speakers: tuple[SpeakerConfig, ...]
    route_sets: dict[str, tuple[Route, ...]]


class RouteSetChange(Document, frozen=True, omit_defaults=True):
    """A change to one route set: `PATCH /v1/route-sets/{id}`."""

    generation: Annotated[int, Meta(ge=0)]
    """Of the whole wanted state, as in `ConfigDocument`: newer than the accepted one."""
    announce: tuple[Route, ...] = ()
    """Added, or in place of the route with the same prefix."""
    withdraw: tuple[str, ...] = ()
    """Prefixes that are to be gone, whether or not they are there."""
