"""What the rules look at of the resources as written, indexed once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter
from typing import TypeVar

from lbtui.core.lint.drawing import drawn_from
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
from lbtui.core.values.addresses import Address
from lbtui.core.values.communities import CommunityError, CommunityValue, parse_community
from lbtui.core.values.selectors import LabelIndex, SelectorError, compile_selector

M = TypeVar("M", bound=MetalLBResource)


class WrittenFacts:
    """The resources of one set; everything derived is made when first asked for."""

    def __init__(self, resources: ResourceSet) -> None:
        """Keep the set."""
        self.resources = resources

    # ---- resources ---------------------------------------------------------------------------

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
