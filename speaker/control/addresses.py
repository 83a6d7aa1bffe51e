"""IP addresses as documents write them."""

from __future__ import annotations

import ipaddress
import socket


def pack_address(text: str) -> bytes | None:
    """The 4 or 16 octets of an IP address; None if it is none. Scope ids are not taken."""
    try:
        return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None


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
