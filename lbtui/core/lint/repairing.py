"""Fixes as edits for what MetalLB itself refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.field_edit import get_field
from lbtui.core.lint.communities import WELL_KNOWN
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.wording import nearest
from lbtui.core.objects.repairs import DeleteResource, SetField
from lbtui.core.objects.resources import MetalLBResource

Repairer = Callable[[Facts, Diagnostic], Diagnostic]


def with_repairs(facts: Facts, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings, with an edit where one is certain to do what the fix says."""
    return tuple(
        _REPAIRERS[one.code](facts, one) if one.code in _REPAIRERS and one.ref else one
        for one in diagnostics
    )


def _remove(_: Facts, diagnostic: Diagnostic) -> Diagnostic:
    assert diagnostic.ref is not None
    return replace(diagnostic, edit=SetField(diagnostic.ref, diagnostic.path, None))


def _withdraw(facts: Facts, diagnostic: Diagnostic) -> Diagnostic:
    """Take out what this back end refuses; choosing another back end is the other way out."""
    return replace(_remove(facts, diagnostic), needs_decision=True)


def _delete(_: Facts, diagnostic: Diagnostic) -> Diagnostic:
    assert diagnostic.ref is not None
    return replace(diagnostic, edit=DeleteResource(diagnostic.ref))


def _set(value: int) -> Repairer:
    def repair(_: Facts, diagnostic: Diagnostic) -> Diagnostic:
        assert diagnostic.ref is not None
        edit = SetField(diagnostic.ref, diagnostic.path, value)
        return replace(diagnostic, edit=edit, needs_decision=True)

    return repair


def _written(facts: Facts, diagnostic: Diagnostic) -> str:
    """The text in the field that a finding is about."""
    assert diagnostic.ref is not None
    resource = facts.resources.get(diagnostic.ref)
    value = get_field(resource, diagnostic.path) if isinstance(resource, MetalLBResource) else None
    return value if isinstance(value, str) else ""


def _nearest_alias(facts: Facts, diagnostic: Diagnostic) -> Diagnostic:
    """An alias of a similar name, those of the object that was named, or a well-known value."""
    assert diagnostic.ref is not None
    text = _written(facts, diagnostic)
    key = text.lower().replace("_", "-")
    meant = nearest(text, facts.aliases.keys())
    if meant is not None:
        edit = SetField(diagnostic.ref, diagnostic.path, meant)
        return replace(diagnostic, fix=f"Did you mean {meant}?", edit=edit)
    for ref, community in facts.communities:
        names = [alias.name for alias in community.spec.communities]
        if ref.name == text and names:
            fix = f"{text} is the object's name; its aliases are {', '.join(names)}."
            return replace(diagnostic, fix=fix)
    if key in WELL_KNOWN:
        value = f"{WELL_KNOWN[key] >> 16}:{WELL_KNOWN[key] & 0xFFFF}"
        edit = SetField(diagnostic.ref, diagnostic.path, value)
        return replace(diagnostic, fix=f"Write {value}; MetalLB knows no names.", edit=edit)
    return diagnostic


def _nearest_profile(facts: Facts, diagnostic: Diagnostic) -> Diagnostic:
    assert diagnostic.ref is not None
    meant = nearest(_written(facts, diagnostic), {ref.name for ref, _ in facts.bfd_profiles})
    if meant is None:
        return diagnostic
    edit = SetField(diagnostic.ref, diagnostic.path, meant)
    return replace(diagnostic, fix=f"Did you mean {meant}?", edit=edit)


_NATIVE = (
    "bfd keepalive vrf connect-time graceful-restart disable-mp dual-stack-address-family local-asn"
).split()

_REPAIRERS: Mapping[str, Repairer] = {
    "list-duplicate": _remove,
    "selector-duplicate": _remove,
    "selector-duplicate-expression": _remove,
    "pool-duplicate-namespace": _remove,
    "peer-ibgp-multihop": _remove,
    "peer-duplicate": _delete,
    "adv-duplicate": _delete,
    "adv-length-not-allowed-v4": _set(32),
    "adv-length-not-allowed-v6": _set(128),
    "adv-negative-local-pref": _set(0),
    "unknown-alias": _nearest_alias,
    "peer-unknown-bfd-profile": _nearest_profile,
    **{f"native-{name}": _withdraw for name in _NATIVE if name != "bfd"},
}
