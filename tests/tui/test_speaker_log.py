"""What is told of a speaker from one view to the next, and the view that shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lbtui.ports import FamilyCounts, SessionRow, SpeakerView
from lbtui.tui.speaker_log import MOST_EVENTS, SpeakerLog
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console

ROW = SessionRow("node-a/tor", "node-a", "tor", "Connect", 10.0)
UP = replace(
    ROW, state="Established", since=11.0, established=1, families={"ipv4": FamilyCounts(2, 2)}
)
DOWN = replace(
    UP, state="Idle", since=20.0, dropped=1, last_error="← 6/2 Cease", last_error_at=20.0
)
RUNNING = SpeakerView(is_running=True, pid=7, generation=1, sessions=(ROW,))


def told(*views: SpeakerView) -> list[tuple[float, str, str]]:
    log = SpeakerLog()
    for at, view in enumerate(views):
        log = log.after(view, float(at))
    return [(event.at, event.word, event.text) for event in log.events]


def test_a_session_comes_up_sends_and_goes_down() -> None:
    reached = replace(RUNNING, sessions=(UP,), generation_reached=1)
    assert told(RUNNING, reached, replace(reached, sessions=(DOWN,))) == [
        (0.0, "speaker", "running, pid 7"),
        (0.0, "applied", "generation 1 accepted"),
        (0.0, "sessions", "1 session there"),
        (11.0, "up", "Connect → Established"),
        (1.0, "routes", "0 → 2 advertised"),
        (1.0, "applied", "generation 1 sent to every session"),
        (20.0, "down", "Established → Idle: ← 6/2 Cease"),
    ]


def test_what_came_between_two_views_is_told_by_the_counts() -> None:
    flapped = replace(UP, dropped=1, established=2)
    held = replace(UP, is_enabled=False)
    views = [replace(RUNNING, sessions=(row,)) for row in (UP, flapped)]
    assert told(*views)[-1] == (1.0, "flap", "went down and is Established again")
    assert told(views[0], replace(RUNNING, sessions=(held,)))[-1][1:] == ("disabled", "held down")
    assert told(views[0], replace(RUNNING, sessions=()))[-1][2] == "1 session taken away"
    gone = SpeakerView(is_running=False, message="lost: connection closed")
    assert told(RUNNING, gone, gone)[-1] == (1.0, "speaker", "lost: connection closed")
    assert told(RUNNING, RUNNING) == told(RUNNING)


def test_the_oldest_are_forgotten() -> None:
    log, views = SpeakerLog(), (RUNNING, SpeakerView(is_running=False, message="gone"))
    for turn in range(MOST_EVENTS):
        log = log.after(views[turn % 2], 0.0)
    assert len(log.events) == MOST_EVENTS < log.count
    assert log.events[-1].number == log.count - 1


def see(console: Console, log: SpeakerLog) -> None:
    console.app.change(replace(console.app.state, speaker=log.last, events=log.events))


@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
async def test_view_follows_pauses_and_filters(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_console(write_cluster(tmp_path / "cluster"), size=size) as console:
        await console.press("L")
        await console.shows("Nothing happened yet")
        log = SpeakerLog().after(RUNNING, 1.0)
        see(console, log)
        await console.shows("3 events, follows")
        log = log.after(replace(RUNNING, sessions=(UP,)), 2.0)
        see(console, log)
        await console.shows("5 events, follows")
        view = console.app.main.view
        assert view.table.is_at_end
        await console.press("k")
        log = log.after(replace(RUNNING, sessions=(DOWN,)), 3.0)
        see(console, log)
        await console.shows("6 events, G follows")
        assert view.selected_key == 3 and not view.table.is_at_end
        await console.press("F")
        see(console, log.after(replace(RUNNING, sessions=()), 4.0))
        await console.shows("6 events, paused, 1 new")
        await console.press("F")
        await console.shows("7 events, follows")
        await console.press("slash")
        await console.type("what=down")
        await console.press("enter")
        assert view.table.shown_count == 1
        await console.shows("6/2 Cease")
        await console.press("enter")
        await console.until(lambda: console.app.main.view.name_in_commands == "sessions", "stays")
