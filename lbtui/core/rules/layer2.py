"""L2 advertisements: announced by others, but a broken one stops BGP as well.

Source: MetalLB internal/config/config.go l2AdvertisementFromCR.
"""

from __future__ import annotations

from lbtui.core.objects.resources import L2Advertisement
from lbtui.core.rules.inputs import Inputs


def check_l2_advertisements(inputs: Inputs) -> None:
    """Duplicates and broken selectors in L2 advertisements; every speaker reads all of them."""
    for ref, advertisement in inputs.sorted(L2Advertisement):
        spec = advertisement.spec
        inputs.check_duplicates(spec.ip_address_pools, ref, "spec.ipAddressPools", None)
        lists = (
            (spec.ip_address_pool_selectors, "spec.ipAddressPoolSelectors"),
            (spec.node_selectors, "spec.nodeSelectors"),
            (spec.service_selectors, "spec.serviceSelectors"),
        )
        for selectors, path in lists:
            inputs.check_selector_duplicates(selectors, ref, path, None)
        for selectors, path in (lists[1], lists[2], lists[0]):
            inputs.compile(selectors, ref, path, None)
        preferences = [preferred.preference for preferred in spec.preferred_node_selectors]
        inputs.compile(preferences, ref, "spec.preferredNodeSelectors", None)
