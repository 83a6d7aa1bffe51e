"""The main job as a person does it: open, edit, preview, apply to a real router, save."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from tests.interop.routers.base import SeenRoute, Setup, missing, until
from tests.interop.routers.bird import Bird
from tests.support.command import Lbtui
from tests.support.loopback import PORT, address
from tests.support.manifests import write_loopback_cluster
from tests.support.terminal import Terminal
from tests.terminal.conftest import OpenConsole

PREFIX = "198.51.100.10/32"


def expected(local_pref: int) -> tuple[SeenRoute, ...]:
    """What BIRD is to have."""
    return (
        SeenRoute(
            prefix=PREFIX,
            next_hop=address(11),
            local_pref=local_pref,
            communities=("65535:65282",),
            large_communities=("64512:1:10",),
        ),
    )


@pytest.fixture
def bird(tmp_path: Path) -> Bird:
    absent = missing(Bird.programs)
    if absent and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {absent}")
    if absent:
        pytest.skip(f"not installed: {absent}")
    folder = tmp_path / "bird"
    folder.mkdir()
    return Bird(folder, Setup(address(1), PORT, 64512, address(11), PORT, 64512, is_passive=True))


def set_local_pref(terminal: Terminal, old: str, new: str) -> None:
    """Edit localPref of the advertisement under the cursor and look at the preview."""
    terminal.press("e")
    terminal.wait_for("Edit BGPAdvertisement/local")
    terminal.press("Down", "Down", "Down", "Down")
    terminal.wait_for(rf"^▌localPref +{old}")
    terminal.press(*["BSpace"] * len(old))
    terminal.type(new)
    terminal.wait_for(f"localPref 100 → {new}")
    terminal.press("Enter")
    terminal.wait_for("modified 1")


def apply(terminal: Terminal, generation: int) -> None:
    """Give the routes to the speaker."""
    terminal.press("A")
    terminal.wait_for(r"\[x\] +node-a")
    terminal.wait_for(r"│ [+~-] \w")  # what it will do: nothing is applied unseen
    terminal.press("A")
    terminal.wait_for(f"The speaker took generation {generation}")


async def test_edit_preview_apply_save(
    console: OpenConsole, lbtui: Lbtui, bird: Bird, tmp_path: Path
) -> None:
    folder = write_loopback_cluster(tmp_path / "cluster")
    file = folder / "advertisements.yaml"
    original = file.read_text()
    await bird.start()
    try:
        terminal = console("cluster")
        terminal.wait_for("public")
        terminal.press("3")
        terminal.wait_for("^▌local ")
        set_local_pref(terminal, "100", "250")
        assert file.read_text() == original

        apply(terminal, 1)

        async def has(local_pref: int) -> bool:
            return await bird.routes() == expected(local_pref)

        async def is_empty() -> bool:
            return await bird.routes() == ()

        await until(lambda: has(250), "BIRD has the edited route", explain=lambda: bird.log)
        terminal.press("8")
        terminal.wait_for("Established +tor +node-a")

        terminal.press("3")
        terminal.wait_for("^▌local ")
        set_local_pref(terminal, "250", "300")
        apply(terminal, 2)
        await until(lambda: has(300), "BIRD has the changed route", explain=lambda: bird.log)
        (session,) = lbtui.json("sessions", "-o", "json")["sessions"]
        assert session["droppedCount"] == 0

        terminal.press("s")
        terminal.wait_for("Save to cluster")
        terminal.press("s")
        terminal.wait_until_gone("modified")
        changes = [
            line
            for line in difflib.ndiff(original.splitlines(), file.read_text().splitlines())
            if line[0] in "+-"
        ]
        assert changes == [
            "-   localPref: 100   # the other site sends 90",
            "+   localPref: 300   # the other site sends 90",
        ]

        terminal.press("q")
        assert terminal.exit_code() == 0
        assert await bird.is_established()
        assert await bird.routes() == expected(300)
        assert lbtui("speaker", "stop").returncode == 0
        await until(is_empty, "BIRD has lost the routes")
    finally:
        await bird.stop()
