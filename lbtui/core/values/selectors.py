"""Label selectors: compiled, evaluated over whole sets of labels at once, compared, printed.

Source: apimachinery meta/v1 LabelSelectorAsSelector and pkg/labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lbtui.core.objects.meta import LabelSelector

IN, NOT_IN, EXISTS, DOES_NOT_EXIST, EQUALS = "In", "NotIn", "Exists", "DoesNotExist", "="

_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")


class SelectorError(ValueError):
    """A selector that Kubernetes refuses; `path` is relative to the selector."""

    def __init__(self, message: str, path: str) -> None:
        """Keep where in the selector it is."""
        super().__init__(message)
        self.path = path


class Requirement(NamedTuple):
    """One condition on one label."""

    key: str
    operator: str
    values: tuple[str, ...]
    """Sorted; one for EQUALS, none for EXISTS and DOES_NOT_EXIST."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy it; NOT_IN also holds without the label."""
        if self.operator in (IN, EQUALS):
            return labels.get(self.key) in self.values
        if self.operator == NOT_IN:
            return labels.get(self.key) not in self.values
        return (self.key in labels) == (self.operator == EXISTS)

    def __str__(self) -> str:
        """The form of labels.Requirement.String."""
        if self.operator == EXISTS:
            return self.key
        if self.operator == DOES_NOT_EXIST:
            return f"!{self.key}"
        if self.operator == EQUALS:
            return f"{self.key}={self.values[0]}"
        return f"{self.key} {self.operator.lower()} ({','.join(self.values)})"


class Selector(NamedTuple):
    """Conditions that must all hold; none: everything matches."""

    requirements: tuple[Requirement, ...]
    """Sorted by key."""

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether the labels satisfy every condition."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        """The form of labels.Selector.String."""
        return ",".join(map(str, self.requirements))


def compile_selector(selector: LabelSelector) -> Selector:
    """Check and compile a selector.

    Raises:
        SelectorError: for the first thing in it that Kubernetes refuses.
    """
    found = []
    for key, value in sorted(selector.match_labels.items()):
        found.append(_requirement(key, EQUALS, (value,), "matchLabels"))
    for position, expression in enumerate(selector.match_expressions):
        path = f"matchExpressions[{position}]"
        if expression.operator not in (IN, NOT_IN, EXISTS, DOES_NOT_EXIST):
            raise SelectorError(
                f"{expression.operator!r} is none of In, NotIn, Exists, DoesNotExist",
                f"{path}.operator",
            )
        found.append(_requirement(expression.key, expression.operator, expression.values, path))
    return Selector(tuple(sorted(found, key=lambda requirement: requirement.key)))


def _requirement(key: str, operator: str, values: Sequence[str], path: str) -> Requirement:
    """Check one condition as labels.NewRequirement does."""
    if operator in (IN, NOT_IN) and not values:
        raise SelectorError(f"{operator} needs at least one value", f"{path}.values")
    if operator in (EXISTS, DOES_NOT_EXIST) and values:
        raise SelectorError(f"{operator} takes no values", f"{path}.values")
    prefix, slash, name = key.rpartition("/")
    is_prefix_good = not slash or (len(prefix) <= 253 and _SUBDOMAIN.fullmatch(prefix))
    if not is_prefix_good or not _NAME.fullmatch(name):
        raise SelectorError(f"{key!r} is not a label key", path)
    for value in values:
        if value and not _NAME.fullmatch(value):
            raise SelectorError(f"{value!r} is not a label value", path)
    return Requirement(key, operator, tuple(sorted(values)))


def identity(selector: LabelSelector) -> tuple[object, ...]:
    """What MetalLB compares to find the same selector twice: as written, values sorted."""
    expressions = (
        (expression.key, expression.operator, tuple(sorted(expression.values)))
        for expression in selector.match_expressions
    )
    return (tuple(sorted(selector.match_labels.items())), *expressions)


class LabelIndex:
    """Evaluates selectors over many labelled things at once; results are bit masks."""

    def __init__(self, labelled: Iterable[Mapping[str, str] | None]) -> None:
        """Index the things; bit i of a mask is the i-th of them, and in none if that is None."""
        self._values: dict[str, dict[str, int]] = {}
        self.all = 0
        for position, labels in enumerate(labelled):
            if labels is None:
                continue
            bit = 1 << position
            self.all |= bit
            for key, value in labels.items():
                masks = self._values.setdefault(key, {})
                masks[value] = masks.get(value, 0) | bit
        self._cache: dict[Selector, int] = {}

    def any_of(self, selectors: Sequence[Selector]) -> int:
        """Things that at least one selector matches; all of them if there is no selector."""
        if not selectors:
            return self.all
        mask = 0
        for selector in selectors:
            mask |= self.matching(selector)
        return mask

    def matching(self, selector: Selector) -> int:
        """Things that the selector matches."""
        mask = self._cache.get(selector)
        if mask is None:
            mask = self.all
            for requirement in selector.requirements:
                mask &= self._satisfying(requirement)
            self._cache[selector] = mask
        return mask

    def _satisfying(self, requirement: Requirement) -> int:
        """Things that satisfy one condition."""
        masks = self._values.get(requirement.key, {})
        wanted = requirement.values or masks.keys()
        mask = 0
        for value in wanted:
            mask |= masks.get(value, 0)
        is_negative = requirement.operator in (NOT_IN, DOES_NOT_EXIST)
        return self.all & ~mask if is_negative else mask
