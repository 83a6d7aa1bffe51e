"""What the octets of a route depend on beside the route itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from speaker.codec.announcement import EncodedAttributes, encode_attributes, own_path
from speaker.codec.attributes import ORIGIN_IGP, PathAttributes
from speaker.codec.families import Family
from speaker.codec.framing import MAX_LENGTH
from speaker.rib.routes import RouteAttributes

DEFAULT_LOCAL_PREF: Final = 100
"""To internal peers every route carries LOCAL_PREF (RFC 4271 section 5.1.5); a router that misses
it may drop the route (RFC 7606 section 3), so a route that names none gets what routers assume."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """All that the octets of a route depend on beside the route; made by `Session.encoding`."""

    local_asn: int
    is_ibgp: bool
    four_octet_as: bool
    local_address: str
    """NEXT_HOP of routes of its own family that name none."""
    families: tuple[Family, ...]
    """Negotiated."""
    extended_next_hop: bool = False
    """IPv4 prefixes may have an IPv6 next hop, RFC 8950."""
    max_length: int = MAX_LENGTH
    """Octets of a message: 4096, or 65535 where both sides offered RFC 8654."""

    def local_pref(self, attributes: RouteAttributes) -> int | None:
        """What is sent; None: nothing, as to every external peer."""
        if not self.is_ibgp:
            return None
        wanted = attributes.local_pref
        return DEFAULT_LOCAL_PREF if wanted is None else wanted

    def attributes(self, wanted: RouteAttributes) -> EncodedAttributes:
        """Octets of all attributes but the next hop; encoded once for all sessions alike."""
        return _encode(
            wanted, self.local_pref(wanted), self.local_asn, self.is_ibgp, self.four_octet_as
        )


@lru_cache(maxsize=8192)
def _encode(
    wanted: RouteAttributes,
    local_pref: int | None,
    local_asn: int,
    is_ibgp: bool,
    four_octet_as: bool,
) -> EncodedAttributes:
    attributes = PathAttributes(
        origin=ORIGIN_IGP,
        as_path=own_path(local_asn, is_ibgp=is_ibgp),
        local_pref=local_pref,
        communities=wanted.communities,
        large_communities=wanted.large_communities,
    )
    return encode_attributes(attributes, four_octet_as=four_octet_as)
