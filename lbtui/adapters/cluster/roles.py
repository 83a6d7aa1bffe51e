"""Roles for those who look at a cluster with lbtui, and for those who change it: the least each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lbtui.adapters.cluster.kinds import (
    BGP_SESSION_STATE,
    CONFIGURATION_STATE,
    FRR_CONFIGURATION,
    FRR_NODE_STATE,
    KUBERNETES,
    METALLB,
    SERVICE_BGP_STATUS,
    ApiKind,
)

Manifest = dict[str, Any]

INSIDE = (SERVICE_BGP_STATUS, CONFIGURATION_STATE)
"""Reports in MetalLB's namespace."""
EVERYWHERE = (BGP_SESSION_STATE, FRR_NODE_STATE, FRR_CONFIGURATION)
"""Of frr-k8s, which may have a namespace of its own."""
READING = ("list", "watch")
WRITING = ("create", "patch", "delete")
_RBAC = "rbac.authorization.k8s.io"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who gets a role."""

    kind: str
    """User, Group or ServiceAccount."""
    name: str
    namespace: str = ""
    """Of a ServiceAccount."""

    @property
    def manifest(self) -> Manifest:
        """As a binding names it."""
        if self.kind == "ServiceAccount":
            return {"kind": self.kind, "name": self.name, "namespace": self.namespace}
        return {"apiGroup": _RBAC, "kind": self.kind, "name": self.name}


def user_roles(namespace: str, subjects: Sequence[Subject], *, is_full: bool) -> list[Manifest]:
    """What allows the console and the commands, in the order in which it can be created.

    Args:
        namespace: MetalLB's.
        subjects: who gets it; without any there are roles and no bindings.
        is_full: to change MetalLB's objects, too.
    """
    name = "lbtui-full" if is_full else "lbtui-read-only"
    everywhere = [reading(kind, READING) for kind in KUBERNETES]
    everywhere += [reading(kind, READING) for kind in EVERYWHERE]
    inside = [
        rule(METALLB[0].group, [k.plural for k in METALLB], (*READING, *(WRITING * is_full))),
        rule(SERVICE_BGP_STATUS.group, [kind.plural for kind in INSIDE], READING),
        rule("apps", ["daemonsets"], ("list",)),
    ]
    return [
        *access("ClusterRole", name, "", _merged(everywhere), subjects),
        *access("Role", name, namespace, inside, subjects),
    ]


def reading(kind: ApiKind, verbs: Sequence[str]) -> Manifest:
    """The rule that lets a kind be read."""
    return rule(kind.group, [kind.plural], verbs)


def rule(group: str, resources: Sequence[str], verbs: Sequence[str]) -> Manifest:
    """One rule of a role."""
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def access(
    kind: str, name: str, namespace: str, rules: Sequence[Manifest], subjects: Sequence[Subject]
) -> list[Manifest]:
    """A Role or ClusterRole and, if there is somebody to give it to, its binding."""
    metadata: Manifest = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    head = {"apiVersion": f"{_RBAC}/v1", "metadata": metadata}
    made = [{**head, "kind": kind, "rules": list(rules)}]
    if subjects:
        reference = {"apiGroup": _RBAC, "kind": kind, "name": name}
        named = [subject.manifest for subject in subjects]
        made.append({**head, "kind": f"{kind}Binding", "roleRef": reference, "subjects": named})
    return made


def _merged(rules: Iterable[Manifest]) -> list[Manifest]:
    """Rules of one group and the same verbs as one."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for one in rules:
        found.setdefault((*one["apiGroups"], *one["verbs"]), []).extend(one["resources"])
    return [rule(group, resources, verbs) for (group, *verbs), resources in found.items()]
