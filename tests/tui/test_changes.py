"""The changes view and the delete dialog: text, findings and routes, however many they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.core.objects.resources import BGPPeer
from lbtui.tui import workspace
from lbtui.tui.views import changes, diff_rows
from lbtui.tui.views.changes import ChangesView
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


def delete_tor(console: Console) -> None:
    current = console.app.state.history.current
    ref = next(ref for ref, _ in current.items(BGPPeer) if ref.name == "tor")
    edited = workspace.edited(console.app.state, "delete tor", current.without(ref))
    console.app.change(edited)


async def test_changes_show_text_findings_and_routes(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster")) as console:
        delete_tor(console)
        await console.settled()
        await console.press("equals_sign")
        await console.shows("route to tor")
        await console.shows("unknown-peer")
        await console.until(lambda: "-   peerAddress: 192.0.2.1" in console.details(), "its text")
        view = console.app.main.view
        keys = [view.table.rows.key(at) for at in range(len(view.table.rows))]
        assert len(keys) >= 3 and all(view.select(key) for key in keys)
        await console.until(lambda: "no longer sent" in console.details(), "the route")
        view.select(keys[1])
        await console.until(lambda: "New findings" in console.details(), "the finding")
        await console.press("enter")
        await console.until(
            lambda: console.app.main.view.name_in_commands == "advertisements", "the resource"
        )


async def test_many_routes_follow_a_moment_later_and_are_counted_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "QUICK_ROWS", 0)
    monkeypatch.setattr(changes, "MOST_ROWS", 0)
    async with open_console(write_cluster(tmp_path / "cluster")) as console:
        delete_tor(console)
        await console.settled()
        await console.press("equals_sign")
        await console.shows("routes +0 -1 ~0, the first 0 of each listed")
        monkeypatch.setattr(changes, "MOST_ROWS", diff_rows.MOST_ROWS)
        await console.press("u", "ctrl+r")
        await console.shows("route to tor")
        view = console.app.main.view
        assert isinstance(view, ChangesView)
        assert view.table.rows.key(len(view.table.rows) - 1)[0][0] == "tor"  # type: ignore[index]


async def test_a_deletion_says_what_would_be_found(tmp_path: Path) -> None:
    async with open_console(write_cluster(tmp_path / "cluster")) as console:
        await console.press("2", "G")
        await console.press("d")
        await console.shows("Delete BGPPeer/")
        await console.shows("1 route withdrawn")
        await console.shows("New findings")
        await console.press("escape")
