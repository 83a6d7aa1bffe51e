"""The wheel, installed into an empty environment and started there, away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lbtui import __version__
from tests.support.command import Lbtui
from tests.support.environment import CHECKOUT, private_environment
from tests.support.manifests import write_cluster
from tests.support.network import machine_network
from tests.terminal.conftest import OpenConsole

PIP_VARIABLES = ("PIP_", "HTTP", "http", "REQUESTS_CA", "SSL_CERT")
"""Settings of the machine that say where packages come from."""


def run(*command: str | Path, environment: Mapping[str, str] | None = None) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout as `make dist` does."""
    folder = tmp_path_factory.mktemp("dist")
    words = ("-m", "build", "--wheel", "--no-isolation", "--outdir", folder, CHECKOUT)
    run(sys.executable, *words)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The `bin` folder of an environment that holds the wheel and what it asks for, no more."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", folder)
    with private_environment() as environment:
        for name, value in os.environ.items():
            if name.startswith(PIP_VARIABLES):
                environment[name] = value
        del environment["PYTHONPATH"]
        words = ("-m", "pip", "install", "--quiet", "--constraint", CHECKOUT / "constraints.txt")
        run(*machine_network(), folder / "bin" / "python", *words, wheel, environment=environment)
    yield folder / "bin"


@pytest.fixture
def outside(lbtui: Lbtui, installed: Path) -> Lbtui:
    """The installed command, with no way to see the checkout."""
    environment = {k: v for k, v in lbtui.environment.items() if k != "PYTHONPATH"}
    return Lbtui(environment, lbtui.folder, (str(installed / "lbtui"),))


def test_themes_and_demo_are_inside_and_tests_are_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder, suffix in (("themes", ".yaml"), ("lbtui/adapters/demo", ".yaml")):
        here = {file.name for file in (CHECKOUT / folder).glob(f"*{suffix}")}
        place = "lbtui/themes" if folder == "themes" else folder
        assert here
        assert here <= {n.split("/")[-1] for n in names if n.startswith(f"{place}/")}
    assert {name.split("/")[0] for name in names} == {
        "lbtui",
        "speaker",
        f"lbtui-{__version__}.dist-info",
    }
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_only_what_it_asks_for_is_installed(installed: Path) -> None:
    names = run(installed / "python", "-m", "pip", "list", "--format=freeze").lower()
    assert "textual==" in names
    assert "pytest" not in names
    assert "mypy" not in names


def test_commands_work(outside: Lbtui, tmp_path: Path) -> None:
    write_cluster(tmp_path / "cluster")
    assert outside("--version").stdout == f"lbtui {__version__}\n"
    assert outside.json("lint", "cluster", "-o", "json")["valid"] is True
    nodes = outside.json("preview", "cluster", "-o", "json")["nodes"]
    assert nodes["node-a"]["tor"]["routes"]


def test_the_installed_speaker_starts_and_stops(outside: Lbtui) -> None:
    assert outside("speaker", "start").returncode == 0
    assert outside("speaker", "status").returncode == 0
    assert outside("speaker", "stop").returncode == 0


def test_the_console_paints_the_demo_and_its_sessions_come_up(
    console: OpenConsole, environment: dict[str, str], installed: Path
) -> None:
    del environment["PYTHONPATH"]
    terminal = console("--demo", "--theme", "lbtui-light", command=(str(installed / "lbtui"),))
    terminal.wait_for("spine-1")
    screen = terminal.wait_for(r"sessions (\d+)/\1 Established")
    assert "no theme" not in screen
    terminal.press("q")
    assert terminal.exit_code() == 0


def test_python_m_lbtui_is_the_same(installed: Path, environment: dict[str, str]) -> None:
    del environment["PYTHONPATH"]
    printed = run(installed / "python", "-m", "lbtui", "--version", environment=environment)
    assert printed == f"lbtui {__version__}\n"
