"""After any edits, what is reused says what a full recompute says: tables, findings, diffs."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core import Analysis, analyse, announce, diff_tables, preview_document
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.routing.paths import service_paths
from lbtui.core.values import nodes
from tests.core.edits import random_cluster, random_edit, random_node_edit, random_reading
from tests.core.renumbered import Renumbered, changes_of
from tests.core.test_properties import BACKENDS, applied, per_node

SEEDS = st.integers(0, 2**32 - 1)


def check_equal(found: Analysis, full: Analysis) -> None:
    """Everything that can be asked is answered alike."""
    mine, its = Renumbered(found.config.nodes), Renumbered(full.config.nodes)
    ours, theirs = found.tables, full.tables
    assert mine.config(found.config) == its.config(full.config)
    assert found.diagnostics == full.diagnostics
    assert preview_document(ours) == preview_document(theirs)
    assert list(map(mine.decision, ours.decisions)) == list(map(its.decision, theirs.decisions))
    assert mine.routes(ours.all_routes()) == its.routes(theirs.all_routes())
    assert mine.paths(service_paths(ours)) == its.paths(service_paths(theirs))
    for service in ours.services:
        own = mine.routes(ours.service_routes(service))
        assert own == its.routes(theirs.service_routes(service))
    assert announce(ours) == announce(theirs)


def check_difference(old: Analysis, new: Analysis, full_old: Analysis, full_new: Analysis) -> None:
    """Tables that share pieces differ as those that share none do."""
    found = diff_tables(old.tables, new.tables)
    counts = (len(found.added), len(found.withdrawn), len(found.changed))
    expected = diff_tables(full_old.tables, full_new.tables)
    for mine, its, own, other in (
        (found.added, expected.added, new, full_new),
        (found.withdrawn, expected.withdrawn, old, full_old),
    ):
        whole = Renumbered(other.config.nodes).routes(its)
        assert Renumbered(own.config.nodes).routes(mine) == whole
    changed = changes_of(found.changed, old.tables, new.tables)
    assert changed == changes_of(expected.changed, full_old.tables, full_new.tables)
    assert found.to_json() == expected.to_json()
    assert counts == tuple(
        len(list(rows)) for rows in (found.added, found.withdrawn, found.changed)
    )
    assert found.is_empty == (counts == (0, 0, 0))
    assert applied(old.tables, new.tables) == per_node(new.tables)


@pytest.mark.parametrize("backend", BACKENDS)
@given(seed=SEEDS)
def test_edits_reuse_nothing_stale(backend: str, seed: int) -> None:
    chance = random.Random(seed)
    first = resources = random_cluster(chance)
    current = full = analyse(resources, backend)
    for _ in range(6):
        resources = random_reading(chance, chance.choice([first, resources, resources]))
        before, full_before = current, full
        current, full = analyse(resources, backend, previous=current), analyse(resources, backend)
        check_equal(current, full)
        check_difference(before, current, full_before, full)


@given(seed=SEEDS)
def test_bits_given_anew_reuse_nothing_stale(seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "MOST_EMPTY", -4)  # clusters are small: now every second node does
        chance = random.Random(seed)
        first = resources = random_cluster(chance)
        current = full = analyse(resources)
        for _ in range(8):
            resources = random_node_edit(chance, chance.choice([first, resources, resources]))
            before, full_before = current, full
            current, full = analyse(resources, previous=current), analyse(resources)
            check_equal(current, full)
            check_difference(before, current, full_before, full)


@given(seed=SEEDS)
def test_another_back_end_reuses_nothing_stale(seed: int) -> None:
    chance = random.Random(seed)
    resources = random_cluster(chance)
    current = full = analyse(resources, chance.choice(BACKENDS))
    for _ in range(3):
        resources, backend = random_edit(chance, resources), chance.choice(BACKENDS)
        before, full_before = current, full
        current, full = analyse(resources, backend, previous=current), analyse(resources, backend)
        check_equal(current, full)
        check_difference(before, current, full_before, full)


def test_the_edits_are_worth_it() -> None:
    """Most change routes, some findings, some the nodes that take part."""
    counts: Counter[str] = Counter()
    chance = random.Random(1)
    for _ in range(100):
        first = resources = random_cluster(chance)
        for _ in range(3):
            before = resources
            resources = random_edit(chance, chance.choice([first, resources, resources]))
            old, new = analyse(before, "frr"), analyse(resources, "frr")
            counts["findings"] += old.diagnostics != new.diagnostics
            counts["nodes"] += old.config.node_errors.keys() != new.config.node_errors.keys()
            found = diff_tables(old.tables, new.tables)
            counts["added"] += bool(found.added)
            counts["withdrawn"] += bool(found.withdrawn)
            counts["changed"] += bool(found.changed)
            counts["services"] += before.members("Service") is not resources.members("Service")
    assert counts["findings"] >= 100
    assert min(counts.values()) >= 10, counts


def test_what_an_edit_does_not_touch_stays_the_same_object() -> None:
    resources = random_cluster(random.Random(5))
    first = analyse(resources)
    ref, service = next(iter(resources.items(Service)))
    second = analyse(resources.without(ref), previous=first)
    assert second.tables.plans is first.tables.plans
    assert second.config.nodes is first.config.nodes
    kept = [one for one in first.config.services if one.ref != ref]
    assert kept
    for mine, theirs in zip(second.config.services, kept, strict=True):
        assert mine is theirs
    again = analyse(resources.without(ref).with_resource(ref, service), previous=second)
    assert preview_document(again.tables) == preview_document(first.tables)
