"""After any edits, what is reused says what a full recompute says: tables, findings, diffs."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lbtui.core import Analysis, analyse, announce, diff_tables
from lbtui.core.objects.cluster_resources import Service
from lbtui.core.routing.paths import service_paths
from tests.core.edits import random_cluster, random_edit
from tests.core.test_properties import BACKENDS, applied, per_node

SEEDS = st.integers(0, 2**32 - 1)


def check_equal(found: Analysis, full: Analysis) -> None:
    """Everything that can be asked is answered alike."""
    assert found.config == full.config
    assert found.diagnostics == full.diagnostics
    assert found.tables.to_json() == full.tables.to_json()
    assert found.tables.decisions == full.tables.decisions
    assert found.tables.all_routes() == full.tables.all_routes()
    assert service_paths(found.tables) == service_paths(full.tables)
    for service in found.tables.services:
        assert found.tables.service_routes(service) == full.tables.service_routes(service)
    assert announce(found.tables) == announce(full.tables)


def check_difference(old: Analysis, new: Analysis, full_old: Analysis, full_new: Analysis) -> None:
    """Tables that share pieces differ as those that share none do."""
    found = diff_tables(old.tables, new.tables)
    counts = (len(found.added), len(found.withdrawn), len(found.changed))
    expected = diff_tables(full_old.tables, full_new.tables)
    assert (found.added, found.withdrawn, found.changed) == (
        tuple(expected.added),
        tuple(expected.withdrawn),
        tuple(expected.changed),
    )
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
        resources = random_edit(chance, chance.choice([first, resources, resources]))
        before, full_before = current, full
        current, full = analyse(resources, backend, previous=current), analyse(resources, backend)
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
    assert again.tables.to_json() == first.tables.to_json()
