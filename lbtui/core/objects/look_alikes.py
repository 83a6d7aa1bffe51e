"""Objects that look as if they configured MetalLB, and are not read as that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef


def read_not(kind: str, manifest: Mapping[str, Any], namespace: str) -> tuple[Diagnostic, ...]:
    """What to say of a Kustomization or a ConfigMap; nothing of most ConfigMaps."""
    if kind == "Kustomization":
        return (
            Diagnostic(
                Severity.INFO,
                "kustomization",
                "kustomize is not run here: its patches, namespaces and name prefixes do not take "
                "part, and files that are patches are read as manifests",
                ResourceRef(kind, "", ""),
                "kind",
                "Render it first: kubectl kustomize FOLDER | lbtui lint -",
            ),
        )
    metadata, data = manifest.get("metadata"), manifest.get("data")
    if not isinstance(metadata, Mapping) or not isinstance(data, Mapping):
        return ()
    text = data.get("config")
    is_own = metadata.get("name") == "config" and metadata.get("namespace") == namespace
    if not is_own or not isinstance(text, str):
        return ()
    return (
        Diagnostic(
            Severity.WARNING,
            "old-configmap",
            "this is how MetalLB was configured before 0.13; it no longer reads ConfigMaps, so "
            "nothing of this has any effect",
            ResourceRef(kind, namespace, "config"),
            "data.config",
            "Write IPAddressPool, BGPPeer and BGPAdvertisement objects instead.",
        ),
    )
