"""From live objects to the API's documents. Reads, never changes anything."""

from __future__ import annotations

from speaker.api import (
    BfdStatus,
    ErrorInfo,
    Family,
    GracefulRestartStatus,
    MalformedCounts,
    MessageCounts,
    PrefixCounts,
    RoutesDocument,
    SentRoute,
    SessionStatus,
    TcpStatus,
    Transition,
)
from speaker.bfd.codec import STATE_WORDS, diagnostic_words
from speaker.daemon.clock import Clock
from speaker.daemon.peering import Peering
from speaker.rib.adj_rib_out import RouteRow
from speaker.session.effects import ErrorRecord
from speaker.session.session import Counters, Session, State

NO_ECHO = "echo packets are configured, and not used: this speaker has no echo function"


def session_status(peering: Peering, clock: Clock) -> SessionStatus:
    """Everything known about one session, now."""
    session, config, wanted = peering.session, peering.wanted.config, peering.wanted
    agreed, ends, now = session.negotiated, session.endpoints, clock.now()
    parameters = session.parameters

    def epoch(at: float | None) -> float | None:
        return None if at is None else clock.to_epoch(at)

    def remaining(deadline: float | None) -> float | None:
        return None if deadline is None else round(max(0.0, deadline - now), 3)

    return SessionStatus(
        id=config.id,
        speaker=wanted.speaker,
        peer=config.peer,
        state=session.state.value,
        enabled=peering.is_enabled,
        since=clock.to_epoch(session.since),
        local_asn=config.local_asn,
        peer_asn=session.peer_asn,
        address=peering.peer_address,
        port=config.port,
        passive=config.passive,
        configured_source_address=config.source_address,
        local_address=ends.local_address if ends else None,
        local_port=ends.local_port if ends else None,
        peer_port=ends.peer_port if ends else None,
        opened_by=session.opened_by,
        router_id=session.router_id or wanted.router_id,
        peer_router_id=agreed.peer_router_id if agreed else None,
        configured_hold_time=parameters.hold_time,
        peer_hold_time=agreed.peer_hold_time if agreed else None,
        hold_time=agreed.hold_time if agreed else None,
        keepalive_time=agreed.keepalive_time if agreed else None,
        hold_remaining=remaining(session.hold_deadline),
        connect_retry_remaining=remaining(session.retry_deadline),
        last_read=epoch(session.last_read),
        last_write=epoch(session.last_write),
        configured_families=config.families,
        families=agreed.families if agreed else (),
        capabilities_sent=agreed.capabilities_sent if agreed else (),
        capabilities_received=agreed.capabilities_received if agreed else (),
        prefixes={family: _prefixes(peering, family) for family in config.families},
        sent=_messages(session.sent),
        received=_messages(session.received),
        established_count=session.established_count,
        dropped_count=session.dropped_count,
        last_error=_last_error(peering, clock),
        history=tuple(
            Transition(clock.to_epoch(step.at), step.before.value, step.after.value, step.reason)
            for step in session.history
        ),
        password=config.password is not None,
        bfd=_bfd(peering, clock),
        route_set=config.route_set,
        last_connect_failure=_error_info(session.last_dial_failure, clock),
        graceful_restart=_graceful_restart(session),
        configured_keepalive_time=config.keepalive_time,
        configured_connect_time=parameters.connect_time,
        send_hold_remaining=remaining(session.send_hold_deadline),
        tcp=_tcp(peering),
        vrf=config.vrf,
        interface=config.interface,
        malformed=MalformedCounts(
            session.malformed.updates, session.malformed.attributes, session.malformed.last
        ),
    )


def _graceful_restart(session: Session) -> GracefulRestartStatus | None:
    agreed = session.negotiated
    if agreed is None or agreed.restart_sent is None:
        return None
    ours, theirs = agreed.restart_sent, agreed.restart_received
    return GracefulRestartStatus(
        restart_time=ours.restart_time,
        restarted=ours.has_restarted,
        peer_restart_time=theirs.restart_time if theirs else None,
        peer_restarted=theirs.has_restarted if theirs else False,
        keeps_on_notification=agreed.peer_keeps_on_notification,
        peer_preserved=theirs.preserved if theirs else (),
        end_of_rib_received=session.end_of_rib_received,
    )


