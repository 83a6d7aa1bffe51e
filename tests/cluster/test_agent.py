"""Agents of three nodes as processes: routes as the preview says, whatever goes away."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Iterable

import pytest
import yaml

from lbtui.core import compile_routes, load_resources, resolve
from lbtui.core.drift import LiveSession
from lbtui.core.routing.node_reports import session_reports
from tests.cluster.agents import NODES, Rig, running
from tests.cluster.apiserver.access import User, rules_of
from tests.cluster.apiserver.server import TOKEN, ApiServer
from tests.cluster.fabric import ROUTERS, fabric
from tests.cluster.manifests import (
    NAMESPACE,
    Manifest,
    advertisement,
    endpoints,
    namespaces,
    node,
    peer,
    pool,
    service,
)
from tests.interop.routers.base import missing, until
from tests.support.command import Lbtui


@pytest.fixture
async def rig(environment: dict[str, str], lbtui: Lbtui) -> AsyncIterator[Rig]:
    """The agents have the rights of the printed manifests, and no others."""
    absent = missing(("ip", "bird", "birdc")) or ("" if os.geteuid() == 0 else "root")
    if absent and os.environ.get("CI") == "true":
        pytest.fail(f"nodes and routers cannot be made here: no {absent}")
    if absent:
        pytest.skip(f"nodes and routers cannot be made here: no {absent}")
    with fabric(*NODES) as made:
        async with running(made, environment) as rig:
            rig.api.access.users[TOKEN] = User("agent", rules_of(printed(lbtui)))
            yield rig
            assert rig.api.access.refused == []


def cluster(nodes: Iterable[tuple[str, str]]) -> list[Manifest]:
    """tor-a hears everything of every node, tor-b the pool `local` of n1 and n2 alone."""
    timers = {"holdTime": "3s", "keepaliveTime": "1s", "connectTime": "1s"}
    local = service("local", "203.0.113.7")
    local["spec"]["externalTrafficPolicy"] = "Local"
    hosts = [{"matchLabels": {"kubernetes.io/hostname": name}} for name in ("n1", "n2")]
    return [
        *namespaces(),
        *(node(name, address, **{"kubernetes.io/hostname": name}) for name, address in nodes),
        peer("tor-a", peerAddress=ROUTERS["tor-a"], **timers),
        peer("tor-b", peerAddress=ROUTERS["tor-b"], nodeSelectors=hosts, **timers),
        pool("public", "198.51.100.0/24"),
        pool("local", "203.0.113.0/24"),
        advertisement("public", ipAddressPools=["public"], peers=["tor-a"]),
        advertisement("local", ipAddressPools=["local"]),
        service(),
        endpoints(node_name="n3"),
        local,
        endpoints("local", "n2"),
    ]


def previewed(manifests: list[Manifest]) -> dict[str, dict[str, set[str]]]:
    tables = compile_routes(resolve(load_resources(manifests).resources, "frr").config)
    return {
        tor: {
            name: {str(route.prefix) for route in tables.session_routes(name, tor)}
            for name in NODES
        }
        for tor in ROUTERS
    }


def printed(lbtui: Lbtui, *words: str) -> list[Manifest]:
    done = lbtui("manifests", "agent", "--image", "example.test/lbtui:1", *words)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def left_behind(node_name: str) -> list[Manifest]:
    """What an agent published that ended without a word; nothing in the cluster asks for it."""
    gone = LiveSession(node_name, "192.0.2.99", "", "Established")
    (session,) = session_reports([gone], node_name, NAMESPACE)
    service = {**session, "kind": "ServiceBGPStatus", "apiVersion": "metallb.io/v1beta1"}
    service["status"] = {"node": node_name, "serviceName": "gone", "peers": ["tor-a"]}
    verdict = {**service, "kind": "ConfigurationState", "status": {"result": "Invalid"}}
    return [session, service, verdict]


def reports(api: ApiServer, plural: str, on: str) -> list[Manifest]:
    kind = next(kind for kind in api.kinds.values() if kind.plural == plural)
    found = api.storage.listed(kind, NAMESPACE)
    own = [one for one in found if one["metadata"]["labels"]["lbtui.dev/node"] == on]
    return [one.get("status", {}) for one in own]


def verdicts(api: ApiServer, on: str) -> list[tuple[str, str]]:
    """What a node's agent thinks of the configuration, and why."""
    found = reports(api, "configurationstates", on)
    return [(one.get("result", ""), one.get("errorSummary", "")) for one in found]


