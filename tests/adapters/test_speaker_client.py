"""The client against real speaker and lab processes with real TCP sessions between them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from lbtui.adapters.speaker_client import SpeakerClient
from lbtui.core.routing.announcements import AnnouncedRoute, Announcements
from lbtui.core.routing.apply_plan import plan_apply
from lbtui.ports import SpeakerError, SpeakerView, WireRoute
from tests.support.speakers import Rig, all_established, announcements, free_port, rig, until

WEB = AnnouncedRoute("198.51.100.1/32", communities=("65535:65282",))
DNS = AnnouncedRoute("2001:db8::53/128", next_hop="2001:db8::11", large_communities=("64512:1:2",))


@pytest.fixture
async def lab_rig() -> AsyncIterator[Rig]:
    async with rig() as made:
        yield made


async def established(made: Rig, *routes: AnnouncedRoute) -> Announcements:
    """Start both ends and wait until everything is sent."""
    wanted = announcements(free_port("127.0.3.101"), routes)
    await asyncio.gather(made.speaker.start(), made.lab.start())
    await made.lab.apply(wanted)
    await made.speaker.apply(wanted)
    await until(made.speaker, all_established)
    return wanted


def prefixes(routes: Sequence[WireRoute]) -> list[str]:
    return [route.prefix for route in routes]


async def lab_table(made: Rig, session: str, wanted: list[str]) -> tuple[WireRoute, ...]:
    """The router's table once it has exactly these prefixes."""
    async with asyncio.timeout(20):
        while prefixes(routes := await made.lab.received(session)) != wanted:
            await asyncio.sleep(0.05)
    return routes


async def test_routes_reach_the_lab_router_as_announced(lab_rig: Rig) -> None:
    await established(lab_rig, WEB, DNS)
    sent = await lab_rig.speaker.advertised("node-b/tor")
    received = await lab_table(lab_rig, "node-b/tor", [WEB.prefix, DNS.prefix])
    assert sent == received
    assert [route.next_hop for route in sent] == ["127.0.3.12", "2001:db8::11"]
    assert sent[0].communities == WEB.communities
    assert sent[1].large_communities == DNS.large_communities
    assert sent[0].as_path == (64512,)


async def test_a_second_apply_changes_only_the_difference(lab_rig: Rig) -> None:
    wanted = await established(lab_rig, WEB, DNS)
    before = await lab_rig.speaker.view()
    fewer = Announcements(wanted.nodes, {"rs": (WEB,)})
    assert await lab_rig.speaker.apply(fewer) == 2
    await lab_table(lab_rig, "node-a/tor", [WEB.prefix])
    after = await lab_rig.speaker.view()
    assert after.generation == 2
    assert [row.established for row in after.sessions] == [1, 1]
    assert [row.since for row in after.sessions] == [row.since for row in before.sessions]


async def test_what_it_was_told_comes_back(lab_rig: Rig) -> None:
    await lab_rig.speaker.start()
    assert await lab_rig.speaker.configuration() is None
    wanted = announcements(free_port("127.0.3.101"), (WEB,))
    await lab_rig.speaker.apply(wanted)
    assert plan_apply(await lab_rig.speaker.configuration(), wanted).is_empty


