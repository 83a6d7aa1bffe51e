from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def explained(console: Console, heading: str) -> None:
    view = console.app.main.view
    await console.until(lambda: console.app.main.view.name_in_commands == "explain", "no answer")
    await console.until(lambda: heading in console.bar("list-title"), f"not about {heading}")
    view = console.app.main.view
    await console.until(lambda: view.found is not None, "not worked out")  # type: ignore[attr-defined]
    await console.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)], ids=str)
async def test_service_that_is_not_announced_says_the_check_and_what_would_change_it(
    folder: Path, size: tuple[int, int]
) -> None:
    edit(folder / "endpoints.yaml", "ready: true", "ready: false")
    async with open_console(folder, size=size) as console:
        await console.press("5", "x")
        await explained(console, "Explain Service/default/web")
        await console.shows("noEndpoints")
        await console.until(
            lambda: "to change it  Bring a pod behind the service" in console.details(),
            "no remedy",
        )
        await console.shows("to change it")
        assert "announced by no node" in console.bar("list-title")


async def test_service_by_peer_then_its_route_by_attribute_then_the_advertisement(
    folder: Path,
) -> None:
    async with open_console(folder) as console:
        await console.press("5", "x")
        await explained(console, "Service/default/web")
        assert console.app.main.view.table.shown_count == 2
        await console.shows("announced by 2 of 2 nodes")
        await console.shows("MetalLB's checks, in its order")
        assert console.app.main.view.select(("node-a", "tor"))
        await console.press("enter")
        await explained(console, "198.51.100.10/32 to tor")
        await console.shows("local says 100")
        await console.press("down", "down")
        await console.until(
            lambda: "by the alias NO_ADVERTISE of Community well-known" in console.details(),
            "no alias",
        )
        await console.press("slash")
        await console.type("what=advertisement")
        await console.press("enter")
        await console.press("enter")
        assert console.app.main.view.name_in_commands == "advertisements"
        ref = console.app.main.selected_ref
        assert ref is not None and ref.name == "local"


async def test_answer_follows_edits(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("5", "x")
        await explained(console, "Service/default/web")
        await console.press("3", "d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await console.press("minus")
        await explained(console, "Service/default/web")
        await console.until(
            lambda: (
                "local name other" in console.screen_text()
                or "external name other peers only" in console.screen_text()
            ),
            "the answer is the old one",
        )
        await console.press("u")
        await console.main()
        await console.shows("198.51.100.10/32 by local")


async def test_resources_by_their_users_and_routes(folder: Path) -> None:
    async with open_console(folder) as console:
        for key, expected in (
            (
                "1",
                ("named by", "BGPAdvertisement external", "spec.ipAddressPools[0]", "default/web"),
            ),
            ("2", ("named by", "spec.peers[0]", "198.51.100.10/32")),
            ("4", ("spec.communities[0]", "198.51.100.10/32")),
            ("6", ("selected by", "BGPPeer tor", "198.51.100.0/24")),
        ):
            await console.press(key, "x")
            await explained(console, "Explain ")
            for text in expected:
                await console.shows(text)
            await console.press("escape")


async def test_route_that_is_gone_is_said(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("7", "x")
        await explained(console, "Explain 198.51.100.0/24 to edge")
        await console.press("2", "down", "d")
        await console.dialog("ConsequencesDialog")
        await console.press("d")
        await console.main()
        await console.press("left_square_bracket")
        await explained(console, "198.51.100.0/24 to edge")
        await console.shows("does not send 198.51.100.0/24 to edge any more")
