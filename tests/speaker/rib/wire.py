"""A receiver that knows nothing but the octets it is given."""

from __future__ import annotations

from collections.abc import Iterable

from speaker.codec.families import FAMILIES
from speaker.codec.framing import Framer, MessageType
from speaker.codec.refresh import RefreshKind, decode_refresh
from speaker.codec.update import Update, decode_update
from speaker.rib.adj_rib_out import (
    AdjRibIn,
    AdjRibOut,
    Chunk,
    Encoding,
    RouteRow,
    RouteSet,
    parse_route,
)

LOCAL4, LOCAL6 = "192.0.2.1", "2001:db8::1"


def encoding(**changes: object) -> Encoding:
    """Of an eBGP session over IPv4 with both families."""
    settings: dict[str, object] = {
        "local_asn": 64512,
        "is_ibgp": False,
        "four_octet_as": True,
        "local_address": LOCAL4,
        "families": FAMILIES,
        **changes,
    }
    return Encoding(**settings)  # type: ignore[arg-type]


def routes(*prefixes: str, next_hop: str | None = None) -> RouteSet:
    return RouteSet(parse_route(prefix, next_hop) for prefix in prefixes)


def hosts(count: int, *communities: str) -> RouteSet:
    """As many /32 routes."""
    return RouteSet(
        parse_route(f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}/32", None, None, communities)
        for at in range(count)
    )


def drain(rib: AdjRibOut, max_octets: int = 65536) -> list[Chunk]:
    chunks = []
    while (chunk := rib.next_chunk(max_octets)) is not None:
        chunks.append(chunk)
    return chunks


class Receiver:
    """Decodes what it is fed, and keeps the routes."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._framer = Framer()
        self.routes = AdjRibIn(keep=True)
        self.updates: list[Update] = []
        self.events: list[str] = []
        """Markers and prefix counts, in order."""

    def feed(self, chunks: Iterable[Chunk]) -> None:
        for chunk in chunks:
            updates = refreshes = 0
            for kind, body in self._framer.feed(chunk.data):
                if kind is MessageType.ROUTE_REFRESH:
                    self._refresh(body)
                    refreshes += 1
                else:
                    assert kind is MessageType.UPDATE
                    self._update(body)
                    updates += 1
            assert (updates, refreshes) == (chunk.updates, chunk.refreshes)

    def rows(self) -> list[RouteRow]:
        return self.routes.routes(limit=10**9)

    def _refresh(self, body: bytes) -> None:
        refresh = decode_refresh(body)
        assert refresh.kind is not None
        names = {RefreshKind.BEGIN: "begin", RefreshKind.END: "end"}
        self.events.append(f"{names[refresh.kind]} {refresh.family}")

    def _update(self, body: bytes) -> None:
        update = decode_update(
            body,
            four_octet_as=self._encoding.four_octet_as,
            is_ibgp=self._encoding.is_ibgp,
            families=FAMILIES,
        )
        assert update.problems == ()
        # RFC 7606 section 5.1: one of the four fields a message.
        assert len(update.announced) + len(update.withdrawn) + bool(update.end_of_rib) == 1
        self.updates.append(update)
        self.routes.apply(update)
        if update.end_of_rib:
            self.events.append(f"end-of-rib {update.end_of_rib}")
        self.events += [f"+{len(each.prefixes)} {each.family}" for each in update.announced]
        self.events += [f"-{len(each.prefixes)} {each.family}" for each in update.withdrawn]
