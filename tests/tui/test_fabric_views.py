"""The matrix of nodes and peers, and the picture of racks, at several sizes and at 1,000 nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.core.questions.fabric import Bundle, place_label
from lbtui.ports import SessionRow, SpeakerView
from lbtui.tui.text import Span, plain
from lbtui.tui.views.matrix import matrix_cell
from lbtui.tui.views.route_rows import By, Scope
from lbtui.tui.views.session_tally import by_pair, tally, tally_cell
from lbtui.tui.views.topology_picture import bundle_lines
from tests.tui.console import Console, open_console

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)


def write_racks(folder: Path, racks: int, nodes: int) -> Path:
    """Racks with two switches of their own each, a spine for all, two services."""
    folder.mkdir()
    spec = "spec: {myASN: 64512, peerASN: %d, peerAddress: %s%s}"
    documents = [
        peer("spine", spec % (64700, "203.0.113.1", "")),
        "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\n"
        "metadata: {name: public, namespace: metallb-system}\n"
        "spec: {addresses: [198.51.100.0/24]}",
        "apiVersion: metallb.io/v1beta1\nkind: BGPAdvertisement\n"
        "metadata: {name: all, namespace: metallb-system}\nspec: {}",
    ]
    for number in (1, 2):
        documents.append(
            f"apiVersion: v1\nkind: Service\nmetadata: {{name: web-{number}, namespace: default}}\n"
            f"spec: {{type: LoadBalancer}}\n"
            f"status: {{loadBalancer: {{ingress: [{{ip: 198.51.100.{number}}}]}}}}"
        )
    for rack in range(racks):
        chosen = f", nodeSelectors: [{{matchLabels: {{example.com/rack: r{rack:02}}}}}]"
        for side in (1, 2):
            address = f"192.0.2.{2 * rack + side}"
            documents.append(peer(f"tor-{rack:02}-{side}", spec % (64600, address, chosen)))
        for node in range(nodes):
            documents.append(
                f"apiVersion: v1\nkind: Node\nmetadata:\n  name: n{rack:02}-{node:03}\n"
                f"  labels: {{example.com/rack: r{rack:02}, zone: all}}"
            )
    (folder / "all.yaml").write_text("\n---\n".join(documents) + "\n")
    return folder


def peer(name: str, spec: str) -> str:
    return (
        "apiVersion: metallb.io/v1beta2\nkind: BGPPeer\n"
        f"metadata: {{name: {name}, namespace: metallb-system}}\n{spec}"
    )


async def answered(console: Console) -> None:
    view = console.app.main.view
    await console.until(lambda: view.found is not None, "not worked out")  # type: ignore[attr-defined]
    await console.pilot.pause()


@SIZES
async def test_matrix_counts_the_routes_of_each_session(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_console(write_racks(tmp_path / "c", 3, 2), size=size) as console:
        await console.press("m")
        await answered(console)
        await console.shows("spine")
        row = next(one for one in console.screen_text().splitlines() if "n01-000" in one)
        cells = row.split("▏")[0].split()[1:]
        assert cells[:4] == ["6", "2", "·", "·"]  # three sessions of two routes; none to rack 0
        view = console.app.main.view
        view.select("n01-000")
        await console.press("right", "right", "right")
        assert console.app.main.view.details_title(console.app.state).endswith("tor-01-1")
        await console.press("enter")
        await console.until(lambda: console.app.main.view.name_in_commands == "routes", "stays")
        await console.shows("198.51.100.2/32")
        assert console.app.main.view.subject == Scope(By.NODE, "n01-000")
        assert console.app.main.view.table.shown_count == 2
        await console.press("left_square_bracket")
        assert console.app.main.view.name_in_commands == "matrix"
        assert console.app.main.view.selected_key == "n01-000"


@SIZES
async def test_topology_groups_by_rack_and_unfolds(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_console(write_racks(tmp_path / "c", 2, 3), size=size) as console:
        await console.press("t")
        await answered(console)
        await console.shows("rack r01")
        text = console.screen_text()
        assert text.index("spine") < text.index("rack r00") < text.index("tor-00-1")
        assert "n00-001" not in text.replace("n00-000", "")
        assert console.app.main.view.select(("bundle", "n00-000"))
        await console.press("enter")
        await console.shows("n00-001")
        await console.press("enter")
        await console.until(lambda: "n00-001" not in console.screen_text(), "not folded")
        assert console.app.main.view.select(("peer", "tor-01-2"))
        await console.press("enter")
        await console.until(lambda: console.app.main.view.name_in_commands == "peers", "stays")
        assert str(console.app.main.view.selected_ref).endswith("tor-01-2")


async def test_both_stay_small_with_a_thousand_nodes(tmp_path: Path) -> None:
    async with open_console(write_racks(tmp_path / "c", 25, 40)) as console:
        await console.press("t")
        await answered(console)
        view = console.app.main.view
        assert "1000 nodes, 51 peers, 3000 sessions, by example.com/rack" in view.summary(
            console.app.state
        )
        assert view.table.shown_count == 26  # folded: the racks, and the spine that they share
        await console.press("m")
        await answered(console)
        assert console.app.main.view.table.shown_count == 1000
        await console.press("left")  # round to the last peer
        assert "tor-24-2" in console.screen_text()
        assert "peers 4" in console.app.main.view.summary(console.app.state)


def test_the_nearest_place_that_most_nodes_tell_is_taken() -> None:
    zone, rack = {"topology.kubernetes.io/zone": "a"}, {"example.com/rack": "1"}
    assert place_label([zone, zone, {**zone, **rack}]) == "example.com/rack"
    assert place_label([zone]) == "topology.kubernetes.io/zone"
    assert place_label([{"track": "x"}, {}]) == ""


def test_sessions_are_told_by_symbol_and_word_the_worst_first() -> None:
    rows = (
        SessionRow("n1/a", "n1", "a", "Established", 0),
        SessionRow("n2/a", "n2", "a", "Idle", 0),
    )
    sessions = by_pair(SpeakerView(is_running=True, sessions=rows))
    pairs = [("n1", "a"), ("n2", "a"), ("n3", "a")]
    assert plain(tally_cell(tally(pairs, sessions), 3)) == "○ 1 down  ● 1 up  1 not run here"
    assert plain(tally_cell({}, 3)) == "3 planned"
    assert matrix_cell(4, sessions, "n2", "a") == Span("○ 4", "bad")
    assert matrix_cell(0, sessions, "n3", "a") == Span("0", "warning")
    assert matrix_cell(None, sessions, "n3", "b") == Span("·", "muted")


def test_picture_joins_peers_to_the_nodes_behind_them() -> None:
    nodes = ("n1", "n2", "n3")
    drawn = [
        [plain(one).rstrip() for one in bundle_lines(Bundle(nodes, peers), Span, 44)]
        for peers in ((), ("tor-a",), ("tor-a", "tor-b"), ("spine", "tor-a", "tor-b"))
    ]
    assert drawn == [
        ["no session ── 3 nodes", "              n1 … n3"],
        ["tor-a    ───── 3 nodes", "                n1 … n3"],
        ["tor-a    ──┬── 3 nodes", "tor-b    ──┘   n1 … n3"],
        ["spine    ──┐", "tor-a    ──┼── 3 nodes", "tor-b    ──┘   n1 … n3"],
    ]
