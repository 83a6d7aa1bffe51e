"""Notes what a rule reads, so that it need not run again while all of that is the same."""

from __future__ import annotations

from types import MethodType
from typing import Any, cast

from lbtui.core.lint.facts import Facts

Reading = dict[tuple[Any, ...], Any]
"""Way to what was read (names, and the arguments of calls) → what was there."""

_PARTS = ("config", "resources", "tables")
"""What is followed further in; all else is compared as a whole."""


def watched(facts: Facts, readings: Reading) -> Facts:
    """The same facts; whatever is read of them is noted in `readings`."""
    return cast(Facts, _Watch(facts, (), readings))


def is_unchanged(facts: Facts, readings: Reading) -> bool:
    """Whether all that was read is still the same."""
    return all(_is_same(_read(facts, way), value) for way, value in readings.items())


class _Watch:
    """Stands for facts or a part of them."""

    def __init__(self, target: Any, way: tuple[Any, ...], readings: Reading) -> None:
        self._target = target
        self._way = way
        self._readings = readings

    def __getattr__(self, name: str) -> Any:
        way = (*self._way, name)
        value = getattr(self._target, name)
        if not self._way and name in _PARTS:
            return _Watch(value, way, self._readings)
        if isinstance(value, MethodType):
            return lambda *arguments: self._call(name, value, arguments)
        self._readings[way] = value
        return value

    def _call(self, name: str, method: MethodType, arguments: tuple[Any, ...]) -> Any:
        if self._way == ("tables",):
            # Tables are made when they are asked for: comparing them would cost more than the rule.
            self._readings["tables",] = self._target
            return method(*arguments)
        if self._way == ("resources",) and name in ("items", "all"):
            kind = arguments[0].kind
            self._readings["resources", "members", (kind,)] = self._target.members(kind)
            return method(*arguments)
        value = self._readings[(*self._way, name, arguments)] = method(*arguments)
        return value


def _read(facts: Facts, way: tuple[Any, ...]) -> Any:
    """What is there now."""
    value: Any = facts
    for step in way:
        value = value(*step) if isinstance(step, tuple) else getattr(value, step)
    return value


def _is_same(now: Any, then: Any) -> bool:
    return now is then or (type(now) is type(then) and bool(now == then))
