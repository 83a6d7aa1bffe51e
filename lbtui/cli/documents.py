"""JSON and YAML documents that are written while they are made, however large."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from textwrap import indent
from typing import Any

from lbtui.cli.output import emit_all, to_json


class Rows:
    """A list in a document whose elements are made while it is written, once."""

    def __init__(self, elements: Iterable[Any]) -> None:
        """Take the elements."""
        self.elements = elements


class Entries:
    """An object in a document whose members are made while it is written, once."""

    def __init__(self, members: Iterable[tuple[str, Any]]) -> None:
        """Take the members."""
        self.members = members


def emit_json(document: Mapping[str, Any]) -> bool:
    """Write one JSON document; `Rows` and `Entries` among its fields are made meanwhile.

    Returns and raises as `output.emit`.
    """
    fields = ((f"{to_json(name)}: ", value) for name, value in document.items())
    return emit_all(chain(_bracketed("{}", fields, "", _json_field), ["\n"]))


def _json_field(value: Any) -> Iterator[str]:
    """A field of the document."""
    match value:
        case Rows():
            return _bracketed("[]", (("", one) for one in value.elements), "  ", _json_value)
        case Entries():
            named = ((f"{to_json(name)}: ", one) for name, one in value.members)
            return _bracketed("{}", named, "  ", _json_value)
    return iter([to_json(value).replace("\n", "\n  ")])


def _json_value(value: Any) -> Iterator[str]:
    """An element of a field."""
    return iter([to_json(value).replace("\n", "\n    ")])


def _bracketed(
    brackets: str,
    items: Iterable[tuple[str, Any]],
    margin: str,
    write: Callable[[Any], Iterator[str]],
) -> Iterator[str]:
    """Items between brackets, each on lines of its own."""
    is_first = True
    for lead, value in items:
        yield f"{brackets[0] if is_first else ','}\n{margin}  {lead}"
        yield from write(value)
        is_first = False
    yield brackets if is_first else f"\n{margin}{brackets[1]}"


def emit_yaml(document: Mapping[str, Any]) -> bool:
    """Write one YAML document; `Entries` among its fields are made meanwhile.

    Returns and raises as `output.emit`.
    """
    return emit_all(_yaml_pieces(document))


def _yaml_pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """Each field as text; each member of an object that is made meanwhile by itself."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Writes a value as often as it stands there, not as a reference to the first time."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def dump(name: str, value: Any) -> str:
        return str(yaml.dump({name: value}, Dumper=Dumper, sort_keys=False, allow_unicode=True))

    for name, value in document.items():
        if not isinstance(value, Entries):
            yield dump(name, value)
            continue
        is_empty = True
        for key, member in value.members:
            yield f"{name}:\n" if is_empty else ""
            yield indent(dump(key, member), "  ")
            is_empty = False
        yield dump(name, {}) if is_empty else ""
