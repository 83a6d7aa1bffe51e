"""What every test may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import Lbtui
from tests.support.environment import private_environment


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """Environment variables of a user with a home of their own; their speaker ends with it."""
    with private_environment() as variables:
        yield variables
        if (Path(variables["XDG_RUNTIME_DIR"]) / "lbtui" / "speaker.sock").exists():
            Lbtui(variables, Path(variables["HOME"]))("speaker", "stop")


@pytest.fixture
def lbtui(environment: dict[str, str], tmp_path: Path) -> Lbtui:
    """The command `lbtui`, run in an empty folder by a user with an empty home."""
    return Lbtui(environment, tmp_path)
