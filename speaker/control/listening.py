"""What sessions that accept connections must satisfy together."""

from __future__ import annotations

from collections.abc import Iterator

from speaker.api import ConfigDocument, ErrorDetail, SessionConfig
from speaker.control.addresses import pack_address
from speaker.daemon.wanted import listening_port


def check_listener(
    at: str, session: SessionConfig, listeners: dict[tuple[object, ...], str]
) -> Iterator[ErrorDetail]:
    """Another session accepts connections from the same peer on the same socket."""
    port = listening_port(session)
    if port is None:
        return
    key = (*_ends(session), session.source_address or "", port)
    if key in listeners:
        yield ErrorDetail(
            f"{at}.listenPort",
            f"connections from {session.address or session.interface} could as well be meant for "
            f"{listeners[key]}: same address, sourceAddress and port",
        )
    listeners.setdefault(key, at)


class SharedKeys:
    """TCP-MD5 keys on listening sockets: the kernel has one for each peer address on a socket.

    A session without sourceAddress listens on every address, and all sessions of that port and
    family then share its socket.
    """

    def __init__(self, document: ConfigDocument) -> None:
        """Find the shared sockets."""
        self._shared = {
            _socket_of(session)
            for speaker in document.speakers
            for session in speaker.sessions
            if session.source_address is None
        }
        self._first: dict[tuple[object, ...], tuple[str, str | None]] = {}

    def check(self, at: str, session: SessionConfig) -> Iterator[ErrorDetail]:
        """Another session shares the socket and the peer's address, but not the password."""
        place = _socket_of(session)
        if place not in self._shared or place[1] is None:
            return
        key = (*place, *_ends(session))
        other, password = self._first.setdefault(key, (at, session.password))
        if password != session.password:
            yield ErrorDetail(
                f"{at}.password",
                f"is not that of {other}, and both take connections from {session.address} on one "
                "socket; give every session of this port a sourceAddress",
            )


def _ends(session: SessionConfig) -> tuple[object, ...]:
    """Who connections come from."""
    address = session.address.partition("%")[0]
    return pack_address(address), session.interface, session.vrf


def _socket_of(session: SessionConfig) -> tuple[bool, int | None, str | None]:
    """Family, port and VRF that a session accepts connections on, if it does."""
    return ":" in session.address, listening_port(session), session.vrf
