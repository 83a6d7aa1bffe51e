"""A field's value as the text of a form, and back.

Lists are separated by commas or line ends, selectors by `;` or line ends (each the way `kubectl -l`
writes it), pairs are key=value, records of a list one a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lbtui.core.editing.fields import FieldKind, FieldSpec
from lbtui.core.objects.meta import Hidden, LabelSelector
from lbtui.core.objects.schema import range_text
from lbtui.core.values.addresses import AddressError, parse_address, parse_entry
from lbtui.core.values.durations import parse_duration
from lbtui.core.values.selector_text import parse_selector, selector_to_text

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Text that does not fit its field."""

    message: str
    """What is wrong and what to write, in one sentence."""


def field_to_text(spec: FieldSpec, value: Any) -> str:
    """The text for a form; empty for None. A secret stays hidden."""
    if value is None:
        return ""
    match spec.kind:
        case "boolean":
            return "true" if value else "false"
        case "list":
            return ", ".join(value)
        case "selector":
            return selector_to_text(value)
        case "selectors":
            return "; ".join(selector_to_text(item) or "{}" for item in value)
        case "pairs":
            return ", ".join(f"{key}={content}" for key, content in value.items())
        case "records":
            return "\n".join(_record_to_text(spec, record) for record in value)
        case _:
            return str(value)


def parse_field(spec: FieldSpec, text: str) -> Any:
    """The value that `set_field` takes, None for an empty optional field; or a FieldProblem."""
    text = text.strip()
    if not text and spec.kind not in ("list", "selectors", "pairs", "records", "selector"):
        if spec.is_required:
            return FieldProblem(f"{spec.label} cannot be empty.")
        return None
    parse = _PARSERS.get(spec.kind, _parse_text)
    try:
        return parse(spec, text)
    except ValueError as error:
        return FieldProblem(f"{spec.label}: {error}.")


def _parse_text(spec: FieldSpec, text: str) -> Any:
    check_format(spec.format, text)
    return text


def _parse_integer(spec: FieldSpec, text: str) -> int:
    wanted = f"write a whole number {range_text(spec.minimum, spec.maximum)}"
    if not re.fullmatch(r"[-+]?[0-9]+", text):
        raise ValueError(wanted)
    number = int(text)
    too_low = spec.minimum is not None and number < spec.minimum
    too_high = spec.maximum is not None and number > spec.maximum
    if too_low or too_high:
        raise ValueError(f"{number} is out of range; {wanted}")
    return number


def _parse_boolean(spec: FieldSpec, text: str) -> bool:
    if text.lower() not in (*_TRUE, *_FALSE):
        raise ValueError("write true or false")
    return text.lower() in _TRUE


def _parse_choice(spec: FieldSpec, text: str) -> str:
    if text not in spec.choices:
        raise ValueError(f"write {' or '.join(spec.choices)}")
    return text


def _parse_list(spec: FieldSpec, text: str) -> tuple[str, ...]:
    items = tuple(item.strip() for item in re.split(r"[,\n]", text) if item.strip())
    for item in items:
        check_format(spec.format, item)
    return items


def _parse_selectors(spec: FieldSpec, text: str) -> tuple[LabelSelector, ...]:
    parts = (part.strip() for part in re.split(r"[;\n]", text))
    return tuple(parse_selector("" if part == "{}" else part) for part in parts if part)


def _parse_pairs(spec: FieldSpec, text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for part in re.split(r"[,\n]", text):
        if not part.strip():
            continue
        key, sign, value = part.partition("=")
        if not sign or not key.strip():
            raise ValueError(f"'{part.strip()}' is no pair; write key=value")
        pairs[key.strip()] = value.strip()
    return pairs


def _parse_records(spec: FieldSpec, text: str) -> list[dict[str, Any]]:
    """One record a line: first field, `=`, second field; all kinds of the CRDs have just two."""
    records = []
    for line in filter(str.strip, text.splitlines()):
        parts = [part.strip() for part in line.split("=", len(spec.fields) - 1)]
        if len(parts) != len(spec.fields):
            names = " = ".join(field.label for field in spec.fields)
            raise ValueError(f"'{line.strip()}' is incomplete; write {names}")
        record = {}
        for field, part in zip(spec.fields, parts, strict=True):
            value = parse_field(field, part)
            if isinstance(value, FieldProblem):
                raise ValueError(value.message.removesuffix("."))
            record[field.label] = value
        records.append(record)
    return records


_PARSERS: Mapping[FieldKind, Callable[[FieldSpec, str], Any]] = {
    "integer": _parse_integer,
    "boolean": _parse_boolean,
    "choice": _parse_choice,
    "list": _parse_list,
    "selector": lambda _, text: parse_selector(text),
    "selectors": _parse_selectors,
    "pairs": _parse_pairs,
    "records": _parse_records,
    "secret": lambda _, text: Hidden(text),
}


def check_format(name: str, text: str) -> None:
    """Raise ValueError, saying what to write, for text that MetalLB could not read.

    Communities are not judged: what is none may be an alias.
    """
    if name == "address" and parse_address(text) is None:
        raise ValueError(f"'{text}' is no IP address")
    if name == "duration" and parse_duration(text) is None:
        raise ValueError(f"'{text}' is no duration; write for example 90s or 1m30s")
    if name == "cidr-or-range":
        try:
            parse_entry(text)
        except AddressError as error:
            raise ValueError(str(error).removesuffix(".")) from None


def _record_to_text(spec: FieldSpec, record: Any) -> str:
    values: Iterable[Any] = (getattr(record, name) for name in record.__struct_fields__)
    return " = ".join(field_to_text(f, v) for f, v in zip(spec.fields, values, strict=True))
