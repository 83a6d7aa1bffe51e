"""What the rules look at: resources as written, as resolved and as compiled, indexed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from lbtui.core.configuration.model import Advertisement, Configuration, Peer, Pool
from lbtui.core.lint.announced import Announced, Carriers, Decided, Groups
from lbtui.core.lint.black_holes import BlackHoles
from lbtui.core.lint.drawing import drawn_from
from lbtui.core.lint.written_facts import WrittenFacts
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import (
    BGPPeer,
    IPAddressPool,
    MetalLBResource,
)
from lbtui.core.routing.plans import Plan, PlanKey
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.nodes import NodeSet

M = TypeVar("M", bound=MetalLBResource)
F = TypeVar("F", bound=Callable[..., Any])


class Facts(WrittenFacts):
    """One configuration as the rules see it; everything derived is made when first asked for."""

    def __init__(
        self,
        resources: ResourceSet,
        config: Configuration,
        tables: RouteTables,
    ) -> None:
        """Keep the three."""
        super().__init__(resources)
        self.config = config
        self.tables = tables

    # ---- as resolved -------------------------------------------------------------------------

    @property
    def knows_nodes(self) -> bool:
        """Whether there are Node objects."""
        return not self.config.is_node_assumed

    @cached_property
    @drawn_from(Node)
    def node_addresses(self) -> Mapping[Address, NodeSet]:
        """InternalIP → nodes that have it."""
        found: dict[Address, NodeSet] = {}
        for name, texts in self.config.node_addresses.items():
            for text in texts:
                address = parse_address(text)
                if address is not None:
                    found[address] = found.get(address, 0) | self.config.nodes.bit(name)
        return found

    @cached_property
    def pools(self) -> Mapping[str, Pool]:
        """Pools that could be read."""
        return {pool.name: pool for pool in self.config.pools}

    @cached_property
    def has_unread_pools(self) -> bool:
        """Whether a pool could not be read, so that it is not known what it holds."""
        is_unread = {ref.name for ref, _ in self.written_pools} != self.pools.keys()
        return is_unread or not self.is_complete(IPAddressPool)

    @cached_property
    def has_unread_peers(self) -> bool:
        """Whether a peer could not be read."""
        is_unread = len(self.config.peers) != len(self.written_peers)
        return is_unread or not self.is_complete(BGPPeer)

    @cached_property
    def receivers(self) -> tuple[tuple[Peer, ...], ...]:
        """For each advertisement of the configuration: the peers that it is for, by name."""
        return tuple(
            tuple(p for p in self.config.peers if not a.peers or p.name in a.peers)
            for a in self.config.advertisements
        )

    @cached_property
    def _reach(self) -> dict[tuple[int, int], NodeSet]:
        return {}

    def reach(self, index: int, family: int) -> NodeSet:
        """Nodes that send an advertisement's routes of a family to at least one peer."""
        known = self._reach.get((index, family))
        if known is None:
            known = 0
            for peer in self.receivers[index]:
                known |= peer.nodes if family in peer.families else 0
            known &= self.config.advertisements[index].nodes
            self._reach[index, family] = known
        return known

    # ---- as announced ------------------------------------------------------------------------

    @cached_property
    def groups(self) -> Groups:
        """All services, those that are announced alike together."""
        return Groups(self.tables.placements)

    @cached_property
    def decided(self) -> Decided:
        """What becomes of the groups."""
        return Decided(self.groups, self.tables.plans, self.receivers)

    @property
    def announced(self) -> tuple[Announced, ...]:
        """The groups with what becomes of them."""
        return self.decided.announced

    @property
    def poolless(self) -> tuple[Announced, ...]:
        """Those whose addresses no pool holds, or that have none."""
        return self.decided.poolless

    @property
    def stopped(self) -> tuple[Announced, ...]:
        """Those of a pool that no node announces."""
        return self.decided.stopped

    @property
    def idle(self) -> tuple[Announced, ...]:
        """Those with endpoints where they are not announced."""
        return self.decided.idle

    @property
    def single(self) -> tuple[Carriers, ...]:
        """Announced groups that one node or one peer alone carries."""
        return self.decided.single

    @property
    def unheard(self) -> tuple[Carriers, ...]:
        """Announced groups of whose addresses no router hears, of one family at least."""
        return self.decided.unheard

    @property
    def plans(self) -> Mapping[PlanKey, Plan]:
        """The plans that services fall under."""
        return self.decided.plans

    @cached_property
    def black_holes(self) -> BlackHoles:
        """Services whose traffic aggregates draw to nodes that drop it."""
        return BlackHoles(self.tables, self.receivers, self.reach)

    def families_of(self, advertisement: Advertisement) -> frozenset[int]:
        """Families of the pools that it covers."""
        pools = (self.pools[name] for name in advertisement.pools if name in self.pools)
        return frozenset(family for pool in pools for family in pool.families)
