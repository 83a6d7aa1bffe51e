"""Field paths as the manifests spell them: spec.peers[0], metadata.labels["a.b/c"]."""

from __future__ import annotations

import json
import re
from typing import TypeAlias

Steps: TypeAlias = tuple[str | int, ...]
"""A path taken apart: names and list positions, counted from 0."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+\Z")
_STEP = re.compile(r'\.?([A-Za-z0-9_-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


def join(path: str, step: str | int) -> str:
    """The path of a field (or item) inside `path`; `path` is "" for the whole manifest."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if not _PLAIN.match(step):
        return f"{path}[{json.dumps(step, ensure_ascii=False)}]"
    return f"{path}.{step}" if path else step


def text_of(steps: Steps) -> str:
    """The text of a path taken apart."""
    path = ""
    for step in steps:
        path = join(path, step)
    return path


def split(path: str) -> Steps:
    """Take a path apart. Raises ValueError for text that is none."""
    steps: list[str | int] = []
    position = 0
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            raise ValueError(f"not a field path: {path!r}")
        name, index, quoted = found.groups()
        steps.append(name if name is not None else int(index) if index else json.loads(quoted))
        position = found.end()
    return tuple(steps)
