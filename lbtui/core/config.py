"""Resources and a back end in, a resolved configuration and everything wrong with it out."""

from __future__ import annotations

from lbtui.core.model import (
    BACKENDS,
    Configuration,
    NodeError,
    Options,
    Resolved,
)
from lbtui.core.resource_set import ResourceSet

__all__ = ["BACKENDS", "Configuration", "NodeError", "Options", "Resolved", "resolve"]


def resolve(
    resources: ResourceSet, backend: str = "frr-k8s", options: Options | None = None
) -> Resolved:
    """Judge and cross-reference `resources` as MetalLB with `backend` does."""
    raise NotImplementedError
