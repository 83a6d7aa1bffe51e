"""What the kernel says about the host's network interfaces (Linux)."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct

from speaker.network.options import socket_address

_ADDRESSES = "/proc/net/if_inet6"
_SIOCGIFADDR = 0x8915


def interface_ipv4(address: str) -> str | None:
    """The first IPv4 address of the interface that has the IPv6 `address`; None without one."""
    wanted = ipaddress.IPv6Address(address).packed.hex()
    try:
        with open(_ADDRESSES, encoding="ascii") as file:
            names = [line.split()[-1] for line in file if line.startswith(wanted)]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            request = struct.pack("256s", names[0].encode()[:15])
            reply = fcntl.ioctl(sock.fileno(), _SIOCGIFADDR, request)
    except (OSError, IndexError):
        return None
    return socket.inet_ntoa(reply[20:24])  # struct ifreq: name 16, family 2, port 2, address 4


def has_address(address: str) -> bool:
    """Whether one of the host's interfaces has `address`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(socket_address(address, 0))
        except OSError:
            return False
    return True


def is_on_link(address: str) -> bool:
    """Whether `address` is reached without a router."""
    plain = address.partition("%")[0]
    if ":" in plain:
        return _is_on_ipv6_link(ipaddress.IPv6Address(plain))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        # The kernel then takes no route that has a gateway.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        try:
            sock.connect((plain, 9))
        except OSError:
            return False
    return True


def _is_on_ipv6_link(address: ipaddress.IPv6Address) -> bool:
    """By the prefixes of the host's own addresses; the kernel's routing ignores SO_DONTROUTE."""
    if address.is_link_local:
        return True
    with open(_ADDRESSES, encoding="ascii") as file:
        for line in file:
            packed, _, length, *_ = line.split()
            host_bits = 128 - int(length, 16)
            if int(packed, 16) >> host_bits == int(address) >> host_bits:
                return True
    return False


def link_local_address(interface: str) -> str | None:
    """The link-local IPv6 address of an interface, with its scope; None without one."""
    with open(_ADDRESSES, encoding="ascii") as file:
        for line in file:
            packed, *_, name = line.split()
            address = ipaddress.IPv6Address(int(packed, 16))
            if name == interface and address.is_link_local:
                return f"{address}%{interface}"
    return None
