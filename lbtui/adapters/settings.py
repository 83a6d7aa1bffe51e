"""The user's settings: a small TOML file that lbtui reads, and writes only the theme into."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lbtui.adapters.atomic_write import write_files
from lbtui.adapters.paths import settings_file
from lbtui.core.configuration.model import BACKENDS
from lbtui.core.routing.lab import NO_LAB, LabMapping, read_lab
from lbtui.ports import StoreError

DEFAULT_BACKEND = "frr-k8s"
DEFAULT_PRODUCTION = r"(?i)\bprod|\blive\b"
_THEME_LINE = re.compile(r"""^([ \t]*theme[ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""", re.M)
_LAB = re.compile(r"^[ \t]*\[?[ \t]*lab\b", re.MULTILINE)
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
    lab: LabMapping = NO_LAB
    """Lab routers in place of peers; its own problems are those of the file, too."""
    follow: bool = False
    """Whether edits go to the speaker by themselves from the start on."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command → key, as written; whether there is such a command, the console knows.

    What only one view has is named after it: "sessions.reset".
    """


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
        problem = f"{file}: no valid TOML: {error}; ignored."
        # Whoever wrote of a lab must not reach real routers because of a slip of the pen.
        lab = LabMapping(problems=(problem,)) if _LAB.search(file.read_text("utf-8")) else NO_LAB
        return LoadedSettings(Settings(lab=lab), (problem,))
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
    chosen: dict[str, Any] = {}
    for name, value in found.items():
        if name not in _READERS:
            known = ", ".join(_READERS)
            problems.append(f"{file}: unknown setting {name}; known are {known}.")
            continue
        try:
            chosen[name] = _READERS[name](value)
        except _WrongError as error:
            problems.append(f"{file}: {name} {error}; ignored.")
    settings = Settings(**chosen)
    problems += [f"{file}: {problem}" for problem in settings.lab.problems]
    return LoadedSettings(settings, tuple(problems))


class _WrongError(Exception):
    """A setting that cannot be understood; what it must be, in words behind its name."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongError("must be text in quotes")
    return value


def _backend(value: object) -> str:
    if (text := _text(value)) not in BACKENDS:
        raise _WrongError(f"must be one of {', '.join(BACKENDS)}")
    return text


def _pattern(value: object) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except re.error:
        raise _WrongError("must be a regular expression") from None
    return text


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError("must be true or false")
    return value


def _keys(value: object) -> dict[str, str]:
    """Keys by command; those of a view may stand in a table of its own, [keys.sessions]."""
    keys: dict[str, str] = {}
    for name, key in value.items() if isinstance(value, dict) else (("", value),):
        own = {f"{name}.{one}": text for one, text in key.items()} if isinstance(key, dict) else {}
        keys |= own or {name: key}
    if not all(isinstance(key, str) for key in keys.values()) or "" in keys:
        raise _WrongError('must be a table of lines like edit = "ctrl+e"')
    return keys


def _lab(value: object) -> LabMapping:
    """What cannot be understood stays in the mapping, so that nothing is applied without it."""
    if not isinstance(value, dict):
        return LabMapping(problems=("lab: must be a table, [lab].",))
    return read_lab(value)


_READERS: dict[str, Callable[[object], object]] = {
    "theme": _text,
    "backend": _backend,
    "production": _pattern,
    "follow": _switch,
    "lab": _lab,
    "keys": _keys,
}


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
