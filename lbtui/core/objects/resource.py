"""What all MetalLB kinds have in common."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from lbtui.core.objects.meta import LabelSelector, Metadata, Record

METALLB_NAMESPACE = "metallb-system"


class MetalLBResource(Record, frozen=True):
    """Base of the kinds that lbtui edits."""

    kind: ClassVar[str]
    api_version: ClassVar[str] = "metallb.io/v1beta1"

    metadata: Metadata = msgspec.field(default_factory=Metadata)

    @property
    def name(self) -> str:
        """metadata.name."""
        return self.metadata.name


NodeSelectors = Annotated[
    tuple[LabelSelector, ...],
    Meta(extra={"refers": "node-label"}),
]
