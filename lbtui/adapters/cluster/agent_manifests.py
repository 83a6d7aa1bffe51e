"""The manifests that install the agent: namespace, account, the least that it may do, DaemonSet."""

from __future__ import annotations

from typing import Any

from lbtui.adapters.cluster.kinds import (
    ANNOUNCING,
    BGP_SESSION_STATE,
    CONFIGURATION_STATE,
    SERVICE_BGP_STATUS,
)
from lbtui.adapters.cluster.roles import READING, Subject, access, reading, rule

Manifest = dict[str, Any]

NAME = "lbtui-agent"
_LABELS = {"app.kubernetes.io/name": NAME}
_ABOUT_POD = {
    "NODE_NAME": "spec.nodeName",
    "POD_NAME": "metadata.name",
    "POD_UID": "metadata.uid",
}
"""What the agent reads from its environment, and where Kubernetes has it."""


def agent_manifests(
    image: str, namespace: str, backend: str, port: int, *, has_pod_monitor: bool = False
) -> list[Manifest]:
    """Everything in the order in which it can be created; `namespace` is MetalLB's."""
    account = [Subject("ServiceAccount", NAME, namespace)]
    made = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": _namespace(namespace)},
        _object("v1", "ServiceAccount", namespace),
        *access("ClusterRole", NAME, "", _cluster_rules(), account),
        *access("Role", NAME, namespace, _namespace_rules(), account),
        _daemon_set(image, namespace, backend, port),
    ]
    if has_pod_monitor:
        made.append(
            _object(
                "monitoring.coreos.com/v1",
                "PodMonitor",
                namespace,
                spec={
                    "selector": {"matchLabels": _LABELS},
                    "podMetricsEndpoints": [{"port": "probes", "path": "/metrics"}],
                },
            )
        )
    return made


def _namespace(name: str) -> Manifest:
    """The host's network is only given to pods of a namespace that says so."""
    levels = ("enforce", "audit", "warn")
    labels = {f"pod-security.kubernetes.io/{level}": "privileged" for level in levels}
    return {"name": name, "labels": labels}


def _object(version: str, kind: str, namespace: str, **body: Any) -> Manifest:
    metadata: Manifest = {"name": NAME, "labels": dict(_LABELS)}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def _cluster_rules() -> list[Manifest]:
    return [reading(kind, READING) for kind in ANNOUNCING if kind.scope != "metallb"]


def _namespace_rules() -> list[Manifest]:
    """Only in MetalLB's namespace: its objects and Secrets to read, the three reports to write."""
    rules = [reading(kind, READING) for kind in ANNOUNCING if kind.scope == "metallb"]
    rules.append(rule("", ("pods",), ("list",)))
    for kind in (SERVICE_BGP_STATUS, BGP_SESSION_STATE, CONFIGURATION_STATE):
        rules.append(rule(kind.group, (kind.plural,), ("list", "create", "delete")))
        rules.append(rule(kind.group, (f"{kind.plural}/status",), ("patch",)))
    return rules


def _daemon_set(image: str, namespace: str, backend: str, port: int) -> Manifest:
    pod = {
        "serviceAccountName": NAME,
        "hostNetwork": True,
        "dnsPolicy": "ClusterFirstWithHostNet",
        "priorityClassName": "system-node-critical",
        "terminationGracePeriodSeconds": 30,
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"operator": "Exists"}],
        "containers": [_container(image, namespace, backend, port)],
        "volumes": [
            {"name": "temporary", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
            {
                "name": "state",
                "hostPath": {"path": f"/var/lib/{NAME}", "type": "DirectoryOrCreate"},
            },
        ],
    }
    spec = {
        "selector": {"matchLabels": dict(_LABELS)},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}},
        "template": {"metadata": {"labels": dict(_LABELS)}, "spec": pod},
    }
    return _object("apps/v1", "DaemonSet", namespace, spec=spec)


def _container(image: str, namespace: str, backend: str, port: int) -> Manifest:
    return {
        "name": "agent",
        "image": image,
        "args": ["agent", "--namespace", namespace, "--backend", backend],
        "env": [
            {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}
            for name, path in _ABOUT_POD.items()
        ],
        "ports": [{"name": "probes", "containerPort": port}],
        "livenessProbe": _probe("/healthz", port),
        "readinessProbe": _probe("/readyz", port),
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            # Port 179, and MD5 keys and VRFs of sockets; nothing else of root.
            "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "NET_ADMIN"]},
            "runAsUser": 0,
        },
        "volumeMounts": [
            {"name": "state", "mountPath": "/var/lib/lbtui"},
            {"name": "temporary", "mountPath": "/tmp"},
        ],
    }


def _probe(path: str, port: int) -> Manifest:
    return {"httpGet": {"path": path, "port": port}, "periodSeconds": 10, "timeoutSeconds": 3}
