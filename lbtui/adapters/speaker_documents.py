"""The control API's documents ⇄ the core's announcements and the ports' rows. Pure; no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from lbtui.core.objects.meta import Hidden
from lbtui.ports import FamilyCounts, SessionRow, SpeakerView, WireRoute
from speaker import api

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import (
        AnnouncedBfd,
        AnnouncedNode,
        AnnouncedSession,
        Announcements,
    )

ARROWS: Mapping[str, str] = {"sent": "→ ", "received": "← ", "local": ""}
"""Which way the NOTIFICATION went; nothing for what never went over the wire."""
SHUTDOWN_CODES = frozenset({(6, 2), (6, 4)})
"""The only errors whose text is the peer operator's own words (RFC 9003 section 2)."""


def session_id(node: str, peer: str) -> str:
    """The id a session has in the speaker's API; node and peer names have no slash."""
    return f"{node}/{peer}"


# ---- wanted ------------------------------------------------------------------------------------


def encode_config(announcements: Announcements, generation: int) -> api.ConfigDocument:
    """The `PUT /v1/config` document; passwords are revealed, so it is for the wire only."""
    return api.ConfigDocument(
        generation=generation,
        speakers=tuple(map(_encode_node, announcements.nodes)),
        route_sets=encode_route_sets(announcements),
    )


def _encode_node(node: AnnouncedNode) -> api.SpeakerConfig:
    return api.SpeakerConfig(
        name=node.name,
        router_id=node.router_id,
        sessions=tuple(_encode_session(node.name, session) for session in node.sessions),
    )


def _encode_session(node: str, session: AnnouncedSession) -> api.SessionConfig:
    return api.SessionConfig(
        id=session_id(node, session.peer),
        peer=session.peer,
        local_asn=session.local_asn,
        peer_asn=session.peer_asn,
        dynamic_asn=session.dynamic_asn,  # type: ignore[arg-type]  # the server checks the word
        address=session.address,
        port=session.port,
        source_address=session.source_address,
        hold_time=session.hold_time,
        keepalive_time=session.keepalive_time,
        connect_time=session.connect_time,
        password=session.password.reveal() if session.password else None,
        ebgp_multi_hop=session.ebgp_multi_hop,
        graceful_restart=session.graceful_restart,
        families=session.families,  # type: ignore[arg-type]
        route_set=session.route_set,
        router_id=session.router_id,
        interface=session.interface,
        vrf=session.vrf,
        bfd=encode_bfd(session.bfd),
    )


def encode_bfd(bfd: AnnouncedBfd | None) -> api.BfdConfig | None:
    """BFD's parameters for a session."""
    return None if bfd is None else api.BfdConfig(**asdict(bfd))


def encode_route_sets(announcements: Announcements) -> dict[str, tuple[api.Route, ...]]:
    """Route sets under the names the sessions use."""
    return {
        name: tuple(
            api.Route(
                prefix=route.prefix,
                next_hop=route.next_hop,
                local_pref=route.local_pref,
                communities=route.communities,
                large_communities=route.large_communities,
            )
            for route in routes
        )
        for name, routes in announcements.route_sets.items()
    }


def decode_config(document: api.ConfigDocument) -> Announcements:
    """What a speaker was told last; its passwords read "***", as the speaker never tells them."""
    from lbtui.core.routing.announcements import AnnouncedNode, AnnouncedRoute, Announcements

    return Announcements(
        nodes=tuple(
            AnnouncedNode(
                name=speaker.name,
                router_id=speaker.router_id,
                sessions=tuple(map(_decode_session, speaker.sessions)),
            )
            for speaker in document.speakers
        ),
        route_sets={
            name: tuple(
                AnnouncedRoute(
                    prefix=route.prefix,
                    next_hop=route.next_hop,
                    local_pref=route.local_pref,
                    communities=route.communities,
                    large_communities=route.large_communities,
                )
                for route in routes
            )
            for name, routes in document.route_sets.items()
        },
    )


def _decode_session(session: api.SessionConfig) -> AnnouncedSession:
    from lbtui.core.routing.announcements import AnnouncedBfd, AnnouncedSession

    return AnnouncedSession(
        peer=session.peer,
        local_asn=session.local_asn,
        peer_asn=session.peer_asn,
        dynamic_asn=session.dynamic_asn,
        address=session.address,
        port=session.port,
        source_address=session.source_address,
        hold_time=session.hold_time,
        keepalive_time=session.keepalive_time,
        connect_time=session.connect_time,
        password=Hidden(session.password) if session.password else None,
        ebgp_multi_hop=session.ebgp_multi_hop,
        families=session.families,
        graceful_restart=session.graceful_restart,
        route_set=session.route_set,
        router_id=session.router_id,
        interface=session.interface,
        vrf=session.vrf,
        bfd=None if session.bfd is None else AnnouncedBfd(**msgspec.structs.asdict(session.bfd)),
    )


