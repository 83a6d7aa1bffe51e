"""Themes: one YAML file each, shipped or the user's own. A bad file is told about and left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT = "lbtui-dark"
_COLORS = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
    "boost",
)
_REQUIRED = ("name", "primary")


class LoadedThemes(NamedTuple):
    """Themes by file order, and what is wrong with the files that are no themes."""

    themes: tuple[Theme, ...]
    problems: tuple[str, ...]


class ThemeError(ValueError):
    """A theme file does not say what a theme must say."""


def shipped_folder() -> Path:
    """Where lbtui's own themes are: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def load_themes(folders: Iterable[Path] = ()) -> LoadedThemes:
    """Read lbtui's themes, then those of other folders; of one name the last counts."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for file in _files((shipped_folder(), *folders)):
        try:
            theme = read_theme(file)
        except ThemeError as error:
            problems.append(f"Theme {file.name}: {error}. It is left out.")
        else:
            themes[theme.name] = theme
    return LoadedThemes(tuple(themes.values()), tuple(problems))


def read_theme(file: Path) -> Theme:
    """Read one theme. Raises ThemeError that says what is wrong."""
    import yaml

    try:
        found = yaml.safe_load(file.read_text("utf-8"))
    except OSError as error:
        raise ThemeError(f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ThemeError("it is not UTF-8 text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ThemeError(f"no valid YAML{where}") from None
    return _theme(found)


def _theme(found: Any) -> Theme:
    if not isinstance(found, Mapping):
        raise ThemeError("it must be a mapping of colour names to colours")
    if missing := [name for name in _REQUIRED if not found.get(name)]:
        raise ThemeError(f"{' and '.join(missing)} is missing")
    known = {"name", "dark", "variables", *_COLORS}
    if unknown := [str(name) for name in found if name not in known]:
        raise ThemeError(
            f"unknown entry {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    dark = found.get("dark", True)
    if not isinstance(dark, bool):
        raise ThemeError("dark must be true or false")
    colors: dict[str, Any] = {name: _color(name, found[name]) for name in _COLORS if name in found}
    variables = found.get("variables", {})
    if not isinstance(variables, Mapping):
        raise ThemeError("variables must be a mapping")
    texts = {str(key): _color(str(key), value) for key, value in variables.items()}
    return Theme(name=str(found["name"]), dark=dark, variables=texts, **colors)


def _color(name: str, value: Any) -> str:
    try:
        return Color.parse(str(value)).hex if not str(value).startswith("ansi_") else str(value)
    except ColorParseError:
        raise ThemeError(f"{name}: {value!r} is no colour") from None


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_dir():
            yield from sorted(folder.glob("*.yaml"))
