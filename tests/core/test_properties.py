"""What holds for any cluster: the bit sets tell what node-by-node reasoning tells; diffs apply."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core import RouteTables, analyse, announce, diff_tables, load_resources, preview_document
from lbtui.core.routing.route import Route
from tests.core import node_by_node
from tests.core.cluster import Manifest
from tests.core.strategies import clusters

BACKENDS = ["native", "frr", "frr-k8s"]


def tables_of(manifests: list[Manifest], backend: str) -> RouteTables:
    return analyse(load_resources(manifests).resources, backend).tables


@pytest.mark.parametrize("backend", BACKENDS)
@given(manifests=clusters())
def test_bit_sets_and_node_by_node_agree(manifests: list[Manifest], backend: str) -> None:
    tables = tables_of(manifests, backend)
    config, document = tables.config, preview_document(tables)
    for node, sessions in document["nodes"].items():
        for service in config.services:
            told = document["services"][service.name][node]
            assert told == node_by_node.reason(config, node, service)
        for peer in config.peers:
            expected = node_by_node.routes(config, node, peer)
            session = sessions[peer.name]
            assert session["session"] is node_by_node.is_on(config, node, peer.nodes)
            assert [
                {key: route[key] for key in wanted}
                for route, wanted in zip(session["routes"], expected, strict=True)
            ] == expected


def test_the_clusters_are_worth_it() -> None:
    """Most of them are valid and announce something; some split a prefix between nodes."""
    counts = {"routes": 0, "splits": 0, "errors": 0}

    @given(manifests=clusters())
    def count(manifests: list[Manifest]) -> None:
        tables = tables_of(manifests, "frr")
        routes = tables.all_routes()
        counts["routes"] += bool(routes)
        counts["splits"] += len({(r.peer, r.prefix) for r in routes}) < len(routes)
        counts["errors"] += bool(tables.config.node_errors)

    count()
    assert counts["routes"] >= 20
    assert counts["splits"] >= 2
    assert counts["errors"] >= 5


@given(manifests=clusters(), seed=st.integers(0, 1000), backend=st.sampled_from(BACKENDS))
def test_the_order_of_objects_does_not_matter(
    manifests: list[Manifest], seed: int, backend: str
) -> None:
    shuffled = list(manifests)
    random.Random(seed).shuffle(shuffled)
    first, second = (
        analyse(load_resources(items).resources, backend) for items in (manifests, shuffled)
    )
    assert preview_document(first.tables) == preview_document(second.tables)
    assert first.config.is_valid == second.config.is_valid
    assert set(first.diagnostics) == set(second.diagnostics)


Table = dict[tuple[str, str, str], Any]


def per_node(tables: RouteTables) -> Table:
    """(node, peer, prefix) → what is sent."""
    return {
        (node, route.peer, str(route.prefix)): sent(tables, node, route)
        for node in tables.nodes.names
        for route in tables.node_routes(node)
    }


def sent(tables: RouteTables, node: str, route: Route) -> tuple[object, ...]:
    return (
        route.local_pref,
        route.sent_local_pref,
        route.communities,
        route.large_communities,
        tables.next_hop(node, route.peer, route.prefix),
    )


def applied(old: RouteTables, new: RouteTables) -> Table:
    """The old routes with the difference put on them; each part must fit what is there."""
    difference = diff_tables(old, new)
    for peer, rows in difference.peers.items():
        for group in rows:
            assert [*group.first(1), *group.first(2)] == [*group.rows[:1], *group.rows[:2]]
        assert rows.added.count == sum(route.peer == peer for route in difference.added)
        assert rows.withdrawn.count == sum(route.peer == peer for route in difference.withdrawn)
    assert sum(rows.row_count for rows in difference.peers.values()) == difference.row_count
    table = per_node(old)
    for route in difference.withdrawn:
        for node in old.nodes.iterate(route.nodes):
            key = (node, route.peer, str(route.prefix))
            assert table.pop(key) == sent(old, node, route)
    for change in difference.changed:
        before, after = change.before, change.after
        assert old.nodes.names_of(before.nodes) == new.nodes.names_of(after.nodes)
        for node in new.nodes.iterate(after.nodes):
            key = (node, after.peer, str(after.prefix))
            assert table[key] == sent(old, node, before) != sent(new, node, after)
            table[key] = sent(new, node, after)
    for route in difference.added:
        for node in new.nodes.iterate(route.nodes):
            key = (node, route.peer, str(route.prefix))
            assert key not in table
            table[key] = sent(new, node, route)
    return table


@given(first=clusters(), second=clusters(), backend=st.sampled_from(BACKENDS))
def test_the_difference_applied_to_the_old_gives_the_new(
    first: list[Manifest], second: list[Manifest], backend: str
) -> None:
    old, new = tables_of(first, backend), tables_of(second, backend)
    assert applied(old, new) == per_node(new)
    assert diff_tables(new, new).is_empty
    assert diff_tables(new, tables_of(second, backend)).is_empty


@given(manifests=clusters(), backend=st.sampled_from(BACKENDS))
def test_what_is_announced_is_what_is_previewed(manifests: list[Manifest], backend: str) -> None:
    tables = tables_of(manifests, backend)
    announcements = announce(tables)
    assert [node.name for node in announcements.nodes] == list(preview_document(tables)["nodes"])
    for node in announcements.nodes:
        running = [
            name
            for name in tables.peers
            if tables.session_nodes[name] & tables.nodes.bit(node.name)
        ]
        assert [session.peer for session in node.sessions] == running
        for session in node.sessions:
            assert [
                (route.prefix, route.local_pref, route.communities, route.large_communities)
                for route in announcements.route_sets[session.route_set]
            ] == [
                (str(r.prefix), r.sent_local_pref, r.communities, r.large_communities)
                for r in tables.session_routes(node.name, session.peer)
            ]
