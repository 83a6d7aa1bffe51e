"""What the text of a field means in this cluster: what a selector matches, how much a pool holds.

Pure; for a form to say beside the field while it is typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lbtui.core.editing.field_text import FieldProblem, parse_field
from lbtui.core.editing.fields import FieldSpec, candidates
from lbtui.core.objects.cluster_resources import Namespace, Node, Service
from lbtui.core.objects.resource_set import AnyResource, ResourceRef, ResourceSet
from lbtui.core.objects.resources import IPAddressPool
from lbtui.core.values.addresses import AddressError, Network, parse_entry
from lbtui.core.values.communities import CommunityError, parse_community
from lbtui.core.values.selectors import SelectorError, compile_selector


@dataclass(frozen=True, slots=True)
class Insight:
    """A few words about a field's text."""

    text: str
    is_warning: bool = False
    """Accepted, but probably not meant: nothing matches, blocks overlap, a name is unknown."""


NOTHING = Insight("")


def insight(
    spec: FieldSpec, text: str, resources: ResourceSet, ref: ResourceRef | None = None
) -> Insight:
    """What the text means; empty for text that is wrong or whose meaning is the text itself.

    Args:
        spec: the field.
        text: as typed.
        resources: the working set without the edit.
        ref: the resource edited, so that a pool does not overlap with itself; None if it is new.
    """
    if spec.kind in ("selector", "selectors"):
        return _matches(spec, text, resources)
    items = [item.strip() for item in text.replace("\n", ",").split(",") if item.strip()]
    if spec.format == "cidr-or-range":
        return _addresses(items, resources, ref)
    if spec.format == "community" and spec.kind == "list":
        return _communities(items, dict(candidates(spec, resources)))
    if spec.refers in _NAMED and spec.kind in ("list", "text"):
        return _names(items, spec, resources)
    return NOTHING


_LABELLED: Mapping[str, tuple[type[AnyResource], str]] = {
    "node-label": (Node, "node"),
    "pool-label": (IPAddressPool, "pool"),
    "service-label": (Service, "service"),
    "namespace-label": (Namespace, "namespace"),
}
_NAMED = {"IPAddressPool": "pool", "BGPPeer": "peer", "BFDProfile": "BFD profile"}


def _matches(spec: FieldSpec, text: str, resources: ResourceSet) -> Insight:
    labelled = _LABELLED.get(spec.refers)
    parsed = parse_field(spec, text)
    if labelled is None or not text.strip() or isinstance(parsed, FieldProblem):
        return NOTHING
    kind, word = labelled
    try:
        selectors = [
            compile_selector(selector)
            for selector in (parsed if isinstance(parsed, tuple) else (parsed,))
        ]
    except SelectorError:
        return NOTHING
    known: Sequence[Any] = resources.all(kind)
    names = [r.name for r in known if any(s.matches(r.metadata.labels) for s in selectors)]
    if not known:
        return Insight(f"no {word} is known here to match")
    if not names:
        return Insight(f"matches none of {_count(len(known), word)}", is_warning=True)
    return Insight(f"matches {len(names)} of {_count(len(known), word)}: {_some(names)}")


MOST_CLASHES = 2
"""Overlaps named beside a field; the findings have them all."""


def _addresses(items: Sequence[str], resources: ResourceSet, ref: ResourceRef | None) -> Insight:
    try:
        entries = [parse_entry(item) for item in items]
    except AddressError:
        return NOTHING
    blocks = [block for entry in entries for block in entry]
    if not blocks:
        return NOTHING
    clashes = list(dict.fromkeys(_overlaps(entries, items, resources, ref)))
    count = sum(block.last - block.first + 1 for block in blocks)
    amount = f"{count:,}" if count < 2**48 else f"2^{count.bit_length() - 1} or more"
    written = _some([str(block) for block in blocks])
    written = f"{amount} address{'' if count == 1 else 'es'}: {written}"
    if clashes:
        return Insight(f"overlaps {_some(clashes, MOST_CLASHES)}; {written}", is_warning=True)
    return Insight(written)


def _overlaps(
    entries: Sequence[Sequence[Network]],
    items: Sequence[str],
    resources: ResourceSet,
    ref: ResourceRef | None,
) -> Iterator[str]:
    """Every entry before or in another pool that one of the entries meets."""
    for at, entry in enumerate(entries):
        for item, other in zip(items[:at], entries, strict=False):
            if _meet(entry, other):
                yield f"{item} in this pool"
    for other_ref, pool in resources.items(IPAddressPool):
        if other_ref == ref:
            continue
        for item in pool.spec.addresses:
            try:
                block = parse_entry(item)
            except AddressError:
                continue
            if any(_meet(entry, block) for entry in entries):
                yield f"{item} of pool {pool.name}"


def _meet(one: Sequence[Network], other: Sequence[Network]) -> bool:
    return any(a.overlaps(b) for a in one for b in other)


def _communities(items: Sequence[str], aliases: Mapping[str, str]) -> Insight:
    unknown, meant = [], []
    for item in items:
        if item in aliases:
            meant.append(f"{item} = {aliases[item]}")
            continue
        try:
            value = str(parse_community(item))
        except CommunityError:
            unknown.append(item)
            continue
        names = [name for name, known in aliases.items() if known.removeprefix("large:") == value]
        if names:
            meant.append(f"{item} = {names[0]}")
    if unknown:
        words = "is no community and no alias" if len(unknown) == 1 else "are no aliases"
        return Insight(f"{', '.join(unknown)} {words}; tab shows them", is_warning=True)
    return Insight(", ".join(meant))


def _names(items: Sequence[str], spec: FieldSpec, resources: ResourceSet) -> Insight:
    known = {candidate.value: candidate.detail for candidate in candidates(spec, resources)}
    unknown = [item for item in items if item not in known]
    word = _NAMED[spec.refers]
    if unknown:
        return Insight(f"no {word} {' or '.join(unknown)}; tab shows them", is_warning=True)
    return Insight("; ".join(f"{item}: {known[item]}" for item in items if known[item]))


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _some(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
