"""The clusters that are measured are what they claim to be."""

from __future__ import annotations

from pathlib import Path

from lbtui.adapters.manifests import read_file
from lbtui.core import analyse
from lbtui.core.diagnostics import Severity
from lbtui.core.objects.decode import assemble
from lbtui.core.objects.resource_set import ResourceSet
from tests.bench.clusters import SMALL, Shape, resources, write


def test_metallb_accepts_them_and_every_service_is_announced() -> None:
    for shape in (SMALL, Shape(90, 6, 300, 12)):
        analysis = analyse(resources(shape), "frr-k8s")
        assert analysis.config.is_valid
        assert [d for d in analysis.diagnostics if d.severity is Severity.ERROR] == []
        assert len(analysis.tables.services) == shape.services
        assert all(analysis.tables.service_routes(name) for name in analysis.tables.services)


def test_they_are_the_same_from_memory_and_from_disk(tmp_path: Path) -> None:
    assert write(SMALL, tmp_path) == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert _read(tmp_path) == resources(SMALL)


def _read(folder: Path) -> ResourceSet:
    decoded = [
        member.decoded
        for path in sorted(folder.iterdir())
        for document in read_file(path.name, path.read_bytes()).documents
        for member in document.members
    ]
    return assemble(decoded)[0].resources
