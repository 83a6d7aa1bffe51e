"""Analysing leaves nothing to collect, and the collector as it was."""

from __future__ import annotations

import gc
import threading

import pytest

from lbtui.core import analyse, load_resources
from lbtui.core.collector import collector_paused
from tests.core.cluster import advertisement, node, peer, pool, service

CLUSTER = [
    node("a", "192.0.2.11"),
    pool("p", "198.51.100.0/24"),
    peer("r"),
    advertisement("x", aggregationLength=24),
    *(service(f"s{i}", f"198.51.100.{i}") for i in range(1, 60)),
]


def test_an_analysis_leaves_no_cycles() -> None:
    analyse(load_resources(CLUSTER).resources)  # what is made once stays
    gc.collect()
    kept = [analyse(load_resources(CLUSTER).resources) for _ in range(3)]
    assert kept
    kept.clear()
    assert gc.collect() < 100


def test_it_is_as_it_was_also_after_an_error() -> None:
    with pytest.raises(ValueError, match="backend"):
        analyse(load_resources(CLUSTER).resources, "backend")
    assert gc.isenabled()


def test_the_first_of_several_threads_ends_the_pause() -> None:
    begun, finished = threading.Event(), threading.Event()

    def other() -> None:
        with collector_paused():
            begun.set()
            finished.wait()

    with collector_paused():
        thread = threading.Thread(target=other)
        thread.start()
        begun.wait()
    assert gc.isenabled()
    finished.set()
    thread.join()
    assert gc.isenabled()
