"""What is fuzzed: every decoder, and a whole session fed with a stream.

A target takes any octets and returns, or raises what is a bug. The one error that a peer may cause
is a MessageError with a code that can be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from speaker.codec.capabilities import decode_capabilities
from speaker.codec.families import FAMILIES
from speaker.codec.framing import KEEPALIVE, Framer
from speaker.codec.graceful_restart import decode_graceful_restart
from speaker.codec.notification import CODES, SUBCODES, decode_notification
from speaker.codec.open import Open, decode_open, encode_open
from speaker.codec.refresh import decode_refresh
from speaker.codec.update import decode_update
from speaker.errors import MessageError
from speaker.session.effects import Endpoints, Transmit
from speaker.session.negotiation import make_open
from speaker.session.parameters import SessionParameters
from speaker.session.session import Session

PARAMETERS: Final = SessionParameters(
    local_asn=64512, dynamic_asn="external", graceful_restart=True, keep_received=True
)
PEER: Final = encode_open(
    make_open(SessionParameters(local_asn=64513, graceful_restart=True), 0xC0000202)
)
ENDPOINTS: Final = Endpoints("192.0.2.1", 40000, "192.0.2.2", 179)


def _is_sendable(error: MessageError) -> bool:
    is_known = error.subcode == 0 or (error.code, error.subcode) in SUBCODES
    return error.code in CODES and is_known and bool(error.reason)


def _open(data: bytes) -> None:
    message = decode_open(data)
    message.capabilities.words()
    # What was read can be said again, and means the same.
    again = Open(message.asn, message.hold_time, message.identifier, message.capabilities)
    octets = encode_open(again)
    assert decode_open(octets[19:]).capabilities == message.capabilities


def _update(data: bytes) -> None:
    """The first octet chooses what was negotiated."""
    choice = data[0] if data else 0
    decode_update(
        data[1:],
        four_octet_as=bool(choice & 1),
        is_ibgp=bool(choice & 2),
        families=FAMILIES if choice & 4 else ("ipv4",),
    )


def _attributes(data: bytes) -> None:
    choice, rest = data[:1], data[1:60000]
    _update(choice + b"\0\0" + len(rest).to_bytes(2, "big") + rest + b"\x18\xc0\0\2")


def _notification(data: bytes) -> None:
    notification = decode_notification(data)
    assert notification.name
    assert notification.text.isprintable()


def _session(data: bytes) -> None:
    """The first octet chooses how far the session is and how the stream is cut."""
    choice, stream = data[0] if data else 0, data[1:]
    made = Session(PARAMETERS, lambda: 0.0)
    made.start(0.0)
    made.connected(1, 0.0, "local", ENDPOINTS)
    ready = (b"", PEER, PEER + KEEPALIVE, PEER + KEEPALIVE)[choice & 3]
    if ready:
        made.receive_data(1, ready, 0.0)
    size = 1 + (choice >> 2)
    for at in range(0, len(stream), size):
        for effect in made.receive_data(1, stream[at : at + size], 1.0):
            if isinstance(effect, Transmit):
                assert list(Framer().feed(effect.data))
    made.routes_in.routes()
    made.tick(made.deadline or 0.0)


def _framer(data: bytes) -> None:
    for _ in Framer().feed(b"\xff" * 16 + data):
        pass


TARGETS: Final[dict[str, Callable[[bytes], object]]] = {
    "framer": _framer,
    "open": _open,
    "capabilities": decode_capabilities,
    "graceful-restart": decode_graceful_restart,
    "update": _update,
    "attributes": _attributes,
    "notification": _notification,
    "refresh": decode_refresh,
    "session": _session,
}


def attempt(name: str, data: bytes) -> None:
    """Run one target on one input. Raises whatever is a bug."""
    try:
        TARGETS[name](data)
    except MessageError as error:
        assert _is_sendable(error), error
