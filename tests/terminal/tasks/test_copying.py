"""What is copied reaches the terminal's clipboard as it should be."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.support.manifests import edit, write_cluster
from tests.support.polling import wait_until
from tests.terminal.conftest import OpenConsole


def test_a_resource_reaches_the_clipboard_without_its_secret(
    console: OpenConsole, tmp_path: Path
) -> None:
    folder = write_cluster(tmp_path / "cluster")
    edit(folder / "peers.yaml", "  peerASN: 64600", "  password: sesame-7\n  peerASN: 64600")
    terminal = console("cluster")
    terminal.wait_for("public")
    terminal.press("2", "Down")
    terminal.wait_for("▌edge")
    terminal.press("c")
    terminal.wait_for("Copy BGPPeer/edge")
    terminal.press("y")
    terminal.wait_for("clipboard: YAML of BGPPeer/edge")
    taken = wait_until(terminal.clipboard, "the clipboard")
    assert yaml.safe_load(taken)["spec"]["peerAddress"] == "192.0.2.2"
    assert yaml.safe_load(taken)["spec"]["password"] == "***"
    assert "sesame-7" not in taken
