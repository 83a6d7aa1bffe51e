"""Where files are kept, and that nobody else can have put them there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lbtui.adapters import paths
from lbtui.ports import StoreError


def test_everything_is_below_the_xdg_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONFIG_HOME", "STATE_HOME", "RUNTIME_DIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name))
    found = {name: str(path.relative_to(tmp_path)) for name, path in paths.locate().items()}
    assert found == {
        "settings": "CONFIG_HOME/lbtui/settings.toml",
        "themes": "CONFIG_HOME/lbtui/themes",
        "state": "STATE_HOME/lbtui",
        "speaker socket": "RUNTIME_DIR/lbtui/speaker.sock",
        "speaker state": "STATE_HOME/lbtui/speaker",
        "speaker log": "STATE_HOME/lbtui/speaker.log",
        "console log": "STATE_HOME/lbtui/lbtui.log",
        "journal": "STATE_HOME/lbtui/journal",
        "drafts": "STATE_HOME/lbtui/drafts",
        "copies": "STATE_HOME/lbtui/copies",
    }


@pytest.mark.parametrize("runtime", ["", "relative", "/nowhere/at/all"])
def test_without_a_runtime_folder_the_socket_is_in_a_folder_of_the_user(
    monkeypatch: pytest.MonkeyPatch, runtime: str
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    assert paths.speaker_socket().parent.name == f"lbtui-{os.getuid()}"


def test_a_private_folder_is_made_and_kept_private(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    assert paths.make_private(folder) == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    paths.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_link_or_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(StoreError, match=name):
            paths.make_private(tmp_path / name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_someone_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    with pytest.raises(StoreError, match="someone else"):
        paths.make_private(folder)
