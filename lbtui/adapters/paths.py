"""Where lbtui keeps its files: the XDG base directories, and a private folder for the socket."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lbtui.ports import StoreError

_APP = "lbtui"


def settings_file() -> Path:
    """The user's settings, TOML."""
    return _config_folder() / "settings.toml"


def themes_folder() -> Path:
    """The user's own themes."""
    return _config_folder() / "themes"


def speaker_socket() -> Path:
    """The speaker's control socket: in the user's runtime folder, else in a private one."""
    return runtime_folder() / "speaker.sock"


def speaker_state() -> Path:
    """The folder in which the speaker keeps the configuration it accepted last."""
    return _state_folder() / "speaker"


def speaker_log() -> Path:
    """What a speaker started by the console writes."""
    return _state_folder() / "speaker.log"


def console_log() -> Path:
    """What the console writes."""
    return _state_folder() / "lbtui.log"


def journal_folder() -> Path:
    """Where consoles keep edits that are not saved."""
    return _state_folder() / "journal"


def drafts_folder() -> Path:
    """Where texts from an external editor stay that could not be taken."""
    return _state_folder() / "drafts"


def copies_folder() -> Path:
    """Where copies go that a terminal cannot take."""
    return _state_folder() / "copies"


def welcome_marker() -> Path:
    """A file that is there once the console was opened."""
    return _state_folder() / "welcomed"


def runtime_folder() -> Path:
    """The folder for sockets; not made here, see `make_private`."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime) and os.path.isdir(runtime):
        return Path(runtime) / _APP
    return Path(tempfile.gettempdir()) / f"{_APP}-{os.getuid()}"


def locate() -> Mapping[str, Path]:
    """What each file or folder is for, and its path, whether it is there or not."""
    return {
        "settings": settings_file(),
        "themes": themes_folder(),
        "state": _state_folder(),
        "speaker socket": speaker_socket(),
        "speaker state": speaker_state(),
        "speaker log": speaker_log(),
        "console log": console_log(),
        "journal": journal_folder(),
        "drafts": drafts_folder(),
        "copies": copies_folder(),
    }


def output_schema() -> Path:
    """JSON Schema of everything that is printed with `-o json`."""
    return Path(__file__).resolve().parents[1] / "outputs.schema.json"


def make_private(folder: Path) -> Path:
    """Make a folder that only this user can enter. Raises StoreError if someone else's is there.

    A folder below the common temporary folder can be made by anyone first; then nothing may be
    put into it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = os.lstat(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StoreError(f"{folder}: cannot be made: {reason}.") from None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise StoreError(
            f"{folder} belongs to someone else. Set XDG_RUNTIME_DIR to a folder of your own."
        )
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def _config_folder() -> Path:
    import platformdirs

    return platformdirs.user_config_path(_APP)


def _state_folder() -> Path:
    import platformdirs

    return platformdirs.user_state_path(_APP)
