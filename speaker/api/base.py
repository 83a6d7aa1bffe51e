"""What all documents of the control API share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

API_VERSION = 1
API_HEADER = "X-Lbtui-Api"

Family = Literal["ipv4", "ipv6"]
StateName = Literal["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]
Asn = Annotated[int, Meta(ge=1, le=4294967295)]
Seconds = Annotated[float, Meta(ge=0)]


class Document(msgspec.Struct, frozen=True, rename="camel", omit_defaults=False):
    """Base of every document of the API."""


def parse(data: bytes, kind: type[Any]) -> Any:
    """Decode JSON `data`. Raises msgspec.ValidationError or msgspec.DecodeError."""
    return msgspec.json.decode(data, type=kind)
