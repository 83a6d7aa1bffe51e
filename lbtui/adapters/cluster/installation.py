"""How MetalLB runs in a cluster: namespace, back end, version, options of the speaker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.errors import ApiError
from lbtui.adapters.cluster.kinds import METALLB
from lbtui.core.configuration.model import BACKENDS
from lbtui.core.objects.resources import METALLB_NAMESPACE

_SPEAKERS = "/apis/apps/v1/daemonsets"
_NAMESPACED = "/apis/apps/v1/namespaces/{}/daemonsets"
_BGP_TYPE = "METALLB_BGP_TYPE"
_EXTERNAL = "frr-k8s-external"
"""frr-k8s installed apart from MetalLB; for routes it is the same (MetalLB's Helm chart)."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What was found out; empty where nothing was."""

    namespace: str = METALLB_NAMESPACE
    backend: str = ""
    """native, frr or frr-k8s."""
    version: str = ""
    """Tag of the speaker's image."""
    load_balancer_class: str | None = None
    ignore_exclude_lb: bool = False
    source: str = ""
    """What tells it, e.g. "DaemonSet metallb-system/speaker"."""


async def find_installation(connection: Connection, namespace: str | None) -> Installation:
    """Look at the speaker's DaemonSet, else at where MetalLB's objects are.

    Args:
        connection: To the API server.
        namespace: MetalLB's, if the user named it.

    Raises UnreachableError; a lack of permission only makes the answer poorer.
    """
    for path in (_SPEAKERS, _NAMESPACED.format(namespace or METALLB_NAMESPACE)):
        found = await _tried(connection, path)
        speakers = [
            one
            for one in found
            if _speaker(one) is not None and namespace in (None, _namespace(one))
        ]
        if speakers:
            return _read(speakers[0])
    if namespace is not None:
        return Installation(namespace)
    for kind in METALLB:
        counts = Counter(_namespace(item) for item in await _tried(connection, kind.path()))
        if counts:
            return Installation(counts.most_common(1)[0][0])
    return Installation()


async def _tried(connection: Connection, path: str) -> Iterable[Mapping[str, Any]]:
    try:
        body = await connection.get(path, {"limit": "500"})
    except ApiError as error:
        if error.code == 401:
            raise
        return ()
    return body.get("items") or ()


def _namespace(item: Mapping[str, Any]) -> str:
    return str((item.get("metadata") or {}).get("namespace", ""))


def _speaker(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The container that is MetalLB's speaker, if the DaemonSet has one."""
    template = ((item.get("spec") or {}).get("template") or {}).get("spec") or {}
    for container in template.get("containers") or ():
        image = str(container.get("image", "")).rsplit("@", 1)[0]
        name = image.rsplit("/", 1)[-1].split(":", 1)[0]
        is_named = container.get("name") in ("speaker", "metallb-speaker")
        if is_named and "speaker" in name:
            return dict(container)
    return None


def _read(item: Mapping[str, Any]) -> Installation:
    container = _speaker(item) or {}
    variables = {str(v.get("name")): str(v.get("value", "")) for v in container.get("env") or ()}
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    # A speaker that is told nothing speaks BGP itself (MetalLB, speaker/main.go).
    backend = variables.get(_BGP_TYPE) or "native"
    backend = "frr-k8s" if backend == _EXTERNAL else backend
    image = str(container.get("image", "")).rsplit("@", 1)[0].rsplit("/", 1)[-1]
    options = [str(word).removeprefix("--").partition("=") for word in words]
    given = {name: value for name, _, value in options}
    name = (item.get("metadata") or {}).get("name", "")
    return Installation(
        _namespace(item),
        backend if backend in BACKENDS else "",
        image.partition(":")[2],
        given.get("lb-class") or None,
        given.get("ignore-exclude-lb", "false") in ("", "true"),
        f"DaemonSet {_namespace(item)}/{name}",
    )
