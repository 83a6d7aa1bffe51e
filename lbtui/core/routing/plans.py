"""How services that look alike are announced, before their endpoints are asked.

Services of one pool whose labels no serviceSelector tells apart share a plan, so that there are a
few plans however many services. Every question is answered for all nodes at once, on bit masks.
Source: MetalLB speaker/main.go handleService, speaker/bgp_controller.go ShouldAnnounce.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from lbtui.core.configuration.model import Advertisement, Configuration, LoadBalancer, Pool
from lbtui.core.rules.advertisements import have_compatible_local_pref
from lbtui.core.values.nodes import NodeSet, union

Parts = tuple[tuple[int, NodeSet], ...]
"""Advertisements (by their index in the configuration) and the nodes that use them."""

Reasons = tuple[tuple[str, NodeSet], ...]
"""MetalLB's reasons and the nodes that do not announce because of them, none in two."""


class PlanKey(NamedTuple):
    """What a service's plan follows from."""

    pool: str
    """The pool that holds all its addresses; empty if there is none."""
    labels: tuple[str | None, ...] = ()
    """The labels that the pool's advertisements look at, in the order of `Plans.label_keys`."""
    obstacle: str = ""
    """MetalLB's reason that holds on every node, where there is one."""


class Plan(NamedTuple):
    """What becomes of services with one key that can be served on every node."""

    reasons: Reasons
    announcing: NodeSet
    parts: Parts


class Decision(NamedTuple):
    """What becomes of one service."""

    pool: str
    """The pool that holds all its addresses; empty if there is none."""
    reasons: Reasons
    announcing: NodeSet
    parts: Parts
    """How it is announced."""


class Plans:
    """The plans of a configuration, each made when it is first asked for."""

    def __init__(self, config: Configuration, previous: Plans | None = None) -> None:
        """Sort the advertisements by pool; what is equal in `previous` stays the same object."""
        self._old_plans = previous._plans if previous else {}
        self._old_decisions = previous._decisions if previous else {}
        self._active = config.active_nodes
        self._unavailable = config.network_unavailable
        self._excluded = 0 if config.options.ignore_exclude_lb else config.excluded
        self._pools = {pool.name: pool for pool in config.pools}
        self._advertisements = {
            name: tuple((i, a) for i, a in enumerate(config.advertisements) if name in a.pools)
            for name in self._pools
        }
        self.label_keys: Mapping[str, tuple[str, ...]] = {
            name: _label_keys(advertisement for _, advertisement in own)
            for name, own in self._advertisements.items()
        }
        """Pool → the labels of services that its advertisements look at, sorted."""
        self._plans: dict[PlanKey, Plan] = {}
        self._decisions: dict[tuple[PlanKey, NodeSet, bool], Decision] = {}

    def plan(self, key: PlanKey) -> Plan:
        """How services with this key are announced."""
        known = self._plans.get(key)
        if known is None:
            known = self._make(key)
            old = self._old_plans.get(key)
            known = self._plans[key] = old if old is not None and old == known else known
        return known

    def decide(self, key: PlanKey, service: LoadBalancer) -> Decision:
        """What becomes of one service; the same object for services that are announced alike."""
        place = (key, service.able_nodes, service.is_local)
        known = self._decisions.get(place)
        if known is None:
            if self.plan(key) is self._old_plans.get(key):
                known = self._old_decisions.get(place)
            if known is None:
                known = self._limit(key, service)
            self._decisions[place] = known
        return known

    def _limit(self, key: PlanKey, service: LoadBalancer) -> Decision:
        """A plan on the nodes that can serve a service."""
        plan, able = self.plan(key), service.able_nodes
        stopped = plan.announcing & ~able
        if not stopped:
            return Decision(key.pool, *plan)
        reason = "noLocalEndpoints" if service.is_local else "noEndpoints"
        parts = tuple((index, nodes & able) for index, nodes in plan.parts if nodes & able)
        return Decision(key.pool, (*plan.reasons, (reason, stopped)), plan.announcing & able, parts)

    def _make(self, key: PlanKey) -> Plan:
        """Go through MetalLB's checks in its order; what is left announces."""
        if not key.pool:
            reason = key.obstacle or "ipNotAllowed"
            return Plan(((reason, self._active),) if self._active else (), 0, ())
        matching = self._matching(key)
        checks = (
            ("notOwner", ~union(a.nodes for _, a in self._advertisements[key.pool])),
            ("noMatchingAdvertisement", ~union(a.nodes for _, a in matching)),
            (
                "conflictingAdvertisements",
                _conflicts([a for _, a in matching], self._pools[key.pool]),
            ),
            ("nodeNetworkUnavailable", self._unavailable),
            ("nodeLabeledExcludeBalancers", self._excluded),
        )
        left = self._active
        reasons: list[tuple[str, NodeSet]] = []
        for name, refused in checks:
            stopped = left & refused
            if stopped:
                reasons.append((name, stopped))
                left &= ~stopped
        parts = tuple((index, a.nodes & left) for index, a in matching if a.nodes & left)
        return Plan(tuple(reasons), left, parts)

    def _matching(self, key: PlanKey) -> Sequence[tuple[int, Advertisement]]:
        """The pool's advertisements that match services with these labels."""
        keys = self.label_keys[key.pool]
        labels = {n: v for n, v in zip(keys, key.labels, strict=True) if v is not None}
        return [
            (index, advertisement)
            for index, advertisement in self._advertisements[key.pool]
            if not advertisement.service_selectors
            or any(selector.matches(labels) for selector in advertisement.service_selectors)
        ]


def _label_keys(advertisements: Iterable[Advertisement]) -> tuple[str, ...]:
    """The labels of services that advertisements look at, sorted."""
    keys = {
        requirement.key
        for advertisement in advertisements
        for selector in advertisement.service_selectors
        for requirement in selector.requirements
    }
    return tuple(sorted(keys))


def _conflicts(matching: Sequence[Advertisement], pool: Pool) -> NodeSet:
    """Nodes that have two of them with different localPref for the same routes."""
    return union(
        first.nodes & second.nodes
        for first, second in combinations(matching, 2)
        if not have_compatible_local_pref(first, second, pool)
    )


def same_plans(old: Configuration, new: Configuration) -> bool:
    """Whether all plans of two configurations are the same, index for index."""
    return (
        old.advertisements == new.advertisements
        and old.pools == new.pools
        and old.nodes == new.nodes
        and old.active_nodes == new.active_nodes
        and old.network_unavailable == new.network_unavailable
        and old.excluded == new.excluded
        and old.options == new.options
    )
