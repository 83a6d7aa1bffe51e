"""UPDATE, received: what it announces and withdraws, and how errors in it are handled.

A malformed attribute turns the announcements of its message into withdrawals; only what leaves
the prefixes themselves unreadable ends the session (RFC 7606).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from speaker.codec.as_path import PLAIN_KINDS, SEGMENT_KINDS, decode_as_path, merge_as4_path
from speaker.codec.attributes import (
    DECODERS,
    FLAGS,
    INTERNAL,
    OPTIONAL,
    OPTIONAL_TRANSITIVE,
    AttributeType,
    PathAttributes,
    RawAttribute,
    check_aggregator,
    check_length,
    split_attributes,
)
from speaker.codec.families import Family
from speaker.codec.open import AS_TRANS
from speaker.codec.prefix import FAMILIES_BY_AFI, UNICAST, decode_prefixes
from speaker.errors import AttributeDiscarded, AttributeProblem, MessageError

NEXT_HOP_LENGTHS: dict[Family, tuple[int, ...]] = {"ipv4": (4, 16, 32), "ipv6": (16, 32)}
"""Octets in MP_REACH: RFC 2545 section 3; IPv4 behind IPv6 is RFC 8950 section 3."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Prefixes announced with one next hop."""

    family: Family
    next_hop: bytes
    """4, 16, or (global and link-local) 32 octets."""
    prefixes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Unreach:
    """Prefixes withdrawn."""

    family: Family
    prefixes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """One UPDATE, only the negotiated families of it."""

    announced: tuple[Reach, ...] = ()
    withdrawn: tuple[Unreach, ...] = ()
    attributes: PathAttributes = field(default_factory=PathAttributes)
    end_of_rib: Family | None = None
    """The family whose initial routes are complete, RFC 4724 section 2."""
    problems: tuple[str, ...] = ()
    """Why announcements of this message stand in `withdrawn`; shown to people."""
    discarded: tuple[str, ...] = ()
    """Attributes left out without further harm, and why."""


def decode_update(
    body: bytes, *, four_octet_as: bool, is_ibgp: bool, families: tuple[Family, ...]
) -> Update:
    """Read a body.

    Layout: <withdrawn length: 2> <withdrawn> <attributes length: 2> <attributes> <NLRI>.

    Args:
        body: 4 octets or more.
        four_octet_as: both sides use 4-octet AS numbers.
        is_ibgp: LOCAL_PREF counts; it is left out of what an external peer says.
        families: the negotiated ones; prefixes of others are skipped.

    Raises:
        MessageError: 3/1 lengths that do not fit or a repeated multiprotocol attribute, 3/2
            unknown well-known attribute (data: it), 3/9 unreadable multiprotocol attribute
            (data: it), 3/10 unreadable prefix.

    Source: RFC 4271 sections 4.3 and 6.3, RFC 4760, RFC 7606 sections 3 to 5.
    """
    withdrawn, attributes, nlri = _sections(body)
    reader = _Reader(four_octet_as, is_ibgp, families)
    reader.read_attributes(attributes)
    if "ipv4" in families:
        reader.read_ipv4(withdrawn, nlri)
    return reader.finish(is_empty=not any((withdrawn, attributes, nlri)))


def _sections(body: bytes) -> tuple[bytes, bytes, bytes]:
    withdrawn_end = 2 + int.from_bytes(body[:2], "big")
    start = withdrawn_end + 2
    end = start + int.from_bytes(body[withdrawn_end:start], "big")
    if len(body) < start or len(body) < end:
        raise MessageError(3, 1, reason="UPDATE sections do not fit its length")
    return body[2:withdrawn_end], body[start:end], body[end:]


