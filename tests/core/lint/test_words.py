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


def test_the_network_of_one_node_is_spoken_of_as_of_one() -> None:
    found = only("local-pref-ebgp", [A, POOL, peer("r"), advertisement("x", localPref=100)])
    assert found.message.endswith("r is of another AS")
