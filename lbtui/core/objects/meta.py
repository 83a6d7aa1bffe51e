"""What every Kubernetes object shares: metadata, label selectors, hidden text, annotations."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta


class Record(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Base of what mirrors a manifest; field names are snake case of the JSON names."""


class NotWritten(tuple[Any, ...]):
    """A list that does not stand in the manifest; equal to an empty one, which may stand there.

    To Go they are two values, so that MetalLB sees a difference between the two.
    """

    __slots__ = ()


NOT_WRITTEN = NotWritten()


class Metadata(Record, frozen=True):
    """The part of ObjectMeta that lbtui reads."""

    name: Annotated[
        str, Meta(description="Small letters, digits, - and . ; other fields use it to name this.")
    ] = ""
    namespace: str = ""
    labels: Annotated[
        dict[str, str], Meta(description="key=value pairs, for selectors to choose by.")
    ] = msgspec.field(default_factory=dict)
    annotations: dict[str, str] = msgspec.field(default_factory=dict)


class LabelSelectorRequirement(Record, frozen=True):
    """One expression of a label selector (apimachinery meta/v1)."""

    key: str
    operator: Annotated[str, Meta(description="In, NotIn, Exists or DoesNotExist.")]
    values: tuple[str, ...] = ()


class LabelSelector(Record, frozen=True):
    """Labels and expressions, all of which must hold; an empty selector matches everything."""

    match_labels: dict[str, str] = msgspec.field(default_factory=dict)
    match_expressions: tuple[LabelSelectorRequirement, ...] = ()


class Hidden:
    """Text that must never reach a screen, log, journal or picture: only `reveal` gives it back."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Wrap `text`."""
        self._text = text

    def reveal(self) -> str:
        """The text itself; for the wire and the user's own file only."""
        return self._text

    def __repr__(self) -> str:
        """Three stars, whatever the text."""
        return "***"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        """Equal by text."""
        return isinstance(other, Hidden) and other._text == self._text

    def __hash__(self) -> int:
        """By text."""
        return hash(self._text)


def decode_hook(kind: type[Any], value: Any) -> Any:
    """Turn text into `Hidden`."""
    if kind is Hidden and isinstance(value, str):
        return Hidden(value)
    raise TypeError(f"Expected `str`, got `{type(value).__name__}`")


# Field annotations. `description` is the field's help; `extra` tells the form what to offer:
#   refers: kind of resource (or "alias", "node-label") whose names the value must come from
#   format: "duration", "address", "interface", "cidr-or-range", "community"
Asn: TypeAlias = Annotated[int, Meta(ge=0, le=4294967295)]
Duration: TypeAlias = Annotated[str, Meta(extra={"format": "duration"})]
