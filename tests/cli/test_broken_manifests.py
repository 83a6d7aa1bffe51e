"""Broken manifests through the command: every mark in a file is a code found on that line."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.support.command import Lbtui

BROKEN = Path(__file__).parent.parent / "core" / "lint" / "broken"
FILES = sorted(file.name for file in BROKEN.glob("*.yaml"))
MARK = re.compile(r"[^#\s].* # ([a-z0-9 -]+)$")


def marks(text: str) -> set[tuple[int, str]]:
    """Line and code of every comment behind a value."""
    found: set[tuple[int, str]] = set()
    for number, line in enumerate(text.splitlines(), 1):
        match = MARK.search(line)
        if match is not None:
            found.update((number, code) for code in match[1].split())
    return found


def test_there_are_files() -> None:
    assert len(FILES) >= 3


@pytest.mark.parametrize("name", FILES)
def test_every_marked_line_is_found_and_no_other_mistake(
    lbtui: Lbtui, tmp_path: Path, name: str
) -> None:
    shutil.copy(BROKEN / name, tmp_path / name)
    done = lbtui("lint", name, "-o", "json")
    document = json.loads(done.stdout)
    has_errors = any(one["severity"] == "error" for one in document["diagnostics"])
    assert done.returncode == int(has_errors)
    wanted = marks((tmp_path / name).read_text())
    assert len(wanted) >= 5
    found = {(one["line"], one["code"]) for one in document["diagnostics"]}
    assert wanted <= found
    notes = {one["code"] for one in document["diagnostics"] if one["severity"] == "info"}
    assert {code for line, code in found - wanted} <= notes
    assert all(one["file"] == name for one in document["diagnostics"])


def test_text_says_file_line_severity_code_and_what_to_do(lbtui: Lbtui, tmp_path: Path) -> None:
    shutil.copy(BROKEN / "references.yaml", tmp_path / "references.yaml")
    done = lbtui("lint", "references.yaml")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if "unknown-peer" in line)
    assert re.match(r"references\.yaml:\d+:\d+: error unknown-peer: ", lines[at])
    assert lines[at + 1] == "    fix: Did you mean tor?"
