"""Manifests (plain mappings, as YAML or JSON gives them) to resources and back.

Behaves like the API server behind `kubectl apply`: unknown fields are dropped, null means absent,
numbers are never turned into text or back. Every problem is a finding; an object with an error is
left out of the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec

from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.objects.cluster_resources import READ, ClusterResource
from lbtui.core.objects.field_path import Steps
from lbtui.core.objects.identity import (
    has_namespace,
    missing_name,
    no_namespace,
    told_once,
    unknown_kind,
    wrong_namespace,
)
from lbtui.core.objects.look_alikes import read_not
from lbtui.core.objects.meta import Hidden, decode_hook
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import EDITABLE, METALLB_NAMESPACE, BGPPeer, MetalLBResource
from lbtui.core.objects.respelling import Respelling
from lbtui.core.objects.struct_fields import declared_fields

_METALLB_GROUP = "metallb.io"
_METALLB: Mapping[str, type[MetalLBResource]] = {kind.kind: kind for kind in EDITABLE}
_CLUSTER: Mapping[str, type[ClusterResource]] = {kind.kind: kind for kind in READ}
_OTHER_KINDS = frozenset({"ServiceBGPStatus", "ServiceL2Status", "ConfigurationState", "MetalLB"})
"""Kinds of the group that say nothing about routes; the last is the operator's."""
_DEFAULT_NAMESPACES = {"Service": "default", "EndpointSlice": "default"}
_DEPRECATED_PEER = "metallb.io/v1beta1"


class Decoded(NamedTuple):
    """What one manifest says."""

    resource: AnyResource | None
    """None if it has an error, is outside MetalLB's namespace, or is of another kind."""
    diagnostics: tuple[Diagnostic, ...] = ()
    is_relevant: bool = True
    """Whether it is of a kind that lbtui reads."""


class Loaded(NamedTuple):
    """What a list of manifests says."""

    resources: ResourceSet
    diagnostics: tuple[Diagnostic, ...]


def load_resources(
    manifests: Iterable[Mapping[str, Any]], namespace: str = METALLB_NAMESPACE
) -> Loaded:
    """Decode all manifests into one set, `kind: List` included; `namespace` is MetalLB's."""
    decoded = [
        decode_manifest(manifest, namespace)
        for document in manifests
        for _, manifest in flatten(document)
    ]
    return assemble(decoded)[0]


def assemble(decoded: Iterable[Decoded]) -> tuple[Loaded, tuple[ResourceRef | None, ...]]:
    """Put decoded manifests into one set; and the reference that each of them got, or None.

    Findings about the second resource of one name get its reference, ordinal included.
    """
    found = list(decoded)
    resources, given = ResourceSet.of_with_refs(d.resource for d in found if d.resource is not None)
    remaining = iter(given)
    refs = tuple(next(remaining) if d.resource is not None else None for d in found)
    diagnostics = [
        _referring(finding, ref)
        for item, ref in zip(found, refs, strict=True)
        for finding in item.diagnostics
    ]
    diagnostics = told_once(diagnostics)
    unread = frozenset(
        finding.ref
        for item, ref in zip(found, refs, strict=True)
        for finding in item.diagnostics
        if ref is None and finding.ref is not None and finding.severity is Severity.ERROR
    )
    return Loaded(resources.with_unread(unread), tuple(diagnostics)), refs


def _referring(finding: Diagnostic, ref: ResourceRef | None) -> Diagnostic:
    """The finding about the resource as it is called in the set; without one there is no edit."""
    if finding.ref is None or ref is None:
        return replace(finding, edit=None) if finding.edit is not None else finding
    edit = finding.edit
    return replace(
        finding, ref=ref, edit=replace(edit, ref=ref) if isinstance(edit, Respelling) else edit
    )


