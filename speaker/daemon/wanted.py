"""The wanted state, parsed: which sessions, with which parameters and route sets.

From documents of the API to what the machine and the RIB take; pure, and slow for large route
sets, so that it can be done off the event loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from speaker.api import ConfigDocument, Route, SessionConfig
from speaker.rib.adj_rib_out import RouteSet, parse_route
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
    def ttl(self) -> int | None:
        """1 towards eBGP peers unless multi-hop is allowed, as routers do; None: any."""
        config = self.config
        is_ibgp = config.dynamic_asn == "internal" or config.peer_asn == config.local_asn
        return None if is_ibgp or config.ebgp_multi_hop else 1

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
            families=config.families,
            graceful_restart=config.graceful_restart,
            restart_time=DEFAULT_RESTART_TIME if restart_time is None else restart_time,
            keep_received=config.keep_received,
        )

    def differences(self, other: WantedSession) -> list[str]:
        """Names of what the peer would notice, as the API spells them; empty: leave it alone."""
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
    """A whole document, parsed."""

    document: ConfigDocument
    sessions: Mapping[str, WantedSession]
    """By id."""
    route_sets: Mapping[str, RouteSet]


NOTHING = WantedState(ConfigDocument(0, (), {}), {}, {})


def parse_document(document: ConfigDocument, before: WantedState) -> WantedState:
    """Parse a checked document; equal route sets of `before` are taken over as they are."""
    sessions = {
        config.id: WantedSession(speaker.name, config.router_id or speaker.router_id, config)
        for speaker in document.speakers
        for config in speaker.sessions
    }
    route_sets = {}
    for name, routes in document.route_sets.items():
        is_same = before.document.route_sets.get(name) == routes
        route_sets[name] = before.route_sets[name] if is_same else _route_set(routes)
    return WantedState(document, sessions, route_sets)


def listening_port(config: SessionConfig) -> int | None:
    """Where a session accepts connections; None if it only dials."""
    if config.listen_port is not None:
        return config.listen_port
    return config.port if config.passive else None


def _route_set(routes: tuple[Route, ...]) -> RouteSet:
    return RouteSet(
        parse_route(
            route.prefix,
            route.next_hop,
            route.local_pref,
            route.communities,
            route.large_communities,
        )
        for route in routes
    )
