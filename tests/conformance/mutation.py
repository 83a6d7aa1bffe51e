"""Recorded inputs, broken at random: by leaving out, repeating, swapping and odd values."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Manifest = dict[str, Any]

ODD: tuple[Any, ...] = (
    *(None, "", 0, -1, 1, True, False, 2**31, 2**63, 2**70, 1.5, 24.0, float("inf"), float("nan")),
    *("::", "0.0.0.0/0", "::/0", "198.51.100.1-198.51.100.5", "::ffff:192.0.2.1/128"),
    *("0.0.0.0-255.255.255.255", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a-b-c", "-", "/"),
    *("192.0.2.1/", "192.0.2.\u0663", "\uff11/8", "\u0661:1", "\u0661s"),
    *("99999999999999999999s", "1s", "0s", "-5s", ".s", "large:1:2:3", "1:1", "+1", " 1", "1:"),
    *("\n", "\x00", "x" * 300, [], {}, [None], [{}], {"a": None}, ["a"]),
    *({"matchLabels": None}, [{"matchLabels": {"": "b"}}]),
    [{"matchExpressions": [{"key": "a", "operator": "In"}]}],
)
"""Values for any field: wrong types, borders, digits that are not ASCII, selectors."""


def manifests_of(given: Mapping[str, Any]) -> list[Manifest]:
    """All objects of a recorded input, of the modes `routes` and `allocator`."""
    found = [item for items in given["resources"].values() for item in items]
    for part in ("services", "endpointslices", "existing"):
        found += given.get(part, [])
    return [*found, given["service"]] if "service" in given else found


def mutated(
    chance: random.Random, manifests: Sequence[Manifest], others: Sequence[Manifest]
) -> list[Manifest]:
    """A copy with a few random changes; `others` are objects to add and to take values from."""
    left = copy.deepcopy(list(manifests))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        match chance.randrange(6):
            case 0 if len(left) > 1:
                left.pop(chance.randrange(len(left)))
            case 1:
                left.append(copy.deepcopy(chance.choice(left)))
            case 2:
                left.append(copy.deepcopy(chance.choice(others)))
            case 3:
                parent, key = _place(chance, chance.choice(left))
                source, taken = _place(chance, chance.choice([*left, *others]))
                parent[key] = copy.deepcopy(source[taken])
            case 4:
                parent, key = _place(chance, chance.choice(left))
                del parent[key]
            case _:
                parent, key = _place(chance, chance.choice(left))
                parent[key] = copy.deepcopy(chance.choice(ODD))
    return left


def _place(chance: random.Random, manifest: Manifest) -> tuple[Any, Any]:
    """A container in the manifest and one of its keys; a spare one if it is empty."""
    return chance.choice(list(_places(manifest)) or [({"spare": None}, "spare")])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every key and position in a value, with the container that holds it."""
    keys: Any = ()
    if isinstance(value, dict):
        keys = list(value)
    elif isinstance(value, list):
        keys = range(len(value))
    for key in keys:
        yield value, key
        yield from _places(value[key])