def flatten(manifest: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """The manifest itself, or those inside a List, each with the way to it: ("items", 2)."""
    kind = manifest.get("kind") if isinstance(manifest, Mapping) else None
    items = manifest.get("items") if isinstance(kind, str) and kind.endswith("List") else None
    if not isinstance(items, list | tuple):
        yield steps, manifest
        return
    assert isinstance(kind, str)
    for i, item in enumerate(items):
        if kind != "List" and isinstance(item, Mapping) and "kind" not in item:
            item = {"apiVersion": manifest.get("apiVersion"), "kind": kind[:-4], **item}
        yield from flatten(item, (*steps, "items", i))


def decode_manifest(manifest: Any, namespace: str = METALLB_NAMESPACE) -> Decoded:
    """Decode one object; `namespace` is MetalLB's own, and the default of its objects."""
    if not isinstance(manifest, Mapping):
        return Decoded(None, (), is_relevant=False)
    kind, version = manifest.get("kind"), manifest.get("apiVersion")
    if not isinstance(kind, str):
        return Decoded(None, (), is_relevant=False)
    if kind in ("Kustomization", "ConfigMap"):
        found = read_not(kind, manifest, namespace)
        return Decoded(None, found, is_relevant=bool(found))
    if kind in _CLUSTER and version == _CLUSTER[kind].api_version:
        return _decode_cluster_resource(_CLUSTER[kind], manifest, namespace)
    is_metallb = isinstance(version, str) and version.split("/")[0] == _METALLB_GROUP
    if not is_metallb and not (kind in _METALLB and version in (None, "", "v1")):
        return Decoded(None, (), is_relevant=False)
    if kind in _OTHER_KINDS:
        return Decoded(None, (), is_relevant=False)
    if kind not in _METALLB:
        return Decoded(None, (unknown_kind(kind, _reference(manifest, kind, namespace), _METALLB),))
    return _decode_metallb_resource(_METALLB[kind], manifest, namespace)


def encode_resource(resource: AnyResource, *, with_defaults: bool = False) -> dict[str, Any]:
    """The manifest of a resource: JSON names, defaults left out unless asked for.

    Secrets are written out: only for the user's own files and the user's own cluster.
    """
    body = to_plain(resource, with_defaults=with_defaults)
    assert isinstance(body, dict)
    if isinstance(resource, MetalLBResource):
        # Left out when it is the default, which for a peer is not an empty one.
        body.setdefault("spec", to_plain(getattr(resource, "spec", {})))
    return {"apiVersion": resource.api_version, "kind": resource.kind, **body}


def to_plain(value: Any, *, with_defaults: bool = False) -> Any:
    """A field's value as the manifest has it: mappings, lists, scalars; secrets written out."""
    if isinstance(value, msgspec.Struct):
        encoded = {}
        for field in declared_fields(type(value)):
            content = getattr(value, field.name)
            if with_defaults or not _is_default(field, content):
                encoded[field.encode_name] = to_plain(content, with_defaults=with_defaults)
        return encoded
    if isinstance(value, tuple | list):
        return [to_plain(item, with_defaults=with_defaults) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item, with_defaults=with_defaults) for key, item in value.items()}
    return value.reveal() if isinstance(value, Hidden) else value


def _is_default(field: msgspec.structs.FieldInfo, content: Any) -> bool:
    if field.default is not msgspec.NODEFAULT:
        return bool(content == field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return bool(content == field.default_factory())
    return False


def _reference(manifest: Mapping[str, Any], kind: str, namespace: str) -> ResourceRef:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    name, own = metadata.get("name"), metadata.get("namespace")
    return ResourceRef(
        kind,
        own if isinstance(own, str) and own else namespace,
        name if isinstance(name, str) else "",
    )


def _decode_cluster_resource(
    kind: type[ClusterResource], manifest: Mapping[str, Any], namespace: str
) -> Decoded:
    """Fast for tens of thousands: only a manifest that msgspec refuses is walked field by field."""
    default = _DEFAULT_NAMESPACES.get(kind.kind, namespace if kind.kind == "Secret" else "")
    findings: tuple[Diagnostic, ...] = ()
    try:
        resource = msgspec.convert(manifest, kind, dec_hook=decode_hook)
    except msgspec.ValidationError:
        from lbtui.core.objects.schema import Checker

        checker = Checker(_reference(manifest, kind.kind, default), reports_unknown=False)
        kept = checker.check_struct(kind, manifest)
        findings = tuple(checker.findings)
        if not checker.is_valid:
            return Decoded(None, findings)
        resource = msgspec.convert(kept, kind, dec_hook=decode_hook)
    if not resource.metadata.name:
        return Decoded(None, (*findings, missing_name(_reference(manifest, kind.kind, default))))
    return Decoded(_with_namespace(resource, default), findings)


def _decode_metallb_resource(
    kind: type[MetalLBResource], manifest: Mapping[str, Any], namespace: str
) -> Decoded:
    from lbtui.core.objects.schema import Checker

    ref = _reference(manifest, kind.kind, namespace)
    if ref.namespace != namespace:
        return Decoded(None, (wrong_namespace(ref, namespace),))
    checker = Checker(ref, reports_unknown=True)
    _check_version(checker, kind, manifest.get("apiVersion"))
    kept = checker.check_struct(kind, manifest)
    if not has_namespace(manifest):
        checker.findings.append(no_namespace(ref, namespace))
    if not ref.name and all(found.path != "metadata.name" for found in checker.findings):
        checker.findings.append(missing_name(ref))
    if not checker.is_valid:
        return Decoded(None, tuple(checker.findings))
    resource = msgspec.convert(kept, kind, dec_hook=decode_hook)
    return Decoded(_with_namespace(resource, namespace), tuple(checker.findings))


def _with_namespace(resource: Any, namespace: str) -> Any:
    """The resource with the namespace that `kubectl apply` would give it."""
    if resource.metadata.namespace or not namespace:
        return resource
    metadata = msgspec.structs.replace(resource.metadata, namespace=namespace)
    return msgspec.structs.replace(resource, metadata=metadata)


def _check_version(checker: Any, kind: type[MetalLBResource], version: Any) -> None:
    if version == kind.api_version:
        return
    if kind is BGPPeer and version == _DEPRECATED_PEER:
        checker.add(
            Severity.WARNING,
            "deprecated-version",
            "apiVersion",
            "BGPPeer metallb.io/v1beta1 is deprecated; it is read as v1beta2.",
            f"Write apiVersion: {kind.api_version}.",
        )
        return
    checker.add(
        Severity.ERROR,
        "unknown-version",
        "apiVersion",
        f"The API server knows no {kind.kind} in {_version_text(version)} and refuses it.",
        f"Write apiVersion: {kind.api_version}.",
    )


def _version_text(version: Any) -> str:
    return f"apiVersion {version}" if version else "an empty apiVersion"
