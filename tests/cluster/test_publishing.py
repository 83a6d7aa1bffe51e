"""What an agent publishes: only differences are written, only its own objects are touched."""

from __future__ import annotations

from lbtui.adapters.cluster.connection import Connection
from lbtui.adapters.cluster.kinds import BGP_SESSION_STATE
from lbtui.adapters.cluster.publishing import Publisher
from lbtui.core.drift import LiveSession
from lbtui.core.routing.node_reports import selector_of, session_reports
from tests.cluster.conftest import Cluster
from tests.cluster.manifests import NAMESPACE

UP = LiveSession("node-a", "192.0.2.1", "", "Established")
DOWN = LiveSession("node-a", "192.0.2.1", "", "Active")
OTHER = LiveSession("node-a", "2001:db8::1", "red", "Idle", "down")
POD = {"apiVersion": "v1", "kind": "Pod", "name": "agent-1", "uid": "one"}


def publisher(connection: Connection, uid: str = "one") -> Publisher:
    owner = POD | {"uid": uid}
    selector = selector_of("node-a")
    return Publisher(connection, BGP_SESSION_STATE, NAMESPACE, selector, [owner])


async def stored(cluster: Cluster) -> dict[str, tuple[str, str]]:
    """Peer to its state and its owner."""
    return {
        one["status"]["peer"]: (
            one["status"]["bgpStatus"],
            one["metadata"].get("ownerReferences", [{"uid": ""}])[0]["uid"],
        )
        for one in await cluster.all("BGPSessionState")
    }


async def test_only_differences_are_written(cluster: Cluster, colleague: Connection) -> None:
    own = publisher(colleague)
    assert await own.publish(session_reports([UP, OTHER], "node-a", NAMESPACE)) == 2
    assert await own.publish(session_reports([UP, OTHER], "node-a", NAMESPACE)) == 0
    assert await own.publish(session_reports([DOWN], "node-a", NAMESPACE)) == 2
    assert await stored(cluster) == {"192.0.2.1": ("Active", "one")}
    assert await publisher(colleague).publish(session_reports([DOWN], "node-a", NAMESPACE)) == 0


async def test_a_new_pod_makes_the_objects_its_own(cluster: Cluster, colleague: Connection) -> None:
    foreign = session_reports([LiveSession("node-b", "192.0.2.9", "", "Idle")], "node-b", NAMESPACE)
    await cluster.put(*foreign)
    await publisher(colleague).publish(session_reports([UP], "node-a", NAMESPACE))
    await publisher(colleague, "two").publish(session_reports([UP], "node-a", NAMESPACE))
    assert await stored(cluster) == {"192.0.2.1": ("Established", "two"), "192.0.2.9": ("Idle", "")}
