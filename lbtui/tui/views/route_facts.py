"""The three facts about a route, never mixed: intended, able, sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lbtui.ports import SessionRow, SpeakerView, WireRoute
from lbtui.tui.views.route_rows import Change, RouteRow
from lbtui.tui.views.session_routes import differences

FAMILIES: Mapping[int, str] = {4: "ipv4", 6: "ipv6"}


@dataclass(frozen=True, slots=True)
class Ability:
    """Whether the sessions of a route could carry it; node names, sorted."""

    able: tuple[str, ...] = ()
    """Session Established and the family negotiated."""
    down: tuple[tuple[str, str], ...] = ()
    """(node, state) of sessions that are not Established."""
    family_missing: tuple[str, ...] = ()
    """Established, but the peer did not agree to the prefix's family."""
    absent: tuple[str, ...] = ()
    """Nodes that the running speaker does not act as, or without this session."""

    @property
    def count(self) -> int:
        """Number of nodes that are to send the route."""
        return sum(map(len, (self.able, self.down, self.family_missing, self.absent)))

    @property
    def with_session(self) -> tuple[str, ...]:
        """Nodes whose session the speaker has, up or not, sorted."""
        return tuple(sorted((*self.able, *(node for node, _ in self.down), *self.family_missing)))


def sessions_by_id(view: SpeakerView) -> Mapping[tuple[str, str], SessionRow]:
    """(node, peer) → session."""
    return {(row.node, row.peer): row for row in view.sessions}


def ability(row: RouteRow, sessions: Mapping[tuple[str, str], SessionRow]) -> Ability:
    """What the speaker's sessions say about each node of a route."""
    able, missing, absent = [], [], []
    down: list[tuple[str, str]] = []
    family = FAMILIES[row.route.prefix.family]
    for node in row.node_index.iterate(row.nodes):
        session = sessions.get((node, row.route.peer))
        if session is None:
            absent.append(node)
        elif session.state != "Established":
            down.append((node, session.state if session.is_enabled else "admin down"))
        elif family not in session.negotiated:
            missing.append(node)
        else:
            able.append(node)
    return Ability(tuple(able), tuple(down), tuple(missing), tuple(absent))


@dataclass(frozen=True, slots=True)
class SentFact:
    """What one node's Adj-RIB-Out holds of a route."""

    node: str
    verdict: str
    """"sent", "pending", "sent with other attributes", "not sent" ..., in words."""
    is_as_intended: bool
    route: WireRoute | None = None


def sent_fact(row: RouteRow, node: str, table: Iterable[WireRoute]) -> SentFact:
    """Compare a route with the Adj-RIB-Out of the session that is to carry it."""
    prefix = str(row.route.prefix)
    found = next((route for route in table if route.prefix == prefix), None)
    if row.change is Change.WITHDRAWN:
        if found is None:
            return SentFact(node, "not sent, as wanted", True)
        return SentFact(node, "still sent: not applied to the speaker yet", False, found)
    if found is None:
        return SentFact(node, "not sent: not applied to the speaker, or held back", False)
    if found.is_withdrawing:
        return SentFact(node, "being withdrawn", False, found)
    wrong = [one.name for one in differences(row.route, found)]
    if wrong:
        return SentFact(node, f"sent with another {' and '.join(wrong)}", False, found)
    return SentFact(node, "pending" if found.is_pending else "sent", not found.is_pending, found)
