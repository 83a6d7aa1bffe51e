"""Jumps of the system's clock do nothing, because nothing that decides ever reads it."""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import speaker
from speaker.daemon.clock import Clock

PACKAGE = Path(speaker.__file__).parent
WALL_CLOCK = {"time.time", "time.time_ns", "time.localtime", "time.ctime", "datetime.datetime"}
"""Ways to read it."""
FOR_PEOPLE = {"daemon/clock.py": {"time.time"}}
"""The distance to the epoch, read once, to tell instants to people."""


def reads(path: Path) -> Iterator[str]:
    """Which ways a module uses, by attribute or by import."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_the_clock_for_people_reads_the_system_s() -> None:
    modules = sorted(PACKAGE.rglob("*.py"))
    assert len(modules) > 40
    found = {
        str(path.relative_to(PACKAGE)): used
        for path in modules
        if (used := WALL_CLOCK & set(reads(path)))
    }
    assert found == FOR_PEOPLE


async def test_a_jump_moves_neither_now_nor_what_people_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(asyncio.get_running_loop())
    at = clock.now()
    told = clock.to_epoch(at)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert clock.to_epoch(at) == told
    assert 0 <= clock.now() - at < 60
