"""Adj-RIB-Out: wanted against sent, as UPDATE messages; no sockets, no clock.

Routes stay in shared `RouteSet`s; a session owns only its place in the difference between what it
was sent and what is wanted.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from speaker.codec.announcement import (
    announcement_room,
    encode_announcement,
    encode_withdrawal,
    withdrawal_room,
)
from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import (
    address_family,
    address_text,
    parse_address,
    prefix_order,
    prefix_text,
)
from speaker.codec.refresh import RefreshKind, encode_refresh
from speaker.rib.attributes import WantedRoute, parse_route
from speaker.rib.encoding import Encoding
from speaker.rib.groups import Group
from speaker.rib.received import AdjRibIn
from speaker.rib.routes import EMPTY, RouteSet
from speaker.rib.rows import RouteRow, community_texts, large_community_texts, page

__all__ = [
    "AdjRibIn",
    "AdjRibOut",
    "Chunk",
    "Counts",
    "Encoding",
    "RouteRow",
    "RouteSet",
    "WantedRoute",
    "parse_route",
]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole messages; hand it to `Session.send`."""

    data: bytes
    updates: int
    refreshes: int
    """ROUTE-REFRESH messages (RFC 7313 markers)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Prefixes of one family."""

    desired: int
    advertised: int
    """Handed out in chunks and not withdrawn since."""
    pending: int
    """Announcements and withdrawals not handed out yet; repetitions for a refresh do not count."""
    unsendable: int
    """Desired, but the family is not negotiated or there is no next hop of the family."""


@dataclass(slots=True)
class _Work:
    """How far a group is sent."""

    group: Group
    at: int = 0
    """Prefixes in messages that were handed out."""
    messages: int = 0

    @property
    def rest(self) -> int:
        return len(self.group.prefixes) - self.at


@dataclass(frozen=True, slots=True)
class _Marker:
    """A message without prefixes; `ends` a repetition."""

    octets: bytes
    """Empty: nothing to send."""
    ends: Family | None = None
    is_refresh: bool = False


