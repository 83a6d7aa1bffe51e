"""The console on the demo's manifests with a real speaker and real lab routers on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from lbtui.adapters.file_store import FileStore
from lbtui.core.objects.resources import BGPAdvertisement
from lbtui.ports import WireRoute
from lbtui.tui.app import LbtuiApp
from lbtui.tui.dialogs.apply_dialog import ApplyDialog
from lbtui.tui.dialogs.reason_dialog import ReasonDialog
from lbtui.tui.dialogs.route_dialog import RouteDialog
from lbtui.tui.dialogs.session_dialog import SessionDialog
from lbtui.tui.preferences import Preferences
from lbtui.tui.text import plain
from lbtui.tui.widgets.line_panel import LinePanel
from tests.support.demo_copy import copy_demo
from tests.support.speakers import Rig, all_established, rig

DEADLINE_SECONDS = 60.0
SESSIONS = 20
"""Of the demo: every node and the peers that select it."""


@dataclass
class Console:
    """A running application and what is behind it."""

    app: LbtuiApp
    pilot: Pilot[None]
    rig: Rig

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait for something on screen or behind it. Raises AssertionError."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not is_so():
                    await self.pilot.pause(0.05)
        except TimeoutError:
            raise AssertionError(f"never: {what}\n{self.screen()}") from None
        await self.pilot.pause()

    def screen(self) -> str:
        """What is on the terminal, without colours."""
        compositor = self.app.screen._compositor
        return "\n".join("".join(s.text for s in strip) for strip in compositor.render_strips())

    async def see(self, *texts: str) -> None:
        """Wait until all the texts are on screen."""
        await self.until(lambda: all(text in self.screen() for text in texts), f"{texts} on screen")

    async def until_up(self) -> None:
        """Wait until every session is Established and has sent everything."""
        await self.until(
            lambda: all_established(self.app.state.speaker, SESSIONS), "all sessions up"
        )

    async def received(self, session: str) -> dict[str, WireRoute]:
        """The lab router's table of a session, by prefix."""
        return {route.prefix: route for route in await self.rig.lab.received(session)}


@asynccontextmanager
async def console(
    folder: Path, size: tuple[int, int] = (120, 36), *, is_following: bool = False
) -> AsyncIterator[Console]:
    """The console on a copy of the demo, with its lab."""
    async with rig() as made:
        app = LbtuiApp(
            store=FileStore([str(copy_demo(folder / "demo"))]),
            speaker=made.speaker,
            lab=made.lab,
            preferences=Preferences(is_following=is_following),
        )
        async with app.run_test(size=size) as pilot:
            yield Console(app, pilot, made)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Console]:
    async with console(tmp_path) as made:
        await made.until_up()
        yield made


def set_local_pref(app: LbtuiApp, name: str, value: int) -> None:
    """Edit an advertisement as its form does."""
    from lbtui.core.editing.edit import set_field
    from lbtui.tui import workspace

    current = app.state.history.current
    ref, old = next(item for item in current.items(BGPAdvertisement) if item[0].name == name)
    new = set_field(old, "spec.localPref", value).resource
    assert new is not None
    resources = current.with_resource(ref, new)
    app.change(workspace.edited(app.state, "set localPref", resources))


async def test_sessions_come_up_and_are_shown(demo: Console) -> None:
    await demo.pilot.press("8")
    await demo.see("20 of 20 up", "Established", "worker-b2", "stand-in")
    assert demo.app.state.speaker.generation == 1


async def test_overview_counts_sessions_by_state_and_leads_to_them(demo: Console) -> None:
    await demo.pilot.press("0")
    await demo.see("20 of 20", "Established")
    view = demo.app.main.view
    keys = [view.table.rows.key(at) for at in range(len(view.table.rows))]
    (key,) = [one for one in keys if isinstance(one, tuple) and one[0] == "Sessions"]
    assert view.select(key)
    await demo.pilot.press("enter")
    await demo.see("filter state=Established", "20 of 20")
    await demo.pilot.press("x")
    await demo.see("Explain BGPPeer/", "named by")


