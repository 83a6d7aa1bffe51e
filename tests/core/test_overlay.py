"""Manifests on top of a cluster's objects: what they say counts, what they are silent of stays."""

from __future__ import annotations

from typing import Any

from lbtui.core import load_resources
from lbtui.core.editing.overlay import overlay
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import BGPPeer

NAMESPACE = "metallb-system"


def peer(name: str = "tor", labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    default = {"myASN": 64512, "peerASN": 64513, "peerAddress": "192.0.2.1"}
    return {
        "apiVersion": "metallb.io/v1beta2",
        "kind": "BGPPeer",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels or {}},
        "spec": default | spec,
    }


def of(*manifests: dict[str, Any]) -> ResourceSet:
    return load_resources(manifests).resources


def only_peer(resources: ResourceSet) -> BGPPeer:
    (found,) = resources.all(BGPPeer)
    return found


def test_the_spec_is_that_of_the_manifest() -> None:
    found = overlay(of(peer(holdTime="90s", peerPort=1179)), of(peer(holdTime="30s")))
    assert only_peer(found.resources).spec == only_peer(of(peer(holdTime="30s"))).spec


def test_labels_of_others_stay() -> None:
    cluster = of(peer(labels={"app": "argo", "site": "a"}))
    found = overlay(cluster, of(peer(labels={"site": "b"})))
    assert only_peer(found.resources).metadata.labels == {"app": "argo", "site": "b"}


def test_what_no_manifest_names_stays_and_is_told() -> None:
    cluster = of(peer(), peer("other", peerAddress="192.0.2.2"))
    found = overlay(cluster, of(peer()))
    assert found.resources == cluster
    assert [str(ref) for ref in found.not_named] == ["BGPPeer/other"]


def test_other_kinds_and_second_objects_of_a_name_are_told() -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-a"}}
    found = overlay(of(), of(node, peer(), peer(holdTime="30s")))
    assert [str(ref) for ref in found.left_alone] == ["Node/node-a"]
    assert [str(ref) for ref in found.repeated] == ["BGPPeer/tor"]
    assert only_peer(found.resources).spec.hold_time is None


def test_a_password_goes_only_for_another_or_a_secret() -> None:
    cluster = of(peer(password="moonshine"))
    silent = overlay(cluster, of(peer(holdTime="30s")))
    assert str(silent.kept_passwords[0]) == "BGPPeer/tor"
    kept = only_peer(silent.resources).spec.password
    assert kept is not None and kept.reveal() == "moonshine"
    moved = overlay(cluster, of(peer(passwordSecret={"name": "s"})))
    assert only_peer(moved.resources).spec.password is None and not moved.kept_passwords
