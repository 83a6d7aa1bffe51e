"""`lbtui drift` on a cluster: findings with their source and age, and what is not known."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import jsonschema

from tests.cluster.apiserver.kinds import FRR_CONFIGURATION
from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import Cluster
from tests.cluster.manifests import NAMESPACE, Manifest, peer, working_set
from tests.support.command import Lbtui

SCHEMA = Path(__file__).parents[2] / "lbtui" / "outputs.schema.json"


def report(version: str, kind: str, **status: object) -> Manifest:
    about = str(status.get("peer", "")).replace(".", "-")
    metadata = {"name": f"{kind.lower()}{about}", "namespace": NAMESPACE}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "status": status}


def session(peer: str, state: str) -> Manifest:
    where = {"node": "node-a", "peer": peer, "vrf": "", "bfdStatus": "N/A"}
    return report("frrk8s.metallb.io/v1beta1", "BGPSessionState", bgpStatus=state, **where)


def claim(*peers: str) -> Manifest:
    about = {"node": "node-a", "serviceName": "web", "serviceNamespace": "default"}
    return report("metallb.io/v1beta1", "ServiceBGPStatus", peers=list(peers), **about)


def of(lbtui: Lbtui, kubeconfig: Path) -> Lbtui:
    return replace(lbtui, environment={**lbtui.environment, "KUBECONFIG": str(kubeconfig)})


async def test_drift_is_told_with_its_source(
    cluster: Cluster, kubeconfig: Path, lbtui: Lbtui
) -> None:
    user = of(lbtui, kubeconfig)
    await cluster.put(
        *working_set(), peer("spare", peerAddress="192.0.2.2"), session("192.0.2.1", "Active")
    )
    await cluster.put(claim("tor"))
    told = await asyncio.to_thread(user.json, "drift", "-o", "json", code=1)
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(told, {**schema, "anyOf": [{"$ref": "#/$defs/drift"}]})
    found = {one["code"]: one for one in told["drift"]}
    assert found.keys() == {
        "session-down",
        "session-missing",
        "claimed-peers-differ",
        "service-unheard",
    }
    assert found["session-down"]["source"] == "BGPSessionState"
    assert found["session-down"]["nodes"] == ["node-a"]
    assert "Active on node-a" in found["session-down"]["message"]
    assert found["claimed-peers-differ"]["source"] == "ServiceBGPStatus"
    assert found["session-missing"]["name"] == "spare"
    assert 0 <= found["session-down"]["age"] < 60


async def test_what_somebodys_own_frr_configuration_adds_is_told(
    api: ApiServer, kubeconfig: Path, lbtui: Lbtui
) -> None:
    api.kinds[FRR_CONFIGURATION.prefix, FRR_CONFIGURATION.plural] = FRR_CONFIGURATION
    router = {"asn": 64512, "neighbors": [{"address": "192.0.2.9", "asn": 64513}]}
    own = {
        "apiVersion": "frrk8s.metallb.io/v1beta1",
        "kind": "FRRConfiguration",
        "metadata": {"name": "own", "namespace": "frr-k8s-system"},
        "spec": {"bgp": {"routers": [router]}, "nodeSelector": {}},
    }
    await api.put(*working_set(), session("192.0.2.1", "Established"), claim("tor"), own)
    user = of(lbtui, kubeconfig)
    told = await asyncio.to_thread(user.json, "drift", "-o", "json", code=0)
    (found,) = told["drift"]
    assert (found["code"], found["source"]) == ("frr-peer-added", "FRRConfiguration")
    assert found["nodes"] == ["node-a"]
    assert any(text.startswith("FRRNodeState is not known") for text in told["unknown"])


async def test_no_drift_is_the_answer_yes(cluster: Cluster, kubeconfig: Path, lbtui: Lbtui) -> None:
    user = of(lbtui, kubeconfig)
    await cluster.put(*working_set(), session("192.0.2.1", "Established"), claim("tor"))
    done = await asyncio.to_thread(user, "drift")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert "of drift" in done.stderr
