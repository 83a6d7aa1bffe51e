"""What is typed in an open form or text outlives the console, but for what is secret."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from lbtui.adapters.external_editor import ExternalEditor
from lbtui.adapters.journal import FileJournal
from lbtui.core.objects.resources import BGPPeer, IPAddressPool
from lbtui.tui.widgets.line_table import LineTable
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def journals(kept: Path) -> Sequence[Path]:
    return sorted(kept.glob("*.json")) if kept.exists() else []


@asynccontextmanager
async def console_that_dies(folder: Path, kept: Path) -> AsyncIterator[Console]:
    """Its journal is let go of without having been ended, as that of a dead one is."""
    journal = FileJournal(kept, ["the source"])
    editor = ExternalEditor(kept / "drafts")
    async with open_console(folder, journal=journal, editor=editor) as console:
        yield console
    for name in list(journal._locks):
        journal._unlock(name)


async def go_to_field(console: Console, label: str) -> None:
    table = console.app.screen.query_one(LineTable)
    keys = {str(table.rows.cells(index)[0]): table.rows.key(index) for index in table.order}
    assert table.move_to(keys[label])
    await console.pilot.pause()


async def is_kept(console: Console, kept: Path, text: bytes) -> None:
    await console.until(
        lambda: any(text in file.read_bytes() for file in journals(kept)), "it is not kept"
    )


async def restore(console: Console, screen: str) -> None:
    await console.dialog("ChoiceDialog")
    await console.press("r")
    await console.dialog(screen)


async def test_a_form_comes_back_with_what_was_typed_but_its_password(
    folder: Path, kept: Path
) -> None:
    async with console_that_dies(folder, kept) as console:
        await console.press("2", "e")
        await console.dialog("FormScreen")
        await go_to_field(console, "peerPort")
        await console.type("17900000")
        await go_to_field(console, "password")
        await console.type("fortytwo")
        await is_kept(console, kept, b"17900000")
    assert b"fortytwo" not in journals(kept)[0].read_bytes()
    async with console_that_dies(folder, kept) as console:
        await console.dialog("ChoiceDialog")
        await console.shows("BGPPeer/tor was open")
        await console.shows("peerPort: 17900000")
        await console.shows("spec.password is secret, was not kept")
        await restore(console, "FormScreen")
        await console.shows("17900000")
        await console.shows("✖ wrong")
        await go_to_field(console, "peerPort")
        console.app.screen.query_one(Input).value = "1790"
        await console.press("enter")
        await console.main()
        peers = console.app.state.history.current.all(BGPPeer)
        assert [one.spec.peer_port for one in peers] == [1790, 179]
        await console.press("u")
        await console.until(lambda: not journals(kept), "what was accepted is still kept as typed")


async def test_a_new_resource_comes_back_with_its_name(folder: Path, kept: Path) -> None:
    async with console_that_dies(folder, kept) as console:
        await console.press("1", "n")
        await console.dialog("FormScreen")
        await console.type("new-pool-two")
        await is_kept(console, kept, b"new-pool-two")
    async with console_that_dies(folder, kept) as console:
        await restore(console, "FormScreen")
        await console.shows("New IPAddressPool")
        await go_to_field(console, "addresses")
        await console.type("203.0.113.0/28")
        await console.press("enter")
        await console.main()
        names = [one.name for one in console.app.state.history.current.all(IPAddressPool)]
        assert names == ["public", "new-pool-two"]


async def test_a_form_of_marked_rows_comes_back_for_all_of_them(folder: Path, kept: Path) -> None:
    async with console_that_dies(folder, kept) as console:
        await console.press("2", "asterisk", "e")
        await console.dialog("FormScreen")
        await go_to_field(console, "peerPort")
        await console.type("1790")
        await is_kept(console, kept, b"1790")
    async with console_that_dies(folder, kept) as console:
        await restore(console, "FormScreen")
        await console.shows("Edit 2 marked BGPPeers")
        await console.press("enter")
        await console.main()
        peers = console.app.state.history.current.all(BGPPeer)
        assert [one.spec.peer_port for one in peers] == [1790, 1790]


async def test_a_text_comes_back_and_one_with_a_password_without_it(
    folder: Path, kept: Path
) -> None:
    async with console_that_dies(folder, kept) as console:
        await console.press("2", "y")
        await console.dialog("ManifestTextScreen")
        area = console.app.screen.query_one(TextArea)
        area.text = area.text.replace("peerASN: 64512", "peerASN: 64513")
        await is_kept(console, kept, b"64513")
        area.text += "  password: fortytwo\n"
        await is_kept(console, kept, b'"lost"')
        area.text += "  password: [\n"
        await console.shows("cannot be accepted yet")
    assert b"fortytwo" not in journals(kept)[0].read_bytes()
    async with console_that_dies(folder, kept) as console:
        await restore(console, "ManifestTextScreen")
        await console.shows("edited, not accepted yet")
        await console.press("ctrl+s")
        await console.main()
        tor = console.app.state.history.current.all(BGPPeer)[0]
        assert tor.spec.peer_asn == 64513 and tor.spec.password is None


async def test_what_is_dropped_on_purpose_is_not_kept(folder: Path, kept: Path) -> None:
    async with console_that_dies(folder, kept) as console:
        await console.press("1", "e")
        await console.dialog("FormScreen")
        await console.type(", 203.0.113.0/28")
        await is_kept(console, kept, b"203.0.113.0/28")
        await console.press("escape")
        await console.dialog("ChoiceDialog")
        await console.press("d")
        await console.main()
        await console.until(lambda: not journals(kept), "still kept")
