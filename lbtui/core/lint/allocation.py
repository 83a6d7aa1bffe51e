"""Who gets addresses from which pool."""

from __future__ import annotations

from collections.abc import Iterator

from lbtui.core.judging import INFO, WARNING, rule
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.finding import Finding
from lbtui.core.lint.wording import nearest
from lbtui.core.lint.written_facts import matching
from lbtui.core.objects.repairs import SetField
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import IPAddressPool, ServiceAllocation
from lbtui.core.values.selector_text import selector_to_text

_FIELD = "spec.serviceAllocation"


def _restricted(facts: Facts) -> Iterator[tuple[ResourceRef, IPAddressPool, ServiceAllocation]]:
    """Pools with a serviceAllocation."""
    for ref, pool in facts.written_pools:
        if pool.spec.service_allocation is not None:
            yield ref, pool, pool.spec.service_allocation


@rule(
    "allocation-unknown-namespace",
    WARNING,
    meaning="A pool is kept for a namespace that does not exist.",
    remedy="Correct the name, or make the namespace.",
    source="MetalLB internal/allocator: names are compared, never looked up",
)
def allocation_unknown_namespace(facts: Facts) -> Iterator[Finding]:
    """Where Namespaces are known."""
    known = {namespace.name for namespace in facts.namespaces}
    for ref, _, allocation in _restricted(facts) if known else ():
        for position, name in enumerate(allocation.namespaces):
            if name in known:
                continue
            path = f"{_FIELD}.namespaces[{position}]"
            meant = nearest(name, known)
            message = f"{ref} is kept for the namespace {name!r}, which does not exist"
            fix = f"Did you mean {meant}?" if meant else "Correct the name, or make the namespace."
            is_new = meant is not None and meant not in allocation.namespaces
            yield Finding(
                ref, path, message, fix, edit=SetField(ref, path, meant) if is_new else None
            )


@rule(
    "allocation-no-match",
    WARNING,
    meaning="A selector of serviceAllocation matches nothing that is known.",
    remedy="Correct the selector, or set the label.",
    source="MetalLB internal/allocator: such a pool is never used unasked",
)
def allocation_no_match(facts: Facts) -> Iterator[Finding]:
    """NamespaceSelectors and serviceSelectors, where namespaces or services are known."""
    for ref, _, allocation in _restricted(facts):
        lists = (
            ("namespaceSelectors", allocation.namespace_selectors, facts.namespace_labels),
            ("serviceSelectors", allocation.service_selectors, facts.service_labels),
        )
        for field, selectors, index in lists:
            for position, selector in enumerate(selectors if index.all else ()):
                if not matching(index, selector):
                    what = field.removesuffix("Selectors")
                    text = selector_to_text(selector)
                    message = f"{ref} is kept for {what}s with {text}, and there is none"
                    fix = "Correct the selector, or set the label."
                    yield Finding(ref, f"{_FIELD}.{field}[{position}]", message, fix)


@rule(
    "allocation-for-all",
    INFO,
    meaning="An empty serviceAllocation restricts nothing: every service may use the pool, first.",
    remedy="Name namespaces or services, or remove serviceAllocation.",
    source="MetalLB internal/allocator: empty lists match every service",
)
def allocation_for_all(facts: Facts) -> Iterator[Finding]:
    """Neither namespaces nor selectors."""
    for ref, _, allocation in _restricted(facts):
        lists = (
            allocation.namespaces,
            allocation.namespace_selectors,
            allocation.service_selectors,
        )
        if not any(lists):
            message = f"serviceAllocation of {ref} names nobody, so it serves every service"
            fix = "Name namespaces or services, or remove serviceAllocation."
            yield Finding(ref, _FIELD, message, fix)


@rule(
    "allocation-never-automatic",
    WARNING,
    meaning="A pool is kept for some services, but autoAssign is off: they get nothing from it.",
    remedy="Set autoAssign to true, or ask for the pool by an annotation.",
    source="MetalLB internal/allocator: pinned pools need autoAssign",
)
def allocation_never_automatic(facts: Facts) -> Iterator[Finding]:
    """ServiceAllocation together with autoAssign false."""
    for ref, pool, _ in _restricted(facts):
        if not pool.spec.auto_assign:
            message = f"{ref} has a serviceAllocation, but with autoAssign false it gives nothing"
            fix = "Set autoAssign to true, or ask for the pool by the annotation address-pool."
            edit = SetField(ref, "spec.autoAssign", True)
            yield Finding(ref, "spec.autoAssign", message, fix, edit=edit, needs_decision=True)


@rule(
    "allocation-equal-priority",
    WARNING,
    meaning="Two pools for one namespace have one priority: which is used first is chance.",
    remedy="Give them different priorities.",
    source="MetalLB internal/allocator: equal priorities stand in no defined order",
)
def allocation_equal_priority(facts: Facts) -> Iterator[Finding]:
    """The same namespace, listed in both."""
    seen: dict[tuple[str, int], ResourceRef] = {}
    for ref, pool, allocation in _restricted(facts):
        if not pool.spec.auto_assign:
            continue
        for namespace in allocation.namespaces:
            key = (namespace, allocation.priority)
            other = seen.setdefault(key, ref)
            if other != ref:
                message = (
                    f"{ref} and {other.name} both serve {namespace} with priority "
                    f"{allocation.priority}: which is tried first is chance"
                )
                fix = "Give them different priorities."
                yield Finding(ref, f"{_FIELD}.priority", message, fix)


@rule(
    "allocation-negative-priority",
    WARNING,
    meaning="A negative priority breaks the order in which pools are tried.",
    remedy="Write 1 or more; 0 means none and comes last.",
    source="MetalLB internal/allocator: the sort takes 0 for the highest number",
)
def allocation_negative_priority(facts: Facts) -> Iterator[Finding]:
    """Below 0."""
    for ref, _, allocation in _restricted(facts):
        if allocation.priority < 0:
            message = f"{ref} has the priority {allocation.priority}: pools are tried in no order"
            edit = SetField(ref, f"{_FIELD}.priority", 1)
            fix = "Write 1 or more."
            path = f"{_FIELD}.priority"
            yield Finding(ref, path, message, fix, edit=edit, needs_decision=True)