async def test_long_tables_are_read_page_by_page(
    lab_rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lbtui.adapters.speaker_client.PAGE_ROUTES", 7)
    routes = [AnnouncedRoute(f"198.51.100.{i}/32") for i in range(30)]
    await established(lab_rig, *routes)
    assert prefixes(await lab_rig.speaker.advertised("node-a/tor")) == [r.prefix for r in routes]
    await lab_table(lab_rig, "node-a/tor", [route.prefix for route in routes])


async def test_sessions_are_reset_held_down_and_let_go(lab_rig: Rig) -> None:
    await established(lab_rig, WEB)
    await lab_rig.speaker.reset("node-a/tor", "rewiring")
    await until(
        lab_rig.speaker, lambda view: all_established(view) and view.sessions[0].dropped == 1
    )
    await lab_rig.speaker.enable("node-a/tor", False, "maintenance")
    view = await until(lab_rig.speaker, lambda view: not view.sessions[0].is_enabled)
    row = view.sessions[0]
    assert row.state == "Idle"
    assert row.last_error == '→ 6/2 Cease: Administrative Shutdown "maintenance"'
    far = next(r for r in (await lab_rig.lab.view()).sessions if r.id == "tor/node-a")
    assert far.last_error == '← 6/2 Cease: Administrative Shutdown "maintenance"'
    await lab_rig.speaker.enable("node-a/tor", True)
    await until(lab_rig.speaker, all_established)


async def test_a_killed_speaker_is_noticed_and_followed_again(lab_rig: Rig) -> None:
    await established(lab_rig, WEB)
    views: asyncio.Queue[SpeakerView] = asyncio.Queue()

    async def follow() -> None:
        async for view in lab_rig.speaker.watch():
            views.put_nowait(view)

    async def next_view(is_running: bool) -> SpeakerView:
        async with asyncio.timeout(20):
            while (view := await views.get()).is_running is not is_running:
                pass
            return view

    follower = asyncio.create_task(follow())
    pid = (await next_view(True)).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert (await next_view(False)).message.startswith("lost: ")
    await lab_rig.speaker.start()
    again = await next_view(True)
    assert again.pid != pid
    assert again.generation == 1, "the accepted state is resumed"
    await until(lab_rig.speaker, all_established)
    follower.cancel()


async def test_start_finds_a_speaker_that_runs(lab_rig: Rig) -> None:
    await lab_rig.speaker.start()
    first = await lab_rig.speaker.status()
    folder = lab_rig.folder
    other = SpeakerClient(folder / "s.sock", folder / "other", folder / "other.log")
    await other.start()
    assert (await other.status()).pid == first.pid
    await other.close()


async def test_a_stopped_speaker_is_gone_and_said_to_be(lab_rig: Rig) -> None:
    await lab_rig.speaker.start()
    await lab_rig.speaker.stop()
    assert not (lab_rig.folder / "s.sock").exists()
    async for view in lab_rig.speaker.watch():
        assert (view.is_running, view.message) == (False, "stopped")
        break
    await lab_rig.speaker.stop()  # nothing runs: fine


async def test_a_speaker_that_cannot_start_says_why() -> None:
    async with rig() as made:
        (made.folder / "s").mkdir()
        (made.folder / "s").chmod(0o777)
        with pytest.raises(SpeakerError, match=r"did not start.*others may write to the folder"):
            await made.speaker.start()


async def test_no_speaker_is_a_clear_error_for_every_call(tmp_path: Path) -> None:
    client = SpeakerClient(tmp_path / "no.sock", tmp_path, tmp_path / "log")
    for call in (
        client.apply(announcements(1790, ())),
        client.reset("a/b"),
        client.advertised("a"),
    ):
        with pytest.raises(SpeakerError, match="no speaker is running"):
            await call


async def test_an_unknown_session_is_named(lab_rig: Rig) -> None:
    await lab_rig.speaker.start()
    with pytest.raises(SpeakerError, match="there is no session 'node-z/tor'"):
        await lab_rig.speaker.advertised("node-z/tor")


async def test_a_second_demo_on_the_same_addresses_is_told() -> None:
    async with rig() as first, rig() as second:
        wanted = announcements(free_port("127.0.3.101"), (WEB,))
        await first.lab.start()
        await first.lab.apply(wanted)
        await second.lab.start()
        with pytest.raises(
            SpeakerError, match=r"cannot listen on 127\.0\.3\.101.*another demo or router"
        ):
            await second.lab.apply(wanted)


async def test_a_speaker_of_the_console_ends_with_it(lab_rig: Rig) -> None:
    console = await asyncio.create_subprocess_exec("sleep", "60")
    folder = lab_rig.folder
    bound = SpeakerClient(folder / "s.sock", folder / "s", folder / "s.log", exit_with=console.pid)
    await bound.start()
    console.kill()
    await console.wait()
    await until(bound, lambda view: not view.is_running)
    await bound.close()
