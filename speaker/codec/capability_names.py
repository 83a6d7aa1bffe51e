"""Capabilities that this speaker only shows: their names, and their values where people read them.

Source: IANA's registry of capability codes; RFC 9234 section 4.1 (role), drafts for host name
and software version.
"""

from __future__ import annotations

from typing import Final

MULTIPROTOCOL: Final = 1
ROLE: Final = 9
HOST_NAME: Final = 73
SOFTWARE_VERSION: Final = 75

NAMES: Final = {
    3: "outbound route filtering",
    5: "extended next hop",
    7: "BGPsec",
    8: "multiple labels",
    ROLE: "role",
    67: "dynamic capability",
    68: "multisession",
    69: "additional paths",
    71: "long-lived graceful restart",
    72: "routing policy distribution",
    HOST_NAME: "host name",
    SOFTWARE_VERSION: "software version",
    76: "paths limit",
    128: "route refresh (before RFC 2918)",
    131: "multisession (before RFC)",
}
ROLES: Final = ("provider", "route server", "route server client", "customer", "peer")


def capability_words(code: int, value: bytes) -> str:
    """Say a capability, e.g. "role customer", "host name tor-a", "capability 200 (0xabcd)".

    Args:
        code: of the capability.
        value: any octets; what does not read as text of printable characters is shown as hex.
    """
    if code == MULTIPROTOCOL and len(value) == 4:
        return f"multiprotocol AFI {int.from_bytes(value[:2], 'big')} SAFI {value[3]}"
    name = NAMES.get(code, f"capability {code}")
    said = _text(code, value)
    if said:
        return f"{name} {said}"
    return f"{name} (0x{value.hex()})" if value else name


def _text(code: int, value: bytes) -> str:
    if code == ROLE and len(value) == 1 and value[0] < len(ROLES):
        return ROLES[value[0]]
    if code not in (HOST_NAME, SOFTWARE_VERSION) or not value:
        return ""
    parts = []
    while value:
        parts.append(value[1 : 1 + value[0]])
        value = value[1 + value[0] :]
    try:
        text = ".".join(part.decode() for part in parts if part)
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""
