"""What findings say: the mistake by its cause, once, with a remedy that fits it."""

from __future__ import annotations

from typing import Any

import pytest

from lbtui.core import analyse, load_resources
from lbtui.core.diagnostics import Diagnostic
from tests.core.cluster import (
    Manifest,
    advertisement,
    node,
    peer,
    pool,
    secret,
    service,
)

A, B = node("a", "192.0.2.11"), node("b", "192.0.2.12")
POOL = pool("p", "198.51.100.0/24")
BASE = [A, B, POOL, peer("r"), advertisement("x")]


def linted(manifests: list[Manifest]) -> tuple[Diagnostic, ...]:
    """All findings about a set, which MetalLB may refuse."""
    return analyse(load_resources(manifests).resources, "frr-k8s").diagnostics


def codes(manifests: list[Manifest]) -> list[str]:
    return [found.code for found in linted(manifests)]


def only(code: str, manifests: list[Manifest]) -> Diagnostic:
    (found,) = [found for found in linted(manifests) if found.code == code]
    return found


def test_what_is_refused_is_not_said_to_be_announced_as_well() -> None:
    small = pool("p", "198.51.100.0/26")
    other = pool("q", "198.51.100.64/26")
    wide = advertisement("x", ipAddressPools=["p"], aggregationLength=24)
    found = codes([A, small, other, peer("r"), wide, advertisement("y", ipAddressPools=["q"])])
    assert "adv-length-shorter-than-pool" in found
    assert not {"aggregate-beyond-pool", "aggregate-covers-pool"} & set(found)


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("198.51.100.5", "Write 198.51.100.5/32 for this one address."),
        ("2001:db8::5", "Write 2001:db8::5/128 for this one address."),
        ("198.51.100.9-198.51.100.1", "Write 198.51.100.1-198.51.100.9."),
        ("198.51.100.0/33", "Write a CIDR (192.0.2.0/24) or a range (192.0.2.10-192.0.2.20)."),
    ],
)
def test_an_entry_that_cannot_be_read_hides_no_overlap(entry: str, meant: str) -> None:
    found = linted([A, POOL, pool("q", entry, "198.51.100.128/25"), peer("r"), advertisement("x")])
    assert meant in [one.fix for one in found]
    (overlap,) = [one for one in found if one.code == "pool-overlap"]
    assert (overlap.ref and overlap.ref.name, overlap.path) == ("q", "spec.addresses[1]")


@pytest.mark.parametrize(("largest", "enough"), [(26, "26 or more"), (32, "32")])
def test_a_length_is_never_to_be_longer_than_an_address(largest: int, enough: str) -> None:
    narrow = pool("p", f"198.51.100.0/{largest}")
    found = only(
        "adv-length-shorter-than-pool",
        [A, narrow, peer("r"), advertisement("x", aggregationLength=24)],
    )
    assert found.fix == f"Set aggregationLength to {enough}, or enlarge the pool's entry."


@pytest.mark.parametrize(
    ("own", "says", "remedy"),
    [
        ({}, "both use port 80/TCP", "Give them different ports, or different addresses."),
        (
            {"externalTrafficPolicy": "Local"},
            "one has externalTrafficPolicy Local and the other has not",
            "Give both externalTrafficPolicy Cluster, or different addresses.",
        ),
    ],
)
def test_why_an_address_cannot_be_shared(own: dict[str, Any], says: str, remedy: str) -> None:
    pair = [service("one", "198.51.100.10"), service("two", "198.51.100.10", **own)]
    for one in pair:
        one["metadata"]["annotations"] = {"metallb.io/allow-shared-ip": "k"}
        one["spec"]["ports"] = [{"port": 80}]
    found = only("shared-address-conflict", [*BASE, *pair])
    assert says in found.message
    assert found.fix == remedy


def test_the_address_that_no_pool_holds_is_named_alone() -> None:
    lost = service("web", "198.51.100.10", "203.0.113.5")
    found = only("service-outside-pools", [*BASE, lost])
    assert found.message == "no pool holds 203.0.113.5 of default/web: it is not announced"
    apart = [*BASE, pool("q", "203.0.113.0/24"), lost]
    assert "198.51.100.10, 203.0.113.5 of default/web are in different pools" in (
        only("service-outside-pools", apart).message
    )


def test_nodes_that_are_all_excluded_are_told_once_not_for_each_service() -> None:
    label = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    nodes = [node("a", "192.0.2.11", labels=label), node("b", "192.0.2.12", labels=label)]
    web = [service("web", "198.51.100.10"), service("api", "198.51.100.11")]
    found = codes([*nodes, POOL, peer("r"), advertisement("x"), *web])
    assert "every-node-excluded" in found
    assert "service-not-announced" not in found


def test_a_label_beside_match_labels_is_told_with_what_it_means() -> None:
    found = load_resources([advertisement("x", nodeSelectors=[{"rack": "a"}])]).diagnostics
    assert [one.code for one in found] == ["unknown-field"]
    assert "matches everything" in found[0].message
    assert found[0].fix == "Write matchLabels: {rack: a}."


def test_one_node_announces_and_several_announce() -> None:
    label = {"node.kubernetes.io/exclude-from-external-load-balancers": ""}
    one, two = node("b", "192.0.2.12", labels=label), node("c", "192.0.2.13", labels=label)
    assert only("node-excluded", [A, one]).message.startswith("b announces nothing: the label")
    assert only("node-excluded", [A, one, two]).message.startswith("b, c announce nothing: the")


