"""The wanted state, parsed: which sessions, with which parameters and route sets.

What the machine and the RIB take of a document of the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from speaker.api import SessionConfig, SpeakerConfig
from speaker.codec.families import FAMILIES
from speaker.network.options import MAX_TTL
from speaker.rib.adj_rib_out import RouteSet
from speaker.session.effects import Endpoints, Opener
from speaker.session.negotiation import plain_address
from speaker.session.parameters import (
    DEFAULT_CONNECT_TIME,
    DEFAULT_HOLD_TIME,
    DEFAULT_RESTART_TIME,
    SessionParameters,
)

_HARMLESS = ("id", "peer", "route_set", "router_id")
"""Fields that the peer never notices, and the BGP Identifier, judged with the speaker's own."""


@dataclass(frozen=True, slots=True)
class WantedSession:
    """One session with what it takes from its speaker."""

    speaker: str
    router_id: str | None
    config: SessionConfig

    @property
    def listening_port(self) -> int | None:
        """Where it accepts connections; None if it only dials."""
        return listening_port(self.config)

    @property
    def peer_address(self) -> str:
        """With the scope that a link-local one needs; empty for an unnumbered session."""
        config = self.config
        is_bare = config.address.lower().startswith("fe80:") and "%" not in config.address
        if is_bare and config.interface is not None:
            return f"{config.address}%{config.interface}"
        return config.address

    @property
    def is_ibgp(self) -> bool:
        """Whether the peer is to be of our own AS."""
        config = self.config
        return config.dynamic_asn == "internal" or config.peer_asn == config.local_asn

    @property
    def ttl(self) -> int:
        """Of our segments: 1 towards eBGP peers on the link, as routers do, else the greatest."""
        config = self.config
        is_near = not (self.is_ibgp or config.ebgp_multi_hop or config.ttl_security)
        return 1 if is_near else MAX_TTL

    @property
    def least_ttl(self) -> int:
        """Of the peer's segments: with TTL security none that crossed a router, RFC 5082."""
        return MAX_TTL if self.config.ttl_security else 0

    def parameters(self) -> SessionParameters:
        """What the machine needs, defaults filled in."""
        config = self.config
        hold, connect = config.hold_time, config.connect_time
        restart_time = config.graceful_restart_time
        return SessionParameters(
            local_asn=config.local_asn,
            peer_asn=config.peer_asn,
            dynamic_asn=config.dynamic_asn,
            name=self.speaker,
            router_id=self.router_id,
            passive=config.passive,
            hold_time=DEFAULT_HOLD_TIME if hold is None else int(hold),
            keepalive_time=config.keepalive_time,
            connect_time=DEFAULT_CONNECT_TIME if connect is None else connect,
            delay_open_time=config.delay_open_time,
            families=tuple(family for family in FAMILIES if family in config.families),
            extended_next_hop=not config.address,
            graceful_restart=config.graceful_restart,
            restart_time=DEFAULT_RESTART_TIME if restart_time is None else restart_time,
            keep_received=config.keep_received,
        )

    def shares_connection(self, other: WantedSession, ends: Endpoints, opened_by: Opener) -> bool:
        """Whether `other` may take over this session's connection between `ends`.

        Times to live may change on the way, and so may the places to listen; nor does it matter
        where the peer would have been dialled if it dialled itself.
        """
        mine, its = self.config, other.config
        if self._path != other._path:
            return False
        if opened_by == "local" and mine.port != its.port:
            return False
        if mine.bfd and its.bfd and self._needs_far_bfd != other._needs_far_bfd:
            return False
        is_source_kept = its.source_address in (None, mine.source_address)
        return is_source_kept or plain_address(its.source_address or "") == ends.local_address

    @property
    def _path(self) -> tuple[object, ...]:
        config = self.config
        link = None if config.address else config.interface
        return self.peer_address, link, config.vrf, config.password

    @property
    def _needs_far_bfd(self) -> bool:
        """Whether BFD counts hops, RFC 5883; for internal peers that depends on where they are."""
        return self.config.ebgp_multi_hop and not self.is_ibgp

    def differences(self, other: WantedSession) -> list[str]:
        """Names of what may matter to the peer, as the API spells them; empty: leave it alone."""
        found = [
            field.encode_name
            for field in msgspec.structs.fields(SessionConfig)
            if field.name not in _HARMLESS
            and getattr(self.config, field.name) != getattr(other.config, field.name)
        ]
        if self.speaker != other.speaker:
            found.append("speaker name")
        if self.router_id != other.router_id:
            found.append("routerId")
        return found


@dataclass(frozen=True, slots=True)
class WantedState:
    """A whole document, parsed. Its routes are kept in this form only."""

    generation: int
    speakers: tuple[SpeakerConfig, ...]
    sessions: Mapping[str, WantedSession]
    """By id."""
    route_sets: Mapping[str, RouteSet]

    @classmethod
    def of(
        cls,
        generation: int,
        speakers: tuple[SpeakerConfig, ...],
        route_sets: Mapping[str, RouteSet],
    ) -> WantedState:
        """Give every session what it takes from its speaker."""
        sessions = {
            config.id: WantedSession(speaker.name, config.router_id or speaker.router_id, config)
            for speaker in speakers
            for config in speaker.sessions
        }
        return cls(generation, speakers, sessions, route_sets)

    def with_routes(self, generation: int, name: str, routes: RouteSet) -> WantedState:
        """The same under a new generation, with one route set replaced."""
        return replace(self, generation=generation, route_sets={**self.route_sets, name: routes})


NOTHING = WantedState(0, (), {}, {})


def listening_port(config: SessionConfig) -> int | None:
    """Where a session accepts connections; None if it only dials."""
    if config.listen_port is not None:
        return config.listen_port
    return config.port if config.passive else None
