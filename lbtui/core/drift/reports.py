"""The objects in which components report about themselves; read, never edited.

Source: MetalLB api/v1beta1 (servicebgpstatus, configurationstate, ipaddresspool status) and
frr-k8s api/v1beta1 (bgp_session_state, frrnodestate). FRRNodeState's runningConfig is not read:
it may hold passwords.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from lbtui.core.drift.frr_configuration import FRRConfiguration
from lbtui.core.objects.cluster_resources import ClusterResource
from lbtui.core.objects.meta import Record

METALLB_API, FRR_K8S_API = "metallb.io/v1beta1", "frrk8s.metallb.io/v1beta1"


class ServiceClaim(Record, frozen=True):
    """Peers that one node's speaker says it hands a service to, whatever their sessions do."""

    node: str = ""
    service_name: str = ""
    service_namespace: str = ""
    peers: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """namespace/name."""
        return f"{self.service_namespace}/{self.service_name}"


class ServiceBGPStatus(ClusterResource, frozen=True):
    """One service on one node; there is none where it is handed to nobody."""

    kind: ClassVar[str] = "ServiceBGPStatus"
    api_version: ClassVar[str] = METALLB_API
    status: ServiceClaim = msgspec.field(default_factory=ServiceClaim)


class Condition(Record, frozen=True):
    """One condition of a component."""

    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str = ""
    """RFC 3339."""


class ConfigurationVerdict(Record, frozen=True):
    """What a component thinks of the configuration."""

    result: str = ""
    """Valid, Invalid or Unknown; empty: nothing yet."""
    error_summary: str = ""
    conditions: tuple[Condition, ...] = ()


class ConfigurationState(ClusterResource, frozen=True):
    """One component's verdict; labels say which component, and on which node."""

    kind: ClassVar[str] = "ConfigurationState"
    api_version: ClassVar[str] = METALLB_API
    status: ConfigurationVerdict = msgspec.field(default_factory=ConfigurationVerdict)

    @property
    def component(self) -> str:
        """Which: controller or speaker."""
        return self.metadata.labels.get("metallb.io/component-type", "")

    @property
    def node(self) -> str:
        """Of a speaker; empty for the controller."""
        return self.metadata.labels.get("metallb.io/node-name", "")


class PoolCounts(Record, frozen=True):
    """Addresses of a pool by family, as the controller counts them."""

    assigned_v4: int = msgspec.field(default=0, name="assignedIPv4")
    assigned_v6: int = msgspec.field(default=0, name="assignedIPv6")
    available_v4: int = msgspec.field(default=0, name="availableIPv4")
    available_v6: int = msgspec.field(default=0, name="availableIPv6")


class PoolReport(ClusterResource, frozen=True):
    """The status of an IPAddressPool; its spec is read with the resources."""

    kind: ClassVar[str] = "IPAddressPool"
    api_version: ClassVar[str] = METALLB_API
    status: PoolCounts | None = None
    """None: the controller has written none."""


class SessionReport(Record, frozen=True):
    """One session of a node's FRR."""

    bgp_status: str = ""
    """RFC 4271's state: Established, Active, ..."""
    bfd_status: str = ""
    """up, down, ..., or N/A."""
    node: str = ""
    peer: str = ""
    """Address, or interface of an unnumbered session."""
    vrf: str = ""


class BGPSessionState(ClusterResource, frozen=True):
    """One session of one node."""

    kind: ClassVar[str] = "BGPSessionState"
    api_version: ClassVar[str] = FRR_K8S_API
    status: SessionReport = msgspec.field(default_factory=SessionReport)


class FRRResults(Record, frozen=True):
    """How the node's FRR got its configuration; "success" or an error."""

    last_conversion_result: str = ""
    last_reload_result: str = ""


class FRRNodeState(ClusterResource, frozen=True):
    """One node's FRR; its name is the node's."""

    kind: ClassVar[str] = "FRRNodeState"
    api_version: ClassVar[str] = FRR_K8S_API
    status: FRRResults = msgspec.field(default_factory=FRRResults)


Report = (
    ServiceBGPStatus
    | ConfigurationState
    | PoolReport
    | BGPSessionState
    | FRRNodeState
    | FRRConfiguration
)

KINDS: Mapping[str, type[Report]] = {
    kind.kind: kind
    for kind in (
        ServiceBGPStatus,
        ConfigurationState,
        PoolReport,
        BGPSessionState,
        FRRNodeState,
        FRRConfiguration,
    )
}


class DecodedReport(NamedTuple):
    """What one object says, or why it cannot be read."""

    report: Report | None
    problem: str = ""


def decode_report(manifest: Mapping[str, Any]) -> DecodedReport:
    """Decode an object of one of `KINDS`; unknown fields are left out, null means absent."""
    metadata = manifest.get("metadata")
    name = metadata.get("name", "") if isinstance(metadata, Mapping) else ""
    what = f"{manifest.get('kind')}/{name}"
    kind = KINDS.get(str(manifest.get("kind")))
    if kind is None or manifest.get("apiVersion") not in (kind.api_version, None):
        return DecodedReport(None, f"{what}: no report of a component")
    body = {
        key: _without_nulls(value)
        for key, value in manifest.items()
        if key in kind.__struct_fields__
    }
    try:
        return DecodedReport(msgspec.convert(body, kind))
    except msgspec.ValidationError as error:
        return DecodedReport(None, f"{what}: {error}")


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value
