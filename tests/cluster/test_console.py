"""The console on a cluster, in a real terminal, while the cluster lives."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cluster.apiserver.server import ApiServer
from tests.cluster.conftest import Cluster, written
from tests.cluster.manifests import advertisement, peer, service, speaker, working_set
from tests.cluster.test_drift_command import claim, session
from tests.support.command import COMMAND
from tests.support.terminal import Terminal, open_terminal


class Screen:
    """A terminal whose waiting leaves the API server time to answer."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    async def shows(self, pattern: str) -> str:
        return await asyncio.to_thread(self.terminal.wait_for, pattern)

    async def shows_no(self, pattern: str) -> None:
        await asyncio.to_thread(self.terminal.wait_until_gone, pattern)

    async def press(self, *keys: str) -> None:
        await asyncio.to_thread(self.terminal.press, *keys)

    async def type(self, text: str) -> None:
        await asyncio.to_thread(self.terminal.type, text)


@pytest.fixture
def screens(environment: dict[str, str], tmp_path: Path) -> Iterator[ExitStack]:
    if shutil.which("tmux") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tmux is not installed")
        pytest.skip("tmux is not installed")
    with ExitStack() as stack:
        yield stack


async def opened(
    stack: ExitStack, environment: dict[str, str], kubeconfig: Path, *words: str
) -> Screen:
    environment = {**environment, "KUBECONFIG": str(kubeconfig)}
    opening = open_terminal([*COMMAND, *words], environment, folder=kubeconfig.parent)
    return Screen(await asyncio.to_thread(stack.enter_context, opening))


async def test_edits_a_colleague_and_the_servers_absence(
    api: ApiServer, kubeconfig: Path, screens: ExitStack, environment: dict[str, str]
) -> None:
    await api.put(*working_set(), speaker(backend="frr"))
    screen = await opened(screens, environment, kubeconfig, "cluster:")
    shown = await screen.shows("198.51.100.0/24")
    assert re.search(r"tests \(127.0.0.1:\d+\) +frr ", shown), shown
    assert "PRODUCTION" not in shown

    await screen.press("5")
    await api.put(service("shop", "198.51.100.20"))
    await screen.shows("default/shop")

    await screen.press("3", "e")
    await screen.shows("Edit BGPAdvertisement/all")
    await screen.press("Down", "Down", "Down", "Down")
    await screen.press("C-x")
    await screen.type("150")
    await screen.shows("localPref +150 ")
    await screen.press("Enter")
    await screen.shows("modified 1")

    await api.put(peer(holdTime="30s"))
    await screen.shows("BGPPeer/tor changed in the cluster")

    await api.stop()
    await screen.shows("as of ..:..:..")
    await screen.shows("modified 1")
    await api.put(service("late", "198.51.100.30"))
    await api.start()
    await screen.shows_no("as of ..:..:..")
    await screen.press("5")
    await screen.shows("default/late")

    await screen.press("s")
    await screen.shows("takes it .dry run.")
    await screen.press("s")
    await screen.shows_no("modified 1")
    stored = api.get(advertisement())
    assert stored is not None and stored["spec"]["localPref"] == 150
    kept = api.get(peer())
    assert kept is not None and kept["spec"]["holdTime"] == "30s"
    await screen.press("q")
    assert await asyncio.to_thread(screen.terminal.exit_code) == 0


async def test_three_facts_side_by_side(
    cluster: Cluster, kubeconfig: Path, screens: ExitStack, environment: dict[str, str]
) -> None:
    spare = peer("spare", peerAddress="192.0.2.2")
    await cluster.put(*working_set(), spare, speaker(backend="frr-k8s"))
    await cluster.put(
        session("192.0.2.1", "Established"), session("192.0.2.2", "Active"), claim("tor")
    )
    screen = await opened(screens, environment, kubeconfig, "cluster:")
    await screen.shows("sessions 1/2 Established in the cluster")
    await screen.press("T")
    await screen.shows(r"spare +1 session, 1 service +. 0 services, 1 differ +. 0 of 1 up")
    await screen.shows(r"tor +1 session, 1 service +1 service +. 1 of 1 up")
    await screen.shows("Facts +BGPSessionState . s ago")
    await screen.press("9")
    await screen.shows(r"BGPPeer/spare +the session to spare is Active")
    await screen.press("q")


async def test_it_waits_for_a_server_that_is_away_and_warns_of_production(
    api: ApiServer, tmp_path: Path, screens: ExitStack, environment: dict[str, str]
) -> None:
    await api.put(*working_set())
    kubeconfig = written(api, tmp_path / "kubeconfig", context="eu-prod-1")
    await api.stop()
    screen = await opened(screens, environment, kubeconfig, "--context", "eu-prod-1", "--read-only")
    await screen.shows("cannot be read")
    assert "PRODUCTION" in await screen.shows("Tried again")
    await api.start()
    await screen.shows("198.51.100.0/24")
    await screen.press("3", "d")
    await screen.shows("read-only")
    await screen.press("Escape", "q")
    assert all(method == "GET" for method, _, _ in api.requests)


async def test_manifests_are_compared_with_a_cluster_on_its_nodes_and_services(
    cluster: Cluster, kubeconfig: Path, screens: ExitStack, environment: dict[str, str]
) -> None:
    await cluster.put(*working_set(), service("shop", "198.51.100.20"), speaker(backend="frr"))
    metallb = [one for one in working_set() if one["apiVersion"].startswith("metallb.io")]
    changed = [
        {**one, "spec": {**one["spec"], "localPref": 150}} if one == advertisement() else one
        for one in metallb
    ]
    assert changed != metallb
    file = kubeconfig.parent / "wanted.yaml"
    file.write_text("---\n".join(json.dumps(one) + "\n" for one in changed))
    screen = await opened(screens, environment, kubeconfig, str(file), "--backend", "frr")
    await screen.shows("198.51.100.0/24")
    await screen.press(":")
    await screen.shows("Commands, and names to go to")
    await screen.type("compare cluster:")
    await screen.press("Enter")
    await screen.shows("Comparison from cluster: to what is here")
    shown = await screen.shows(r"~ changed +route to tor +198.51.100.10/32 +localPref")
    assert "198.51.100.20/32" not in shown, "a service without endpoints, as the cluster says"
    await screen.press("q")
