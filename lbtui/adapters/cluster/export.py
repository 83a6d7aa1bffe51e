"""A cluster's objects as manifests for a folder: what somebody wrote, not what the server added."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from lbtui.adapters.atomic_write import write_files
from lbtui.adapters.cluster.changes import as_written
from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.following import list_all
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.adapters.yaml_render import Style, render_block
from lbtui.core.objects.decode import decode_manifest, encode_resource
from lbtui.core.objects.resource_set import AnyResource
from lbtui.core.objects.struct_fields import declared_fields
from lbtui.ports import StoreError

NO_PASSWORD = "# The password is not exported; lbtui apply leaves that of the cluster alone."

Manifest = Mapping[str, Any]


async def read_files(connection: Connection, namespace: str) -> dict[str, str]:
    """MetalLB's objects in a namespace: name of a file, one for each kind → its text.

    A kind that the cluster does not have is left out. Raises StoreError.
    """
    found: dict[str, str] = {}
    for kind in METALLB:
        try:
            items, _ = await list_all(connection, kind, namespace)
        except ApiError as error:
            if error.code == 404:
                continue
            raise
        documents = [text_of(item) for item in sorted(items, key=_name)]
        if documents:
            found[f"{kind.plural}.yaml"] = "---\n".join(documents)
    return found


def write_folder(folder: str, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write the files into a folder, made if it is not there; their paths.

    Raises StoreError, and then nothing was written, if one of them is there already.
    """
    paths = {os.path.join(folder, name): text.encode() for name, text in files.items()}
    there = [path for path in paths if os.path.lexists(path)]
    if there:
        raise StoreError(
            f"{', '.join(there)} would be overwritten; nothing was written. Name another folder."
        )
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: {error.strerror}; nothing was written.") from None
    write_files(paths)
    return tuple(paths)


def text_of(manifest: Manifest) -> str:
    """The YAML of an object without password, and without what nobody has to write."""
    written = as_written(manifest)
    spec = dict(written.get("spec") or {})
    password = spec.pop("password", None)
    if password and "annotations" in written["metadata"]:
        annotations = written["metadata"]["annotations"]
        written["metadata"]["annotations"] = {
            name: text for name, text in annotations.items() if str(password) not in text
        }
    resource = decode_manifest(manifest, str(written["metadata"].get("namespace", ""))).resource
    if resource is not None:
        for name in _left_out(resource):
            if not isinstance(spec.get(name), dict | list):
                spec.pop(name, None)
    lines = [NO_PASSWORD] if password else []
    lines += render_block({**written, "spec": spec}, Style())
    return "".join(f"{line}\n" for line in lines)


def _left_out(resource: AnyResource) -> set[str]:
    """Known fields of the spec that hold their default."""
    spec: Any = getattr(resource, "spec", None)
    known = {field.encode_name for field in declared_fields(spec.__class__)}
    return known - (encode_resource(resource).get("spec") or {}).keys()


def _name(manifest: Manifest) -> str:
    return str((manifest.get("metadata") or {}).get("name", ""))
