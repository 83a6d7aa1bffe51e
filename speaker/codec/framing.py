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
EXTENDED_MAX_LENGTH: Final = 65535
"""The same where both sides offered extended messages, RFC 8654 section 4."""


class MessageType(IntEnum):
    """RFC 4271 section 4.1; ROUTE-REFRESH is RFC 2918."""

    OPEN = 1
    UPDATE = 2
    NOTIFICATION = 3
    KEEPALIVE = 4
    ROUTE_REFRESH = 5


LEAST: Final = {
    MessageType.OPEN: 29,
    MessageType.UPDATE: 23,
    MessageType.NOTIFICATION: 21,
    MessageType.KEEPALIVE: HEADER_LENGTH,
    MessageType.ROUTE_REFRESH: 23,
}
"""Least length of each type, header included."""
GREATEST: Final = {
    MessageType.OPEN: MAX_LENGTH,
    MessageType.KEEPALIVE: HEADER_LENGTH,
}
"""Greatest length of the types that never grow; of the others it is what was negotiated."""


def encode_message(kind: MessageType, body: bytes = b"", max_length: int = MAX_LENGTH) -> bytes:
    """Put the header before `body`, which must leave the message within `max_length`.

    That is 4096, or 65535 towards a peer with extended messages; OPEN and KEEPALIVE never grow.
    """
    length = HEADER_LENGTH + len(body)
    if length > GREATEST.get(kind, max_length):
        raise ValueError(f"{kind.name} of {length} octets; {max_length} is the limit")
    return MARKER + length.to_bytes(2, "big") + bytes((kind,)) + body


KEEPALIVE: Final = encode_message(MessageType.KEEPALIVE)


def decode_header(header: bytes, max_length: int = MAX_LENGTH) -> tuple[MessageType, int]:
    """Read a header.

    Args:
        header: 19 octets: <marker: 16> <length: 2> <type: 1>.
        max_length: 4096, or 65535 with extended messages.

    Returns:
        The type, and the length of the whole message.

    Raises:
        MessageError: 1/1 marker, 1/2 length (data: the length), 1/3 type (data: the type).
    Source: RFC 4271 sections 4.1 and 6.1; RFC 8654 sections 4 and 5; RFC 7313 section 5 leaves a
        ROUTE-REFRESH of 23 octets and more to its own check.
    """
    if header[:16] != MARKER:
        raise MessageError(1, 1, reason="the marker is not all ones")
    length = int.from_bytes(header[16:18], "big")
    if not HEADER_LENGTH <= length <= max_length:
        raise MessageError(1, 2, header[16:18], reason=f"message length {length}")
    try:
        kind = MessageType(header[18])
    except ValueError:
        raise MessageError(1, 3, header[18:19], reason=f"message type {header[18]}") from None
    if not LEAST[kind] <= length <= GREATEST.get(kind, max_length):
        reason = f"{kind.name} of {length} octets"
        raise MessageError(1, 2, header[16:18], reason=reason)
    return kind, length


class Framer:
    """Cuts a stream into messages; keeps what is not yet complete, at most one message."""

    def __init__(self) -> None:
        """Start at a message boundary."""
        self._buffer = bytearray()
        self.max_length = MAX_LENGTH
        """Raise it once extended messages are agreed on."""

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
                kind, length = decode_header(
                    bytes(self._buffer[at : at + HEADER_LENGTH]), self.max_length
                )
                if len(self._buffer) - at < length:
                    return
                body = bytes(self._buffer[at + HEADER_LENGTH : at + length])
                at += length
                yield kind, body
        finally:
            del self._buffer[:at]
