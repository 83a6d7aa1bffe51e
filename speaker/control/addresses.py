"""IP addresses as documents write them."""

from __future__ import annotations

import ipaddress
import socket

_LONGEST_DEVICE = 15
"""Octets: IFNAMSIZ less the final zero."""


def pack_address(text: str) -> bytes | None:
    """The 4 or 16 octets of an IP address; None if it is none. Scope ids are not taken."""
    try:
        return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None


def pack_scoped(text: str) -> bytes | None:
    """Like `pack_address`; a link-local address may have a scope, as in `fe80::1%eth0`."""
    address, percent, scope = text.partition("%")
    packed = pack_address(address)
    if not percent or packed is None:
        return packed
    return packed if is_device(scope) and ipaddress.ip_address(address).is_link_local else None


def is_device(name: str) -> bool:
    """Whether Linux takes it for the name of an interface (dev_valid_name in net/core/dev.c)."""
    if name in ("", ".", "..") or len(name.encode()) > _LONGEST_DEVICE:
        return False
    return not any(c in "/:" or c.isspace() for c in name)


def unusable(text: str) -> str | None:
    """Why an address cannot be one end of a session or a next hop."""
    address = ipaddress.ip_address(text)
    if address.is_unspecified:
        return "the unspecified address"
    if address.is_multicast:
        return "a multicast address"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return f"the IPv4 address {address.ipv4_mapped} written as IPv6"
    return None
