"""What is said of an object's kind, name and namespace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.resource_set import ResourceRef

NO_NAMESPACE = "namespace-missing"


def has_namespace(manifest: Mapping[str, Any]) -> bool:
    """Whether the manifest says where it belongs."""
    metadata = manifest.get("metadata")
    return isinstance(metadata, Mapping) and bool(metadata.get("namespace"))


def no_namespace(ref: ResourceRef, namespace: str) -> Diagnostic:
    """namespace-missing: it is taken to be in MetalLB's, but kubectl may put it elsewhere."""
    return Diagnostic(
        Severity.INFO,
        NO_NAMESPACE,
        f"{ref} names no namespace: kubectl takes that of its context, and MetalLB looks only "
        f"into {namespace}, which is taken for granted here",
        ref,
        "metadata",
        f"Write namespace: {namespace}, or apply with --namespace {namespace}.",
    )


def told_once(diagnostics: Collection[Diagnostic]) -> list[Diagnostic]:
    """One finding for all objects that name no namespace: it is one decision."""
    lacking = [finding for finding in diagnostics if finding.code == NO_NAMESPACE]
    if len(lacking) < 2:
        return list(diagnostics)
    first = lacking[0]
    others = "1 other names" if len(lacking) == 2 else f"{len(lacking) - 1} others name"
    told = replace(first, message=first.message.replace(" names", f" and {others}", 1))
    kept = (one for one in diagnostics if one.code != NO_NAMESPACE or one is first)
    return [told if one is first else one for one in kept]


def wrong_namespace(ref: ResourceRef, namespace: str) -> Diagnostic:
    """wrong-namespace: MetalLB does not see it."""
    return Diagnostic(
        Severity.WARNING,
        "wrong-namespace",
        f"{ref} is in the namespace {ref.namespace}; MetalLB looks only into {namespace} "
        "and ignores it.",
        ref,
        "metadata.namespace",
        f"Write namespace: {namespace}, or name MetalLB's namespace with --namespace.",
    )


def missing_name(ref: ResourceRef) -> Diagnostic:
    """missing-field: the API server wants a name."""
    return Diagnostic(
        Severity.ERROR,
        "missing-field",
        "metadata.name is missing; the API server refuses the object without it.",
        ref,
        "metadata.name",
        "Add metadata.name.",
    )


def unknown_kind(kind: str, ref: ResourceRef, known: Mapping[str, Any]) -> Diagnostic:
    """unknown-kind: the group is MetalLB's, the kind is none of those known."""
    from lbtui.core.objects.schema import nearest

    near = nearest(kind, known)
    return Diagnostic(
        Severity.WARNING,
        "unknown-kind",
        f"MetalLB has no kind {kind}; the API server refuses the object, here it is ignored.",
        ref,
        "kind",
        f"Did you mean {near}?" if near else f"MetalLB's kinds are {', '.join(known)}.",
    )
