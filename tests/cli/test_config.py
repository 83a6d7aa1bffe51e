"""`lbtui config`: the settings in force, and what is wrong with them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.support.command import Lbtui

WRONG = [
    pytest.param("theme = 'pink'\n", "there is no theme pink", id="theme"),
    pytest.param("backend = 'quagga'\n", "backend must be one of", id="backend"),
    pytest.param("colour = 'red'\n", "unknown setting colour", id="unknown"),
    pytest.param("[keys]\nedti = 'x'\n", "did you mean edit?", id="command"),
    pytest.param("[keys]\nedit = 'y'\n", "y is the key of yaml already", id="key taken"),
    pytest.param("[keys]\nedit = 'enter'\n", "in every list", id="key of lists"),
    pytest.param("[keys]\nedit = 'a b'\n", "is no key", id="no key"),
    pytest.param("production = '('\n", "must be a regular expression", id="pattern"),
    pytest.param("[keys]\nedit = 3\n", "a table of lines like", id="no text"),
    pytest.param("keys = 'x'\n", "a table of lines like", id="no table"),
    pytest.param("[lab]\n'peer/tor' = 'x'\n", "lab: peer/tor: 'x' is no address", id="lab"),
    pytest.param("follow = 'yes'\n", "must be true or false", id="switch"),
    pytest.param("[keys.sessions]\nrest = 'x'\n", "did you mean sessions.reset?", id="of a view"),
    pytest.param("[keys]\nsessions.reset = 'e'\n", "e is the key of edit already", id="global"),
    pytest.param("theme = [\n", "no valid TOML", id="toml"),
]


def test_without_a_file_the_defaults_hold(lbtui: Lbtui) -> None:
    done = lbtui("config", "validate")
    assert done.returncode == 0 and "is not there, which is fine" in done.stdout
    shown = tomllib.loads(lbtui("config", "show").stdout)
    assert shown.pop("production")
    assert shown == {"theme": "lbtui-dark", "backend": "frr-k8s", "follow": False}


def test_settings_are_shown_as_they_hold(lbtui: Lbtui, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        "# mine\ntheme = 'mono'\nbackend = 'frr'\nproduction = '^eu-'\nfollow = true\n"
        "[keys]\nedit = 'ctrl+e'\n[keys.sessions]\nreset = 'f7'\n"
        "[lab]\n'peer/tor' = '192.0.2.9:1790'\n"
    )
    assert lbtui("config", "validate", "--file", str(file)).returncode == 0
    shown = lbtui.json("config", "show", "--file", str(file), "-o", "json")
    chosen = {"theme": "mono", "backend": "frr", "production": "^eu-", "follow": True}
    keys = {"edit": "ctrl+e", "sessions.reset": "f7"}
    lab = {"peer/tor": "192.0.2.9:1790"}
    assert shown["settings"] == {**chosen, "lab": lab, "keys": keys}
    again = lbtui("config", "show", "--file", str(file)).stdout
    file.write_text(again)
    assert lbtui.json("config", "show", "--file", str(file), "-o", "json") == shown
    assert shown["file"] == str(file) and "colour-blind" in shown["themes"]


@pytest.mark.parametrize(("text", "problem"), WRONG)
def test_wrong_settings_are_told_and_1(
    lbtui: Lbtui, tmp_path: Path, text: str, problem: str
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    done = lbtui("config", "validate", "--file", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert problem in done.stderr and str(file) in done.stderr


def test_a_file_that_is_not_there_is_wrong_usage(lbtui: Lbtui, tmp_path: Path) -> None:
    done = lbtui("config", "show", "--file", str(tmp_path / "none.toml"))
    assert done.returncode == 2 and "no such file" in done.stderr
