"""Differences of route tables and of resources, in the form that others script against."""

from __future__ import annotations

import msgspec

from lbtui.core import (
    RouteTables,
    analyse,
    diff_resources,
    diff_tables,
    load_resources,
    preview_document,
)
from lbtui.core.objects.cluster_resources import Node
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement
from lbtui.core.routing.diff import RouteDiff
from lbtui.core.routing.resource_diff import ResourceDiff
from tests.core.cluster import (
    Manifest,
    advertisement,
    compiled,
    endpoints,
    hosts,
    node,
    peer,
    pool,
    service,
)

NODES = (node("a", "192.0.2.11"), node("b", "192.0.2.12"))
BASE = (*NODES, pool("p", "198.51.100.0/24"), peer("r", peerASN=64512))
WEB = service("web", "198.51.100.1")


def described(routes: RouteDiff, old: RouteTables, new: RouteTables) -> list[str]:
    """One line a row: sign, prefix, nodes."""
    names = [
        *(("-", route.prefix, old.nodes.names_of(route.nodes)) for route in routes.withdrawn),
        *(("+", route.prefix, new.nodes.names_of(route.nodes)) for route in routes.added),
        *(("~", c.after.prefix, new.nodes.names_of(c.after.nodes)) for c in routes.changed),
    ]
    return [f"{sign}{prefix} {','.join(nodes)}" for sign, prefix, nodes in names]


def difference(first: list[Manifest], second: list[Manifest]) -> list[str]:
    old, new = compiled(first, "frr"), compiled(second, "frr")
    return described(diff_tables(old, new), old, new)


def test_an_edit_of_attributes_changes_routes() -> None:
    old = [*BASE, WEB, advertisement("all")]
    new = [*BASE, WEB, advertisement("all", communities=["1:1"])]
    assert difference(old, new) == ["~198.51.100.1/32 a,b"]


def test_an_edit_for_some_nodes_changes_only_their_routes() -> None:
    old = [*BASE, WEB, advertisement("all")]
    more = advertisement("more", communities=["1:1"], nodeSelectors=hosts("b"))
    assert difference(old, [*old, more]) == ["~198.51.100.1/32 b"]


def test_another_length_withdraws_and_adds() -> None:
    old = [*BASE, WEB, advertisement("all")]
    new = [*BASE, WEB, advertisement("all", aggregationLength=24)]
    assert difference(old, new) == ["-198.51.100.1/32 a,b", "+198.51.100.0/24 a,b"]


def test_nodes_are_compared_by_name_not_by_place() -> None:
    old = [*BASE, WEB, advertisement("all")]
    new = [node("0-first"), *old[1:], WEB]
    assert difference(old, new) == ["-198.51.100.1/32 a", "+198.51.100.1/32 0-first"]


def test_another_next_hop_is_a_change() -> None:
    old = [*BASE, WEB, advertisement("all")]
    new = [node("a", "192.0.2.99"), *old[1:]]
    assert difference(old, new) == ["~198.51.100.1/32 a"]


def test_another_service_behind_a_route_is_no_change() -> None:
    old = [*BASE, WEB, advertisement("all", aggregationLength=24)]
    assert difference(old, [*old, service("dns", "198.51.100.2")]) == []


def test_a_peer_that_goes_takes_its_routes_along() -> None:
    old = [*BASE, WEB, advertisement("all")]
    new = [item for item in old if item["kind"] != "BGPPeer"]
    assert difference(old, new) == ["-198.51.100.1/32 a,b"]


def test_the_document_has_one_entry_per_node_and_peer() -> None:
    local = service("web", "198.51.100.1", externalTrafficPolicy="Local")
    dns = service("dns", "198.51.100.2")
    slices = endpoints("web", {"addresses": ["10.0.0.1"], "nodeName": "a"})
    common = [*BASE, local, dns, slices]
    old = compiled([*common, advertisement("all", aggregationLength=24)])
    new = compiled([*common, advertisement("all", aggregationLength=24, localPref=7)])
    document = diff_tables(old, new).to_json()
    assert (document["added"], document["withdrawn"]) == ([], [])
    assert [change["after"]["node"] for change in document["changed"]] == ["a", "b"]
    assert document["changed"][1]["after"] == {
        "node": "b",
        "peer": "r",
        "prefix": "198.51.100.0/24",
        "nextHop": "192.0.2.12",
        "localPref": 7,
        "sentLocalPref": 7,
        "communities": [],
        "largeCommunities": [],
        "advertisements": ["all"],
        "services": ["default/dns"],
    }
    assert document["changed"][0]["before"]["services"] == ["default/dns", "default/web"]


def test_an_empty_difference_is_empty() -> None:
    tables = compiled([*BASE, WEB, advertisement("all")])
    assert diff_tables(tables, tables) == RouteDiff((), (), ())
    assert RouteDiff((), (), ()).to_json() == {"added": [], "withdrawn": [], "changed": []}


def test_resources_are_compared_field_by_field() -> None:
    old = load_resources(
        [*BASE, advertisement("all", localPref=1), advertisement("gone")]
    ).resources
    changed = advertisement("all", localPref=2, communities=["1:1"])
    changed["metadata"]["labels"] = {"team": "x"}
    new = load_resources([*BASE, changed, advertisement("new")]).resources
    found = diff_resources(old, new)
    ref = ResourceRef("BGPAdvertisement", "metallb-system", "all")
    assert found.changed == ((ref, ("metadata.labels", "spec.localPref", "spec.communities")),)
    document = found.to_json()
    name = {"kind": "BGPAdvertisement", "namespace": "metallb-system"}
    assert document["added"] == [{**name, "name": "new"}]
    assert document["removed"] == [{**name, "name": "gone"}]
    assert document["changed"][0]["name"] == "all"
    assert diff_resources(new, new) == ResourceDiff((), (), ())


def test_an_analysis_is_kept_while_nothing_changes() -> None:
    resources = load_resources([*BASE, WEB, advertisement("all")]).resources
    first = analyse(resources)
    assert analyse(resources, previous=first) is first
    assert analyse(resources, "frr", previous=first) is not first


def test_an_edit_reuses_the_services_and_nothing_stale() -> None:
    resources = load_resources([*BASE, WEB, advertisement("all")]).resources
    first = analyse(resources)
    ref, plain = next(iter(resources.items(BGPAdvertisement)))
    spec = msgspec.structs.replace(plain.spec, local_pref=1)
    edited = resources.with_resource(ref, msgspec.structs.replace(plain, spec=spec))
    second = analyse(edited, previous=first)
    assert second.config.services is first.config.services
    assert preview_document(second.tables) == preview_document(analyse(edited).tables)
    assert second.tables.peer_routes("r")[0].local_pref == 1
    moved = edited.without(next(ref for ref, _ in edited.items(Node)))
    third = analyse(moved, previous=second)
    assert preview_document(third.tables) == preview_document(analyse(moved).tables)
    assert third.config.services is second.config.services
