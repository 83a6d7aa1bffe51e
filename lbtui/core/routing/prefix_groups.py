"""Prefixes of two tables' levels, grouped by the plans behind them in the one and in the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from lbtui.core.configuration.model import EVERYWHERE
from lbtui.core.routing.placement import Limits
from lbtui.core.routing.prefixes import Bundle, Level, Reached
from lbtui.core.values.nodes import NodeSet


class PrefixGroup(NamedTuple):
    """Prefixes of one length with the same plans behind them in the old and the new tables."""

    old: Limits | None
    """None: nothing is behind them."""
    new: Limits | None
    networks: Collection[int]
    """The prefixes; may hold some of other groups too."""
    reached: Reached
    """What both sides are limited to besides."""


class PrefixGroups(NamedTuple):
    """All prefixes of one length."""

    moved: tuple[PrefixGroup, ...]
    """With other services behind them."""
    kept: tuple[PrefixGroup, ...]
    """With the same."""


def group_prefixes(old: Level | None, new: Level | None) -> PrefixGroups:
    """Group the prefixes of two levels; None: the length is not in use on that side.

    What both levels share is not walked.
    """
    if old is None or new is None:
        level = old or new
        bundles = level.bundles.values() if level else ()
        return PrefixGroups((), tuple(_whole(bundles, old is not None, new is not None)))
    kept: list[Bundle] = []
    moved: dict[int, list[Limits | None]] = {}
    nothing = Bundle({})
    for keys in old.bundles.keys() | new.bundles.keys():
        before, after = old.bundles.get(keys, nothing), new.bundles.get(keys, nothing)
        if before is not after:
            had, has = before.members, after.members
            common = {n: member for n, member in has.items() if had.get(n) is member}
            for side, members in enumerate((had, has)):
                for network, member in members.items():
                    if network not in common:
                        moved.setdefault(network, [None, None])[side] = member.limits
            after = Bundle(common)
        kept.append(after)
    return PrefixGroups(tuple(_moved(moved)), tuple(_whole(kept, True, True)))


def _whole(bundles: Collection[Bundle], is_old: bool, is_new: bool) -> Iterator[PrefixGroup]:
    """The prefixes of whole bundles."""
    for bundle in bundles:
        for limits, reached in bundle.limits.items():
            sides = (limits if is_old else None, limits if is_new else None)
            yield PrefixGroup(*sides, bundle.members.keys(), reached)


def _moved(moved: dict[int, list[Limits | None]]) -> Iterator[PrefixGroup]:
    """Single prefixes by what was and is behind them."""
    groups: dict[tuple[Limits | None, Limits | None], tuple[list[int], dict[NodeSet, int]]] = {}
    for network, (old, new) in moved.items():
        nodes = {limits[0][1] for limits in (old, new) if limits and len(limits) == 1}
        is_single = len(nodes) == 1 and not any(limits and len(limits) > 1 for limits in (old, new))
        if is_single:
            old, new = (limits and ((limits[0][0], EVERYWHERE),) for limits in (old, new))
        networks, reached = groups.setdefault((old, new), ([], {}))
        networks.append(network)
        for mask in nodes if is_single else (EVERYWHERE,):
            reached[mask] = reached.get(mask, 0) + 1
    for sides, (networks, reached) in groups.items():
        yield PrefixGroup(*sides, networks, Reached(reached))
