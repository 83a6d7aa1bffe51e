"""The MetalLB kinds in the manifests' own shape, one struct each, by topic.

Types, ranges, defaults and one-line helps stand here once: they drive decoding, validation,
the edit forms, the field help and the JSON schema. Source: MetalLB's CRDs (api/v1beta1, v1beta2).
Defaults are the API server's. A field that must tell "absent" from its zero is `None` by default.
"""

from __future__ import annotations

from lbtui.core.objects.advertisement_resources import (
    BGPAdvertisement,
    BGPAdvertisementSpec,
    Community,
    CommunityAlias,
    CommunitySpec,
    L2Advertisement,
    L2AdvertisementSpec,
    PreferredNodeSelector,
)
from lbtui.core.objects.peer_resources import (
    BFDProfile,
    BFDProfileSpec,
    BGPPeer,
    BGPPeerSpec,
    SecretReference,
)
from lbtui.core.objects.pool_resources import (
    IPAddressPool,
    IPAddressPoolSpec,
    ServiceAllocation,
)
from lbtui.core.objects.resource import (
    METALLB_NAMESPACE,
    MetalLBResource,
)

__all__ = [
    "EDITABLE",
    "METALLB_NAMESPACE",
    "BFDProfile",
    "BFDProfileSpec",
    "BGPAdvertisement",
    "BGPAdvertisementSpec",
    "BGPPeer",
    "BGPPeerSpec",
    "Community",
    "CommunityAlias",
    "CommunitySpec",
    "IPAddressPool",
    "IPAddressPoolSpec",
    "L2Advertisement",
    "L2AdvertisementSpec",
    "MetalLBResource",
    "PreferredNodeSelector",
    "SecretReference",
    "ServiceAllocation",
]

EDITABLE: tuple[type[MetalLBResource], ...] = (
    IPAddressPool,
    BGPPeer,
    BGPAdvertisement,
    Community,
    BFDProfile,
    L2Advertisement,
)
