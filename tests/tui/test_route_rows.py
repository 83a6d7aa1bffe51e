"""Rows of the route tables, from configurations compiled by core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lbtui.core import analyse, diff_tables, load_resources
from lbtui.core.analysis import Analysis
from lbtui.core.routing.diff import RouteDiff
from lbtui.ports import SessionRow, WireRoute
from lbtui.tui.text import plain
from lbtui.tui.views.route_facts import ability, sent_fact
from lbtui.tui.views.route_rows import (
    By,
    Change,
    RouteList,
    RouteMarks,
    RouteRow,
    Scope,
    scope_names,
)
from lbtui.tui.views.route_words import (
    change_text,
    community_names,
    differences,
    local_pref_text,
    name_communities,
    next_hop_text,
    nodes_text,
)
from lbtui.tui.views.session_routes import compare_routes, in_short, unlike_lines

NODES = ("node-a", "node-b")
SERVICES = {"web": "198.51.100.10", "dns": "198.51.100.53"}


def manifest(kind: str, name: str, spec: Mapping[str, Any], group: str = "v1beta1") -> Any:
    metadata = {"name": name, "namespace": "metallb-system"}
    return {"apiVersion": f"metallb.io/{group}", "kind": kind, "metadata": metadata, "spec": spec}


def node(at: int) -> Any:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODES[at], "labels": {"kubernetes.io/hostname": NODES[at]}},
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"192.0.2.{11 + at}"}],
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }


def service(name: str) -> Any:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"type": "LoadBalancer"},
        "status": {"loadBalancer": {"ingress": [{"ip": SERVICES[name]}]}},
    }


def advertisement(name: str = "adv", **spec: Any) -> Any:
    return manifest("BGPAdvertisement", name, {"ipAddressPools": ["pool"], **spec})


def on_node(name: str) -> Any:
    return [{"matchLabels": {"kubernetes.io/hostname": name}}]


def analysis(*advertisements: Any, services: Sequence[str] = ("web", "dns")) -> Analysis:
    """Two nodes, an iBGP peer `in` and an eBGP peer `out`, one pool, and these advertisements."""
    peer = {"myASN": 64512, "peerAddress": "192.0.2.1"}
    alias = {"communities": [{"name": "KEEP_IN", "value": "65535:65281"}]}
    manifests = [
        *map(node, range(len(NODES))),
        *map(service, services),
        manifest("BGPPeer", "in", {**peer, "peerASN": 64512}, "v1beta2"),
        manifest(
            "BGPPeer", "out", {**peer, "peerAddress": "192.0.2.2", "peerASN": 64513}, "v1beta2"
        ),
        manifest("IPAddressPool", "pool", {"addresses": ["198.51.100.0/24"]}),
        manifest("Community", "names", alias),
        *advertisements,
    ]
    loaded = load_resources(manifests)
    assert not loaded.diagnostics
    return analyse(loaded.resources)


def listed(new: Analysis, old: Analysis, scope: Scope | None = None) -> RouteList:
    diff = diff_tables(old.tables, new.tables)
    marks = RouteMarks(diff, old.tables.nodes, new.tables.nodes)
    return RouteList.of_scope(new.tables, marks, scope or Scope())


def words(rows: Sequence[RouteRow]) -> list[tuple[str, str, str, str]]:
    return [
        (row.route.peer, str(row.route.prefix), change_text(row), nodes_text(row)) for row in rows
    ]


def test_without_a_change_every_row_is_a_route() -> None:
    both = analysis(advertisement())
    assert words(listed(both, both)) == [
        ("in", "198.51.100.10/32", "", "all 2 nodes"),
        ("in", "198.51.100.53/32", "", "all 2 nodes"),
        ("out", "198.51.100.10/32", "", "all 2 nodes"),
        ("out", "198.51.100.53/32", "", "all 2 nodes"),
    ]


def test_withdrawn_routes_stand_in_their_place() -> None:
    rows = listed(analysis(advertisement(), services=["dns"]), analysis(advertisement()))
    assert words(rows)[:2] == [
        ("in", "198.51.100.10/32", "- withdrawn", "all 2 nodes"),
        ("in", "198.51.100.53/32", "", "all 2 nodes"),
    ]
    assert rows.counts == {Change.WITHDRAWN: 2, Change.NONE: 2}


def test_a_row_is_split_where_only_some_nodes_change() -> None:
    old = analysis(advertisement(nodeSelectors=on_node("node-a")))
    rows = listed(analysis(advertisement()), old, Scope(By.PEER, "in"))
    assert words(rows) == [
        ("in", "198.51.100.10/32", "+ added", "node-b"),
        ("in", "198.51.100.10/32", "", "node-a"),
        ("in", "198.51.100.53/32", "+ added", "node-b"),
        ("in", "198.51.100.53/32", "", "node-a"),
    ]


def test_a_node_withdraws_what_another_keeps() -> None:
    new = analysis(advertisement(nodeSelectors=on_node("node-a")))
    old = analysis(advertisement())
    assert words(listed(new, old, Scope(By.NODE, "node-b"))) == [
        (peer, f"{address}/32", "- withdrawn", "node-b")
        for peer in ("in", "out")
        for address in SERVICES.values()
    ]
    assert {row[2] for row in words(listed(new, old, Scope(By.NODE, "node-a")))} == {""}


def test_a_change_says_what_differs() -> None:
    new = analysis(advertisement(localPref=200, communities=["64512:7"]))
    rows = listed(new, analysis(advertisement(localPref=100)), Scope(By.PEER, "in"))
    assert words(rows)[0][2] == "~ changed"
    assert differences(rows[0]) == ("localPref 100 → 200", "communities +64512:7")


def test_service_scope_lists_its_routes_and_those_it_lost() -> None:
    new = analysis(advertisement(), services=["dns"])
    rows = listed(new, analysis(advertisement()), Scope(By.SERVICE, "default/web"))
    assert [row[:3] for row in words(rows)] == [
        ("in", "198.51.100.10/32", "- withdrawn"),
        ("out", "198.51.100.10/32", "- withdrawn"),
    ]
    names = scope_names(new.tables, analysis(advertisement()).tables, By.SERVICE)
    assert names == ("default/dns", "default/web")


def test_prefix_scope_lists_every_peer_that_gets_it_and_those_that_lost_it() -> None:
    old = analysis(advertisement())
    new = analysis(advertisement(peers=["out"], communities=["KEEP_IN"]))
    rows = listed(new, old, Scope(By.PREFIX, "198.51.100.10/32"))
    assert [row[:3] for row in words(rows)] == [
        ("in", "198.51.100.10/32", "- withdrawn"),
        ("out", "198.51.100.10/32", "~ changed"),
    ]
    names = scope_names(new.tables, old.tables, By.PREFIX)
    assert names == ("198.51.100.10/32", "198.51.100.53/32")


def test_every_row_is_found_by_its_key() -> None:
    old = analysis(advertisement(nodeSelectors=on_node("node-a")))
    rows = listed(analysis(advertisement()), old)
    assert len(rows) == 8
    assert [rows.find(row.key) for row in rows] == list(rows)
    assert rows.find((*rows[0].key[:2], "node-z")) is None
    assert rows.find(None) is None


def test_local_pref_towards_ebgp_is_said_not_to_be_sent() -> None:
    both = analysis(advertisement(localPref=200))
    texts = {row.route.peer: local_pref_text(row.route) for row in listed(both, both)}
    assert texts == {"in": "200", "out": "200 not sent"}


def test_next_hop_of_one_node_and_of_several() -> None:
    both = analysis(advertisement())
    rows = listed(both, both)
    assert next_hop_text(rows[0], both.tables) == "each node's own"
    one = listed(both, both, Scope(By.NODE, "node-b"))
    assert next_hop_text(one[0], both.tables) == "192.0.2.12"


def test_communities_have_the_users_name_before_the_well_known_one() -> None:
    names = community_names(analysis(advertisement()).resources)
    values = ["65535:65281", "65535:666", "64512:7"]
    assert name_communities(values, names) == "65535:65281 KEEP_IN, 65535:666 blackhole, 64512:7"


# ---- the three facts ---------------------------------------------------------------------------


def session(name: str, state: str, negotiated: tuple[str, ...] = ("ipv4",)) -> SessionRow:
    return SessionRow(
        id=f"{name}/in", node=name, peer="in", state=state, since=0.0, negotiated=negotiated
    )


@pytest.mark.parametrize(
    ("row", "fact"),
    [
        pytest.param(session("node-a", "Established"), "able", id="up"),
        pytest.param(session("node-a", "Active", ()), "down", id="not-up"),
        pytest.param(session("node-a", "Established", ("ipv6",)), "family_missing", id="no-family"),
        pytest.param(session("node-z", "Established"), "absent", id="not-there"),
    ],
)
def test_ability_of_a_session(row: SessionRow, fact: str) -> None:
    both = analysis(advertisement(nodeSelectors=on_node("node-a")))
    found = ability(listed(both, both)[0], {(row.node, row.peer): row})
    assert found.count == 1
    assert len(getattr(found, fact)) == 1


SENT = WireRoute("198.51.100.10/32", "192.0.2.11", local_pref=100)


@pytest.mark.parametrize(
    ("table", "verdict"),
    [
        pytest.param([SENT], "sent", id="sent"),
        pytest.param([], "not sent: not applied to the speaker, or held back", id="missing"),
        pytest.param(
            [WireRoute("198.51.100.10/32", "192.0.2.11", local_pref=7)],
            "sent with another localPref",
            id="other-attribute",
        ),
        pytest.param(
            [WireRoute("198.51.100.10/32", "192.0.2.11", local_pref=100, is_pending=True)],
            "pending",
            id="pending",
        ),
    ],
)
def test_what_is_sent_is_told_apart_from_what_is_intended(
    table: list[WireRoute], verdict: str
) -> None:
    both = analysis(advertisement(localPref=100))
    assert sent_fact(listed(both, both)[0], "node-a", table).verdict == verdict


def test_a_withdrawn_route_that_is_still_sent_is_said_so() -> None:
    rows = listed(analysis(services=["dns"]), analysis(advertisement(localPref=100)))
    assert rows[0].change is Change.WITHDRAWN
    assert sent_fact(rows[0], "node-a", [SENT]).verdict.startswith("still sent")
    assert sent_fact(rows[0], "node-a", []).is_as_intended


def test_tables_of_a_session_are_joined_by_prefix() -> None:
    both = analysis(advertisement(localPref=100))
    intended = both.tables.session_routes("node-a", "in")
    stray = WireRoute("203.0.113.0/24", "192.0.2.11")
    joined = compare_routes(intended, [SENT, stray], [SENT])
    assert [(row.prefix, row.verdict) for row in joined] == [
        ("198.51.100.10/32", "same"),
        ("198.51.100.53/32", "missing: intended, not sent"),
        ("203.0.113.0/24", "unexpected: sent, not intended"),
    ]
    assert plain(in_short(joined)) == "1 same, 1 missing, 1 unexpected"
    told = [plain(row) for row in unlike_lines(joined)]
    assert told[2:] == [
        "  198.51.100.53/32  missing: intended, not sent",
        "  203.0.113.0/24    unexpected: sent, not intended",
        "",
    ]


def test_a_router_that_lacks_a_sent_route_is_named() -> None:
    both = analysis(advertisement(localPref=100), services=["web"])
    intended = both.tables.session_routes("node-a", "in")
    assert compare_routes(intended, [SENT], [])[0].verdict == "same, the router has it not"
    assert compare_routes(intended, [SENT], None)[0].verdict == "same"


def test_marks_of_no_difference_keep_the_routes_themselves() -> None:
    both = analysis(advertisement())
    marks = RouteMarks(RouteDiff((), (), ()), both.tables.nodes, both.tables.nodes)
    routes = both.tables.all_routes()
    assert marks.items(routes) is routes


def test_the_default_local_pref_of_ibgp_is_as_the_preview_says() -> None:
    both = analysis(advertisement(localPref=0), services=["web"])
    intended = both.tables.session_routes("node-a", "in")
    sent = replace(SENT, local_pref=100, communities=())
    assert compare_routes(intended, [sent], None)[0].verdict == "same"
    other = replace(sent, local_pref=200, communities=("64512:7",))
    assert compare_routes(intended, [other], None)[0].verdict == (
        "differs: localPref 200 instead of none, communities 64512:7 instead of none"
    )