def test_the_network_of_one_node_is_spoken_of_as_of_one() -> None:
    found = only("local-pref-ebgp", [A, POOL, peer("r"), advertisement("x", localPref=100)])
    assert found.message.endswith("r is of another AS")


def test_what_frr_k8s_drops_is_told_once() -> None:
    odd = peer("r", sourceAddress="2001:db8::2")
    found = codes([A, B, POOL, odd, advertisement("x")])
    assert [code for code in found if code.startswith("source-")] == ["source-address-ignored"]


def test_addresses_of_another_pool_are_not_said_to_be_dropped() -> None:
    pools = [pool("p", "198.51.100.0-198.51.101.127"), pool("q", "198.51.101.128-198.51.102.255")]
    wide = advertisement("x", aggregationLength=24)
    found = codes([A, *pools, peer("r"), wide])
    assert "aggregate-covers-pool" in found
    assert "aggregate-beyond-pool" not in found
    (half,) = [pool("p", "198.51.100.0-198.51.101.127")]
    beyond = only("aggregate-beyond-pool", [A, half, peer("r"), wide])
    assert "198.51.101.0/24" in beyond.message and "128 addresses" in beyond.message


def test_a_secret_in_another_namespace_is_found_there() -> None:
    other = secret("s", "kubernetes.io/basic-auth", password="aHVudGVy")
    other["metadata"]["namespace"] = "default"
    found = only("peer-secret-not-found", [*BASE, peer("t", passwordSecret={"name": "s"}), other])
    assert found.fix == "Move it from the namespace default to metallb-system, where MetalLB looks."


def test_a_name_that_kubernetes_refuses_gets_one_that_it_takes() -> None:
    found = only("invalid-name", [peer("ToR_A")])
    assert found.fix == "Write tor-a; correct what names it, too."
    assert "longer than 253" in only("invalid-name", [peer("t" * 254)]).message


@pytest.mark.parametrize(
    ("field", "value", "fix"),
    [
        ("localPref", 2**31, "Choose a number from 0 to 2147483647."),
        ("aggregationLength", "24 ", "Write 24 without quotes."),
    ],
)
def test_a_number_is_asked_for_that_means_something(field: str, value: object, fix: str) -> None:
    (found,) = load_resources([advertisement("x", **{field: value})]).diagnostics
    assert found.fix == fix


def test_an_as_number_in_two_parts_is_turned_into_one() -> None:
    (found,) = load_resources([peer("r", myASN=64512.1)]).diagnostics
    assert found.fix == f"Write {(64512 << 16) + 1}."


def metallb(kind: str, **fields: Any) -> Manifest:
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": kind,
        "metadata": {"name": "metallb", "namespace": "metallb-system"},
        **fields,
    }


def test_the_operators_own_kind_is_known() -> None:
    assert load_resources([metallb("MetalLB")]).diagnostics == ()
    (found,) = load_resources([metallb("AddressPool")]).diagnostics
    assert (found.code, found.fix) == ("unknown-kind", "Did you mean IPAddressPool?")


def test_what_only_looks_like_configuration_is_told() -> None:
    kustomize: Manifest = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    old: Manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "config", "namespace": "metallb-system"},
        "data": {"config": "address-pools: []"},
    }
    other = {**old, "metadata": {"name": "kube-root-ca.crt", "namespace": "metallb-system"}}
    found = load_resources([kustomize, old, other, {**old, "data": None}]).diagnostics
    assert [one.code for one in found] == ["kustomization", "old-configmap"]


def test_an_empty_list_is_not_a_missing_one_to_metallb() -> None:
    pair = [advertisement("x", peers=[]), advertisement("x")]
    assert "adv-duplicate" not in codes([*BASE[:4], *pair])
    assert "adv-duplicate" in codes([*BASE[:4], pair[0], pair[0]])
    assert "adv-duplicate" in codes([*BASE[:4], pair[1], pair[1]])


def test_objects_without_a_namespace_are_told_once() -> None:
    bare = [pool("p", "198.51.100.0/24"), peer("r"), advertisement("x")]
    for manifest in bare:
        del manifest["metadata"]["namespace"]
    (found,) = load_resources(bare).diagnostics
    assert (found.code, found.severity, found.path) == ("namespace-missing", "info", "metadata")
    assert found.message.startswith("IPAddressPool/p and 2 others name no namespace: kubectl")
    (found,) = load_resources(bare[:1]).diagnostics
    assert found.message.startswith("IPAddressPool/p names no namespace: kubectl")


def test_too_many_communities_are_told_once_and_where() -> None:
    many = advertisement("x", communities=[f"64512:{i}" for i in range(64)])
    other = advertisement("y", communities=[f"64512:{i}" for i in range(64)], ipAddressPools=["q"])
    found = linted([*BASE[:4], many, service("web", "198.51.100.1")])
    (told,) = [one for one in found if one.code.startswith("too-many")]
    assert (told.ref and told.ref.name, told.path) == ("x", "spec.communities")
    both = linted([*BASE[:4], many, other, service("web", "198.51.100.1")])
    assert [
        one.ref.name for one in both if one.code == "too-many-in-advertisement" and one.ref
    ] == ["y"]
