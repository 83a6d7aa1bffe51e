"""One session's routes side by side: intended, sent, and what the lab router got. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_network
from typing import TYPE_CHECKING, NamedTuple

from lbtui.ports import WireRoute
from lbtui.tui.text import BLANK, Line, Span, Tone, line
from lbtui.tui.views.route_words import DEFAULT_LOCAL_PREF

if TYPE_CHECKING:
    from lbtui.core.routing.route import Route


MOST_UNLIKE = 12
"""Prefixes named among the details; the routes' own page has all."""


class Judgement(Enum):
    """What is advertised, against the preview."""

    SAME = "same"
    DIFFERS = "with other attributes"
    MISSING = "missing"
    UNEXPECTED = "unexpected"
    ON_ITS_WAY = "on its way"


_TONES: Mapping[Judgement, Tone] = {
    Judgement.SAME: "good",
    Judgement.DIFFERS: "bad",
    Judgement.MISSING: "bad",
    Judgement.UNEXPECTED: "warning",
    Judgement.ON_ITS_WAY: "warning",
}


@dataclass(frozen=True, slots=True)
class SessionRoute:
    """One prefix of a session; None where it is not there."""

    prefix: str
    intended: Route | None
    sent: WireRoute | None
    received: WireRoute | None
    """In the lab router's table."""
    judgement: Judgement
    verdict: str
    """The same in words, with what the router has."""
    tone: Tone

    @property
    def order(self) -> tuple[int, int, int]:
        """What prefixes are sorted by: family, network, length."""
        return _order(self.prefix)


def compare_routes(
    intended: Iterable[Route],
    sent: Iterable[WireRoute],
    received: Iterable[WireRoute] | None,
) -> list[SessionRoute]:
    """Join the tables by prefix, in the order of family, network and length.

    `received` is None when nobody can be asked for the router's table.
    """
    wanted = {str(route.prefix): route for route in intended}
    out = {route.prefix: route for route in sent}
    back = {route.prefix: route for route in received} if received is not None else None
    prefixes = sorted({*wanted, *out, *(back or ())}, key=_order)
    return [_joined(prefix, wanted.get(prefix), out.get(prefix), back) for prefix in prefixes]


def _order(prefix: str) -> tuple[int, int, int]:
    network = ip_network(prefix)
    return network.version, int(network.network_address), network.prefixlen


def _joined(
    prefix: str,
    wanted: Route | None,
    sent: WireRoute | None,
    back: Mapping[str, WireRoute] | None,
) -> SessionRoute:
    received = back.get(prefix) if back is not None else None
    judgement, words = _judged(wanted, sent)
    tone = _TONES[judgement]
    if back is not None and judgement is Judgement.SAME:
        if received is None:
            words, tone = f"{words}, the router has it not", "bad"
        elif different := _received_otherwise(sent, received):
            words, tone = f"{words}, the router got another {different}", "bad"
    elif received is not None and sent is None:
        words, tone = f"{words}, the router still has it", "warning"
    return SessionRoute(prefix, wanted, sent, received, judgement, words, tone)


def _judged(wanted: Route | None, sent: WireRoute | None) -> tuple[Judgement, str]:
    if sent is None:
        if wanted is None:
            return Judgement.UNEXPECTED, "neither intended nor sent"
        return Judgement.MISSING, "missing: intended, not sent"
    if sent.is_withdrawing:
        return Judgement.ON_ITS_WAY, "being withdrawn"
    if wanted is None:
        return Judgement.UNEXPECTED, "unexpected: sent, not intended"
    if found := differences(wanted, sent):
        told = ", ".join(f"{one.name} {one.sent} instead of {one.intended}" for one in found)
        return Judgement.DIFFERS, f"differs: {told}"
    return (Judgement.ON_ITS_WAY, "pending") if sent.is_pending else (Judgement.SAME, "same")


class Difference(NamedTuple):
    """An attribute that is not what the preview says."""

    name: str
    intended: str
    sent: str


def differences(wanted: Route, sent: WireRoute) -> list[Difference]:
    """The attributes that are not what the preview says; NEXT_HOP is not judged.

    An iBGP route without a localPref of its own carries the default (RFC 4271 section 5.1.5).
    """
    local_pref = wanted.sent_local_pref
    if local_pref is None and sent.local_pref == DEFAULT_LOCAL_PREF:
        local_pref = DEFAULT_LOCAL_PREF
    pairs = (
        ("localPref", _values(local_pref), _values(sent.local_pref)),
        ("communities", _values(*wanted.communities), _values(*sent.communities)),
        (
            "large communities",
            _values(*wanted.large_communities),
            _values(*sent.large_communities),
        ),
    )
    return [Difference(*pair) for pair in pairs if pair[1] != pair[2]]


def _values(*values: object) -> str:
    """Values in an order of their own, so that only other values differ."""
    return " ".join(sorted(str(value) for value in values if value is not None)) or "none"


def in_short(routes: Iterable[SessionRoute]) -> Line:
    """How many are as the preview says, and how many are not: "5 same, 1 missing"."""
    counts = Counter(route.judgement for route in routes)
    spans = [Span(f"{counts[one]} {one.value}", _TONES[one]) for one in Judgement if counts[one]]
    between = Span(", ", "muted")
    return tuple(span for one in spans for span in (between, one))[1:]


def unlike_lines(routes: Sequence[SessionRoute]) -> Iterator[Line]:
    """What of a session's routes is not as the preview says, in words; the first ones of it."""
    unlike = [route for route in routes if route.tone != "good"]
    if not unlike:
        return
    yield line(Span("Advertised against the preview", "strong"))
    yield line("  ", *in_short(routes))
    width = max((len(route.prefix) for route in unlike[:MOST_UNLIKE]), default=0)
    for route in unlike[:MOST_UNLIKE]:
        yield line(f"  {route.prefix:<{width}}  ", Span(route.verdict, route.tone))
    if len(unlike) > MOST_UNLIKE:
        yield line(Span(f"  and {len(unlike) - MOST_UNLIKE} more; tab lists them all", "muted"))
    yield BLANK


def _received_otherwise(sent: WireRoute | None, received: WireRoute) -> str:
    if sent is None:
        return ""
    pairs = (
        ("next hop", sent.next_hop, received.next_hop),
        ("communities", set(sent.communities), set(received.communities)),
        ("large communities", set(sent.large_communities), set(received.large_communities)),
        ("localPref", sent.local_pref, received.local_pref),
    )
    return " and ".join(name for name, left, right in pairs if left != right)
