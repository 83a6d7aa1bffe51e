"""What each of MetalLB's admission webhooks, and its address controller, says of the resources.

Every one of them reads a part of the resources only: a mistake can pass admission, and stop the
speakers later; an alias with a colon is refused at admission although the speakers know it.
Source: MetalLB internal/k8s/webhooks, internal/config/validator.go, pool_controller.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from lbtui.core.configuration.config import resolve
from lbtui.core.configuration.model import Options
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.objects.cluster_resources import Namespace, Node
from lbtui.core.objects.resource_set import AnyResource, ResourceSet
from lbtui.core.objects.resources import (
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
    L2Advertisement,
    SecretReference,
)

CONTROLLER = "controller"
"""The component that gives out addresses."""

_READ: Mapping[str, tuple[type[AnyResource], ...]] = {
    BGPPeer.kind: (BGPPeer, Node),
    BGPAdvertisement.kind: (BGPAdvertisement, IPAddressPool, Node),
    IPAddressPool.kind: (IPAddressPool, Node),
    L2Advertisement.kind: (L2Advertisement, IPAddressPool),
    Community.kind: (Community,),
    CONTROLLER: (IPAddressPool, Community, Namespace),
}
"""Webhook (by the kind that it judges) or component, and what it reads."""

JUDGES = tuple(_READ)
"""The webhooks by the kind they judge, then the controller."""

R = TypeVar("R", bound=AnyResource)


def refusals(
    resources: ResourceSet, backend: str, options: Options | None = None
) -> dict[str, Diagnostic | None]:
    """Judge → the first thing for which it refuses, or None; every judge has a key."""
    return {
        judge: _refusal(_part(resources, judge, kinds), backend, options or Options())
        for judge, kinds in _READ.items()
    }


def _refusal(part: ResourceSet, backend: str, options: Options) -> Diagnostic | None:
    return resolve(part, backend, options).config.refusal


def _part(resources: ResourceSet, judge: str, kinds: Iterable[type[AnyResource]]) -> ResourceSet:
    """What a judge reads; webhooks blank what refers to objects that may yet come."""
    part = ResourceSet({kind.kind: resources.by_kind(kind.kind) for kind in kinds})
    if judge == BGPPeer.kind:
        for ref, peer in resources.items(BGPPeer):
            spec = msgspec.structs.replace(
                peer.spec, bfd_profile="", password_secret=SecretReference()
            )
            part = part.with_resource(ref, msgspec.structs.replace(peer, spec=spec))
    if judge == BGPAdvertisement.kind:
        for ref, advertisement in resources.items(BGPAdvertisement):
            written = tuple(text for text in advertisement.spec.communities if ":" in text)
            spec_ = msgspec.structs.replace(advertisement.spec, communities=written)
            part = part.with_resource(ref, msgspec.structs.replace(advertisement, spec=spec_))
    return part
