"""The kinds that are read from a cluster: where the API server serves them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from lbtui.core.drift.frr_configuration import FRRConfiguration
from lbtui.core.drift.reports import (
    BGPSessionState,
    ConfigurationState,
    FRRNodeState,
    ServiceBGPStatus,
)
from lbtui.core.objects.cluster_resources import EndpointSlice, Namespace, Node, Secret, Service
from lbtui.core.objects.resource_set import AnyResource
from lbtui.core.objects.resources import (
    BFDProfile,
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
)


@dataclass(frozen=True, slots=True)
class ApiKind:
    """One kind of resource, as the API serves it."""

    kind: type[AnyResource]
    plural: str
    scope: str
    """"metallb": in MetalLB's namespace; "all": in every namespace; "cluster": in none."""

    @property
    def name(self) -> str:
        """Such as BGPPeer."""
        return self.kind.kind

    @property
    def group(self) -> str:
        """API group; empty for the core group."""
        version = self.kind.api_version
        return version.split("/")[0] if "/" in version else ""

    def path(self, namespace: str = "", name: str = "") -> str:
        """URL path of the collection or of one object."""
        version = self.kind.api_version
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        inside = f"/namespaces/{quote(namespace)}" if namespace and self.scope != "cluster" else ""
        return f"{root}{inside}/{self.plural}{f'/{quote(name)}' if name else ''}"


METALLB = (
    ApiKind(BGPPeer, "bgppeers", "metallb"),
    ApiKind(BGPAdvertisement, "bgpadvertisements", "metallb"),
    ApiKind(IPAddressPool, "ipaddresspools", "metallb"),
    ApiKind(Community, "communities", "metallb"),
    ApiKind(BFDProfile, "bfdprofiles", "metallb"),
    ApiKind(L2Advertisement, "l2advertisements", "metallb"),
)
"""What is edited."""

KUBERNETES = (
    ApiKind(Node, "nodes", "cluster"),
    ApiKind(Namespace, "namespaces", "cluster"),
    ApiKind(Service, "services", "all"),
    ApiKind(EndpointSlice, "endpointslices", "all"),
)
"""What is only read."""

SECRET = ApiKind(Secret, "secrets", "metallb")

FOLLOWED = (*METALLB, *KUBERNETES)

ANNOUNCING = (*METALLB, *(kind for kind in KUBERNETES if kind.name != "Namespace"), SECRET)
"""What decides about the routes of a node; namespaces only decide who gets an address."""

SERVICE_BGP_STATUS = ApiKind(ServiceBGPStatus, "servicebgpstatuses", "metallb")
CONFIGURATION_STATE = ApiKind(ConfigurationState, "configurationstates", "metallb")
BGP_SESSION_STATE = ApiKind(BGPSessionState, "bgpsessionstates", "metallb")
FRR_NODE_STATE = ApiKind(FRRNodeState, "frrnodestates", "cluster")
FRR_CONFIGURATION = ApiKind(FRRConfiguration, "frrconfigurations", "all")
"""What components report; those of frr-k8s may be in a namespace of its own."""
