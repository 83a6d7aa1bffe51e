"""Keys of the user's own: what can be chosen, and what they do then."""

from __future__ import annotations

from pathlib import Path

from lbtui.adapters.external_editor import ExternalEditor
from lbtui.tui.key_choices import choose_keys
from tests.support.manifests import write_cluster
from tests.tui.console import open_console


def test_keys_can_be_exchanged_but_not_shared() -> None:
    exchanged = choose_keys({"edit": "y", "yaml": "e"})
    assert exchanged.by_command == {"edit": "y", "yaml": "e"} and not exchanged.problems
    shared = choose_keys({"edit": "f6", "yaml": "f6"})
    assert shared.by_command == {"yaml": "f6"} and "f6 is the key of yaml" in shared.problems[0]
    assert choose_keys({"quit": "Q"}).keymap == {"quit": "Q,ctrl+q,ctrl+c"}


def test_a_key_of_one_view_is_free_in_another() -> None:
    own = choose_keys({"sessions.reset": "F", "routes.by": "r", "edit": "b"})
    assert own.by_command == {"sessions.reset": "F", "routes.by": "r", "edit": "b"}
    clash = choose_keys({"edit": "D", "sessions.switch": "r"})
    assert not clash.by_command
    assert "r is the key of sessions.reset" in clash.problems[0]
    assert "D is the key of sessions.switch" in clash.problems[1]
    assert choose_keys({"whatif.put-back": "f9"}).keymap == {"whatif.put-back": "f9,backspace"}
    assert "in every list" in choose_keys({"routes.next": "pageup"}).problems[0]


async def test_a_view_s_own_key_can_be_chosen(tmp_path: Path) -> None:
    keys = choose_keys({"routes.by": "f6", "speaker": "f9"})
    assert not keys.problems
    async with open_console(write_cluster(tmp_path / "cluster"), keys=keys) as console:
        await console.press("7")
        await console.shows("f6 by peer/node/prefix")
        await console.press("b")
        await console.shows("all peers")
        await console.press("f6")
        await console.shows("peer edge")
        await console.press("8")
        await console.shows("f9 start/stop")


async def test_a_chosen_key_works_and_is_shown(tmp_path: Path) -> None:
    keys = choose_keys({"edit": "f4", "yaml": "e", "nodes": "N", "new manifest": "6"})
    assert not keys.problems
    async with open_console(write_cluster(tmp_path / "cluster"), keys=keys) as console:
        assert "f4 edit" in console.screen_text() and "N Nodes" in console.screen_text()
        await console.press("N")
        assert console.app.main.view.name_in_commands == "nodes"
        await console.press("e")
        await console.dialog("ReadingDialog")
        await console.press("escape", "1", "f4")
        await console.shows("Edit IPAddressPool")
        await console.press("escape")
        await console.main()
        await console.press("question_mark")
        await console.shows("f4 ")


def test_keys_of_forms_type_nothing_and_are_free_outside() -> None:
    taken = choose_keys({"form.accept": "ctrl+r", "text.accept": "f2", "form.unset": "f2"})
    assert not taken.problems
    assert taken.keymap["form.accept"] == "ctrl+r,enter"
    wrong = choose_keys({"form.accept": "x", "form.unset": "ctrl+s"})
    assert not wrong.by_command
    assert "x is typed there" in wrong.problems[0]
    assert "ctrl+s is the key of form.accept" in wrong.problems[1]


async def test_a_form_and_a_text_obey_chosen_keys_and_show_them(tmp_path: Path) -> None:
    keys = choose_keys({"form.accept": "f2", "form.unset": "f3", "text.accept": "f4"})
    folder, editor = write_cluster(tmp_path / "cluster"), ExternalEditor(tmp_path)
    async with open_console(folder, keys=keys, editor=editor) as console:
        await console.press("e")
        await console.shows("Edit IPAddressPool")
        await console.shows("f3 unset")
        await console.press("x", "ctrl+s", "f3")
        await console.shows("Edit IPAddressPool")
        assert not console.app.state.history.can_undo
        await console.shows("addresses cannot be empty")
        await console.press("escape")
        await console.shows("Leave the form?")
        await console.press("d")
        await console.main()
        await console.press("y")
        await console.shows("f4 accept")
        await console.press("f4")
        await console.main()
