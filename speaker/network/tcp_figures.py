"""What the kernel tells of a TCP connection: Linux's TCP_INFO and the socket's TTLs."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from typing import Final

_HEAD, _WORDS = 8, 24
"""Octets of small fields, then 32-bit words, of struct tcp_info (linux/tcp.h)."""
_SND_MSS, _RTT, _TOTAL_RETRANS = 2, 15, 23
_IP_MINTTL: Final = 21
_IPV6_MINHOPCOUNT: Final = 73


@dataclass(frozen=True, slots=True)
class TcpFigures:
    """One connection, now."""

    mss: int
    """Octets of the largest segment we send."""
    rtt: float
    """Smoothed round-trip time, seconds."""
    retransmits: int
    """Segments sent again so far."""
    ttl: int
    """Of our segments."""
    least_ttl: int
    """The peer's segments need at least this; 0: any (RFC 5082)."""


def tcp_figures(sock: socket.socket) -> TcpFigures | None:
    """Read them; None where the kernel does not tell, or the connection is gone."""
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _HEAD + 4 * _WORDS)
        words = struct.unpack(f"={_WORDS}I", info[_HEAD : _HEAD + 4 * _WORDS])
        if sock.family == socket.AF_INET6:
            ttl = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)
            least = sock.getsockopt(socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT)
        else:
            ttl = sock.getsockopt(socket.IPPROTO_IP, socket.IP_TTL)
            least = sock.getsockopt(socket.IPPROTO_IP, _IP_MINTTL)
    except (OSError, struct.error):
        return None
    return TcpFigures(words[_SND_MSS], words[_RTT] / 1e6, words[_TOTAL_RETRANS], ttl, least)
