from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.core.objects.resource_set import ResourceRef
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One service on both nodes, one whose only endpoint is on node-a."""
    folder = write_cluster(tmp_path / "cluster")
    service = (folder / "services.yaml").read_text()
    service = service.replace("name: web", "name: db").replace("198.51.100.10", "198.51.100.20")
    service = service.replace("  type:", "  externalTrafficPolicy: Local\n  type:")
    (folder / "db.yaml").write_text(service)
    endpoints = (folder / "endpoints.yaml").read_text()
    (folder / "db-endpoints.yaml").write_text(endpoints.replace("web", "db"))
    edit(folder / "endpoints.yaml", "node-a", "node-b")
    return folder


async def answered(console: Console, heading: str) -> None:
    await console.until(lambda: heading in console.bar("list-title"), f"not about {heading}")
    view = console.app.main.view
    await console.until(lambda: view.found is not None, "not worked out")  # type: ignore[attr-defined]
    await console.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_a_node_away_a_second_too_and_both_put_back(
    folder: Path, size: tuple[int, int]
) -> None:
    async with open_console(folder, size=size) as console:
        await console.press("6", "w")
        await answered(console, "Without node/node-a")
        await console.shows("no path  default/db")
        await console.shows("1 service lost")
        await console.press("escape", "down", "W")
        await answered(console, "Without node/node-a, node/node-b")
        await console.shows("2 services lost")
        await console.press("delete")
        await answered(console, "Without node/node-b")
        assert "node/node-a" not in console.screen_text().splitlines()[4]
        await console.shows("others keep several")
        await console.press("delete")
        await answered(console, "Single points of failure")


async def test_marked_nodes_go_together(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("6", "space", "space", "w")
        await answered(console, "Without node/node-a, node/node-b")
        await console.shows("2 services lost")
        assert console.app.main.view.select(("peer", "tor"))
        await console.until(lambda: "nobody else sends it" in console.details(), "no routes")
        assert "198.51.100.20/32  from node-a" in console.details()


async def test_every_column_sorts_and_turns_round(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("6", "w")
        await answered(console, "Without node/node-a")
        table = console.app.main.view.table
        count = table.shown_count
        for column in ("area", "what", "count", "which"):
            await console.press("o")
            assert table.sort_column == column
            await console.press("O", "O")
            assert table.shown_count == count


async def test_peers_services_and_endpoints_can_be_away(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "down", "w")
        await answered(console, "Without peer/edge")
        await console.shows("one path  default/db")
        await console.shows("node-a → tor is left")
        await console.press("5")
        assert console.app.main.view.select(ResourceRef("Service", "default", "db"))
        await console.press("x")
        await answered(console, "Explain Service/default/db")
        await console.press("w")
        await answered(console, "Without endpoint/default/db/node-a")
        await console.shows("1 service lost")


async def test_single_points_of_failure_are_told_and_tried_out(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("colon")
        await console.dialog("Palette")
        await console.type("whatif")
        await console.press("enter")
        await console.main()
        await answered(console, "Single points of failure")
        await console.shows("node-a")
        assert "default/db" in console.details()
        await console.press("enter")
        await answered(console, "Without node/node-a")
        await console.shows("1 service lost")


@pytest.mark.parametrize(
    ("typed", "heading", "shown"),
    [
        ("without node-b", "Without node/node-b", "no path  default/web"),
        ("without peer/tor node-a", "Without peer/tor, node/node-a", "1 service lost"),
        ("without rack=z", "Without nodes/rack=z", "is no Node of the manifests"),
        ("drain node/none", "Without node/none", "is no Node of the manifests"),
    ],
)
async def test_by_command(folder: Path, typed: str, heading: str, shown: str) -> None:
    async with open_console(folder) as console:
        await console.press("colon")
        await console.dialog("Palette")
        await console.type(typed)
        await console.press("enter")
        await console.main()
        await answered(console, heading)
        await console.shows(shown)
