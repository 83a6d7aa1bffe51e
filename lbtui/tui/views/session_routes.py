"""One session's routes side by side: intended, sent, and what the lab router got. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from lbtui.ports import WireRoute
from lbtui.tui.text import Tone
from lbtui.tui.views.route_words import DEFAULT_LOCAL_PREF

if TYPE_CHECKING:
    from lbtui.core.routing.route import Route


@dataclass(frozen=True, slots=True)
class SessionRoute:
    """One prefix of a session; None where it is not there."""

    prefix: str
    intended: Route | None
    sent: WireRoute | None
    received: WireRoute | None
    """In the lab router's table."""
    verdict: str
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
    words, tone = _verdict(wanted, sent)
    if back is not None and tone == "good":
        if received is None:
            words, tone = f"{words}, the router has it not", "bad"
        elif different := _received_otherwise(sent, received):
            words, tone = f"{words}, the router got another {different}", "bad"
    elif received is not None and sent is None:
        words, tone = f"{words}, the router still has it", "warning"
    return SessionRoute(prefix, wanted, sent, received, words, tone)


def _verdict(wanted: Route | None, sent: WireRoute | None) -> tuple[str, Tone]:
    if sent is None:
        return ("not sent", "bad") if wanted is not None else ("not intended", "muted")
    if sent.is_withdrawing:
        return "being withdrawn", "warning"
    if wanted is None:
        return "sent, no longer intended", "warning"
    if different := attributes_that_differ(wanted, sent):
        return f"sent with another {' and '.join(different)}", "warning"
    return ("pending", "warning") if sent.is_pending else ("sent", "good")


def attributes_that_differ(wanted: Route, sent: WireRoute) -> list[str]:
    """Names of the attributes that are not what the preview says; NEXT_HOP is not judged.

    An iBGP route without a localPref of its own carries the default (RFC 4271 section 5.1.5).
    """
    local_pref = wanted.sent_local_pref
    if local_pref is None and sent.local_pref == DEFAULT_LOCAL_PREF:
        local_pref = DEFAULT_LOCAL_PREF
    pairs = (
        ("localPref", local_pref, sent.local_pref),
        ("communities", set(wanted.communities), set(sent.communities)),
        ("large communities", set(wanted.large_communities), set(sent.large_communities)),
    )
    return [name for name, left, right in pairs if left != right]


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
