"""The settings file: read with every mistake told, written without losing a comment."""

from __future__ import annotations

from pathlib import Path

import pytest

from lbtui.adapters.settings import Settings, load_settings, save_theme
from lbtui.ports import StoreError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lbtui" / "settings.toml"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_no_file_means_defaults(file: Path) -> None:
    assert load_settings(file) == (Settings(theme="", backend="frr-k8s"), ())


def test_what_is_set_is_read(file: Path) -> None:
    write(file, 'theme = "nord"\nbackend = "native"\n')
    assert load_settings(file) == (Settings("nord", "native"), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('colour = "red"', "unknown setting colour"),
        ('backend = "bird"', "native, frr, frr-k8s"),
        ("theme = 3", "must be text"),
        ("theme = ", "no valid TOML"),
        ("[theme]\n", "must be text"),
    ],
)
def test_a_mistake_is_told_and_ignored(file: Path, text: str, words: str) -> None:
    write(file, text)
    settings, (problem,) = load_settings(file)
    assert settings == Settings()
    assert words in problem and str(file) in problem


def test_a_file_that_is_no_text_is_told(file: Path) -> None:
    write(file, "")
    file.write_bytes(b"\xff\xfe")
    settings, (problem,) = load_settings(file)
    assert settings == Settings() and "cannot be read" in problem


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", 'theme = "new"\n'),
        ("# mine\n", '# mine\ntheme = "new"\n'),
        ("backend = 'frr'", "backend = 'frr'\ntheme = \"new\"\n"),
        ("theme = 'old'  # why\n", 'theme = "new"  # why\n'),
        ('  theme="old"\n# end', '  theme="new"\n# end'),
        ('[later]\ntheme = "x"\n', 'theme = "new"\n[later]\ntheme = "x"\n'),
        ('# theme = "old"\n', '# theme = "old"\ntheme = "new"\n'),
    ],
)
def test_a_theme_is_saved_and_all_else_kept(file: Path, before: str, after: str) -> None:
    write(file, before)
    save_theme("new", file)
    assert file.read_text() == after
    assert load_settings(file).settings.theme == "new"


def test_the_folder_is_made(file: Path) -> None:
    save_theme('odd "name"', file)
    assert load_settings(file).settings.theme == 'odd "name"'


@pytest.mark.parametrize("text", ["theme = ", 'theme = """old"""\n'])
def test_what_cannot_be_changed_safely_is_left(file: Path, text: str) -> None:
    write(file, text)
    with pytest.raises(StoreError, match="by hand"):
        save_theme("new", file)
    assert file.read_text() == text
