"""The frame around every command: version, help, usage errors, interruption, pipes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lbtui import __version__
from tests.support.command import COMMAND, Lbtui
from tests.support.manifests import write_cluster

COMMANDS = (
    "lint",
    "preview",
    "diff",
    "explain",
    "whatif",
    "allocate",
    "speaker",
    "sessions",
    "config",
    "completion",
    "locate",
)
VERBS = ("run", "start", "stop", "status", "apply", "sessions", "reset", "enable", "disable")


def test_version_is_the_packages(lbtui: Lbtui) -> None:
    done = lbtui("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"lbtui {__version__}\n", "")


def test_help_names_every_command_and_the_ways_in(lbtui: Lbtui) -> None:
    done = lbtui("--help")
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)
    assert "--context" in done.stdout and "cluster:CONTEXT" in done.stdout


@pytest.mark.parametrize("words", [*[(c,) for c in COMMANDS], *[("speaker", v) for v in VERBS]])
def test_every_command_has_help(lbtui: Lbtui, words: tuple[str, ...]) -> None:
    done = lbtui(*words, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: lbtui {' '.join(words)}")


USAGE = [
    pytest.param(("apply", "cluster:"), "apply takes manifests; --context names", id="apply-to"),
    pytest.param(("lint", "--fix", "cluster:a"), "--fix edits files", id="fix-cluster"),
    pytest.param(("preview", "cluster:a", "cluster:b"), "'a', 'b': one cluster", id="clusters"),
    pytest.param(("--context", "prod", "."), "manifests or a cluster", id="cluster-and-folder"),
    pytest.param(("--context", "prod", "--demo"), "--demo opens the", id="cluster-and-demo"),
    pytest.param(("lint",), "name the manifests", id="lint-nothing"),
    pytest.param(("preview",), "the following arguments are required: SOURCE", id="no-source"),
    pytest.param(("lint", "-", "-"), "standard input (-) can be read only once", id="twice"),
    pytest.param(("lint", ".", "-o", "xml"), "invalid choice: 'xml'", id="format"),
    pytest.param(("lint", ".", "--backend", "quagga"), "invalid choice: 'quagga'", id="backend"),
    pytest.param(("--demo", "."), "--demo opens the built-in cluster", id="demo-and-source"),
    pytest.param(("nowhere",), "nowhere: no such file or folder", id="console-missing"),
    pytest.param((".",), "the console needs a terminal", id="console-no-terminal"),
    pytest.param(("speaker",), "the following arguments are required: VERB", id="speaker"),
    pytest.param(("--nonsense",), "unrecognized arguments: --nonsense", id="option"),
]


@pytest.mark.parametrize(("words", "message"), USAGE)
def test_wrong_usage_is_a_message_and_2(lbtui: Lbtui, words: tuple[str, ...], message: str) -> None:
    done = lbtui(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "--help'" in done.stderr.splitlines()[-1]


def test_locate_names_places_in_the_users_home(lbtui: Lbtui) -> None:
    places = lbtui.json("locate", "-o", "json")
    home = lbtui.environment["HOME"]
    assert {"settings", "themes", "speaker socket", "speaker log"} <= places.keys()
    assert Path(places["output schema"]).is_file()
    assert all(path.startswith(home) for name, path in places.items() if name != "output schema")
    lines = lbtui("locate").stdout.splitlines()
    assert [line.split()[-1] for line in lines] == list(places.values())


def test_a_reader_that_goes_away_is_no_error(lbtui: Lbtui, tmp_path: Path) -> None:
    folder = write_cluster(tmp_path / "cluster")
    for words in (("preview", str(folder), "-o", "json"), ("--help",), ("lint", "--rules")):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=writer,
            stderr=subprocess.PIPE,
            env=dict(lbtui.environment),
            text=True,
            check=False,
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (0, ""), words


def test_output_that_cannot_be_written_is_a_failure_in_words(lbtui: Lbtui) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "lint", "--rules"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=dict(lbtui.environment),
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "lbtui: standard output cannot be written: No space left on device\n"


def test_a_closed_output_is_no_error(lbtui: Lbtui) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "lint", "--rules"],
        stderr=subprocess.PIPE,
        env=dict(lbtui.environment),
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_interrupted_is_130(lbtui: Lbtui) -> None:
    command = subprocess.Popen(
        [*COMMAND, "lint", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(lbtui.environment),
        text=True,
    )
    assert command.stdin is not None and command.stderr is not None
    command.stdin.write("# a comment\n" * 20_000)  # more than a pipe holds: it is reading now
    command.stdin.flush()
    command.send_signal(signal.SIGINT)
    assert command.wait(timeout=20) == 130
    assert command.stderr.read() == ""


def test_an_unexpected_error_is_a_sentence_and_a_log(lbtui: Lbtui) -> None:
    script = (
        "import sys, lbtui.cli.locate as locate\n"
        "def run(arguments): raise ZeroDivisionError('planted')\n"
        "locate.run = run\n"
        "from lbtui.cli import main; sys.exit(main(['locate']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=dict(lbtui.environment),
        check=False,
    )
    assert done.returncode == 2
    assert "ZeroDivisionError: planted" in done.stderr
    assert "Traceback" not in done.stderr
    log = Path(done.stderr.split("the details are in ")[1].strip())
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
