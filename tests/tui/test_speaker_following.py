"""Edits that reach a real router by themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lbtui.core.objects.resources import BGPPeer
from lbtui.tui import workspace
from tests.tui.test_live_console import SESSIONS, Console, console, set_local_pref


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Console]:
    async with console(tmp_path, is_following=True) as made:
        await made.until_up()
        yield made


async def test_an_edit_reaches_the_router_and_a_session_goes_only_after_a_yes(
    demo: Console,
) -> None:
    app = demo.app
    await demo.see("follows edits: on")
    assert (await demo.rig.speaker.status()).generation_accepted == 1
    set_local_pref(app, "local", 321)
    await demo.see("follows edits: generation 2: routes", "changed at")
    await demo.until_up()
    assert (await demo.received("worker-a1/tor-a"))["198.51.100.10/32"].local_pref == 321
    current = app.state.history.current
    gone = next(ref for ref, _ in current.items(BGPPeer) if ref.name == "spine-1")
    app.change(workspace.edited(app.state, "delete spine-1", current.without(gone)))
    await demo.see("not now")
    assert app.state.speaker.generation == 2
    await demo.pilot.press("escape")
    await demo.until(lambda: app.screen is app.main, "the question closed")
    await demo.see("follows edits: ")
    assert len(app.state.speaker.sessions) == SESSIONS
    assert (await demo.rig.speaker.status()).generation_accepted == 2
    await demo.pilot.press("Z")
    await demo.see("generation 2 sent")
    await demo.pilot.press("u", "Z")
    await demo.see("follows edits: nothing to send")
