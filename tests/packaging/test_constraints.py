"""constraints.txt pins exactly what the project needs."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

from tests.support.environment import CHECKOUT

LINE = re.compile(r"^([A-Za-z0-9._-]+)==([A-Za-z0-9.+!]+)$")


def canonical(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    """Name → version; every line must be of that form."""
    found = {}
    for line in (CHECKOUT / "constraints.txt").read_text().splitlines():
        match = LINE.match(line)
        assert match, line
        found[canonical(match[1])] = match[2]
    return found


def asked_for() -> set[str]:
    """What pyproject.toml names: for running, for building and for developing."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    requirements = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    return {canonical(re.split(r"[<>=~!\[; ]", r)[0]) for r in requirements}


def closure(names: set[str]) -> set[str]:
    """These and everything they need here, by what is installed."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        for text in metadata.requires(name) or ():
            requirement = Requirement(text)
            needed = canonical(requirement.name)
            is_used = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if is_used and needed not in found:
                waiting.add(needed)
    return found


def test_everything_needed_is_pinned() -> None:
    assert len(asked_for()) > 10
    assert closure(asked_for()) <= pinned().keys()


def test_what_is_installed_is_what_is_pinned() -> None:
    here = {name: metadata.version(name) for name in closure(asked_for())}
    assert here == {name: version for name, version in pinned().items() if name in here}