async def test_session_details_compare_preview_wire_and_router(demo: Console) -> None:
    await demo.pilot.press("8", "enter")
    await demo.until(lambda: isinstance(demo.app.screen, SessionDialog), "the dialog")
    await demo.see("came up / went down", "1 / 0", "opened by", "this speaker", "negotiated")
    await demo.pilot.press("tab")
    await demo.see("Intended", "At the router", "198.51.100.0/24")
    dialog = demo.app.screen
    assert isinstance(dialog, SessionDialog)
    rows = dialog.table.rows
    cells = [[plain(cell) for cell in rows.cells(i)] for i in range(len(rows))]
    assert len(cells) >= 5
    assert {tuple(row[1:5]) for row in cells} == {("yes", "yes", "yes", "same")}
    await demo.see(f"{len(cells)} same")
    await demo.pilot.press("escape")
    set_local_pref(demo.app, "dual-stack", 321)
    await demo.until(lambda: demo.app.state.is_current, "the new preview")
    assert demo.app.main.view.select("edge-c1/tor-c")
    await demo.pilot.press("enter")
    await demo.see(
        "Advertised against the preview",
        "with other attributes",
        "differs: localPref 200 instead of 321",
    )


async def test_edit_and_apply_reach_the_router(demo: Console) -> None:
    before = await demo.received("worker-a1/tor-a")
    assert before["198.51.100.10/32"].local_pref == 100
    set_local_pref(demo.app, "local", 321)
    await demo.pilot.press("7")
    await demo.see("~ changed", "321")
    assert (await demo.received("worker-a1/tor-a"))["198.51.100.10/32"].local_pref == 100
    await demo.pilot.press("A")
    await demo.until(lambda: isinstance(demo.app.screen, ApplyDialog), "the dialog")
    await demo.see("leaves 20 sessions untouched", "tor-a sees other attributes on 4 routes")
    await demo.see("must not run beside a live MetalLB speaker")
    await demo.pilot.press("A")
    await demo.until(lambda: demo.app.state.speaker.generation == 2, "generation 2")
    await demo.until_up()
    after = await demo.received("worker-a1/tor-a")
    assert after["198.51.100.10/32"].local_pref == 321
    assert after.keys() == before.keys()
    assert [row.established for row in demo.app.state.speaker.sessions] == [1] * SESSIONS


async def test_a_node_left_out_closes_its_sessions(demo: Console) -> None:
    await demo.pilot.press("A")
    await demo.see("Nothing: the speaker already has exactly this.")
    await demo.pilot.press("space")
    await demo.see("- closes 4 sessions: edge-c1/", "leaves 16 sessions untouched")
    await demo.pilot.press("A")
    await demo.until(lambda: len(demo.app.state.speaker.sessions) == 16, "16 sessions")
    assert not any(row.node == "edge-c1" for row in demo.app.state.speaker.sessions)


async def test_esc_applies_nothing(demo: Console) -> None:
    await demo.pilot.press("A")
    await demo.until(lambda: isinstance(demo.app.screen, ApplyDialog), "the dialog")
    await demo.pilot.press("space", "escape")
    await demo.until(lambda: demo.app.screen is demo.app.main, "the dialog closed")
    assert (await demo.rig.speaker.status()).generation_accepted == 1


async def test_withdrawn_routes_stay_listed_until_saved(demo: Console) -> None:
    from lbtui.tui import workspace

    current = demo.app.state.history.current
    ref = next(r for r, _ in current.items(BGPAdvertisement) if r.name == "premium")
    without = current.without(ref)
    demo.app.change(workspace.edited(demo.app.state, "delete premium", without))
    await demo.pilot.press("7", "end")
    await demo.see("- withdrawn", "203.0.113.192/27")
    await demo.see("no longer sent by")
    await demo.pilot.press("equals_sign")
    await demo.see("- withdrawn  BGPAdvertisement", "route to transit")
    await demo.pilot.press("u")
    await demo.see("Nothing differs from what is saved.")


