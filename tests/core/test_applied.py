"""A node that refuses what is new goes on with what it had; a dead router mends nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from lbtui.core import analyse, diff_tables, load_resources
from lbtui.core.analysis import Analysis
from lbtui.core.questions.applied import Applied, diff_applied
from lbtui.core.questions.whatif import lose
from tests.core.cluster import (
    Manifest,
    advertisement,
    hosts,
    node,
    peer,
    pool,
    service,
)
from tests.core.strategies import clusters

NODES = (node("a", "192.0.2.11"), node("b", "192.0.2.12"))
POOL = pool("p", "198.51.100.0/24")
WEB, API = service("web", "198.51.100.1"), service("api", "198.51.100.2")
BASE = (*NODES, POOL, WEB)


def of(*manifests: Manifest, backend: str = "frr-k8s") -> Analysis:
    return analyse(load_resources(manifests).resources, backend)


def routers(**broken: Any) -> tuple[Manifest, ...]:
    """One router for each node; what is wrong is wrong with that of node a."""
    return (
        peer("ra", nodeSelectors=hosts("a"), **broken),
        peer("rb", peerAddress="192.0.2.2", nodeSelectors=hosts("b")),
    )


def changes(found: Applied) -> list[tuple[str, str, str]]:
    """Sign, node and prefix of every route that comes, goes or changes."""
    documents = found.documents()
    return sorted(
        [
            *(("+", d["node"], d["prefix"]) for d in documents["added"]),
            *(("-", d["node"], d["prefix"]) for d in documents["withdrawn"]),
            *(("~", d["after"]["node"], d["after"]["prefix"]) for d in documents["changed"]),
        ]
    )


GOOD = of(*BASE, *routers(), advertisement("x"))


def test_a_refused_node_keeps_its_routes_and_the_others_change() -> None:
    broken = routers(bfdProfile="missing")
    found = diff_applied(GOOD, of(*BASE, *broken, advertisement("x", communities=["1:1"])))
    assert changes(found) == [("~", "b", "198.51.100.1/32")]
    assert {name: error.code for name, error in found.kept.items()} == {
        "a": "peer-unknown-bfd-profile"
    }


def test_services_go_on_changing_under_the_old_configuration() -> None:
    broken = routers(bfdProfile="missing")
    new = of(*NODES, POOL, API, *broken, advertisement("x", communities=["1:1"]))
    found = diff_applied(GOOD, new)
    assert changes(found) == [
        ("+", "a", "198.51.100.2/32"),
        ("+", "b", "198.51.100.2/32"),
        ("-", "a", "198.51.100.1/32"),
        ("-", "b", "198.51.100.1/32"),
    ]
    sent = {d["node"]: d["communities"] for d in found.documents()["added"]}
    assert sent == {"a": [], "b": ["1:1"]}


def test_a_node_that_never_took_anything_has_nothing_to_keep() -> None:
    broken = of(*BASE, *routers(bfdProfile="missing"), advertisement("x"))
    assert changes(diff_applied(broken, broken)) == []
    assert not diff_applied(broken, broken).kept
    assert changes(diff_applied(broken, GOOD)) == [("+", "a", "198.51.100.1/32")]


CONFLICT = (
    *NODES,
    pool("p", "198.51.100.0-198.51.101.127"),
    pool("q", "198.51.101.128-198.51.102.255"),
    service("web", "198.51.101.1"),
    service("db", "198.51.101.200"),
    peer("r", peerASN=64512),
    advertisement("x", ipAddressPools=["p"], aggregationLength=24, localPref=100),
)
"""Two pools that meet in one /24, of which the second sets no localPref yet."""


def test_what_the_back_end_refuses_changes_nothing_either() -> None:
    second = {"ipAddressPools": ["q"], "aggregationLength": 24}
    old = of(*CONFLICT, advertisement("y", **second))
    new = of(*CONFLICT, advertisement("y", localPref=200, **second))
    assert set(new.tables.backend_errors) == {"a", "b"}
    found = diff_applied(old, new)
    assert (changes(found), set(found.kept)) == ([], {"a", "b"})
    assert len(changes(diff_applied(new, old))) == 2  # as after a start: a and b send one prefix


def test_another_back_end_has_nothing_to_keep() -> None:
    old = of(*BASE, *routers(bfdProfile="fast"), advertisement("x"), backend="frr")
    assert old.config.node_errors.keys() == {"a"}
    timed = (*BASE, *routers(keepaliveTime="30s"), advertisement("x"))
    found = diff_applied(of(*timed, backend="frr"), of(*timed, backend="native"))
    assert changes(found) == [("-", "a", "198.51.100.1/32")]
    assert not found.kept


def test_a_router_that_dies_does_not_correct_the_configuration() -> None:
    whole = of(*BASE, *routers(bfdProfile="missing"), advertisement("x"))
    loss = lose(whole, ["peer/ra"])
    assert loss.routes.is_empty
    assert lose(whole, ["peer/rb"]).unreachable == ("default/web",)


@given(clusters(), clusters())
def test_where_all_is_accepted_it_is_the_difference_of_the_tables(
    first: list[Manifest], second: list[Manifest]
) -> None:
    old, new = of(*first), of(*second)
    if new.config.node_errors or new.tables.backend_errors or old.tables.backend_errors:
        return
    expected = diff_tables(old.tables, new.tables).to_json()
    found = {name: list(rows) for name, rows in diff_applied(old, new).documents().items()}
    assert found == expected
