"""Label selectors as one line of text, the way `kubectl -l` writes them.

rack=frontend,network-speed notin (slow),gpu,!spot: comma-separated, all must hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lbtui.core.objects.meta import LabelSelector, LabelSelectorRequirement

_KEY = r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?"
_VALUE = r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?"
_EQUAL = re.compile(rf"({_KEY})\s*==?\s*({_VALUE})\Z")
_UNEQUAL = re.compile(rf"({_KEY})\s*!=\s*({_VALUE})\Z")
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s*\(([^()]*)\)\Z", re.IGNORECASE)
_EXISTS = re.compile(rf"(!?)\s*({_KEY})\Z")
_VALUE_ONLY = re.compile(rf"{_VALUE}\Z")
_OPERATORS = {"in": "In", "notin": "NotIn"}


def selector_to_text(selector: LabelSelector) -> str:
    """One line; empty for the selector that matches everything."""
    parts = [f"{key}={value}" for key, value in selector.match_labels.items()]
    return ",".join([*parts, *map(_requirement_to_text, selector.match_expressions)])


def parse_selector(text: str) -> LabelSelector:
    """Read one line; k=v becomes matchLabels. Raises ValueError with what is wrong."""
    labels: dict[str, str] = {}
    expressions: list[LabelSelectorRequirement] = []
    for part in _parts(text):
        equal = _EQUAL.match(part)
        if equal is not None and equal[1] not in labels:
            labels[equal[1]] = equal[2]
        elif equal is not None:
            raise ValueError(f"{equal[1]} is asked for twice; write {equal[1]} in (a,b) instead")
        else:
            expressions.append(_parse_requirement(part))
    return LabelSelector(match_labels=labels, match_expressions=tuple(expressions))


def _requirement_to_text(requirement: LabelSelectorRequirement) -> str:
    key, values = requirement.key, ",".join(requirement.values)
    match requirement.operator:
        case "In" | "NotIn":
            return f"{key} {requirement.operator.lower()} ({values})"
        case "Exists" if not values:
            return key
        case "DoesNotExist" if not values:
            return f"!{key}"
        case operator:
            return f"{key} {operator} ({values})"


def _parse_requirement(part: str) -> LabelSelectorRequirement:
    if found := _UNEQUAL.match(part):
        return LabelSelectorRequirement(key=found[1], operator="NotIn", values=(found[2],))
    if found := _SET.match(part):
        values = tuple(value.strip() for value in found[3].split(","))
        if bad := next((value for value in values if not _VALUE_ONLY.match(value)), None):
            raise ValueError(f"'{bad}' is no label value")
        return LabelSelectorRequirement(
            key=found[1], operator=_OPERATORS[found[2].lower()], values=values
        )
    if found := _EXISTS.match(part):
        operator = "DoesNotExist" if found[1] else "Exists"
        return LabelSelectorRequirement(key=found[2], operator=operator)
    raise ValueError(f"'{part}' is no requirement: write key=value, key in (a,b), key or !key")


def _parts(text: str) -> Iterator[str]:
    """Split at commas outside parentheses; empty text has no parts."""
    for part in re.split(r",(?![^(]*\))", text) if text.strip() else ():
        if not part.strip():
            raise ValueError("a requirement is missing beside a comma")
        yield part.strip()
