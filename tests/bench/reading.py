"""Manifests from disk, beside PyYAML's C loader and its bare event stream in the same run."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml
from yaml._yaml import CParser

from lbtui.adapters.file_store import FileStore
from tests.bench.case import Case, Figure, Figures, peak_mib, work_of
from tests.bench.clusters import LARGE, write

LOAD = "files to resources and places"
MEMORY = "peak memory"
SIZE = "files"
EVENTS = "against PyYAML's C events alone"
LOADER = "against PyYAML's C loader"


def run() -> Figures:
    """Read the large cluster all three ways; lbtui first, so that the memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        size = write(LARGE, Path(folder))
        before = peak_mib()
        load = work_of(lambda: asyncio.run(FileStore([folder]).load()))
        memory = peak_mib()
        assert memory > before, "writing took more memory than reading"
        texts = [path.read_bytes().decode() for path in Path(folder).iterdir()]
        events = work_of(lambda: _drain(texts))
        loader = work_of(lambda: [list(yaml.load_all(text, yaml.CSafeLoader)) for text in texts])
    return {
        LOAD: load,
        MEMORY: memory,
        SIZE: size / 1e6,
        EVENTS: load / events,
        LOADER: load / loader,
    }


def _drain(texts: Sequence[str]) -> None:
    for text in texts:
        next_event = CParser(text).get_event
        while next_event() is not None:
            pass


CASES = (
    Case(
        f"YAML {LARGE}",
        (
            Figure(SIZE, "MB"),
            Figure(LOAD, "s", 4.0),
            Figure(EVENTS, "x", 1.8),
            Figure(LOADER, "x", 0.6),
            Figure(MEMORY, "MiB", 500),
        ),
        run,
    ),
)
