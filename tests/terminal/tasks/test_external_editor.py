"""The user's own editor, in a real terminal: there and back, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.manifests import edit, write_cluster
from tests.support.terminal import Terminal
from tests.terminal.conftest import OpenConsole

EDITOR = """\
#!/bin/sh
# Waits for a key, as an editor does, then does what the file beside it says.
printf 'editing %s\\n' "$1" >/dev/tty
read -r _ </dev/tty
. "$(dirname "$0")/script"
"""


@pytest.fixture
def editor(tmp_path: Path, environment: dict[str, str]) -> Path:
    """The script that the editor runs, with the file's name in $1."""
    program = tmp_path / "editor"
    program.write_text(EDITOR)
    program.chmod(0o755)
    environment["EDITOR"] = f"{program} --"
    program.write_text(EDITOR.replace("#!/bin/sh\n", "#!/bin/sh\nshift\n"))
    return tmp_path / "script"


def open_editor(terminal: Terminal, script: Path, text: str) -> None:
    script.write_text(text)
    terminal.press("E")
    finish_editor(terminal)


def finish_editor(terminal: Terminal) -> None:
    terminal.wait_for("editing .*yaml")
    terminal.press("Enter")
    terminal.wait_until_gone("editing .*yaml")


def open_advertisements(console: OpenConsole, tmp_path: Path) -> Terminal:
    write_cluster(tmp_path / "cluster")
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("3")
    terminal.wait_for("^▌local ")
    return terminal


def test_there_and_back_is_an_edit(console: OpenConsole, tmp_path: Path, editor: Path) -> None:
    terminal = open_advertisements(console, tmp_path)
    script = 'sed -i "s/localPref: 100/localPref: 200/; s/site sends 90/site sends 95/" "$1"'
    open_editor(terminal, editor, script)
    terminal.wait_for("modified 1")
    terminal.wait_for("~ edited")
    open_editor(terminal, editor, "true")
    terminal.wait_for("Nothing was changed")
    open_editor(terminal, editor, 'sed -i "s/name: local/name: near/" "$1"')
    terminal.wait_for("^▌near ")
    terminal.press("s")
    terminal.wait_for(r"\+ +localPref: 200 +# the other site sends 95")
    terminal.wait_for(r"\+ +name: near")


def test_a_text_that_does_not_parse_is_opened_again_or_kept(
    console: OpenConsole, tmp_path: Path, editor: Path, environment: dict[str, str]
) -> None:
    terminal = open_advertisements(console, tmp_path)
    seen = tmp_path / "seen"
    open_editor(terminal, editor, 'echo "  my words: [" >>"$1"')
    terminal.wait_for("Not taken yet")
    editor.write_text(f'cp "$1" {seen}; echo "more words" >>"$1"')
    terminal.press("e")
    finish_editor(terminal)
    terminal.wait_for("Not taken yet")
    assert "my words: [" in seen.read_text()
    assert seen.read_text().startswith("#: Save and leave the editor to try again.\n#: line ")
    terminal.press("Escape")
    terminal.wait_for("What you typed is in")
    (kept,) = (Path(environment["XDG_STATE_HOME"]) / "lbtui" / "drafts").iterdir()
    assert "my words: [\nmore words\n" in kept.read_text() and "#:" not in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    assert "modified" not in terminal.screen()


def test_a_field_that_nobody_knows_is_asked_about(
    console: OpenConsole, tmp_path: Path, editor: Path
) -> None:
    terminal = open_advertisements(console, tmp_path)
    open_editor(terminal, editor, 'printf "  localpreff: 5\\n  aggregationLength: 24\\n" >>"$1"')
    terminal.wait_for("localpreff")
    terminal.press("t")
    terminal.wait_for("modified 1")


def test_a_password_is_not_shown_to_the_editor_and_stays(
    console: OpenConsole, tmp_path: Path, editor: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    edit(folder / "peers.yaml", "192.0.2.1\n", "192.0.2.1\n  password: hunter2\n")
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press("2")
    terminal.wait_for("^▌tor ")
    seen = tmp_path / "seen"
    open_editor(terminal, editor, f'cp "$1" {seen}; echo "  peerPort: 1790" >>"$1"')
    terminal.wait_for("modified 1")
    assert "hunter2" not in seen.read_text() and "spec.password" in seen.read_text()
    terminal.press("s")
    terminal.wait_for("peerPort: 1790")
    terminal.press("s")
    terminal.wait_until_gone("modified 1")
    assert "password: hunter2" in (folder / "peers.yaml").read_text()


def test_an_editor_that_fails_takes_nothing_and_keeps_the_text(
    console: OpenConsole, tmp_path: Path, editor: Path, environment: dict[str, str]
) -> None:
    terminal = open_advertisements(console, tmp_path)
    open_editor(terminal, editor, 'echo "# typed" >>"$1"; exit 3')
    terminal.wait_for("ended with 3")
    (kept,) = (Path(environment["XDG_STATE_HOME"]) / "lbtui" / "drafts").iterdir()
    assert kept.read_text().endswith("# typed\n")
