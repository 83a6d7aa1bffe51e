"""What the rules look at: resources as written, as resolved and as compiled, indexed once."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any, TypeVar

from lbtui.core.configuration.model import Advertisement, Configuration, Peer, Pool
from lbtui.core.lint.announced import Announced, Carriers, Decided, Groups
from lbtui.core.lint.black_holes import BlackHoles
from lbtui.core.lint.borrowing import borrow, drawn_from
from lbtui.core.lint.written_services import (
    Holders,
    Labels,
    asks,
    chosen_labels,
    cluster_ips,
    is_load_balancer,
    looked_at,
    moved_holders,
)
from lbtui.core.objects.cluster_resources import Namespace, Node, Service
from lbtui.core.objects.meta import LabelSelector
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
    MetalLBResource,
)
from lbtui.core.routing.plans import Plan, PlanKey
from lbtui.core.routing.routes import RouteTables
from lbtui.core.values.addresses import Address, parse_address
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community
from lbtui.core.values.nodes import NodeSet
from lbtui.core.values.selectors import LabelIndex, SelectorError, compile_selector

M = TypeVar("M", bound=MetalLBResource)
F = TypeVar("F", bound=Callable[..., Any])


class Facts:
    """One configuration as the rules see it; everything derived is made when first asked for."""

    def __init__(
        self,
        resources: ResourceSet,
        config: Configuration,
        tables: RouteTables,
        previous: Facts | None = None,
    ) -> None:
        """Keep the three; `previous` facts lend what has not changed."""
        self.resources = resources
        self.config = config
        self.tables = tables
        if previous is not None:
            borrow(self, previous)

    # ---- as written --------------------------------------------------------------------------

    def sorted(self, kind: type[M]) -> tuple[tuple[ResourceRef, M], ...]:
        """Resources of a kind by name."""
        return tuple(sorted(self.resources.items(kind), key=lambda item: item[0]))

    @cached_property
    @drawn_from(BGPPeer)
    def written_peers(self) -> tuple[tuple[ResourceRef, BGPPeer], ...]:
        """All BGPPeers by name."""
        return self.sorted(BGPPeer)

    @cached_property
    @drawn_from(BGPAdvertisement)
    def written_advertisements(self) -> tuple[tuple[ResourceRef, BGPAdvertisement], ...]:
        """All BGPAdvertisements by name."""
        return self.sorted(BGPAdvertisement)

    @cached_property
    @drawn_from(IPAddressPool)
    def written_pools(self) -> tuple[tuple[ResourceRef, IPAddressPool], ...]:
        """All IPAddressPools by name."""
        return self.sorted(IPAddressPool)

    @cached_property
    @drawn_from(L2Advertisement)
    def l2_advertisements(self) -> tuple[tuple[ResourceRef, L2Advertisement], ...]:
        """All L2Advertisements by name."""
        return self.sorted(L2Advertisement)

    @cached_property
    @drawn_from(Community)
    def communities(self) -> tuple[tuple[ResourceRef, Community], ...]:
        """All Communities by name."""
        return self.sorted(Community)

    @cached_property
    @drawn_from(BFDProfile)
    def bfd_profiles(self) -> tuple[tuple[ResourceRef, BFDProfile], ...]:
        """All BFDProfiles by name."""
        return self.sorted(BFDProfile)

    @cached_property
    @drawn_from(Namespace)
    def namespaces(self) -> tuple[Namespace, ...]:
        """All Namespaces; none: they are not known."""
        return self.resources.all(Namespace)

    @cached_property
    @drawn_from(Community)
    def aliases(self) -> Mapping[str, CommunityValue]:
        """Alias → its value, of all that can be read."""
        found: dict[str, CommunityValue] = {}
        for _, community in self.communities:
            for alias in community.spec.communities:
                try:
                    found.setdefault(alias.name, parse_community(alias.value))
                except CommunityError:
                    continue
        return found

    @cached_property
    @drawn_from(Service)
    def load_balancers(self) -> tuple[tuple[ResourceRef, Service], ...]:
        """Services of type LoadBalancer, by name."""
        chosen = [item for item in self.resources.items(Service) if is_load_balancer(item[1])]
        return tuple(sorted(chosen, key=itemgetter(0)))

    @cached_property
    @drawn_from(Service)
    def requesting(self) -> tuple[tuple[ResourceRef, Service], ...]:
        """Those of them that ask MetalLB for something, by annotation or spec.loadBalancerIP."""
        return tuple(item for item in self.load_balancers if asks(item[1]))

    @cached_property
    @drawn_from(Service)
    def holders(self) -> Holders:
        """Address as written in the status → the LoadBalancer services that have it, by name."""
        return moved_holders({}, {}, dict(self.load_balancers))

    @cached_property
    @drawn_from(Service)
    def shared(self) -> Holders:
        """Those of them that several services have."""
        return {text: refs for text, refs in self.holders.items() if len(refs) > 1}

    @cached_property
    @drawn_from(Service)
    def cluster_ips(self) -> Mapping[Address, str]:
        """ClusterIP → the LoadBalancer service that has it, by address."""
        return cluster_ips(self.load_balancers)

    def is_complete(self, *kinds: type[AnyResource]) -> bool:
        """Whether all of these kinds could be read, so that what is not there does not exist."""
        unread = {ref.kind for ref in self.resources.unread}
        return not unread or unread.isdisjoint({"", *(kind.kind for kind in kinds)})

    def names(self, kind: type[M]) -> frozenset[str]:
        """Names of a kind, of those that could not be read too."""
        written = frozenset(ref.name for ref, _ in self.resources.items(kind))
        return written | {ref.name for ref in self.resources.unread if ref.kind == kind.kind}

    @property
    def knows_names(self) -> bool:
        """Whether the names of all resources are known, whatever else could not be read."""
        return all(ref.kind and ref.name for ref in self.resources.unread)

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
    @drawn_from(BGPPeer)
    def spec_of_peer(self) -> Mapping[ResourceRef, BGPPeer]:
        """BGPPeer by reference."""
        return dict(self.written_peers)

    @cached_property
    @drawn_from(BGPAdvertisement)
    def spec_of_advertisement(self) -> Mapping[ResourceRef, BGPAdvertisement]:
        """BGPAdvertisement by reference."""
        return dict(self.written_advertisements)

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
        return BlackHoles(self.tables, self.reach)

    def families_of(self, advertisement: Advertisement) -> frozenset[int]:
        """Families of the pools that it covers."""
        pools = (self.pools[name] for name in advertisement.pools if name in self.pools)
        return frozenset(family for pool in pools for family in pool.families)

    # ---- labels ------------------------------------------------------------------------------

    @cached_property
    @drawn_from(Node)
    def node_labels(self) -> LabelIndex:
        """Labels of the nodes."""
        return LabelIndex(node.metadata.labels for node in self.resources.all(Node))

    @cached_property
    @drawn_from(IPAddressPool)
    def pool_labels(self) -> LabelIndex:
        """Labels of the pools."""
        return LabelIndex(pool.metadata.labels for _, pool in self.written_pools)

    @cached_property
    @drawn_from(BGPAdvertisement, IPAddressPool)
    def selected_labels(self) -> tuple[str, ...]:
        """The labels of services that selectors look at, sorted."""
        return looked_at(
            (one.spec.service_selectors for _, one in self.written_advertisements),
            (pool.spec.service_allocation for _, pool in self.written_pools),
        )

    @cached_property
    def label_counts(self) -> Counter[Labels]:
        """Values of `selected_labels` → how many LoadBalancer services have them."""
        services = (service for _, service in self.load_balancers)
        return Counter(chosen_labels(services, self.selected_labels))

    @cached_property
    def service_labels(self) -> LabelIndex:
        """The different labels of LoadBalancer services, as far as selectors look at them."""
        return LabelIndex(
            {
                key: value
                for key, value in zip(self.selected_labels, values, strict=True)
                if value is not None
            }
            for values in self.label_counts
        )

    @cached_property
    @drawn_from(Namespace)
    def namespace_labels(self) -> LabelIndex:
        """Labels of the namespaces."""
        return LabelIndex(namespace.metadata.labels for namespace in self.namespaces)


def matching(index: LabelIndex, selector: LabelSelector) -> int:
    """Things that a selector matches; all of them if it is broken, which is told elsewhere."""
    try:
        return index.matching(compile_selector(selector))
    except SelectorError:
        return index.all


def nearest(name: str, names: Collection[str]) -> str | None:
    """The known name that `name` was probably meant to be."""
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.7)
    return found[0] if found else None


def listed(names: Iterable[object], limit: int = 3) -> str:
    """Names for a sentence: "a, b, c and 4 more"."""
    every = list(names)
    if len(every) <= limit + 1:
        return ", ".join(map(str, every))
    return f"{', '.join(map(str, every[:limit]))} and {len(every) - limit} more"


def counted(count: int, noun: str) -> str:
    """A number and its noun: 1 route, 2 routes, 3 addresses."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"