# ---- observed ----------------------------------------------------------------------------------


def describe_error(error: api.ErrorInfo | None) -> str:
    """One line: direction, code/subcode, RFC name, text; empty when there was no error.

    Text from the network is stripped of control characters, so that a peer cannot drive the
    user's terminal.
    """
    if error is None:
        return ""
    words = ARROWS[error.direction]
    if error.code is not None:
        words += f"{error.code}/{error.subcode or 0} "
    text = printable(error.text)
    if not text:
        return words + printable(error.name)
    if text.startswith(error.name):
        return words + text
    if (error.code, error.subcode) in SHUTDOWN_CODES and error.direction != "local":
        return f'{words}{printable(error.name)} "{text}"'
    return f"{words}{printable(error.name)}: {text}"


def describe_trouble(status: api.SessionStatus) -> str:
    """What went wrong last, and what keeps the session down since, if that is something else."""
    error, failure = describe_error(status.last_error), status.last_connect_failure
    if failure is None or status.state == "Established":
        return error
    return f"{error}; now: {printable(failure.text)}" if error else describe_error(failure)


def printable(text: str) -> str:
    """`text` with every control character and the like replaced by a middle dot."""
    return "".join(c if c.isprintable() else "·" for c in text)


def session_row(status: api.SessionStatus) -> SessionRow:
    """A session as the screens and the command line show it."""
    error = status.last_error or status.last_connect_failure
    return SessionRow(
        id=status.id,
        node=status.speaker,
        peer=status.peer,
        state=status.state,
        since=status.since,
        is_enabled=status.enabled,
        address=status.address,
        port=status.port,
        local_address=status.local_address or "",
        local_asn=status.local_asn,
        peer_asn=status.peer_asn or 0,
        is_passive=status.passive,
        families=_family_counts(status),
        negotiated=status.families,
        hold_time=status.hold_time,
        keepalive_time=status.keepalive_time,
        messages_in=status.received.total,
        messages_out=status.sent.total,
        established=status.established_count,
        dropped=status.dropped_count,
        last_error=describe_trouble(status),
        last_error_at=error.at if error else None,
        detail=msgspec.to_builtins(status),
    )


def _family_counts(status: api.SessionStatus) -> dict[str, FamilyCounts]:
    """A count for each configured family, and for any other the speaker counts."""
    counts: dict[str, FamilyCounts] = {
        family: FamilyCounts() for family in status.configured_families
    }
    for family, count in status.prefixes.items():
        counts[family] = FamilyCounts(
            desired=count.desired,
            advertised=count.advertised,
            pending=count.pending,
            received=count.received,
            unsendable=count.unsendable,
        )
    return counts


def wire_routes(page: api.RoutesDocument) -> list[WireRoute]:
    """The routes of one page; those being withdrawn come last, marked."""
    routes = [
        WireRoute(
            prefix=route.prefix,
            next_hop=route.next_hop,
            local_pref=route.local_pref,
            communities=route.communities,
            large_communities=route.large_communities,
            as_path=route.as_path,
            is_pending=route.pending,
        )
        for route in page.routes
    ]
    routes += [
        WireRoute(prefix=prefix, next_hop="", is_pending=True, is_withdrawing=True)
        for prefix in page.withdrawing
    ]
    return routes


class Picture:
    """What the events of one connection add up to."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._status: api.StatusDocument | None = None
        self._rows: dict[str, SessionRow] = {}
        self._order: tuple[str, ...] | None = None

    @property
    def is_known(self) -> bool:
        """Whether the first snapshot has come."""
        return self._status is not None

    def take(self, event: api.Event) -> bool:
        """Bring the picture up to date; whether more than messages and times moved."""
        if event.status is not None:
            self._status = event.status
        if event.type == "snapshot":
            self._rows.clear()
            self._order = None
        is_news = self._put(session_row(status) for status in event.sessions)
        for removed in event.removed:
            self._rows.pop(removed, None)
            self._order = None
        return is_news or event.type != "counters"

    def _put(self, rows: Iterable[SessionRow]) -> bool:
        """Take rows; whether any of them counts its routes otherwise than before."""
        is_news = False
        for row in rows:
            old = self._rows.get(row.id)
            if old is None:
                self._order = None
            is_news |= old is None or old.families != row.families
            self._rows[row.id] = row
        return is_news

    def view(self) -> SpeakerView:
        """The view now; sessions by node, then peer."""
        if self._order is None:
            rows = sorted(self._rows.values(), key=lambda row: (row.node, row.peer, row.id))
            self._order = tuple(row.id for row in rows)
        status: Any = self._status
        return SpeakerView(
            is_running=True,
            pid=status.pid,
            generation=status.generation_accepted,
            generation_reached=status.generation_reached,
            version=status.version,
            started=status.started,
            sessions=tuple(self._rows[key] for key in self._order),
        )
