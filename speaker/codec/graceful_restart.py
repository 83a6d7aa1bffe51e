"""The graceful restart capability, RFC 4724 section 3, with the N bit of RFC 8538 section 2.

Layout: <flags: 4 bits> <restart time: 12 bits>, then for each family <AFI: 2> <SAFI: 1> <flags: 1>.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from speaker.codec.families import Family
from speaker.codec.prefix import AFIS, FAMILIES_BY_AFI, UNICAST
from speaker.errors import MessageError

RESTARTED: Final = 0x8000
"""R bit: the sender comes back from a restart."""
NOTIFICATION: Final = 0x4000
"""N bit: a NOTIFICATION does not end graceful restart, but a hard reset does."""
FORWARDING: Final = 0x80
"""F bit: the sender went on forwarding meanwhile."""
MAX_RESTART_TIME: Final = 0x0FFF
"""Seconds."""
FAMILY_OCTETS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class GracefulRestart:
    """What one side says of its restarts."""

    restart_time: int
    """Seconds that it may take to come back, 0 to 4095."""
    has_restarted: bool = False
    """R bit."""
    keeps_on_notification: bool = False
    """N bit."""
    families: tuple[Family, ...] = ()
    """Those it takes up again after a restart."""
    preserved: tuple[Family, ...] = ()
    """Those of `families` with the F bit, in the same order."""

    def words(self) -> str:
        """Say it, e.g. "graceful restart 120 s, restarted, forwarding ipv4 ipv6"."""
        said = [f"graceful restart {self.restart_time} s"]
        if self.has_restarted:
            said.append("restarted")
        if self.keeps_on_notification:
            said.append("also after NOTIFICATION")
        if self.preserved:
            said.append(f"forwarding {' '.join(self.preserved)}")
        gone = [family for family in self.families if family not in self.preserved]
        if gone:
            said.append(f"not forwarding {' '.join(gone)}")
        return ", ".join(said)


def encode_graceful_restart(restart: GracefulRestart) -> bytes:
    """Write the capability's value."""
    flags = RESTARTED * restart.has_restarted | NOTIFICATION * restart.keeps_on_notification
    return (flags | restart.restart_time).to_bytes(2, "big") + b"".join(
        AFIS[family].to_bytes(2, "big")
        + bytes((UNICAST, FORWARDING if family in restart.preserved else 0))
        for family in restart.families
    )


def decode_graceful_restart(value: bytes) -> GracefulRestart:
    """Read the capability's value; families that this speaker does not carry are left out.

    Raises:
        MessageError: 2/0 when it is not 2 octets and 4 for each family.
    """
    if len(value) < 2 or (len(value) - 2) % FAMILY_OCTETS:
        raise MessageError(2, 0, reason=f"graceful restart capability of {len(value)} octets")
    head = int.from_bytes(value[:2], "big")
    flags: dict[Family, int] = {}
    for at in range(2, len(value), FAMILY_OCTETS):
        family = FAMILIES_BY_AFI.get(int.from_bytes(value[at : at + 2], "big"))
        if family is not None and value[at + 2] == UNICAST:
            flags[family] = value[at + 3]
    return GracefulRestart(
        restart_time=head & MAX_RESTART_TIME,
        has_restarted=bool(head & RESTARTED),
        keeps_on_notification=bool(head & NOTIFICATION),
        families=tuple(flags),
        preserved=tuple(family for family, bits in flags.items() if bits & FORWARDING),
    )
