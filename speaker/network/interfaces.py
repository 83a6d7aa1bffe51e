"""What the kernel says about the host's network interfaces (Linux)."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct

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
