"""The message header: a stream of octets, split anywhere, to messages and back."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from speaker.errors import MessageError

MARKER: Final = b"\xff" * 16
HEADER_LENGTH: Final = 19
MAX_LENGTH: Final = 4096
"""Octets of a message with its header, RFC 4271 section 4.1."""


class MessageType(IntEnum):
    """RFC 4271 section 4.1; ROUTE-REFRESH is RFC 2918."""

    OPEN = 1
    UPDATE = 2
    NOTIFICATION = 3
    KEEPALIVE = 4
    ROUTE_REFRESH = 5


LENGTHS: Final = {
    MessageType.OPEN: (29, MAX_LENGTH),
    MessageType.UPDATE: (23, MAX_LENGTH),
    MessageType.NOTIFICATION: (21, MAX_LENGTH),
    MessageType.KEEPALIVE: (HEADER_LENGTH, HEADER_LENGTH),
    MessageType.ROUTE_REFRESH: (23, MAX_LENGTH),
}
"""Least and greatest length of each type, header included."""


def encode_message(kind: MessageType, body: bytes = b"") -> bytes:
    """Put the header before `body`, which must leave the message within `MAX_LENGTH`."""
    length = HEADER_LENGTH + len(body)
    if length > MAX_LENGTH:
        raise ValueError(f"a message of {length} octets; {MAX_LENGTH} is the limit")
    return MARKER + length.to_bytes(2, "big") + bytes((kind,)) + body


KEEPALIVE: Final = encode_message(MessageType.KEEPALIVE)


def decode_header(header: bytes) -> tuple[MessageType, int]:
    """Read a header.

    Args:
        header: 19 octets: <marker: 16> <length: 2> <type: 1>.

    Returns:
        The type, and the length of the whole message.

    Raises:
        MessageError: 1/1 marker, 1/2 length (data: the length), 1/3 type (data: the type).
    Source: RFC 4271 sections 4.1 and 6.1; RFC 7313 section 5 leaves a ROUTE-REFRESH of 23 octets
        and more to its own check.
    """
    if header[:16] != MARKER:
        raise MessageError(1, 1, reason="the marker is not all ones")
    length = int.from_bytes(header[16:18], "big")
    if not HEADER_LENGTH <= length <= MAX_LENGTH:
        raise MessageError(1, 2, header[16:18], reason=f"message length {length}")
    try:
        kind = MessageType(header[18])
    except ValueError:
        raise MessageError(1, 3, header[18:19], reason=f"message type {header[18]}") from None
    least, greatest = LENGTHS[kind]
    if not least <= length <= greatest:
        reason = f"{kind.name} of {length} octets"
        raise MessageError(1, 2, header[16:18], reason=reason)
    return kind, length


class Framer:
    """Cuts a stream into messages; keeps what is not yet complete, at most one message."""

    def __init__(self) -> None:
        """Start at a message boundary."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[MessageType, bytes]]:
        """Yield the type and body of every message that `data` completes.

        Messages before a bad header are yielded first. Stop iterating and the rest waits.

        Raises:
            MessageError: as `decode_header`, as soon as the header is there.
        """
        self._buffer += data
        return self._messages()

    def _messages(self) -> Iterator[tuple[MessageType, bytes]]:
        at = 0
        try:
            while len(self._buffer) - at >= HEADER_LENGTH:
                kind, length = decode_header(bytes(self._buffer[at : at + HEADER_LENGTH]))
                if len(self._buffer) - at < length:
                    return
                body = bytes(self._buffer[at + HEADER_LENGTH : at + length])
                at += length
                yield kind, body
        finally:
            del self._buffer[:at]
