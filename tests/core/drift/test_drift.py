"""Every rule about drift objects where it should, names its source, and is quiet elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import pytest

from lbtui.core.drift import RULES, Drift, LiveSession, Reported, Sides, decode_report, find_drift
from lbtui.core.drift.frr_configuration import FRRConfiguration
from lbtui.core.drift.reports import (
    BGPSessionState,
    ConfigurationState,
    FRRNodeState,
    PoolReport,
    ServiceBGPStatus,
)
from lbtui.core.drift.sides import Stamp, live_sessions
from lbtui.core.lint import RULES as LINT
from lbtui.core.objects.cluster_resources import ClusterResource
from lbtui.core.routing.status import status_nodes, status_peers
from lbtui.core.rules import RULES as ACCEPTANCE
from tests.core.cluster import Manifest, advertisement, compiled, endpoints, node, peer, service
from tests.core.drift.cases import (
    CASES,
    CLAIMS,
    CLUSTER,
    UP,
    claim,
    frr,
    neighbor,
    own,
    sending,
    session,
)

R = TypeVar("R", bound=ClusterResource)
HEARD, NOW = 1000.0, 1012.5


def sides(
    reports: Sequence[Manifest], manifests: Sequence[Manifest] = tuple(CLUSTER), **more: Any
) -> Sides:
    """Every kind that is among the reports is a source; the others are not known."""
    decoded = []
    for one in reports:
        report, problem = decode_report(one)
        assert report is not None, problem
        decoded.append(report)

    def of(kind: type[R]) -> Reported[R] | None:
        facts = tuple(one for one in decoded if isinstance(one, kind))
        return Reported(facts, Stamp(facts[0].kind, HEARD)) if facts else None

    states = of(BGPSessionState)
    live = [Reported(live_sessions(states.facts), states.stamp)] if states else []
    return Sides(
        compiled(list(manifests)),
        services=of(ServiceBGPStatus),
        configurations=of(ConfigurationState),
        pools=of(PoolReport),
        frr_nodes=of(FRRNodeState),
        frr_configurations=of(FRRConfiguration),
        sessions=[*live, *more.get("sessions", ())],
    )


def found(code: str, these: Sides) -> list[Drift]:
    return [one for one in find_drift(these, NOW) if one.diagnostic.code == code]


def test_every_rule_has_a_case_a_code_of_its_own_and_its_words() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes)) >= 13
    assert CASES.keys() == set(codes)
    others = {*(rule.code for rule in ACCEPTANCE), *(rule.code for rule in LINT)}
    assert not set(codes) & others
    for rule in RULES:
        assert rule.meaning.endswith(".") and rule.remedy.endswith("."), rule.code
        assert rule.source and rule.check.__doc__, rule.code


@pytest.mark.parametrize("code", CASES)
def test_it_objects_and_says_on_whose_word(code: str) -> None:
    case = CASES[code]
    (one,) = found(code, sides(case.fires))
    assert case.says in one.diagnostic.message
    assert one.diagnostic.ref is not None and one.diagnostic.ref.name == case.name
    assert one.diagnostic.nodes == case.nodes
    assert one.source in {"BGPSessionState", *(report["kind"] for report in case.fires)}
    assert one.age == NOW - HEARD
    assert not one.diagnostic.message.endswith(".")


@pytest.mark.parametrize("code", CASES)
def test_it_is_quiet_about_what_comes_near(code: str) -> None:
    for reports in CASES[code].quiet:
        assert found(code, sides(reports)) == []


def test_a_cluster_that_does_what_it_is_to_do_has_no_drift() -> None:
    assert find_drift(sides([*UP, *CLAIMS, frr("a"), frr("b")]), NOW) == ()


def test_what_nobody_reports_is_not_judged() -> None:
    assert find_drift(sides([]), NOW) == ()


def test_the_bundled_speakers_sessions_are_a_source_of_their_own() -> None:
    down = LiveSession("b", "192.0.2.1", "", "Active", detail="connection refused")
    speaker = Reported((down,), Stamp("the bundled speaker", NOW))
    both = sides(UP, sessions=[speaker])
    (one,) = find_drift(both, NOW)
    assert (one.source, one.age) == ("the bundled speaker", 0.0)
    assert "Active (connection refused) on b" in one.diagnostic.message


def test_a_running_configuration_is_never_read() -> None:
    report, _ = decode_report(frr("a"))
    assert report is not None and "hunter2" not in repr(report)


def test_passwords_and_raw_configuration_of_others_are_never_read() -> None:
    made = own("o", [neighbor("192.0.2.1", password="hunter2")])
    made["spec"]["raw"] = {"rawConfig": "neighbor 192.0.2.1 password hunter2"}
    report, problem = decode_report(made)
    assert isinstance(report, FRRConfiguration), problem
    assert report.spec.bgp.routers[0].neighbors[0].address == "192.0.2.1"
    assert "hunter2" not in repr(report)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"asn": 64599}, "AS of the router 64599, not 64513"),
        ({"port": 1179}, "port 1179, not 179"),
        ({"bfdProfile": "slow"}, "BFD profile slow, not none"),
        ({"ebgpMultiHop": True}, "eBGP multihop on, not off"),
        ({"sourceaddress": "192.0.2.99"}, "source address 192.0.2.99, not none"),
        ({"holdTime": "90s"}, "hold time 90 s, not 180 s"),
        ({"keepaliveTime": "1m0s", "holdTime": "3m", "port": 179}, ""),
    ],
)
def test_all_that_frr_k8s_would_not_merge_is_told(more: dict[str, Any], says: str) -> None:
    contradicted = found("frr-contradiction", sides([own("o", [neighbor("192.0.2.1", **more)])]))
    assert [says in one.diagnostic.message for one in contradicted] == [True] * bool(says)


@pytest.mark.parametrize(
    ("router", "says"),
    [
        ({"asn": 64599}, "AS 64599, not 64512, of the node"),
        ({"id": "203.0.113.1"}, "router ID 203.0.113.1, not 203.0.113.7"),
        ({"id": "203.0.113.7"}, ""),
    ],
)
def test_a_router_that_frr_k8s_would_not_merge_is_told(router: dict[str, Any], says: str) -> None:
    manifests = [*CLUSTER[:3], peer("r", peerAddress="192.0.2.1", routerID="203.0.113.7")]
    contradicted = found("frr-contradiction", sides([own("o", [], **router)], manifests))
    assert [says in one.diagnostic.message for one in contradicted] == [True] * bool(says)


def test_two_local_preferences_of_one_prefix_are_told() -> None:
    preferring = advertisement("x", ipAddressPools=["p"], peers=["r"], localPref=150)
    manifests = [one for one in CLUSTER if one["kind"] != "BGPAdvertisement"] + [preferring]
    asked = [{"prefixes": ["198.51.100.10/32"], "localPref": 200}]
    sent = sending("198.51.100.10/32", withLocalPref=asked)
    (one,) = found(
        "frr-contradiction", sides([own("o", [neighbor("192.0.2.1", **sent)])], manifests)
    )
    assert "localPref 200, not 150, of 198.51.100.10/32" in one.diagnostic.message


def test_a_session_that_somebody_added_is_told_once_and_by_its_source() -> None:
    these = sides([*UP, session("a", "203.0.113.9"), own("o", [neighbor("203.0.113.9")])])
    codes = {(one.diagnostic.code, one.source) for one in find_drift(these, NOW)}
    assert ("frr-peer-added", "FRRConfiguration") in codes
    assert "session-unexpected" not in {code for code, _ in codes}


@pytest.mark.parametrize(
    ("status", "problem"),
    [({"peers": "r"}, "Expected `array`"), ({"node": 7}, "Expected `str`"), (3, "Expected")],
)
def test_a_report_that_cannot_be_read_is_told(status: Any, problem: str) -> None:
    report, told = decode_report({**claim("a", "r"), "status": status})
    assert report is None
    assert told.startswith("ServiceBGPStatus/bgp-web-a: ") and problem in told


def test_nulls_and_unknown_fields_are_as_if_absent() -> None:
    made = session("a", "192.0.2.1")
    made["status"] |= {"vrf": None, "uptime": 3}
    report, problem = decode_report(made)
    assert isinstance(report, BGPSessionState), problem
    assert report.status.vrf == ""


def test_peers_by_nodes_and_nodes_by_peers_are_the_same() -> None:
    local = {"addresses": ["203.0.113.1"], "nodeName": "n1"}
    tables = compiled(
        [
            *CLUSTER[2:],
            *(node(f"n{i}", f"192.0.2.{i + 20}") for i in range(5)),
            peer("t", peerAddress="192.0.2.3", nodeSelectors=[{"matchLabels": {"rack": "z"}}]),
            advertisement("y", peers=["s", "t"], ipAddressPools=["p"]),
            service("own", "198.51.100.11", externalTrafficPolicy="Local"),
            endpoints("own", local),
        ]
    )
    for name in ("default/web", "default/own"):
        by_peer = status_nodes(tables, name)
        by_node = status_peers(tables, name)
        assert by_peer
        assert by_node == {
            on: peers
            for on in tables.nodes.names
            if (peers := tuple(p for p in sorted(by_peer) if by_peer[p] & tables.nodes.bit(on)))
        }
