"""Changes to one route set: from the octets of a `PATCH /v1/route-sets/{id}` to the state after it.

The same change, with the name of its route set, is what the journal on disk keeps.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from speaker.api import ErrorDetail, Route, RouteSetChange
from speaker.codec.families import FAMILIES, Family
from speaker.control.checks import MAX_ROUTES, check_prefix, check_routes
from speaker.control.documents import located
from speaker.control.route_texts import read_prefix, read_routes
from speaker.daemon.wanted import WantedState
from speaker.errors import DocumentError, UnknownRouteSetError
from speaker.rib.adj_rib_out import RouteSet


class JournalEntry(msgspec.Struct, frozen=True):
    """One accepted change on disk."""

    route_set: str
    change: RouteSetChange


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change makes of a state."""

    wanted: WantedState
    routes: RouteSet
    """The route set after it."""
    entry: bytes
    """For the journal."""
    announced: int
    """Routes in the change; likewise `withdrawn`."""
    withdrawn: int


def change_state(before: WantedState, name: str, data: bytes) -> Changed:
    """Make the change in `data` to the route set `name`; call it off the loop.

    Raises:
        UnknownRouteSetError: there is no such route set.
        DocumentError: `malformed` or `invalid`, with everything that is wrong with it.
    """
    if name not in before.route_sets:
        raise UnknownRouteSetError(f"there is no route set {name!r}")
    try:
        change = msgspec.json.decode(data, type=RouteSetChange)
    except msgspec.ValidationError as error:
        problems = [located("", error)]
        raise DocumentError("invalid", "the change has wrong types", problems) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DocumentError("malformed", f"the body is not JSON: {error}") from None
    problems = list(_check(change))
    if problems:
        raise DocumentError("invalid", "the change cannot be made", problems)
    withdrawn = [read_prefix(prefix) for prefix in change.withdraw]
    routes = before.route_sets[name].changed(read_routes(change.announce), withdrawn)
    after = before.with_routes(change.generation, name, routes)
    count = sum(one.count(family) for one in after.route_sets.values() for family in FAMILIES)
    if count > MAX_ROUTES:
        problem = ErrorDetail("announce", f"{count} routes then; {MAX_ROUTES} are the limit")
        raise DocumentError("invalid", "the change cannot be made", [problem])
    entry = msgspec.json.encode(JournalEntry(name, change))
    return Changed(after, routes, entry, len(change.announce), len(change.withdraw))


def replay(before: WantedState, entries: Iterable[bytes]) -> WantedState:
    """Make journalled changes, oldest first; each prefix is touched once, however many there are.

    Raises:
        DocumentError: an entry is not one, or not of this state.
    """
    last: dict[str, dict[tuple[Family, bytes], Route | None]] = defaultdict(dict)
    generation = before.generation
    try:
        for entry in entries:
            found = msgspec.json.decode(entry, type=JournalEntry)
            outcome, change = last[found.route_set], found.change
            outcome.update((read_prefix(prefix), None) for prefix in change.withdraw)
            outcome.update((read_prefix(route.prefix), route) for route in change.announce)
            generation = change.generation
        after = before
        for name, outcome in last.items():
            announced = read_routes([route for route in outcome.values() if route is not None])
            withdrawn = [prefix for prefix, route in outcome.items() if route is None]
            routes = before.route_sets[name].changed(announced, withdrawn)
            after = after.with_routes(generation, name, routes)
    except (msgspec.MsgspecError, ValueError, KeyError) as error:
        raise DocumentError("invalid", f"a change cannot be made again: {error}") from None
    return after


def _check(change: RouteSetChange) -> Iterator[ErrorDetail]:
    """Every problem of a change whose types are right."""
    yield from check_routes("announce", change.announce)
    announced = {}
    for number, route in enumerate(change.announce):
        if not check_prefix(route.prefix):
            announced[read_prefix(route.prefix)] = number
    for number, prefix in enumerate(change.withdraw):
        at = f"withdraw[{number}]"
        problem = check_prefix(prefix)
        if problem:
            yield ErrorDetail(at, problem)
        elif (other := announced.get(read_prefix(prefix))) is not None:
            yield ErrorDetail(at, f"is announced by announce[{other}] too")
