"""Files broken in every way that people break them: all that is wrong is told, with its place."""

from __future__ import annotations

import asyncio
import tracemalloc
from pathlib import Path

import pytest

from lbtui.adapters.file_store import FileStore
from lbtui.adapters.yaml_nodes import YamlProblem, compose
from lbtui.cli.reading import Reading, judge
from lbtui.core.diagnostics import Severity
from tests.cli.broken_files import ALIAS_BOMB, FILES, SET, Broken
from tests.support.command import Lbtui

READING = {"bad-yaml", "not-utf-8", "duplicate-key", "wrong-type", "out-of-range", "bad-value"}
"""Codes that one file has whatever the others hold."""


def read(folder: Path, data: bytes) -> Reading:
    file = folder / "file.yaml"
    file.write_bytes(data)
    return judge(asyncio.run(FileStore([str(file)]).load()), "frr-k8s")


def test_the_set_that_they_are_made_from_is_sound(tmp_path: Path) -> None:
    assert len(FILES) >= 60
    reading = read(tmp_path, SET.encode())
    assert reading.is_valid
    assert [one for one in reading.diagnostics if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize("name", FILES)
def test_every_mistake_is_told_on_its_line_and_no_other(tmp_path: Path, name: str) -> None:
    broken: Broken = FILES[name]
    reading = read(tmp_path, broken.data)
    loud = [one for one in reading.diagnostics if one.severity is not Severity.INFO]
    found = {(one.place.line if one.place else -1, one.code) for one in loud}
    assert found == broken.found
    assert reading.is_valid == broken.valid
    assert any(broken.fix in (one.fix or "") for one in loud) or not broken.fix
    for one in loud:
        assert one.place is not None and one.place.file.endswith("file.yaml")
        assert len(one.message) < 1_000, "a value is shown shortened"


def test_a_folder_of_them_all_is_judged_as_a_whole(lbtui: Lbtui, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for name, broken in FILES.items():
        (folder / f"{name}.yaml").write_bytes(broken.data)
    document = lbtui.json("lint", "all", "-o", "json", code=1)
    assert document["valid"] is False
    found = {(one["file"], one["line"], one["code"]) for one in document["diagnostics"]}
    wanted = {
        (f"all/{name}.yaml", line, code)
        for name, broken in FILES.items()
        for line, code in broken.found
        if code in READING
    }
    assert len(wanted) > 40
    assert wanted <= found
    text = lbtui("lint", "all")
    assert text.returncode == 1
    assert all(f"{file}:{line}:" in text.stdout for file, line, _ in wanted)


@pytest.mark.parametrize("command", ["preview", "allocate", "whatif"])
def test_other_commands_say_what_they_could_not_read(
    lbtui: Lbtui, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file.yaml").write_bytes(FILES["broken-among-sound"].data)
    done = lbtui(command, "file.yaml")
    assert done.stderr.count("error bad-yaml") == 2


def test_an_alias_bomb_is_refused_before_it_is_written_out() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(YamlProblem, match="too many values"):
            compose(ALIAS_BOMB)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_what_could_not_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    named = SET.replace("64513", "many").replace("[p]", "[p]\n  peers: [r, gone]")
    reading = read(tmp_path, named.encode())
    told = [one for one in reading.diagnostics if one.code == "unknown-peer"]
    assert ["'gone'" in one.message for one in told] == [True]
    unreadable = SET.replace("peerASN: 64513", "peerASN: [").replace("[p]", "[p]\n  peers: [r]")
    codes = {one.code for one in read(tmp_path, unreadable.encode()).diagnostics}
    assert codes == {"bad-yaml"}


def test_names_cannot_steer_the_terminal(lbtui: Lbtui, tmp_path: Path) -> None:
    escaped = '["p", "\\e[2J\\e]0;x\\a", "a\\rb", "\\u202etxt"]'
    (tmp_path / "file.yaml").write_text(SET.replace("[p]", escaped))
    done = lbtui("lint", "file.yaml")
    assert done.stdout.count("unknown-pool") == 3
    assert not set(done.stdout + done.stderr) & set("\x1b\x07\r\u202e")
    assert r"\u202e" in done.stdout
