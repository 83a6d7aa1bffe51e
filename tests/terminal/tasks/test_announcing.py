"""Announcing addresses: to one peer only, rolled up for the upstream, what nobody announces."""

from __future__ import annotations

from pathlib import Path

from tests.support.command import Lbtui
from tests.support.manifests import edit, write_cluster
from tests.terminal.conftest import OpenConsole
from tests.terminal.tasks.forms import accept, find_field, go_to_field, save, write

CUSTOMER_SERVICE = """\
---
apiVersion: v1
kind: Service
metadata:
  name: api
  namespace: default
spec:
  type: LoadBalancer
  clusterIP: 203.0.113.81
  ports:
  - port: 80
status:
  loadBalancer:
    ingress:
    - ip: 203.0.113.2
"""


def sent(lbtui: Lbtui) -> set[tuple[str, str]]:
    """Peer and prefix of every route of the folder as it is saved."""
    document = lbtui.json("preview", "cluster", "-o", "json")
    return {
        (peer, route["prefix"])
        for tables in document["nodes"].values()
        for peer, table in tables.items()
        for route in table["routes"]
    }


def write_customer(folder: Path) -> None:
    write_cluster(folder)
    services = folder / "services.yaml"
    services.write_text(services.read_text() + CUSTOMER_SERVICE)


def test_a_new_pool_is_announced_to_one_peer_only(
    console: OpenConsole, lbtui: Lbtui, tmp_path: Path
) -> None:
    """A customer brings addresses; only the edge router is to hear of them."""
    write_customer(tmp_path / "cluster")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("1", "n")
    terminal.wait_for("New IPAddressPool")
    terminal.type("customers")
    terminal.wait_for("^▌name +customers ")
    find_field(terminal, "addresses")
    terminal.type("203.0.113.0/28")
    terminal.wait_for("16 addresses")
    terminal.wait_for("no advertisement covers")
    accept(terminal)
    terminal.press("3", "n")
    terminal.wait_for("New BGPAdvertisement")
    terminal.type("customers-edge")
    find_field(terminal, "ipAddressPools")
    terminal.type("customers")
    find_field(terminal, "peers")
    terminal.type("edge")
    terminal.wait_for("203.0.113.2/32")
    accept(terminal)
    save(terminal)
    assert sent(lbtui) == {
        ("tor", "198.51.100.10/32"),
        ("edge", "198.51.100.0/24"),
        ("edge", "203.0.113.2/32"),
    }


def test_a_block_is_rolled_up_for_the_upstream(
    console: OpenConsole, lbtui: Lbtui, tmp_path: Path
) -> None:
    """Every address goes everywhere; the upstream is to see nothing longer than a /24."""
    folder = write_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    file.write_text(file.read_text().split("---\n")[0])
    edit(file, "  peers: [tor]\n", "")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    go_to_field(terminal, "peers", "Edit BGPAdvertisement/local")
    write(terminal, "tor")
    terminal.wait_for("198.51.100.10/32 +all 2 nodes")
    accept(terminal)
    terminal.press("C")
    terminal.wait_for("Duplicate of BGPAdvertisement/local")
    terminal.type("upstream")
    find_field(terminal, "aggregationLength")
    write(terminal, "24")
    find_field(terminal, "localPref")
    terminal.press("C-x")
    find_field(terminal, "communities")
    terminal.press("C-x")
    find_field(terminal, "peers")
    write(terminal, "edge")
    terminal.wait_for("198.51.100.0/24")
    accept(terminal)
    terminal.press("=")
    terminal.wait_for("withdrawn +route to edge +198.51.100.10/32")
    terminal.wait_for("added +route to edge +198.51.100.0/24")
    save(terminal)
    assert sent(lbtui) == {("tor", "198.51.100.10/32"), ("edge", "198.51.100.0/24")}


def test_what_nobody_announces_is_found_and_mended(
    console: OpenConsole, lbtui: Lbtui, tmp_path: Path
) -> None:
    """A pool was forgotten in the advertisements; the finding's own edit mends it."""
    folder = tmp_path / "cluster"
    write_customer(folder)
    pools = folder / "pools.yaml"
    forgotten = pools.read_text().replace("name: public", "name: forgotten")
    pools.write_text(
        f"{pools.read_text()}---\n{forgotten.replace('198.51.100.0/24', '203.0.113.0/28')}"
    )
    terminal = console("cluster")
    terminal.wait_for("warning")
    terminal.press("9")
    terminal.wait_for("▌.*forgotten")
    terminal.press("f")
    terminal.wait_for("modified 1")
    save(terminal)
    assert ("edge", "203.0.113.2/32") in sent(lbtui)


def test_two_sessions_get_another_hold_time_at_once(console: OpenConsole, tmp_path: Path) -> None:
    """All routers are to notice a dead node sooner."""
    folder = write_cluster(tmp_path / "cluster")
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("2", "*")
    terminal.wait_for("2 marked")
    go_to_field(terminal, "holdTime", "Edit 2 marked BGPPeers")
    terminal.type("30s")
    accept(terminal)
    terminal.wait_for("modified 2")
    save(terminal)
    assert (folder / "peers.yaml").read_text().count("  holdTime: 30s\n") == 2
