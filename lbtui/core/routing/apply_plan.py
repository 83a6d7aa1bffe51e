"""What an apply would do to a speaker: sessions opened, closed, reset, routes sent, taken back.

Compares two wanted states; says nothing about what a peer has really received.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from ipaddress import ip_network

from lbtui.core.routing.announcements import AnnouncedRoute, AnnouncedSession, Announcements

UNSETTLING = tuple(
    field.name for field in fields(AnnouncedSession) if field.name not in ("peer", "route_set")
)
"""Parameters whose change closes a running session; its routes alone never do."""


@dataclass(frozen=True, slots=True)
class SessionReset:
    """A session that must close and open again."""

    node: str
    peer: str
    parameters: tuple[str, ...]
    """What differs, in snake case, e.g. "hold_time"."""


@dataclass(frozen=True, slots=True)
class PeerRoutes:
    """What one peer will see change, prefixes by family, network and length."""

    peer: str
    added: tuple[str, ...]
    withdrawn: tuple[str, ...]
    changed: tuple[str, ...]
    """Prefixes that keep being sent, with other attributes."""


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """The consequences of one apply."""

    opened: tuple[tuple[str, str], ...]
    """(node, peer)."""
    closed: tuple[tuple[str, str], ...]
    reset: tuple[SessionReset, ...]
    kept: int
    """Sessions that stay as they are."""
    routes: tuple[PeerRoutes, ...]
    """Peers that see a change, by name."""

    @property
    def is_empty(self) -> bool:
        """Whether the speaker already has this state."""
        return not (self.opened or self.closed or self.reset or self.routes)


def plan_apply(current: Announcements | None, wanted: Announcements) -> ApplyPlan:
    """Compare what the speaker was told last with what it would be told now.

    Passwords are compared only by whether there is one, as a speaker does not tell its own.
    """
    before, after = _sessions(current), _sessions(wanted)
    both = [key for key in after if key in before]
    resets = tuple(
        SessionReset(*key, parameters)
        for key in both
        if (parameters := tuple(_differing(before[key], after[key])))
    )
    return ApplyPlan(
        opened=tuple(key for key in after if key not in before),
        closed=tuple(key for key in before if key not in after),
        reset=resets,
        kept=len(both) - len(resets),
        routes=tuple(_route_changes(before, after)),
    )


_Routes = tuple[AnnouncedRoute, ...]


@dataclass(frozen=True, slots=True)
class _Session:
    """A session with what it takes from its node and its route set."""

    router_id: str | None
    session: AnnouncedSession
    routes: _Routes


_Sessions = dict[tuple[str, str], _Session]


def _sessions(announcements: Announcements | None) -> _Sessions:
    """(node, peer) → session and its routes; equal route sets stay the same object."""
    if announcements is None:
        return {}
    return {
        (node.name, session.peer): _Session(
            session.router_id or node.router_id,
            session,
            announcements.route_sets.get(session.route_set, ()),
        )
        for node in announcements.nodes
        for session in node.sessions
    }


def _differing(before: _Session, after: _Session) -> Iterator[str]:
    if before.router_id != after.router_id:
        yield "router_id"
    for name in UNSETTLING:
        old, new = getattr(before.session, name), getattr(after.session, name)
        if (bool(old) != bool(new)) if name == "password" else (old != new):
            yield name


def _route_changes(before: _Sessions, after: _Sessions) -> Iterator[PeerRoutes]:
    """Changes per peer, over all its nodes; each pair of route sets is compared once."""
    pairs: dict[str, dict[tuple[int, int], tuple[_Routes, _Routes]]] = {}
    for key in {**before, **after}:
        old = before[key].routes if key in before else ()
        new = after[key].routes if key in after else ()
        pairs.setdefault(key[1], {})[id(old), id(new)] = old, new
    for peer in sorted(pairs):
        changes = _compare(pairs[peer].values())
        if any(changes):
            yield PeerRoutes(peer, *changes)


def _compare(
    pairs: Iterable[tuple[_Routes, _Routes]],
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Prefixes added, withdrawn and changed in any of the pairs."""
    added: dict[str, None] = {}
    withdrawn: dict[str, None] = {}
    changed: dict[str, None] = {}
    for old, new in pairs:
        if old == new:
            continue
        old_routes = {route.prefix: route for route in old}
        new_routes = {route.prefix: route for route in new}
        added |= dict.fromkeys(p for p in new_routes if p not in old_routes)
        withdrawn |= dict.fromkeys(p for p in old_routes if p not in new_routes)
        changed |= dict.fromkeys(
            p for p, route in new_routes.items() if p in old_routes and old_routes[p] != route
        )
    return _sorted(added), _sorted(withdrawn), _sorted(changed)


def _sorted(prefixes: Iterable[str]) -> tuple[str, ...]:
    """By family, network, length."""
    return tuple(sorted(prefixes, key=_order))


def _order(prefix: str) -> tuple[int, int, int]:
    network = ip_network(prefix)
    return network.version, int(network.network_address), network.prefixlen
