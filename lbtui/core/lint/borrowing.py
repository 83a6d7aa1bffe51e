"""What facts about a configuration take over from those about the one before an edit."""

from __future__ import annotations

from collections import Counter

from lbtui.core.configuration.model import Configuration
from lbtui.core.lint.announced import Decided, Groups
from lbtui.core.lint.black_holes import BlackHoles
from lbtui.core.lint.drawing import DRAWN
from lbtui.core.lint.facts import Facts
from lbtui.core.lint.written_services import (
    asks,
    chosen_labels,
    cluster_ips,
    is_load_balancer,
    moved_holders,
    moved_shared,
    patched,
)
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.routing.routes import RouteTables


def facts_after(
    previous: Facts, resources: ResourceSet, config: Configuration, tables: RouteTables
) -> Facts:
    """Facts about these three, with what `previous` was asked for and still holds."""
    facts = Facts(resources, config, tables)
    _borrow(facts, previous)
    return facts


def _borrow(facts: Facts, previous: Facts) -> None:
    changed = previous.resources.changed_kinds(facts.resources)
    known, own = vars(previous), vars(facts)
    for name, kinds in DRAWN.items():
        if name in known and changed.isdisjoint(kinds):
            own[name] = known[name]
    _borrow_services(facts, previous, Service.kind in changed)
    if "groups" in known:
        is_same = previous.tables.placements.by_name is facts.tables.placements.by_name
        before = previous.groups
        own["groups"] = before if is_same else Groups(facts.tables.placements, before)
    if "decided" in known:
        plans, receivers = facts.tables.plans, facts.receivers
        own["decided"] = Decided(facts.groups, plans, receivers, previous.decided)
    if "black_holes" in known:
        own["black_holes"] = BlackHoles(
            facts.tables, facts.receivers, facts.reach, previous.black_holes
        )


def _borrow_services(facts: Facts, previous: Facts, is_changed: bool) -> None:
    """Take over what follows from services, with those that changed put in their places."""
    known, own = vars(previous), vars(facts)
    has_counts = "label_counts" in known and previous.selected_labels == facts.selected_labels
    if not is_changed:
        if has_counts:
            own["label_counts"] = known["label_counts"]
        return
    changed = previous.resources.changed(facts.resources, Service)
    before = {ref: previous.resources.get(ref) for ref in changed}
    gone = {ref: one for ref, one in before.items() if isinstance(one, Service)}
    come = {ref: one for ref, one in changed.items() if one is not None}
    for name, is_wanted in (("load_balancers", is_load_balancer), ("requesting", asks)):
        if name in known:
            own[name] = patched(known[name], gone, come, is_wanted)
    if "holders" in known:
        own["holders"] = moved_holders(known["holders"], gone, come)
        if "shared" in known:
            own["shared"] = moved_shared(known["shared"], own["holders"], gone, come)
    if "cluster_ips" in known and cluster_ips(gone.items()) == cluster_ips(come.items()):
        own["cluster_ips"] = known["cluster_ips"]
    if has_counts:
        counts = Counter(previous.label_counts)
        counts.subtract(chosen_labels(gone.values(), facts.selected_labels))
        counts.update(chosen_labels(come.values(), facts.selected_labels))
        own["label_counts"] = +counts