@dataclass(slots=True)
class _Reader:
    """Collects one UPDATE."""

    four_octet_as: bool
    is_ibgp: bool
    families: tuple[Family, ...]
    announced: list[Reach] = field(default_factory=list)
    withdrawn: list[Unreach] = field(default_factory=list)
    known: dict[str, object] = field(default_factory=dict)
    """Fields of PathAttributes."""
    problems: list[str] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    aggregator: int = AS_TRANS
    """Its AS; AS_TRANS, or none at all, means that AS4_PATH counts, RFC 6793 section 4.2.3."""
    end_of_rib: Family | None = None

    def read_attributes(self, data: bytes) -> None:
        seen: dict[int, RawAttribute] = {}
        try:
            for raw in split_attributes(data):
                if raw.code not in seen:
                    seen[raw.code] = raw
                elif raw.code in (AttributeType.MP_REACH, AttributeType.MP_UNREACH):
                    raise MessageError(3, 1, reason=f"attribute {raw.code} twice")
        except AttributeProblem as problem:
            self.problems.append(str(problem))
        for raw in seen.values():
            try:
                self._read_attribute(raw)
            except AttributeProblem as problem:
                self.problems.append(str(problem))
            except AttributeDiscarded as discarded:
                self.discarded.append(str(discarded))
        as4_path = self.known.pop("as4_path", None)
        if as4_path and "as_path" in self.known and self.aggregator == AS_TRANS:
            self.known["as_path"] = merge_as4_path(self.known["as_path"], as4_path)  # type: ignore[arg-type]
        if len(seen) == 1 and not self.problems:
            self.end_of_rib = self._empty_unreach()

    def _empty_unreach(self) -> Family | None:
        """The family of an MP_UNREACH without prefixes."""
        families = [unreach.family for unreach in self.withdrawn if not unreach.prefixes]
        return families[0] if families else None

    def _read_attribute(self, raw: RawAttribute) -> None:
        try:
            kind = AttributeType(raw.code)
        except ValueError:
            if not raw.flags & OPTIONAL:
                reason = f"unknown well-known attribute {raw.code}"
                raise MessageError(3, 2, raw.octets, reason=reason) from None
            return
        if kind in INTERNAL and not self.is_ibgp:
            raise AttributeDiscarded(f"{kind.name} of an external peer")
        if kind in (AttributeType.AS4_PATH, AttributeType.AS4_AGGREGATOR):
            self._read_as4(kind, raw)
            return
        if kind is AttributeType.MP_REACH:
            self._read_reach(raw)
        elif kind is AttributeType.MP_UNREACH:
            self._read_unreach(raw)
        elif raw.flags & OPTIONAL_TRANSITIVE == FLAGS[kind]:
            self._read_value(kind, raw.value)
        if raw.flags & OPTIONAL_TRANSITIVE != FLAGS[kind]:
            raise AttributeProblem(f"flags 0x{raw.flags:02x} of {kind.name}")

    def _read_value(self, kind: AttributeType, value: bytes) -> None:
        as_octets = 4 if self.four_octet_as else 2
        if kind is AttributeType.AS_PATH:
            kinds = SEGMENT_KINDS if self.is_ibgp else PLAIN_KINDS
            self.known["as_path"] = decode_as_path(value, as_octets, kinds)
        elif kind is AttributeType.AGGREGATOR:
            self.aggregator = check_aggregator(value, as_octets)
        elif kind in DECODERS:
            name, decode = DECODERS[kind]
            self.known[name] = decode(value)
        else:
            check_length(kind, value)

    def _read_as4(self, kind: AttributeType, raw: RawAttribute) -> None:
        """Only from a 2-octet speaker; malformed it does no harm, RFC 6793 sections 4.1 and 6."""
        if self.four_octet_as:
            raise AttributeDiscarded(f"{kind.name} of a 4-octet speaker")
        if raw.flags & OPTIONAL_TRANSITIVE != FLAGS[kind]:
            raise AttributeDiscarded(f"flags 0x{raw.flags:02x} of {kind.name}")
        if kind is AttributeType.AS4_AGGREGATOR:
            check_aggregator(raw.value, 4)
            return
        try:
            path = decode_as_path(raw.value, 4)
        except AttributeProblem as problem:
            raise AttributeDiscarded(f"AS4_PATH: {problem}") from None
        self.known["as4_path"] = tuple(each for each in path if each.kind in PLAIN_KINDS)

    def _multiprotocol_family(self, raw: RawAttribute) -> Family | None:
        if len(raw.value) < 3:
            reason = f"multiprotocol attribute of {len(raw.value)} octets"
            raise MessageError(3, 9, raw.octets, reason=reason)
        family = FAMILIES_BY_AFI.get(int.from_bytes(raw.value[:2], "big"))
        is_wanted = raw.value[2] == UNICAST and family in self.families
        return family if is_wanted else None

    def _read_reach(self, raw: RawAttribute) -> None:
        """Read <AFI: 2> <SAFI: 1> <next hop's length: 1> <next hop> <reserved: 1> <NLRI>."""
        family = self._multiprotocol_family(raw)
        if family is None:
            return
        length = raw.value[3] if len(raw.value) > 3 else 0
        if length not in NEXT_HOP_LENGTHS[family] or len(raw.value) < 5 + length:
            reason = f"MP_REACH with a next hop of {length} octets"
            raise MessageError(3, 9, raw.octets, reason=reason)
        prefixes = self._prefixes(raw, 5 + length, family)
        self.announced.append(Reach(family, raw.value[4 : 4 + length], prefixes))

    def _read_unreach(self, raw: RawAttribute) -> None:
        """Read <AFI: 2> <SAFI: 1> <withdrawn>."""
        family = self._multiprotocol_family(raw)
        if family is not None:
            self.withdrawn.append(Unreach(family, self._prefixes(raw, 3, family)))

    def _prefixes(self, raw: RawAttribute, at: int, family: Family) -> tuple[bytes, ...]:
        try:
            return decode_prefixes(raw.value[at:], family)
        except MessageError as error:
            raise MessageError(3, 9, raw.octets, reason=error.reason) from error

    def read_ipv4(self, withdrawn: bytes, nlri: bytes) -> None:
        if withdrawn:
            self.withdrawn.append(Unreach("ipv4", decode_prefixes(withdrawn, "ipv4")))
        if nlri:
            next_hop = self.known.get("next_hop")
            if not isinstance(next_hop, bytes):
                self.problems.append("no NEXT_HOP")
                next_hop = b""
            self.announced.append(Reach("ipv4", next_hop, decode_prefixes(nlri, "ipv4")))

    def finish(self, *, is_empty: bool) -> Update:
        if is_empty and "ipv4" in self.families:
            return Update(end_of_rib="ipv4")
        withdrawn = [unreach for unreach in self.withdrawn if unreach.prefixes]
        attributes = PathAttributes(**self.known)  # type: ignore[arg-type]
        if not self.announced:
            end_of_rib = None if withdrawn else self.end_of_rib
            told = (tuple(self.problems), tuple(self.discarded))
            return Update((), tuple(withdrawn), attributes, end_of_rib, *told)
        for name in ("origin", "as_path"):
            if self.known.get(name) is None:
                self.problems.append(f"no {name.upper()}")
        if self.problems:
            withdrawn += [Unreach(reach.family, reach.prefixes) for reach in self.announced]
            self.announced.clear()
        return Update(
            tuple(self.announced),
            tuple(withdrawn),
            attributes,
            problems=tuple(self.problems),
            discarded=tuple(self.discarded),
        )
