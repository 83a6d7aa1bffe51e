"""The user's settings: a small TOML file that lbtui reads, and writes only the theme into."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lbtui.adapters.atomic_write import write_files
from lbtui.adapters.paths import settings_file
from lbtui.core.configuration.model import BACKENDS
from lbtui.ports import StoreError

DEFAULT_BACKEND = "frr-k8s"
DEFAULT_PRODUCTION = r"(?i)\bprod|\blive\b"
_THEME_LINE = re.compile(r"""^([ \t]*theme[ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""", re.M)
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user chose."""

    theme: str = ""
    """Name of a theme; empty: lbtui's own."""
    backend: str = DEFAULT_BACKEND
    """native, frr or frr-k8s, where neither command line nor cluster says."""
    production: str = DEFAULT_PRODUCTION
    """A regular expression; clusters whose context or server has it are called production."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command → key, as written; whether there is such a command, the console knows."""


class LoadedSettings(NamedTuple):
    """The settings, and what is wrong with the file; what is wrong counts as not there."""

    settings: Settings
    problems: tuple[str, ...]


def load_settings(file: Path | None = None) -> LoadedSettings:
    """Read the settings; a file that is missing is fine, one that is broken is told about."""
    file = file or settings_file()
    try:
        found = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return LoadedSettings(Settings(), ())
    except (OSError, UnicodeDecodeError) as error:
        return LoadedSettings(Settings(), (f"{file}: cannot be read: {error}; ignored.",))
    except tomllib.TOMLDecodeError as error:
        return LoadedSettings(Settings(), (f"{file}: no valid TOML: {error}; ignored.",))
    return _check(found, file)


def save_theme(name: str, file: Path | None = None) -> None:
    """Write the chosen theme; comments and all else in the file stay. Raises StoreError."""
    file = file or settings_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        old = file.read_bytes().decode("utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{file}: the theme cannot be saved: {error}.") from None
    new = _with_theme(old, name)
    try:
        before, after = tomllib.loads(old), tomllib.loads(new)
    except tomllib.TOMLDecodeError as error:
        raise StoreError(f"{file} is no valid TOML ({error}); correct it by hand.") from None
    if after != {**before, "theme": name}:
        raise StoreError(f'{file}: write theme = "{name}" into it by hand.')
    write_files({str(file): new.encode("utf-8")})


def _check(found: Mapping[str, Any], file: Path) -> LoadedSettings:
    problems = []
    known = {"theme": "", "backend": DEFAULT_BACKEND, "production": DEFAULT_PRODUCTION}
    keys: dict[str, str] = {}
    for name, value in found.items():
        if name == "keys":
            if isinstance(value, dict) and all(isinstance(key, str) for key in value.values()):
                keys = value
            else:
                problems.append(f'{file}: [keys] must hold lines like edit = "ctrl+e"; ignored.')
        elif name not in known:
            problems.append(f"{file}: unknown setting {name}; known are {', '.join(known)}, keys.")
        elif not isinstance(value, str):
            problems.append(f"{file}: {name} must be text in quotes; ignored.")
        elif name == "backend" and value not in BACKENDS:
            problems.append(f"{file}: backend must be one of {', '.join(BACKENDS)}; ignored.")
        elif name == "production" and not _is_pattern(value):
            problems.append(f"{file}: production must be a regular expression; ignored.")
        else:
            known[name] = value
    return LoadedSettings(Settings(**known, keys=keys), tuple(problems))


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _with_theme(text: str, name: str) -> str:
    """The text with the theme replaced, or added above the first table."""
    quoted = json.dumps(name, ensure_ascii=False)
    table = _TABLE.search(text)
    end = table.start() if table else len(text)
    found = _THEME_LINE.search(text, 0, end)
    if found is not None:
        return text[: found.start(2)] + quoted + text[found.end(2) :]
    head = text[:end]
    newline = "" if not head or head.endswith("\n") else "\n"
    return f"{head}{newline}theme = {quoted}\n{text[end:]}"