async def test_every_node_announces_as_previewed_whatever_goes_away(rig: Rig) -> None:
    manifests = cluster(rig.fabric.nodes.items())
    await rig.api.put(*manifests, *left_behind("n2"))
    wanted = previewed(manifests)
    assert wanted["tor-b"] == {"n1": set(), "n2": {"203.0.113.7/32"}, "n3": set()}
    assert (await rig.drift())[0] == 1  # of what was left behind
    await asyncio.gather(*(rig.start_agent(name) for name in NODES))
    await rig.until_seen(wanted, "the preview's routes")

    async def is_published() -> bool:
        up = [one["bgpStatus"] for one in reports(rig.api, "bgpsessionstates", "n2")]
        claims = {
            one["serviceName"]: one["peers"] for one in reports(rig.api, "servicebgpstatuses", "n2")
        }
        is_judged = verdicts(rig.api, "n2") == [("Valid", "")]
        return (
            up == ["Established"] * 2
            and is_judged
            and claims
            == {
                "local": ["tor-a", "tor-b"],
                "web": ["tor-a"],
            }
        )

    await until(is_published, "what n2 publishes", explain=rig.log)

    async def is_in_step() -> bool:
        code, said = await rig.drift()
        # Neither is named as drifting, nor as not known.
        return code == 0 and "ServiceBGPStatus" not in said and "BGPSessionState" not in said

    await until(is_in_step, "intended, claimed and live of all nodes alike", explain=rig.log)

    assert await rig.asked("n2", "/readyz") == "ok\n"
    metrics = await rig.asked("n2", "/metrics")
    assert "lbtui_agent_config_stale_bool 0" in metrics
    assert len(re.findall(r"^metallb_bgp_session_up\{.* 1$", metrics, re.MULTILINE)) == 2

    rig.agents["n1"].send_signal(signal.SIGKILL)
    wanted["tor-a"]["n1"] = set()
    await rig.until_seen(wanted, "n1's routes to go with its agent")

    await rig.api.stop()
    rig.fabric.cut("n2")
    wanted["tor-a"]["n2"] = wanted["tor-b"]["n2"] = set()
    await rig.until_seen(wanted, "n2's routes to go when it is cut off")
    assert wanted["tor-a"]["n3"]  # announced all the while, the API server being away

    more = service("more", "198.51.100.11")
    await rig.api.put(more, endpoints("more", "n3"))
    await rig.api.start()
    wanted["tor-a"]["n3"] |= {"198.51.100.11/32"}
    await rig.until_seen(wanted, "a change made while the API server was away")

    await rig.api.put(peer("tor-a", peerAddress="no address"))

    async def is_stale() -> bool:
        return "lbtui_agent_config_stale_bool 1" in await rig.asked("n3", "/metrics")

    await until(is_stale, "n3 to refuse what MetalLB refuses", explain=rig.log)

    async def is_told() -> bool:
        ((result, why),) = verdicts(rig.api, "n3")
        return result == "Invalid" and "no address" in why

    await until(is_told, "n3 to publish that it refuses", explain=rig.log)
    assert (await rig.seen())["tor-a"]["n3"] == wanted["tor-a"]["n3"]

    rig.agents["n3"].send_signal(signal.SIGTERM)
    assert await rig.agents["n3"].wait() == 0, rig.log()
    wanted["tor-a"]["n3"] = set()
    await rig.until_seen(wanted, "n3's routes to go with its end")
    assert "Traceback" not in rig.log()
    rules = rig.api.access.users[TOKEN].rules
    granted = {(v, r) for rule in rules for v in rule.verbs for r in rule.resources}
    assert granted == rig.api.access.used_by["agent"]


async def test_it_resumes_what_it_announced_while_the_api_server_is_away(rig: Rig) -> None:
    manifests = cluster(rig.fabric.nodes.items())
    await rig.api.put(*manifests)
    wanted = {name: {on: set[str]() for on in NODES} for name in ROUTERS}
    for name in ROUTERS:
        wanted[name]["n2"] = previewed(manifests)[name]["n2"]
    first = await rig.start_agent("n2")
    await rig.until_seen(wanted, "the preview's routes of n2")
    await rig.api.stop()
    first.kill()
    await first.wait()
    await rig.until_seen({t: {on: set() for on in NODES} for t in ROUTERS}, "no routes")
    await rig.start_agent("n2")
    await rig.until_seen(wanted, "what n2 announced before")
    assert "resuming what was announced last" in rig.log()


async def test_it_does_not_start_beside_metallbs_speaker_unless_told_to(rig: Rig) -> None:
    await rig.api.put(*cluster(rig.fabric.nodes.items()), _speaker_pod("n1"))
    process = await rig.start_agent("n1")
    assert await process.wait() == 2
    assert "MetalLB's own speaker runs on n1 (pod metallb-system/speaker-n1)" in rig.log()
    await rig.start_agent("n1", "--beside-metallb")

    async def announces() -> bool:
        return "Announces for node n1." in rig.log()

    await until(announces, "an agent that was told to start all the same", explain=rig.log)


def test_the_manifests_let_it_do_what_it_does_and_no_more(lbtui: Lbtui) -> None:
    made = {one["kind"]: one for one in printed(lbtui, "--pod-monitor")}
    assert next(iter(made)) == "Namespace" and "PodMonitor" in made
    pod = made["DaemonSet"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["hostNetwork"] is True
    capabilities = container["securityContext"]["capabilities"]
    assert capabilities == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "NET_ADMIN"]}
    assert container["livenessProbe"] and container["readinessProbe"]
    writing = {
        resource
        for rule in rules_of([made["ClusterRole"], made["Role"]])
        for resource in rule.resources
        if not set(rule.verbs) <= {"get", "list", "watch"}
    }
    reported = {"servicebgpstatuses", "bgpsessionstates", "configurationstates"}
    assert writing == {*reported, *(f"{name}/status" for name in reported)}


def _speaker_pod(on: str) -> Manifest:
    container = {"name": "speaker", "image": "quay.io/metallb/speaker:v0.16.0"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"speaker-{on}", "namespace": NAMESPACE},
        "spec": {"nodeName": on, "containers": [container]},
        "status": {"phase": "Running"},
    }
