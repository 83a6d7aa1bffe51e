"""Finding out why a service is not announced, and what a drain would cost, as a person does it."""

from __future__ import annotations

from pathlib import Path

from tests.support.manifests import edit, write_cluster
from tests.terminal.conftest import OpenConsole


def test_why_a_service_is_not_announced_and_what_mends_it(
    console: OpenConsole, tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    edit(
        folder / "advertisements.yaml",
        "peers: [edge]",
        "peers: [edge]\n  nodeSelectors: [{matchLabels: {no: one}}]",
    )
    edit(
        folder / "advertisements.yaml",
        "peers: [tor]",
        "peers: [tor]\n  nodeSelectors: [{matchLabels: {no: one}}]",
    )
    terminal = console("cluster")
    terminal.wait_for("warning")
    terminal.press("0")
    terminal.wait_for("no path +1 +default/web")
    terminal.press("/")
    terminal.wait_for("filter")
    terminal.type("path")
    terminal.press("Enter")
    terminal.wait_for("▌Services")
    terminal.press("Enter")
    terminal.wait_for("filter paths=none +1 of 1")
    terminal.press("x")
    terminal.wait_for("announced by no node")
    terminal.wait_for("notOwner")
    terminal.wait_for("to change it +Let nodeSelectors")
    terminal.press("3", "e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press(*["Down"] * 7)
    terminal.wait_for("▌nodeSelectors")
    terminal.press("C-u", "Enter")
    terminal.wait_for("modified 1")
    terminal.press("-")
    terminal.wait_for("announced by 2 of 2 nodes")
    terminal.wait_for("198.51.100.10/32 by local")


def test_what_a_drain_costs(console: OpenConsole, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("6", "Down")
    terminal.wait_for("▌node-b")
    terminal.press("w")
    terminal.wait_for("Without node/node-b")
    terminal.wait_for("all keep several")
    terminal.press(":")
    terminal.wait_for("Commands")
    terminal.type("without node-a node-b")
    terminal.press("Enter")
    terminal.wait_for("Without node/node-a, node/node-b")
    terminal.wait_for("1 service lost")
    terminal.press("x")
    terminal.wait_for("no path|Explain")
    terminal.press("Escape")
    terminal.wait_for("Without node/node-a, node/node-b")
    terminal.press("[", "[")
    terminal.wait_for("▌node-b")
