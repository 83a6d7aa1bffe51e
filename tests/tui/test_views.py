from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.tui.commands import ACTIONS, BOUND, VIEWS
from lbtui.tui.views.registry import ENTRIES
from lbtui.tui.widgets.line_panel import LinePanel
from tests.support.manifests import edit, write_cluster
from tests.tui.console import open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


async def test_every_view_shows_the_folder(folder: Path) -> None:
    expected = {
        "overview": "several paths",
        "pools": "198.51.100.0/24",
        "peers": "64512 → 64600 eBGP",
        "advertisements": "NO_ADVERTISE",
        "aliases": "65535:65282",
        "services": "default/web",
        "nodes": "192.0.2.12",
        "routes": "198.51.100.10/32",
        "sessions": "Sessions",
        "findings": "Findings",
    }
    numbered = {entry.name: entry.key for entry in ENTRIES if entry.name in expected}
    assert len(numbered) == len(expected)
    async with open_console(folder) as console:
        for name, key in numbered.items():
            await console.press(key)
            await console.shows(expected[name])


def test_registry_is_the_one_place_that_names_a_view() -> None:
    assert len(ENTRIES) >= 12
    for entry in ENTRIES:
        view = entry.make()
        assert view.name_in_commands == entry.name
        assert len(view.help_text) > 40, f"{entry.name} has no help"
        assert entry.help and len(entry.short) <= len(entry.label)
    keys = [key for command in BOUND for key in command.keys.split(",")]
    assert sorted(keys) == sorted(set(keys)), "two commands on one key"
    names = [name for command in (*VIEWS, *ACTIONS) for name in (command.name, *command.words)]
    assert sorted(names) == sorted(set(names)), "two commands of one name"


async def test_palette_knows_the_words_that_kubectl_users_type(folder: Path) -> None:
    async with open_console(folder) as console:
        for word, name in (("svc", "services"), ("adv", "advertisements"), ("no", "nodes")):
            await console.press("colon")
            await console.dialog("Palette")
            await console.type(word)
            await console.press("enter")
            await console.main()
            assert console.app.main.view.name_in_commands == name


async def test_panel_shows_routes_of_the_selected_resource_by_peer(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("3")
        await console.until(lambda: "tor" in console.details(), "no details")
        assert "198.51.100.10/32" in console.details()
        assert "localPref 100" in console.details()
        await console.press("down")
        await console.until(lambda: "edge" in console.details(), "details did not follow")
        assert "198.51.100.0/24" in console.details()


async def test_a_service_that_no_session_takes_is_nowhere_called_announced(folder: Path) -> None:
    for peer in ("tor", "edge"):
        edit(folder / "advertisements.yaml", f"peers: [{peer}]", "peers: [nobody]")
    async with open_console(folder) as console:
        await console.press("5")
        await console.shows("▲ to no peer")
        await console.until(lambda: "▲ to no peer  from " in console.details(), "the panel agrees")
        assert "announced" not in console.details()


async def test_cursor_stays_on_its_resource_when_the_folder_is_read_again(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "down")
        before = console.app.main.view.selected_key
        assert isinstance(before, ResourceRef) and before.name == "edge"
        extra = (folder / "peers.yaml").read_text().split("---")[0].replace("tor", "another")
        (folder / "a-peers.yaml").write_text(extra.replace("192.0.2.1", "192.0.2.9"))
        console.app.action_reload()
        await console.shows("another")
        assert console.app.main.view.table.shown_count == 3
        assert console.app.main.view.selected_key == before


async def test_filter_narrows_inverts_and_goes(folder: Path) -> None:
    async with open_console(folder) as console:
        table = console.app.main.view.table
        await console.press("2")
        table = console.app.main.view.table
        assert table.shown_count == 2
        await console.press("slash")
        await console.type("ebgp")
        await console.until(lambda: table.shown_count == 1, "filter has no effect")
        await console.press("enter")
        assert "filter ebgp" in console.bar("list-title")
        await console.press("slash", "home")
        await console.type("!")
        await console.press("enter")
        assert console.app.main.view.filter_text == "!ebgp"
        assert console.app.main.view.selected_ref == ResourceRef("BGPPeer", "metallb-system", "tor")
        await console.press("escape")
        assert table.shown_count == 2


async def test_sort_keeps_the_cursor_on_its_row(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2")
        table = console.app.main.view.table
        key = table.cursor_key
        await console.press("o")
        assert table.sort_column == "name"
        order = [table.rows.cells(i)[0] for i in table.order]
        assert order == ["edge", "tor"]
        assert table.cursor_key == key
        await console.press("O")
        assert [table.rows.cells(i)[0] for i in table.order] == ["tor", "edge"]


async def test_finding_leads_to_its_resource(folder: Path) -> None:
    edit(folder / "peers.yaml", "peerASN: 64600", "peerASN: 64600\n  holdTime: 2s")
    async with open_console(folder) as console:
        assert "1 error" in console.bar("title")
        await console.press("9")
        await console.shows("holdTime")
        await console.press("enter")
        await console.until(
            lambda: console.app.main.view.name_in_commands == "peers", "not at the peers"
        )
        ref = console.app.main.selected_ref
        assert ref is not None and ref.name == "edge"


async def test_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    async with open_console(tmp_path / "missing") as console:
        await console.shows("missing")
        assert "cannot be read" in console.bar("title")


async def test_malformed_file_is_a_finding_with_its_place(folder: Path) -> None:
    (folder / "broken.yaml").write_text("kind: BGPPeer\n  metadata: [\n")
    async with open_console(folder) as console:
        await console.press("9")
        await console.shows("broken.yaml:")
        await console.press("1")
        await console.shows("198.51.100.0/24")


async def test_manifest_is_shown_without_its_secrets(folder: Path) -> None:
    edit(folder / "peers.yaml", "peerASN: 64600", "peerASN: 64600\n  password: fortytwo")
    async with open_console(folder) as console:
        await console.press("2", "down", "y")
        await console.dialog("ReadingDialog")
        await console.shows("peerAddress: 192.0.2.2")
        assert "***" in console.screen_text()
        assert "fortytwo" not in console.screen_text()


async def test_help_names_keys_and_fields(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("3", "question_mark")
        await console.dialog("ReadingDialog")
        panel = console.app.screen.query_one(LinePanel)
        await console.until(lambda: "aggregationLength" in panel.text, "no field")
        assert "Save all edits" in panel.text
        await console.press("end")
        await console.shows("serviceSelectors")


async def test_palette_runs_what_was_found(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("colon")
        await console.dialog("Palette")
        await console.type("bfd")
        await console.press("enter")
        await console.main()
        await console.shows("No BFD profile")


async def test_other_back_end_is_worked_out_anew(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("ctrl+p")
        await console.dialog("Palette")
        await console.type("backend native")
        await console.press("enter")
        await console.main()
        assert console.app.state.analysis is not None
        assert console.app.state.analysis.config.backend == "native"
        assert "native" in console.bar("title")
