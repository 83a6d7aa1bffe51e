"""The two address families that the speaker carries, named as in the control API."""

from __future__ import annotations

from typing import Final, Literal

Family = Literal["ipv4", "ipv6"]
FAMILIES: Final[tuple[Family, ...]] = ("ipv4", "ipv6")
