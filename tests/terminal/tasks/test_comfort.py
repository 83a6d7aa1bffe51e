"""One's own colours and keys, kept from one day to the next."""

from __future__ import annotations

from pathlib import Path

from tests.support.manifests import write_cluster
from tests.terminal.conftest import OpenConsole


def test_a_theme_and_a_key_are_kept(
    console: OpenConsole, environment: dict[str, str], tmp_path: Path
) -> None:
    """Monochrome for an old terminal, F4 for the form, as in a file manager."""
    write_cluster(tmp_path / "cluster")
    settings = Path(environment["XDG_CONFIG_HOME"]) / "lbtui" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('# mine\n[keys]\nedit = "f4"\n')
    terminal = console("cluster", size=(80, 24))
    terminal.wait_for("public")
    terminal.press(":")
    terminal.wait_for("Commands")
    terminal.type("theme mono")
    terminal.press("Enter")
    terminal.wait_until_gone("Commands")
    terminal.press("F4")
    terminal.wait_for("Edit IPAddressPool/public")
    terminal.press("Escape")
    terminal.wait_for("f4 edit")
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert settings.read_text().startswith("# mine\n")
    terminal.run_again()
    terminal.wait_for("public")
    assert "38;2" not in terminal.coloured_screen()
    terminal.press("?")
    terminal.wait_for("Help: ")
