"""Who refuses what: admission reads less than the speakers, and takes names for granted."""

from __future__ import annotations

import pytest

from lbtui.core import analyse, load_resources
from lbtui.core.configuration.admission import CONTROLLER, JUDGES, refusals
from tests.core.cluster import Manifest, advertisement, aliases, hosts, node, peer, pool

NODES = [node("a"), node("b")]
POOL = pool("p", "198.51.100.0/24")
ONE_BAD = pool("bad", "198.51.100.0/33")

CASES = [
    pytest.param([advertisement("x", communities=["gone"])], {}, id="an-alias-may-yet-come"),
    pytest.param(
        [advertisement("x", communities=["65536:1"])],
        {"BGPAdvertisement": "community-invalid-value"},
        id="a-community-is-read",
    ),
    pytest.param([peer("r", bfdProfile="gone")], {}, id="a-profile-may-yet-come"),
    pytest.param(
        [peer("r", password="x", passwordSecret={"name": "y"})], {}, id="a-secret-is-not-read"
    ),
    pytest.param(
        [ONE_BAD],
        dict.fromkeys(
            ("IPAddressPool", "BGPAdvertisement", "L2Advertisement", CONTROLLER),
            "pool-invalid-cidr",
        ),
        id="pools-are-read-by-many",
    ),
    pytest.param(
        [aliases("c", x="1:2:3")],
        dict.fromkeys(("Community", CONTROLLER), "community-alias-invalid"),
        id="aliases",
    ),
    pytest.param(
        [peer("one"), peer("two", nodeSelectors=hosts("a"))],
        {"BGPPeer": "frr-duplicate-peer"},
        id="peers-that-share-a-node",
    ),
    pytest.param(
        [peer("one", nodeSelectors=hosts("b")), peer("two", nodeSelectors=hosts("a"))],
        {},
        id="peers-that-share-none",
    ),
]


@pytest.mark.parametrize(("manifests", "expected"), CASES)
def test_every_judge_reads_its_part(manifests: list[Manifest], expected: dict[str, str]) -> None:
    resources = load_resources([*NODES, POOL, *manifests]).resources
    found = refusals(resources, "frr-k8s")
    assert set(found) == set(JUDGES)
    assert {judge: refusal.code for judge, refusal in found.items() if refusal} == expected


def test_an_alias_with_a_colon_works_but_is_refused_at_admission() -> None:
    alias = aliases("c", **{"we:ird": "64512:1"})
    manifests = [*NODES, POOL, alias, advertisement("x", communities=["we:ird"])]
    resources = load_resources(manifests).resources
    assert analyse(resources).config.is_valid
    refusal = refusals(resources, "frr-k8s")["BGPAdvertisement"]
    assert refusal is not None and refusal.code == "community-invalid-value"
