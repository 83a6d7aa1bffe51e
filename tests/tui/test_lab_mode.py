"""Lab mode: a peer is played by a real lab router at another address, and everybody can see it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from lbtui.adapters.file_store import FileStore
from lbtui.core.routing.announcements import announce
from lbtui.core.routing.lab import read_entries
from lbtui.tui.app import LbtuiApp
from tests.support.manifests import write_cluster
from tests.support.ports import free_port
from tests.support.speakers import Rig, rig
from tests.tui.test_live_console import Console

ROUTER, NODE_A, NODE_B = "127.0.9.101", "127.0.9.11", "127.0.9.12"
"""Of the lab; the cluster's own addresses are nowhere on this host."""


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    """Two nodes and the peers tor (192.0.2.1) and edge (192.0.2.2), and no demo."""
    async with rig() as made:
        await made.speaker.start()
        app = LbtuiApp(
            store=FileStore([str(write_cluster(tmp_path / "cluster"))]), speaker=made.speaker
        )
        async with app.run_test(size=(120, 36)) as pilot:
            yield Console(app, pilot, made)


async def start_router(app: LbtuiApp, made: Rig, text: str) -> None:
    """Let a real router play the peers as the mapping says."""
    assert app.state.analysis is not None
    await made.lab.start()
    wanted = read_entries(text).relocated(announce(app.state.analysis.tables))
    await made.lab.apply(wanted)


async def test_a_mapped_peer_gets_the_routes_and_every_screen_says_lab(console: Console) -> None:
    app, port = console.app, free_port(ROUTER)
    await console.until(lambda: app.state.is_current, "the routes")
    nodes = f"node/node-a={NODE_A} node/node-b={NODE_B}"
    await start_router(app, console.rig, f"peer/tor={ROUTER}:{port} peer/edge={ROUTER} {nodes}")
    app.action_lab(nodes)
    await console.pilot.press("colon", *"lab peer/tor=", *ROUTER, *f":{port}", "enter")
    await console.until(lambda: app.state.lab_mapping.peers, "the mapping")
    await console.pilot.press("A")
    await console.see("Apply the routes", "as node")
    await console.pilot.press("a")
    await console.see(
        f"LAB: sessions to tor go to {ROUTER}:{port}.",
        f"LAB: sessions of node-a come from {NODE_A}.",
        "Not mapped, sessions go to the real address: edge.",
    )
    await console.pilot.press("A")
    await console.until(
        lambda: (
            {row.id for row in app.state.speaker.sessions if row.state == "Established"}
            == {"node-a/tor", "node-b/tor"}
        ),
        "both sessions to the lab router",
    )
    assert "198.51.100.10/32" in await console.received("node-a/tor")
    await console.pilot.press("8")
    await console.see("tor LAB", "LAB: 2 at lab routers")
    assert app.main.view.select("node-a/tor")
    await console.see("LAB: goes to", f"{ROUTER}:{port}", "192.0.2.1:179")
    await console.pilot.press("enter")
    await console.see("tor LAB", f"LAB: goes to {ROUTER}:{port}, which plays", "1 same")
    await console.pilot.press("escape", "1")
    await console.see("LAB: 2 at lab routers")
    app.action_lab("off")
    await console.see("2 not at the peers' addresses")


async def test_the_dialog_takes_addresses_and_refuses_what_is_none(console: Console) -> None:
    app = console.app
    await console.until(lambda: app.state.is_current, "the routes")
    await console.pilot.press("colon", *"lab", "enter")
    await console.see("Lab: where sessions go instead", "peer/edge", "192.0.2.2", "node/node-b")
    await console.pilot.press("enter", *"192.0.2.400", "enter")
    await console.see("'192.0.2.400' is no address")
    await console.pilot.press(*(["backspace"] * 3), *"40:1790", "enter")
    await console.see("192.0.2.40:1790")
    await console.pilot.press("s")
    await console.until(lambda: app.state.lab_mapping.peers, "the mapping")
    assert app.state.lab_mapping.entries == {"peer/edge": "192.0.2.40:1790"}
    await console.see("LAB")


async def test_nothing_is_applied_while_the_mapping_cannot_be_understood(console: Console) -> None:
    app = console.app
    await console.until(lambda: app.state.is_current, "the routes")
    app.change(replace(app.state, lab_mapping=read_entries("peer/tor=nowhere")))
    await console.pilot.press("A")
    await console.until(
        lambda: any(
            "'nowhere' is no address" in said.message and "Nothing is applied" in said.message
            for said in app._notifications
        ),
        "why nothing is applied",
    )
    assert app.screen is app.main
