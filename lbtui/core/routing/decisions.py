"""Which nodes announce which service, and why the others do not.

Every question is answered for all nodes at once, on bit masks.
Source: MetalLB speaker/main.go handleService, speaker/bgp_controller.go ShouldAnnounce.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from lbtui.core.configuration.model import Advertisement, Configuration, LoadBalancer, Pool
from lbtui.core.rules.advertisements import have_compatible_local_pref
from lbtui.core.values.addresses import Address
from lbtui.core.values.nodes import NodeSet

Parts = tuple[tuple[int, NodeSet], ...]
"""Advertisements (by their index in the configuration) and the nodes that use them."""


class Decision(NamedTuple):
    """What becomes of one service."""

    pool: str
    """The pool that holds all its addresses; empty if there is none."""
    reasons: tuple[tuple[str, NodeSet], ...]
    """MetalLB's reasons and the nodes that do not announce because of them, none in two."""
    announcing: NodeSet
    parts: Parts
    """How it is announced; shared between services that are announced alike."""


class _PoolIndex:
    """Finds the pool of an address."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._blocks: dict[int, list[tuple[int, int, Pool]]] = {4: [], 6: []}
        for pool in pools:
            for entry in pool.entries:
                for network in entry:
                    block = (network.first, network.last, pool)
                    self._blocks[network.family].append(block)
        self._starts: dict[int, list[int]] = {}
        for family, blocks in self._blocks.items():
            blocks.sort(key=lambda block: block[:2])
            self._starts[family] = [block[0] for block in blocks]

    def pool_of(self, addresses: Sequence[Address]) -> Pool | None:
        """The pool that holds all the addresses."""
        first = self._find(addresses[0])
        if first is None or all(self._find(address) is first for address in addresses[1:]):
            return first
        return None

    def _find(self, address: Address) -> Pool | None:
        """The pool of one address; blocks of accepted pools do not overlap."""
        blocks = self._blocks[address.family]
        at = bisect_right(self._starts[address.family], address.value) - 1
        if at >= 0 and address.value <= blocks[at][1]:
            return blocks[at][2]
        return None


class _PoolPlan:
    """The advertisements of one pool, and what they mean for services by their labels."""

    def __init__(self, pool: Pool, advertisements: Sequence[Advertisement]) -> None:
        self._pool = pool
        self._advertisements = [
            (index, advertisement)
            for index, advertisement in enumerate(advertisements)
            if pool.name in advertisement.pools
        ]
        self._keys = sorted(
            {
                requirement.key
                for _, advertisement in self._advertisements
                for selector in advertisement.service_selectors
                for requirement in selector.requirements
            }
        )
        self.owners = _union(advertisement.nodes for _, advertisement in self._advertisements)
        self._cache: dict[tuple[str | None, ...], tuple[Parts, NodeSet]] = {}

    def for_labels(self, labels: Mapping[str, str]) -> tuple[Parts, NodeSet]:
        """The advertisements that match a service, and the nodes on which they conflict."""
        key = tuple([labels.get(name) for name in self._keys])
        known = self._cache.get(key)
        if known is None:
            matching = [
                (index, advertisement)
                for index, advertisement in self._advertisements
                if not advertisement.service_selectors
                or any(selector.matches(labels) for selector in advertisement.service_selectors)
            ]
            parts = tuple((index, advertisement.nodes) for index, advertisement in matching)
            known = self._cache[key] = (parts, self._conflicts([a for _, a in matching]))
        return known

    def _conflicts(self, matching: Sequence[Advertisement]) -> NodeSet:
        """Nodes that have two of them with different localPref for the same routes."""
        return _union(
            first.nodes & second.nodes
            for first, second in combinations(matching, 2)
            if not have_compatible_local_pref(first, second, self._pool)
        )


def _union(masks: Iterable[NodeSet]) -> NodeSet:
    """All nodes that are in any of the masks."""
    result = 0
    for mask in masks:
        result |= mask
    return result


class Decider:
    """Decides about services; remembers what services of one kind have in common."""

    def __init__(self, config: Configuration) -> None:
        """Prepare the pools' lookups."""
        self._active = config.active_nodes
        self._unavailable = config.network_unavailable
        self._excluded = 0 if config.options.ignore_exclude_lb else config.excluded
        self._index = _PoolIndex(config.pools)
        self._plans = {pool.name: _PoolPlan(pool, config.advertisements) for pool in config.pools}
        self._outcomes: dict[tuple[Parts, NodeSet, str, NodeSet], Decision] = {}

    def decide(self, service: LoadBalancer) -> Decision:
        """Go through MetalLB's checks in its order."""
        if service.obstacle:
            return Decision("", ((service.obstacle, self._active),), 0, ())
        pool = self._index.pool_of(service.addresses)
        if pool is None:
            return Decision("", (("ipNotAllowed", self._active),), 0, ())
        parts, conflicts = self._plans[pool.name].for_labels(service.labels)
        missing, reason = 0, ""
        if service.is_local:
            missing, reason = self._active & ~service.endpoint_nodes, "noLocalEndpoints"
        elif not service.has_endpoint:
            missing, reason = self._active, "noEndpoints"
        key = (parts, conflicts, pool.name + "/" + reason, missing)
        known = self._outcomes.get(key)
        if known is None:
            known = self._outcomes[key] = self._outcome(
                pool.name, parts, conflicts, reason, missing
            )
        return known

    def _outcome(
        self, pool: str, parts: Parts, conflicts: NodeSet, reason: str, missing: NodeSet
    ) -> Decision:
        """Take the nodes away check by check; what is left announces."""
        checks = (
            ("notOwner", ~self._plans[pool].owners),
            ("noMatchingAdvertisement", ~_union(nodes for _, nodes in parts)),
            ("conflictingAdvertisements", conflicts),
            ("nodeNetworkUnavailable", self._unavailable),
            ("nodeLabeledExcludeBalancers", self._excluded),
            (reason, missing),
        )
        left = self._active
        reasons: list[tuple[str, NodeSet]] = []
        for name, refused in checks:
            stopped = left & refused
            if stopped:
                reasons.append((name, stopped))
                left &= ~stopped
        own = tuple((index, nodes & left) for index, nodes in parts if nodes & left)
        return Decision(pool, tuple(reasons), left, own)


def decide_all(config: Configuration) -> tuple[Decision, ...]:
    """One decision per service of the configuration, in its order."""
    decider = Decider(config)
    return tuple([decider.decide(service) for service in config.services])
