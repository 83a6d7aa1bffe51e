from __future__ import annotations

from pathlib import Path

from tests.support.manifests import edit, write_cluster
from tests.tui.console import open_console

CLASHING = """\
apiVersion: v1
kind: Service
metadata: {name: second, namespace: default, labels: {app: second}}
spec: {type: LoadBalancer, clusterIP: 203.0.113.81}
status: {loadBalancer: {ingress: [{ip: 198.51.100.10}]}}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: clashing, namespace: metallb-system}
spec:
  ipAddressPools: [public]
  localPref: 300
  serviceSelectors: [{matchLabels: {app: second}}]
  peers: [tor]
"""


async def test_without_nodes_the_screen_says_what_stands_for_them(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster", without=("nodes.yaml",))
    async with open_console(folder, size=(80, 24)) as console:
        await console.press("6")
        await console.shows("stands for any")
        for key in "567":
            await console.press(key)
            await console.until(
                lambda: "assumed: any node" in console.bar("list-title"), "not said"
            )
        await console.until(lambda: "stands for any" in console.details(), "not in the panel")


async def test_without_endpoints_the_screen_says_that_they_are_assumed(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster", without=("endpoints.yaml",))
    async with open_console(folder, size=(80, 24)) as console:
        await console.press("5")
        await console.shows("assumed: endpoints of 1 service")
        await console.until(lambda: "has no EndpointSlice" in console.details(), "not said")


async def test_nothing_is_called_assumed_where_all_is_known(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster")) as console:
        for key in "567":
            await console.press(key)
            await console.until(lambda: console.bar("list-title"), "no title")
            assert "assumed" not in console.bar("list-title")
        assert "refuse" not in console.bar("title")


async def test_nodes_that_refuse_are_named_in_title_nodes_and_routes(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    (folder / "clashing.yaml").write_text(CLASHING)
    only_others = (
        "localPref: 100\n  serviceSelectors:\n"
        "  - matchExpressions: [{key: app, operator: NotIn, values: [second]}]\n"
    )
    edit(folder / "advertisements.yaml", "localPref: 100", only_others)
    async with open_console(folder) as console:
        assert sorted(console.app.state.analysis.tables.backend_errors) == ["node-a", "node-b"]  # type: ignore[union-attr]
        assert "2 nodes refuse" in console.bar("title")
        await console.press("6")
        await console.shows("refused")
        await console.until(lambda: "refuses this configuration" in console.details(), "no reason")
        await console.press("7")
        await console.shows("198.51.100.10/32")
        await console.press("slash")
        await console.type("tor")
        await console.press("enter")
        await console.until(
            lambda: "node-a refuses this configuration" in console.details(), "routes do not say"
        )


async def test_finding_of_a_file_names_it_in_the_list(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    (folder / "broken.yaml").write_text("kind: IPAddressPool\nmetadata:\n  name: a\n   b: c\n")
    async with open_console(folder, size=(80, 24)) as console:
        await console.press("9")
        await console.shows("broken.yaml:4")
        assert "1 error" in console.bar("list-title")


async def test_findings_are_counted_in_words_that_fit(tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    edit(folder / "communities.yaml", "name: NO_ADVERTISE", "name: OTHER")
    (folder / "broken.yaml").write_text("kind: IPAddressPool\nmetadata:\n  name: a\n   b: c\n")
    async with open_console(folder) as console:
        await console.press("9")
        await console.until(lambda: " errors" in console.bar("list-title"), "wrong plural")


async def test_a_notice_leaves_the_sessions_and_the_keys_readable(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster"), size=(80, 24)) as console:
        console.app.notify("A notice.")
        await console.shows("A notice.")
        sessions, keys = console.screen_text().splitlines()[-2:]
        assert "speaker" in sessions and "?" in keys and "A notice." not in sessions + keys
        toasts = [line for line in console.screen_text().splitlines() if "A notice." in line]
        assert len(toasts) == 1


async def test_routes_that_are_withdrawn_are_not_counted_as_routes(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster")) as console:
        await console.press("d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await console.until(lambda: "No route left" in console.details(), "withdrawn are counted")
        assert "withdrawn" in console.details().splitlines()[0]
