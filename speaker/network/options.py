"""Socket options that the standard library has no name for (Linux): TCP-MD5, GTSM, devices.

Sources: linux/tcp.h, linux/in.h, linux/in6.h, asm-generic/socket.h; RFC 2385, RFC 5082.
"""

from __future__ import annotations

import errno
import functools
import socket
import struct
from typing import Final

MAX_TTL: Final = 255
MAX_PASSWORD_OCTETS: Final = 80
"""TCP_MD5SIG_MAXKEYLEN."""

_TCP_MD5SIG: Final = 14
_IP_MINTTL: Final = 21
_IPV6_MINHOPCOUNT: Final = 73
_STORAGE_OCTETS: Final = 128
"""Of a struct sockaddr_storage."""
_MD5_SIGNATURE: Final = struct.Struct("=BBHi80s")
"""struct tcp_md5sig behind its address: flags, prefix length, key length, interface, key."""
_ABSENT: Final = frozenset({errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.EINVAL})
"""What a kernel without TCP_MD5SIG answers."""


def family_of(address: str) -> socket.AddressFamily:
    """AF_INET or AF_INET6; `address` may have a scope."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def socket_address(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """What `bind` and `connect` take; a scope becomes an index. Raises OSError if it is unknown."""
    plain, _, scope = address.partition("%")
    return (plain, port, 0, socket.if_nametoindex(scope)) if scope else (plain, port)


def set_ttl(sock: socket.socket, hops: int) -> None:
    """Limit how far our packets travel; 1 to 255."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)


def require_ttl(sock: socket.socket, least: int) -> None:
    """Let the kernel drop segments whose TTL is below `least` (RFC 5082 section 3); 0: none."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT, least)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_MINTTL, least)


def set_md5_key(sock: socket.socket, peer: str, password: str) -> None:
    """Sign every segment to `peer` and drop every one from it that is not signed so (RFC 2385).

    On a listening socket the key holds for connections from `peer`, and is copied to the ones it
    accepts: a later change touches none that stands. An empty password takes the key away.
    Raises OSError.
    """
    address, _, _ = peer.partition("%")
    packed = socket.inet_pton(family_of(address), address)
    if len(packed) == 4:
        name = struct.pack("=HH4s", socket.AF_INET, 0, packed)
    else:
        name = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, packed, 0)
    key = password.encode()
    signature = _MD5_SIGNATURE.pack(0, 0, len(key), 0, key)
    sock.setsockopt(socket.IPPROTO_TCP, _TCP_MD5SIG, name.ljust(_STORAGE_OCTETS, b"\0") + signature)


@functools.cache
def md5_problem() -> str:
    """Why this kernel cannot sign TCP segments; empty if it can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        try:
            set_md5_key(sock, "127.0.0.1", "probe")
        except OSError as error:
            if error.errno in _ABSENT:
                return "this kernel cannot sign TCP segments (it needs CONFIG_TCP_MD5SIG)"
            return f"this host refuses TCP-MD5 keys: {error.strerror}"
    return ""


def bind_to_device(sock: socket.socket, device: str) -> None:
    """Use only `device`, an interface or a VRF. Raises OSError."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
