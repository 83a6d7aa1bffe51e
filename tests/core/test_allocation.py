"""Addresses for services: what the records do not say in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core import load_resources, resolve
from lbtui.core.allocation import Forecast, forecast
from tests.core.cluster import Manifest, pool, service


def _forecast(*manifests: Manifest) -> Forecast:
    resources = load_resources(manifests).resources
    return forecast(resources, resolve(resources).config)


def _pool(name: str, *addresses: str, **spec: Any) -> Manifest:
    manifest = pool(name, *addresses)
    manifest["spec"].update(spec)
    return manifest


def _pending(name: str, annotations: dict[str, str] | None = None, **spec: Any) -> Manifest:
    manifest = service(name, **spec)
    manifest["metadata"]["annotations"] = annotations or {}
    return manifest


def test_pending_services_get_the_first_free_addresses_by_name() -> None:
    found = _forecast(
        pool("p", "192.0.2.0/30"), service("old", "192.0.2.0"), _pending("b"), _pending("a")
    )
    assert {o.service: o.addresses for o in found.outcomes} == {
        "default/old": ("192.0.2.0",),
        "default/a": ("192.0.2.1",),
        "default/b": ("192.0.2.2",),
    }
    assert found.pending == {"default/a", "default/b"}
    assert found.is_satisfied


def test_a_full_pool_is_exhausted_and_says_so() -> None:
    found = _forecast(pool("p", "192.0.2.7/32"), _pending("a"), _pending("b"))
    assert [o.is_failed for o in found.outcomes] == [False, True]
    assert "p: no usable IPv4 address left" in found.outcomes[1].reason
    assert found.pools[0].exhausted == (4,)
    assert not found.is_satisfied


def test_the_reason_names_each_pool_that_would_not_do() -> None:
    kept = _pool("kept", "192.0.2.0/30", serviceAllocation={"namespaces": ["prod"]})
    asked = _pool("asked", "198.51.100.0/30", autoAssign=False)
    lost = _pool(
        "lost",
        "203.0.113.0/30",
        serviceAllocation={"namespaceSelectors": [{"matchLabels": {"a": "b"}}]},
    )
    (outcome,) = _forecast(kept, asked, lost, pool("six", "2001:db8::/126"), _pending("a")).outcomes
    for part in (
        "kept: kept for others",
        "asked: only on request",
        "lost: its namespaceSelectors match no namespace",
        "six: no address of IPv4",
    ):
        assert part in outcome.reason


def test_an_address_taken_by_another_is_a_conflict() -> None:
    found = _forecast(
        pool("p", "192.0.2.0/30"), service("a", "192.0.2.1"), service("b", "192.0.2.1")
    )
    (conflict,) = found.conflicts
    assert (conflict.service, conflict.holders) == ("default/b", ("default/a",))
    assert {o.service: o.addresses for o in found.outcomes}["default/b"] == ("192.0.2.0",)


def test_sharing_needs_one_key_and_other_ports() -> None:
    def sharing(name: str, port: int) -> Manifest:
        return _pending(
            name, {"metallb.io/allow-shared-ip": "k"}, ports=[{"port": port, "protocol": "TCP"}]
        )

    found = _forecast(
        pool("p", "192.0.2.1/32"), sharing("a", 80), sharing("b", 443), sharing("c", 80)
    )
    assert [o.addresses for o in found.outcomes] == [("192.0.2.1",), ("192.0.2.1",), ()]
    assert found.shared == (("192.0.2.1", ("default/a", "default/b")),)
    assert found.pools[0].assigned[4] == 1


def test_two_plain_pools_are_chance() -> None:
    both = (pool("a", "192.0.2.0/30"), pool("b", "198.51.100.0/30"))
    assert _forecast(*both, _pending("s")).outcomes[0].is_undefined
    assert not _forecast(both[0], _pending("s")).outcomes[0].is_undefined


def test_a_requested_pool_that_is_not_there_is_named() -> None:
    asking = _pending("a", {"metallb.io/address-pool": "gone"})
    (outcome,) = _forecast(pool("p", "192.0.2.0/30"), asking).outcomes
    assert outcome.is_failed and "pool gone, which does not exist" in outcome.reason


@given(st.lists(st.integers(0, 7), max_size=10), st.integers(0, 6))
def test_nobody_shares_without_leave(taken: list[int], pending: int) -> None:
    found = _forecast(
        pool("p", "192.0.2.0/29"),
        *(service(f"old{i}", f"192.0.2.{value}") for i, value in enumerate(taken)),
        *(_pending(f"new{i}") for i in range(pending)),
    )
    held = [address for outcome in found.outcomes for address in outcome.addresses]
    assert len(held) == len(set(held)) == min(8, len(taken) + pending)
    assert found.pools[0].assigned[4] == len(held)


def test_chance_is_told_where_it_decides_and_only_there() -> None:
    found = _forecast(
        pool("four", "192.0.2.0/30"),
        pool("six", "2001:db8::/126"),
        _pending("one"),
        _pending("both", ipFamilyPolicy="PreferDualStack", ipFamilies=["IPv4", "IPv6"]),
    )
    assert [o.is_undefined for o in found.outcomes] == [False, False]
    assert found.diagnostics == ()
    found = _forecast(
        pool("four", "192.0.2.0/30"),
        pool("more", "198.51.100.0/30"),
        _pool("kept", "2001:db8::/126", serviceAllocation={"namespaces": ["default"]}),
        _pending("one"),
        _pending("asks", {"metallb.io/address-pool": "more"}),
    )
    assert {o.service: o.is_undefined for o in found.outcomes} == {
        "default/one": True,
        "default/asks": False,
    }
    (finding,) = found.diagnostics
    assert finding.code == "undefined-order" and "192.0.2.0 of pool four" in finding.message


def test_dual_stack_addresses_under_a_single_stack_policy_get_nothing() -> None:
    both: dict[str, Any] = {
        "clusterIPs": ["192.0.2.200", "2001:db8:ffff::1"],
        "ipFamilyPolicy": "SingleStack",
    }
    dual = pool("p", "192.0.2.0/30", "2001:db8::/126")
    asks = {"metallb.io/address-pool": "p"}
    found = _forecast(dual, _pending("any", **both), _pending("one", asks, **both))
    assert [(o.is_failed, o.addresses) for o in found.outcomes] == [(True, ()), (True, ())]
    assert all("ipFamilyPolicy" in o.reason for o in found.outcomes)


def test_two_families_without_a_policy_require_both() -> None:
    dual = pool("p", "192.0.2.0/30", "2001:db8::/126")
    specs: tuple[dict[str, Any], ...] = (
        {"ipFamilies": ["IPv6", "IPv4"]},
        {"clusterIPs": ["192.0.2.9", "2001:db8:f::1"]},
    )
    for spec in specs:
        found = _forecast(dual, _pending("any", **spec))
        assert found.outcomes[0].addresses == ("192.0.2.0", "2001:db8::")


def test_a_service_that_loses_its_address_is_said_to_move() -> None:
    pair = [service("a", "198.51.100.7"), service("b", "198.51.100.7")]
    resources = load_resources([pool("p", "198.51.100.0/24"), *pair]).resources
    found = forecast(resources, resolve(resources).config)
    assert found.moved == {"default/b"}
    assert [found.to_json()["services"][name]["moved"] for name in ("default/a", "default/b")] == [
        False,
        True,
    ]


@pytest.mark.parametrize("held", [("198.51.100.7", "2001:db8::7"), ("2001:db8::7",)])
def test_a_service_keeps_the_families_that_it_has(held: tuple[str, ...]) -> None:
    found = _forecast(pool("p", "198.51.100.0/24", "2001:db8::/64"), service("a", *held))
    assert [(one.addresses, one.is_failed) for one in found.outcomes] == [(held, False)]
    assert not found.moved
