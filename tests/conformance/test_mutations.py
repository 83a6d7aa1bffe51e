"""Nothing that a manifest can hold makes lbtui fail, and its order changes no answer."""

from __future__ import annotations

import collections
import functools
import json
import random
from pathlib import Path
from typing import Any

import pytest

from lbtui.core import BACKENDS, Options, analyse, announce, load_resources, preview_document
from lbtui.core.allocation import forecast
from lbtui.core.configuration.admission import refusals
from lbtui.core.objects.decode import encode_resource
from lbtui.core.questions.explain import explain_service
from lbtui.core.questions.whatif import lose, single_points
from tests.conformance.mutation import Manifest, manifests_of, mutated
from tests.conformance.replay import read_cases

DATA = Path(__file__).parent / "data"
SEEDS = range(120)


@functools.cache
def recorded() -> list[list[Manifest]]:
    """The objects of every recorded case."""
    cases = [c["input"] for name in FILES for c in read_cases(DATA / f"{name}.jsonl.gz")]
    return [manifests_of(given) for given in cases if given["mode"] != "parse"]


FILES = ("routes-a", "named", "allocator-a")


@pytest.mark.parametrize("seed", SEEDS)
def test_any_manifests_are_answered_whatever_their_order(seed: int) -> None:
    chance = random.Random(seed)
    manifests = mutated(chance, chance.choice(recorded()), chance.choice(recorded()))
    backend = chance.choice(BACKENDS)
    answers = _answers(manifests, backend)
    if _names_are_unique(manifests):
        chance.shuffle(manifests)
        assert _answers(manifests, backend) == answers


def _answers(manifests: list[Manifest], backend: str) -> dict[str, Any]:
    """What every question is answered with; what must be JSON is made into it."""
    options = Options(assume_endpoints=False)
    loaded = load_resources(manifests)
    analysis = analyse(loaded.resources, backend, options)
    tables = analysis.tables
    announce(tables)
    document = preview_document(tables)
    for error in document["nodeErrors"].values():
        error.pop("message")  # the first of several may name another object
    found = {
        "codes": sorted({d.code for d in (*loaded.diagnostics, *analysis.diagnostics)}),
        "preview": {**document, "backendErrors": sorted(document["backendErrors"])},
        "allocate": forecast(loaded.resources, analysis.config).to_json(),
        "admission": [bool(refusal) for refusal in refusals(loaded.resources, backend).values()],
        "explain": [
            explain_service(tables, loaded.resources, name).to_json()["verdict"]
            for name in tables.services
        ],
        "whatif": [lose(analysis, [f"peer/{peer}"]).to_json() for peer in tables.peers[:1]],
        "single": [(p.kind, p.name, p.services) for p in single_points(tables)],
        "manifests": sorted(
            json.dumps(encode_resource(resource), sort_keys=True)
            for ref in loaded.resources.refs()
            if (resource := loaded.resources.get(ref)) is not None
        ),
    }
    json.dumps(found)
    return found


def _names_are_unique(manifests: list[Manifest]) -> bool:
    """Of two objects of one name the later one wins, so that their order does matter."""
    names = collections.Counter(_name(manifest) for manifest in manifests)
    return max(names.values()) == 1


def _name(manifest: Any) -> tuple[str, str, str]:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        metadata = {}
    return (
        str(manifest.get("kind")),
        str(metadata.get("namespace")),
        str(metadata.get("name")),
    )
