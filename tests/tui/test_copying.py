"""What can be copied of a row: read back as a program would, and without secrets."""

from __future__ import annotations

import json
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from lbtui.adapters.copies import CopyFiles
from lbtui.tui.copies import Copy
from lbtui.tui.copying import MOST_OCTETS, fits_clipboard
from tests.support.manifests import edit, write_cluster
from tests.tui.console import Console, open_console

SECRET = "sesame-7"
BFD = """\
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: {name: fast, namespace: metallb-system}
spec: {receiveInterval: 100, detectMultiplier: 5, echoMode: true, minimumTtl: 250}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_cluster(tmp_path / "cluster")
    more = f"password: {SECRET}\n  holdTime: 90s\n  keepaliveTime: 30s\n  bfdProfile: fast\n"
    edit(folder / "peers.yaml", "  peerASN: 64600", f"  {more}  peerASN: 64600")
    (folder / "bfd.yaml").write_text(BFD)
    return folder


def copies(console: Console) -> dict[str, Copy]:
    _, found = console.app.copying._found()
    return {one.key: one for one in found}


async def test_yaml_and_json_say_the_same_and_no_secret(folder: Path) -> None:
    async with open_console(folder) as console:
        await console.press("2", "down")
        found = copies(console)
        assert list(found) == ["y", "j", "k", "f"]
        assert SECRET not in "".join(one.text for one in found.values())
        document = yaml.safe_load(found["y"].text)
        assert document == json.loads(found["j"].text)
        assert document["kind"] == "BGPPeer" and document["spec"]["holdTime"] == "90s"
        assert shlex.split(found["k"].text) == [
            *("kubectl", "-n", "metallb-system", "get", "bgppeers.metallb.io"),
            *(document["metadata"]["name"], "-o", "yaml"),
        ]
        await console.press("7")
        route = yaml.safe_load(copies(console)["y"].text)
        assert route["peer"] and route["prefix"].startswith("198.51.100.") and route["nodes"]


@pytest.mark.skipif(shutil.which("vtysh") is None, reason="FRR's vtysh reads the snippets")
async def test_frr_takes_every_snippet(folder: Path, tmp_path: Path) -> None:
    lines = []
    async with open_console(folder) as console:
        for key in "12347":
            await console.press(key)
            for _ in console.app.main.view.table.rows.items:  # type: ignore[attr-defined]
                lines.append(copies(console)["f"].text)
                await console.press("down")
        await console.app.main.run_action("show_view('bfd')")
        await console.pilot.pause()
        lines.append(copies(console)["f"].text)
    text = "".join(lines)
    for words in ("remote-as 64600", "prefix-list public", "community alias", "set community"):
        assert words in text
    assert "timers 30 90" in text and "profile fast" in text and "password: left out" in text
    file = tmp_path / "snippets.conf"
    file.write_text(text)
    done = subprocess.run(
        ["vtysh", "-C", "-f", str(file)], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0 and "Unknown" not in done.stdout + done.stderr, (
        done.stdout + done.stderr + text
    )


async def test_without_a_clipboard_it_goes_into_a_private_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    kept = tmp_path / "copies"
    async with open_console(folder, keep_copy=CopyFiles(kept).keep) as console:
        await console.press("2", "c")
        await console.dialog("ChoiceDialog")
        assert "no clipboard" in console.screen_text()
        await console.press("j")
        await console.shows("Written to")
        (path,) = kept.iterdir()
        assert json.loads(path.read_text())["kind"] == "BGPPeer"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.suffix == ".json"


def test_only_short_texts_fit_a_clipboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    assert fits_clipboard("x" * (MOST_OCTETS * 3 // 4 - 3))
    assert not fits_clipboard("x" * MOST_OCTETS)
    monkeypatch.setenv("TERM", "dumb")
    assert not fits_clipboard("x")
