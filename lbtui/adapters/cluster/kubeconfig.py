"""Which cluster, as whom: kubeconfig files merged the way kubectl merges them.

Rules: kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig. The client
library merges several files the other way round (the last current-context wins), so this is ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lbtui.ports import StoreError

Section = dict[str, dict[str, Any]]

_SECTIONS = {"clusters": "cluster", "users": "user", "contexts": "context"}
_FILES = {
    "cluster": ("certificate-authority",),
    "user": ("client-certificate", "client-key", "tokenFile"),
}
"""Fields with file names, which count from the folder of the kubeconfig that holds them."""
IN_CLUSTER = "in-cluster"
"""Stands for the context where a pod's service account is used."""


@dataclass(frozen=True, slots=True)
class Login:
    """One context of the merged kubeconfig, or the service account of a pod."""

    context: str
    cluster: Mapping[str, Any]
    """As in the kubeconfig: server, certificate-authority, proxy-url, ...; file names absolute."""
    user: Mapping[str, Any]
    namespace: str = ""

    @property
    def server(self) -> str:
        """URL of the API server."""
        return str(self.cluster.get("server", ""))

    @property
    def is_in_cluster(self) -> bool:
        """Whether it is a pod's service account."""
        return self.context == IN_CLUSTER


def choose_login(context: str | None = None, environment: Mapping[str, str] = os.environ) -> Login:
    """The named context, else the current one, else the pod's own account.

    Raises StoreError with what is missing and the contexts that there are.
    """
    files = _files(environment)
    merged = _merge(_read(file) for file in files)
    wanted = context or merged.current
    if not merged.contexts and not wanted and environment.get("KUBERNETES_SERVICE_HOST"):
        return Login(IN_CLUSTER, {}, {})
    names = ", ".join(str(file) for file in files)
    if not merged.contexts:
        raise StoreError(f"No context in {names}; set KUBECONFIG, or make one as for kubectl.")
    known = ", ".join(merged.contexts)
    if not wanted:
        raise StoreError(f"{names}: no current-context; name one with --context: {known}.")
    if wanted not in merged.contexts:
        raise StoreError(f"{names}: there is no context {wanted}; there are: {known}.")
    chosen = merged.contexts[wanted]
    cluster, user = chosen.get("cluster"), chosen.get("user")
    what = f"{names}: context {wanted} names"
    if cluster not in merged.clusters:
        raise StoreError(f"{what} the cluster {cluster}, which is not there.")
    if user and user not in merged.users:
        raise StoreError(f"{what} the user {user}, which is not there.")
    if not merged.clusters[cluster].get("server"):
        raise StoreError(f"{names}: the cluster {cluster} has no server.")
    namespace = chosen.get("namespace")
    return Login(
        wanted,
        merged.clusters[cluster],
        merged.users.get(user, {}) if user else {},
        namespace if isinstance(namespace, str) else "",
    )


@dataclass(slots=True)
class _Merged:
    clusters: Section
    users: Section
    contexts: Section
    current: str = ""


def _files(environment: Mapping[str, str]) -> list[Path]:
    listed = [part for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    if listed:
        return [Path(part).expanduser() for part in dict.fromkeys(listed)]
    return [Path(environment.get("HOME", "~")).expanduser() / ".kube" / "config"]


def _read(file: Path) -> tuple[Path, Mapping[str, Any]]:
    """One file; empty if it is not there, as for kubectl. Raises StoreError."""
    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        return file, {}
    except OSError as error:
        raise StoreError(f"{file}: cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        # Its text may hold a token, so only the line is told.
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise StoreError(f"{file}{where}: no valid YAML; correct it as for kubectl.") from None
    if found is None:
        return file, {}
    if not isinstance(found, dict):
        raise StoreError(f"{file}: no kubeconfig: a mapping with clusters, users and contexts.")
    return file, found


def _merge(files: Iterable[tuple[Path, Mapping[str, Any]]]) -> _Merged:
    """The first file that names something wins."""
    merged = _Merged({}, {}, {})
    for file, found in files:
        current = found.get("current-context")
        if not merged.current and isinstance(current, str):
            merged.current = current
        for section, inner in _SECTIONS.items():
            target: Section = getattr(merged, section)
            for entry in found.get(section) or ():
                if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                    raise StoreError(f"{file}: an entry of {section} has no name.")
                content = entry.get(inner)
                content = content if isinstance(content, dict) else {}
                target.setdefault(entry["name"], _absolute(content, inner, file.parent))
    return merged


def _absolute(content: Mapping[str, Any], inner: str, folder: Path) -> dict[str, Any]:
    names = _FILES.get(inner, ())
    return {
        key: str(folder / value) if key in names and isinstance(value, str) and value else value
        for key, value in content.items()
    }
