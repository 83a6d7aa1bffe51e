"""The completion scripts, in the shells themselves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command import Lbtui

BASH = """\
source {script}
COMP_WORDS=({words} "$1") COMP_CWORD={count}
_lbtui
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
CASES = [
    pytest.param((), "exp", {"explain", "export"}, id="command"),
    pytest.param((), "--th", {"--theme"}, id="console-option"),
    pytest.param(("lint", "x.yaml"), "--back", {"--backend"}, id="option"),
    pytest.param(("lint", "--backend"), "fr", {"frr", "frr-k8s"}, id="value"),
    pytest.param(("preview", "-o"), "j", {"json"}, id="value-of-short-option"),
    pytest.param(("speaker",), "re", {"reset"}, id="verb"),
    pytest.param(("speaker", "stop"), "--keep", {"--keep-routes"}, id="option-of-verb"),
    pytest.param(("completion",), "f", {"fish"}, id="choice"),
    pytest.param(("lint",), "clus", {"cluster"}, id="folder"),
]


def offered_by_bash(lbtui: Lbtui, folder: Path, words: tuple[str, ...], typed: str) -> set[str]:
    script = folder / "script"
    script.write_text(lbtui("completion", "bash").stdout)
    text = BASH.format(script=script, words=" ".join(("lbtui", *words)), count=len(words) + 1)
    done = subprocess.run(
        ["bash", "--norc", "-c", text, "bash", typed],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
    )
    return {line.strip() for line in done.stdout.splitlines() if line.strip()}


def offered_by_fish(lbtui: Lbtui, folder: Path, words: tuple[str, ...], typed: str) -> set[str]:
    script = folder / "script"
    script.write_text(lbtui("completion", "fish").stdout)
    line = " ".join(("lbtui", *words, typed))
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=dict(lbtui.environment),
    )
    return {offer.split("\t")[0].rstrip("/") for offer in done.stdout.splitlines()}


@pytest.mark.parametrize(("words", "typed", "expected"), CASES)
def test_bash_offers_what_can_follow(
    lbtui: Lbtui, tmp_path: Path, words: tuple[str, ...], typed: str, expected: set[str]
) -> None:
    (tmp_path / "cluster").mkdir()
    assert offered_by_bash(lbtui, tmp_path, words, typed) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(("words", "typed", "expected"), CASES)
def test_fish_offers_what_can_follow(
    lbtui: Lbtui, tmp_path: Path, words: tuple[str, ...], typed: str, expected: set[str]
) -> None:
    (tmp_path / "cluster").mkdir()
    assert offered_by_fish(lbtui, tmp_path, words, typed) == expected


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_takes_the_script(lbtui: Lbtui, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text(lbtui("completion", "zsh").stdout)
    text = f"autoload -U compinit && compinit -D -u; source {script}; print $_comps[lbtui]"
    done = subprocess.run(
        ["zsh", "-f", "-c", text], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert (done.stdout.strip(), done.stderr) == ("_bash_complete -o filenames -F _lbtui", "")


def test_unknown_shell_is_a_message(lbtui: Lbtui) -> None:
    done = lbtui("completion", "tcsh")
    assert done.returncode == 2 and "invalid choice: 'tcsh'" in done.stderr