def advertised(peering: Peering, after: str | None, limit: int) -> RoutesDocument:
    """A page of the Adj-RIB-Out, empty while down. Raises ValueError for a bad `after`."""
    if peering.rib is None:
        return RoutesDocument((), (), None)
    rows = peering.rib.advertised(after, limit)
    return _page(rows, tuple(peering.rib.withdrawing()), limit)


def received(peering: Peering, after: str | None, limit: int) -> RoutesDocument:
    """A page of the Adj-RIB-In. Raises ValueError for a bad `after`."""
    return _page(peering.session.routes_in.routes(after, limit), (), limit)


def _page(rows: list[RouteRow], withdrawing: tuple[str, ...], limit: int) -> RoutesDocument:
    routes = tuple(
        SentRoute(
            row.prefix,
            row.next_hop,
            row.local_pref,
            row.communities,
            row.large_communities,
            row.as_path,
            row.pending,
        )
        for row in rows
    )
    return RoutesDocument(routes, withdrawing, rows[-1].prefix if len(rows) == limit else None)


def _prefixes(peering: Peering, family: Family) -> PrefixCounts:
    received_count = peering.session.routes_in.count(family)
    if peering.rib is None or peering.session.state is not State.ESTABLISHED:
        desired = peering.routes.count(family)
        return PrefixCounts(desired, 0, desired, received_count)
    counts = peering.rib.counts(family)
    return PrefixCounts(
        counts.desired, counts.advertised, counts.pending, received_count, counts.unsendable
    )


def _tcp(peering: Peering) -> TcpStatus | None:
    connection = peering.connection
    figures = connection.figures if connection else None
    if connection is None or figures is None:
        return None
    return TcpStatus(
        mss=figures.mss,
        rtt=figures.rtt,
        retransmits=figures.retransmits,
        ttl=figures.ttl,
        least_ttl=figures.least_ttl,
        waiting=connection.backlog,
    )


def _messages(counters: Counters) -> MessageCounts:
    return MessageCounts(
        counters.open,
        counters.update,
        counters.notification,
        counters.keepalive,
        counters.route_refresh,
        counters.total,
        counters.octets,
    )


def _bfd(peering: Peering, clock: Clock) -> BfdStatus | None:
    liveness = peering.liveness
    if liveness is None:
        return None
    machine, remote = liveness.machine, liveness.machine.remote
    config = liveness.config
    is_echo = config.echo_mode or config.echo_interval is not None
    notes = (liveness.problem, NO_ECHO if is_echo else "")
    return BfdStatus(
        state=STATE_WORDS[machine.state],
        since=clock.to_epoch(liveness.since),
        reason=liveness.reason,
        remote_state=None if remote is None else STATE_WORDS[remote.state],
        remote_diagnostic="" if remote is None else diagnostic_words(remote.diagnostic),
        local_address=None if liveness.path is None else liveness.path.local,
        is_multi_hop=liveness.path is not None and liveness.path.is_multi_hop,
        transmit_interval=_seconds(machine.transmit_interval),
        detection_time=_seconds(machine.detection_time),
        ups=machine.ups,
        downs=machine.downs,
        packets_sent=machine.sent,
        packets_received=machine.received,
        notes=tuple(note for note in notes if note),
    )


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / 1_000_000


def _last_error(peering: Peering, clock: Clock) -> ErrorInfo | None:
    error = peering.session.last_error
    for trouble in peering.troubles:
        return ErrorInfo(
            "local", None, None, trouble.name, trouble.text, "", clock.to_epoch(trouble.at)
        )
    return _error_info(error, clock)


def _error_info(error: ErrorRecord | None, clock: Clock) -> ErrorInfo | None:
    if error is None:
        return None
    return ErrorInfo(
        error.direction,
        error.code,
        error.subcode,
        error.name,
        error.text,
        error.data.hex(),
        clock.to_epoch(error.at),
    )
