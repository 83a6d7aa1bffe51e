"""Staged edits outlive the console, and come back on top of what is there by then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lbtui.adapters.journal import FileJournal
from lbtui.core.editing.edit import set_field
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui import workspace
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console

LOCAL = ResourceRef("BGPAdvertisement", "metallb-system", "local")
TOR = ResourceRef("BGPPeer", "metallb-system", "tor")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def journal(kept: Path) -> FileJournal:
    return FileJournal(kept, ["the source"])


def files(kept: Path) -> Sequence[Path]:
    return sorted(kept.glob("*.json")) if kept.exists() else []


def stage(console: Console, ref: ResourceRef, path: str, value: Any) -> None:
    app = console.app
    resource: Any = app.state.history.current.get(ref)
    edited = set_field(resource, path, value).resource
    assert edited is not None
    resources = app.state.history.current.with_resource(ref, edited)
    app.change(workspace.edited(app.state, f"set {path}", resources))


async def leave_behind(folder: Path, kept: Path, *edits: tuple[ResourceRef, str, Any]) -> None:
    """A console that ends with staged edits, and lets go of its journal as a dead one does."""
    its_own = journal(kept)
    async with open_console(folder, journal=its_own) as console:
        for ref, path, value in edits:
            stage(console, ref, path, value)
    for handle in list(its_own._locks):
        its_own._unlock(handle)
    assert len(files(kept)) == 1


async def test_an_edit_is_kept_within_a_second_and_gone_when_it_is_saved(
    folder: Path, kept: Path
) -> None:
    async with open_console(folder, journal=journal(kept)) as console:
        assert files(kept) == []
        stage(console, LOCAL, "spec.localPref", 200)
        await console.until(lambda: files(kept), "nothing is kept")
        assert b'"localPref":200' in files(kept)[0].read_bytes()
        stage(console, LOCAL, "spec.localPref", 201)
        await console.until(
            lambda: b'"localPref":201' in files(kept)[0].read_bytes(), "the newer is not kept"
        )
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
        await console.until(lambda: not files(kept), "it is still kept")


async def test_an_edit_taken_back_is_not_kept(folder: Path, kept: Path) -> None:
    async with open_console(folder, journal=journal(kept)) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        await console.until(lambda: files(kept), "nothing is kept")
        await console.press("u")
        await console.until(lambda: not files(kept), "it is still kept")


async def test_edits_dropped_on_purpose_are_not_offered(folder: Path, kept: Path) -> None:
    async with open_console(folder, journal=journal(kept)) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        await console.press("q")
        await console.dialog("ChoiceDialog")
        await console.press("d")
        await console.until(lambda: console.app._exit, "still running")
    assert files(kept) == []


async def test_edits_are_offered_shown_and_restored(folder: Path, kept: Path) -> None:
    await leave_behind(folder, kept, (LOCAL, "spec.localPref", 200))
    edit(folder / "advertisements.yaml", "aggregationLength: 24", "aggregationLength: 25")
    async with open_console(folder, journal=journal(kept)) as console:
        await console.dialog("ChoiceDialog")
        await console.shows("spec.localPref  100 → 200")
        await console.press("r")
        await console.main()
        assert "modified 1" in console.bar("title")
        assert len(files(kept)) == 1, "kept on, now by this console"
        await console.press("s")
        await console.dialog("ReviewDialog")
        await console.press("s")
        await console.main()
    text = (folder / "advertisements.yaml").read_text()
    assert "localPref: 200   # the other site sends 90" in text and "Length: 25" in text
    assert files(kept) == []


async def test_what_changed_meanwhile_is_asked(folder: Path, kept: Path) -> None:
    await leave_behind(folder, kept, (LOCAL, "spec.localPref", 200))
    edit(folder / "advertisements.yaml", "localPref: 100", "localPref: 300")
    async with open_console(folder, journal=journal(kept)) as console:
        await console.dialog("ChoiceDialog")
        await console.press("r")
        await console.dialog("ClashDialog")
        await console.press("escape")
        await console.main()
        assert not console.app.state.history.is_modified
    assert len(files(kept)) == 1, "not restored, so not gone"


@pytest.mark.parametrize(("key", "left"), [("d", 0), ("escape", 1)])
async def test_discarded_is_gone_and_later_is_later(
    folder: Path, kept: Path, key: str, left: int
) -> None:
    await leave_behind(folder, kept, (LOCAL, "spec.localPref", 200))
    async with open_console(folder, journal=journal(kept)) as console:
        await console.dialog("ChoiceDialog")
        await console.press(key)
        await console.main()
        assert not console.app.state.history.is_modified
        assert len(files(kept)) == left


async def test_a_password_is_asked_for_again(folder: Path, kept: Path) -> None:
    edits = ((TOR, "spec.password", "hunter2"), (TOR, "spec.peerPort", 1790))
    await leave_behind(folder, kept, *edits)
    assert all(b"hunter2" not in file.read_bytes() for file in kept.iterdir())
    async with open_console(folder, journal=journal(kept)) as console:
        await console.dialog("ChoiceDialog")
        await console.shows("What has to be typed again")
        await console.press("r")
        await console.shows("Restored, but for what is secret")
        await console.shows("BGPPeer/tor spec.password")
        await console.press("escape")
        await console.main()
        assert "1790" in console.app.state.history.current.get(TOR).__repr__()


async def test_a_damaged_journal_is_set_aside(folder: Path, kept: Path) -> None:
    await leave_behind(folder, kept, (LOCAL, "spec.localPref", 200))
    whole = files(kept)[0].read_bytes()
    files(kept)[0].write_bytes(whole[: len(whole) // 2])
    async with open_console(folder, journal=journal(kept)) as console:
        await console.dialog("ChoiceDialog")
        await console.shows("cannot be read")
        await console.press("escape")
        await console.main()
    assert files(kept) == []
    assert [file.read_bytes() for file in kept.glob("*.unreadable")] == [whole[: len(whole) // 2]]


async def test_a_journal_that_cannot_be_written_is_told_once(folder: Path, kept: Path) -> None:
    kept.write_text("in the way")
    async with open_console(folder, journal=journal(kept)) as console:
        stage(console, LOCAL, "spec.localPref", 200)
        await console.shows("Edits are not kept safe")
        kept.unlink()
        stage(console, LOCAL, "spec.localPref", 201)
        await console.until(lambda: files(kept), "not kept although it could be")
        assert "modified 1" in console.bar("title")


async def test_two_consoles_keep_their_own(folder: Path, kept: Path) -> None:
    async with open_console(folder, journal=journal(kept)) as one:
        stage(one, LOCAL, "spec.localPref", 200)
        await one.until(lambda: files(kept), "nothing is kept")
        async with open_console(folder, journal=journal(kept)) as other:
            assert other.app.screen is other.app.main, "the other console runs: nothing to offer"
            stage(other, LOCAL, "spec.localPref", 300)
            await other.until(lambda: len(files(kept)) == 2, "one for both")
            await other.press("u")
            await other.until(lambda: len(files(kept)) == 1, "not taken back")
        assert b'"localPref":200' in files(kept)[0].read_bytes()