class AdjRibOut:
    """What one Established session has been sent and is still to be sent."""

    def __init__(self, encoding: Encoding) -> None:
        """Start with nothing sent."""
        self.encoding: Final = encoding
        self._local_address = parse_address(encoding.local_address)
        self._wanted = EMPTY
        self._unplanned: RouteSet | None = None
        """Wanted instead of `_wanted`, from the next look on."""
        self._target = EMPTY
        """The sendable part of `_wanted`."""
        self._base = EMPTY
        """What had been sent when `_work` was planned."""
        self._work: deque[_Work] = deque()
        self._done: list[_Work] = []
        """Groups handed out since `_base`; the last may be the first of `_work` too."""
        self._advertised = dict.fromkeys(encoding.families, 0)
        self._markers: deque[_Marker] = deque()
        self._has_marked_end = False
        self._refreshing: dict[Family, bool] = {}
        """Families being repeated, and whether between markers."""
        self._repetition: deque[_Work | _Marker] = deque()

    @property
    def has_pending(self) -> bool:
        """Whether `next_chunk` may have something to give."""
        is_unplanned = self._unplanned is not None
        return bool(is_unplanned or self._work or self._markers or self._repetition)

    def desire(self, routes: RouteSet) -> None:
        """Replace the wanted routes; only the difference will be sent.

        After the first set, an End-of-RIB marker of each family is sent (RFC 4724 section 2).
        """
        # Planned when somebody looks: to a peer that does not read, a hundred changes are one.
        self._unplanned = routes

    def _plan(self) -> None:
        routes, self._unplanned = self._unplanned, None
        if routes is None:
            return
        self._base = self._sent()
        self._done.clear()
        self._wanted = routes
        local_family = address_family(self._local_address)
        encoding = self.encoding
        self._target = routes.sendable(
            encoding.families, local_family, extended_next_hop=encoding.extended_next_hop
        )
        self._work = deque(_Work(group) for group in self._target.since(self._base))
        if not self._has_marked_end:
            self._has_marked_end = True
            self._markers.extend(
                _Marker(encode_withdrawal(family, b"")) for family in self.encoding.families
            )
        self._plan_repetition()

    def refresh(self, family: Family, enhanced: bool) -> None:
        """Send the family again, after what is pending; `enhanced`: between RFC 7313 markers."""
        if family in self.encoding.families:
            self._plan()
            self._refreshing[family] = enhanced
            self._plan_repetition()

    def next_chunk(self, max_octets: int = 65536) -> Chunk | None:
        """Give messages of about `max_octets` (at least one message), or None when all is sent."""
        self._plan()
        messages: list[bytes] = []
        octets = updates = refreshes = 0
        while octets < max_octets and self.has_pending:
            message, is_refresh = self._next_message()
            messages.append(message)
            octets += len(message)
            refreshes += is_refresh
            updates += bool(message) and not is_refresh
        return Chunk(b"".join(messages), updates, refreshes) if octets else None

    def counts(self, family: Family) -> Counts:
        """Numbers for status and metrics; cheap."""
        self._plan()
        desired = self._wanted.count(family)
        return Counts(
            desired=desired,
            advertised=self._advertised.get(family, 0),
            pending=sum(work.rest for work in self._work if work.group.family == family),
            unsendable=desired - self._target.count(family),
        )

    def advertised(self, after: str | None = None, limit: int = 1000) -> list[RouteRow]:
        """Wanted and sendable routes sorted by family, network, length; `pending` if not sent yet.

        Args:
            after: a prefix's text; the page starts behind it. Raises ValueError if it is none.
            limit: rows at most.
        """
        self._plan()
        pending = {
            (work.group.family, nlri)
            for work in self._work
            if work.group.attributes is not None
            for nlri in work.group.prefixes[work.at :]
        }
        return [
            self._row(family, nlri, (family, nlri) in pending)
            for family, nlri in page(self._target.order, after, limit)
        ]

    def withdrawing(self) -> list[str]:
        """Prefixes whose withdrawal is pending, sorted like `advertised`."""
        self._plan()
        gone = [
            (work.group.family, nlri)
            for work in self._work
            if work.group.attributes is None
            for nlri in work.group.prefixes[work.at :]
        ]
        gone.sort(key=lambda route: (FAMILIES.index(route[0]), prefix_order(route[1])))
        return [prefix_text(family, nlri) for family, nlri in gone]

    def _row(self, family: Family, nlri: bytes, is_pending: bool) -> RouteRow:
        attributes = self._target.tables[family][nlri]
        encoding = self.encoding
        return RouteRow(
            prefix=prefix_text(family, nlri),
            next_hop=address_text(attributes.next_hop or self._local_address),
            local_pref=encoding.local_pref(attributes),
            communities=community_texts(attributes.communities),
            large_communities=large_community_texts(attributes.large_communities),
            as_path=() if encoding.is_ibgp else (encoding.local_asn,),
            pending=is_pending,
        )

    def _sent(self) -> RouteSet:
        """What the peer has by now: a shared set, or a copy when the work is half done."""
        if not self._work:
            return self._target
        if not self._done:
            return self._base
        tables = {family: dict(table) for family, table in self._base.tables.items()}
        for work in self._done:
            table = tables[work.group.family]
            prefixes = work.group.prefixes[: work.at]
            if work.group.attributes is not None:
                table.update(dict.fromkeys(prefixes, work.group.attributes))
            else:
                for nlri in prefixes:
                    del table[nlri]
        return RouteSet.of_tables(tables)

    def _plan_repetition(self) -> None:
        self._repetition.clear()
        for family, enhanced in self._refreshing.items():
            begin = encode_refresh(family, RefreshKind.BEGIN) if enhanced else b""
            end = encode_refresh(family, RefreshKind.END) if enhanced else b""
            self._repetition.append(_Marker(begin, is_refresh=enhanced))
            self._repetition.extend(
                _Work(group) for group in self._target.since(EMPTY) if group.family == family
            )
            self._repetition.append(_Marker(end, ends=family, is_refresh=enhanced))

    def _next_message(self) -> tuple[bytes, bool]:
        """Give a message, empty for a marker that says nothing, and whether it is a refresh."""
        if self._work:
            return self._advance(), False
        if self._markers:
            return self._markers.popleft().octets, False
        item = self._repetition[0]
        if isinstance(item, _Work):
            message = self._encode(item)
            if not item.rest:
                self._repetition.popleft()
            return message, False
        self._repetition.popleft()
        if item.ends is not None:
            del self._refreshing[item.ends]
        return item.octets, item.is_refresh

    def _advance(self) -> bytes:
        """Send on from the first group of the work, and count what the peer has then."""
        work = self._work[0]
        family = work.group.family
        if not work.at:
            self._done.append(work)
        start = work.at
        message = self._encode(work)
        if work.group.attributes is None:
            self._advertised[family] -= work.at - start
        else:
            fresh = work.group.fresh
            self._advertised[family] += min(work.at, fresh) - min(start, fresh)
        if not work.rest:
            self._work.popleft()
        if not self._work:
            self._base = self._target
            self._done.clear()
        return message

    def _encode(self, work: _Work) -> bytes:
        """Fill one message from where `work` stands, and move on."""
        family = work.group.family
        attributes, limit = work.group.attributes, self.encoding.max_length
        if attributes is None:
            room = withdrawal_room(family, limit)
            return encode_withdrawal(family, _take(work, room), limit)
        encoded = self.encoding.attributes(attributes)
        next_hop = attributes.next_hop or self._local_address
        room = announcement_room(family, next_hop, encoded, limit)
        nlri = _take(work, room)
        return encode_announcement(family, next_hop, encoded, nlri, limit)


def _take(work: _Work, room: int) -> bytes:
    """The next field of at most `room` octets."""
    nlri, work.at = work.group.packing(room).field(work.messages)
    work.messages += 1
    return nlri