async def test_routes_by_peer_node_and_service(demo: Console) -> None:
    await demo.pilot.press("7", "b")
    await demo.see("peer spine-1, 7 routes")
    await demo.pilot.press("right")
    await demo.see("peer spine-2, 7 routes")
    await demo.pilot.press("b")
    await demo.see("node edge-c1")
    await demo.pilot.press("b")
    await demo.see("service mail/imap")
    await demo.pilot.press("b")
    await demo.see("prefix 198.51.100.0/24", "spine-1", "transit")
    await demo.pilot.press("right")
    await demo.see("prefix 198.51.100.10/32")
    await demo.pilot.press("b")
    await demo.see("all peers, 46 routes")


async def test_a_route_tells_what_was_sent(demo: Console) -> None:
    await demo.pilot.press("7")
    await demo.see("Intended", "sent by all 6 nodes", "Able", "all 6 nodes: session up")
    await demo.pilot.press("enter")
    await demo.until(lambda: isinstance(demo.app.screen, RouteDialog), "the dialog")
    await demo.see("edge-c1", "sent  next hop", "AS path 64512")
    text = demo.app.screen.query_one(LinePanel).text
    assert text.count("  sent  next hop ") == 6


async def test_a_killed_speaker_is_said_and_followed_again(demo: Console) -> None:
    await demo.pilot.press("8")
    await demo.see("20 of 20 up")
    pid = demo.app.state.speaker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await demo.see("lost: connection closed; trying again", "S starts one")
    await demo.pilot.press("S")
    await demo.until_up()
    await demo.see("20 of 20 up")
    assert demo.app.state.speaker.pid != pid


async def test_a_session_is_held_down_with_a_reason_and_let_go(demo: Console) -> None:
    await demo.pilot.press("8", "D")
    await demo.until(lambda: isinstance(demo.app.screen, ReasonDialog), "the dialog")
    await demo.pilot.press(*"maintenance", "enter")
    await demo.see("admin down", "6/2 Cease: Administrative", "19 of 20 up", '"maintenance"')
    await demo.pilot.press("D")
    await demo.until_up()
    await demo.see("20 of 20 up")
    held = next(event for event in demo.app.state.events if event.word == "disabled")
    own = [event for event in demo.app.state.events if event.session == held.session]
    words = [event.word for event in own if event.word in ("disabled", "down", "enabled", "up")]
    assert words[-4:] == ["disabled", "down", "enabled", "up"]
    await demo.pilot.press("L")
    await demo.see("6/2 Cease: Administrative", "held down", "may run again")
    await demo.pilot.press("m")
    await demo.see("● ")


async def test_stopping_asks_first(demo: Console) -> None:
    await demo.pilot.press("8", "S")
    await demo.see("Stop the speaker?", "Its 20 sessions (20 Established)")
    await demo.pilot.press("escape")
    await demo.see("20 of 20 up")
    await demo.pilot.press("S")
    await demo.see("Stop the speaker?")
    await demo.pilot.press("S")
    await demo.see("No speaker (stopped). S starts one.")


async def test_a_quiet_console_redraws_nothing(
    demo: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await demo.pilot.press("8")
    await demo.see("20 of 20 up")
    await demo.until(lambda: demo.app.state.speaker.generation_reached == 1, "everything sent")
    table = demo.app.main.view.table
    drawn: list[object] = []
    monkeypatch.setattr(table, "refresh", lambda *regions, **options: drawn.append(regions))
    before = demo.app.state.speaker
    demo.app.change(demo.app.state)
    assert demo.app.state.speaker == before
    assert drawn == []


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_sessions_and_routes_fit(tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(tmp_path, size) as made:
        await made.until_up()
        await made.pilot.press("8")
        await made.see("Established", "spine-1", "edge-c1", "v4 4/4 v6 3/3")
        await made.pilot.press("7")
        await made.see("198.51.100.0/24", "spine-1", "all 6 nodes")
        assert all(len(text) == size[0] for text in made.screen().split("\n"))
