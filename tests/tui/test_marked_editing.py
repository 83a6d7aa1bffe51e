"""Several rows marked and edited or deleted as one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import BGPAdvertisement, BGPPeer
from lbtui.tui.form import RowKey
from lbtui.tui.shared_form import SharedForm
from lbtui.tui.widgets.line_table import LineTable
from tests.support.manifests import write_cluster
from tests.tui.console import Console, open_console


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_cluster(tmp_path / "cluster")


def prefs(console: Console) -> dict[str, int]:
    current = console.app.state.history.current
    return {one.name: one.spec.local_pref for one in current.all(BGPAdvertisement)}


async def go_to_field(console: Console, label: str) -> None:
    table = console.app.screen.query_one(LineTable)
    keys = {str(table.rows.cells(index)[0]): table.rows.key(index) for index in table.order}
    assert table.move_to(keys[label])
    await console.pilot.pause()


async def test_one_field_of_all_marked_is_set_in_one_step_with_a_preview(folder: Path) -> None:
    async with open_console(folder) as console:
        before = prefs(console)
        await console.press("3", "space", "space")
        await console.shows("2 marked")
        await console.press("e")
        await console.dialog("FormScreen")
        await console.shows("Edit 2 marked BGPAdvertisements")
        await go_to_field(console, "localPref")
        await console.shows("different: ")
        await console.type("250")
        await console.shows("~ 2 routes changed")
        await console.press("enter")
        await console.main()
        assert set(prefs(console).values()) == {250}
        label = console.app.state.history.undo_label
        assert label.startswith("set localPref of BGPAdvertisement ")
        await console.press("u")
        await console.main()
        assert prefs(console) == before and not console.app.state.history.can_undo


async def test_marked_rows_are_deleted_together_after_showing_the_routes(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "asterisk")
        await console.shows("2 marked")
        await console.press("d")
        await console.dialog("ConsequencesDialog")
        await console.shows("Delete 2 BGPPeers?")
        await console.shows("tor, edge")
        await console.shows("routes withdrawn")
        await console.press("d")
        await console.main()
        assert not console.app.state.history.current.all(BGPPeer)
        assert "2 marked" not in console.screen_text()
        assert not console.app.main.view.table.marks
        await console.press("u")
        await console.main()
        assert len(console.app.state.history.current.all(BGPPeer)) == 2


async def test_marks_outlast_filters_and_escape_takes_them_away_first(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "slash")
        await console.type("edge")
        await console.press("enter", "asterisk")
        assert [ref.name for ref in console.app.main.view.marked_refs] == ["edge"]
        await console.press("escape")
        assert not console.app.main.view.marked_refs
        assert console.app.main.view.filter_text == "edge"
        await console.press("escape")
        assert console.app.main.view.filter_text == ""


async def peers(folder: Path) -> SharedForm:
    async with open_console(folder) as console:
        current = console.app.state.history.current
        return SharedForm(current, list(current.items(BGPPeer)))


async def test_what_is_not_written_stays_different_and_wrong_values_name_the_resource(
    folder: Path,
) -> None:
    form = await peers(folder)
    asn, port = RowKey("spec.peerASN"), RowKey("spec.peerPort")
    assert "metadata.name" not in form.specs
    assert form.text(asn) == "" and form.default_text(asn) == "different: 64512 | 64600"
    form.set_text(port, "1790")
    draft = form.draft()
    assert draft.resources is not None and form.written() == ["peerPort"]
    assert [(one.spec.peer_asn, one.spec.peer_port) for one in draft.resources.all(BGPPeer)] == [
        (64512, 1790),
        (64600, 1790),
    ]
    form.set_text(port, "x")
    assert set(form.draft().problems) == {"spec.peerPort"}
    form.unset(port)
    draft = form.draft()
    assert draft.resources == form.resources, "the default is what they had"
    form.unset(RowKey("spec.myASN"))
    assert "myASN" in form.draft().problems["spec.myASN"]


async def test_preview_names_what_is_wrong_with_each(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "asterisk", "e")
        await console.dialog("FormScreen")
        await go_to_field(console, "bfdProfile")
        await console.type("nowhere")
        await console.shows("nowhere")
        await console.shows("tor")
        await console.press("enter")
        await console.main()
        ref = ResourceRef("BGPPeer", "metallb-system", "edge")
        peer = console.app.state.history.current.get(ref)
        assert isinstance(peer, BGPPeer) and peer.spec.bfd_profile == "nowhere"
