"""From SOURCEs on the command line to an analysis: what every printing command begins with."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lbtui.adapters.file_store import FileStore
from lbtui.cli import interrupts
from lbtui.cli.output import count_of, diagnostic_to_text, narrate, summarise
from lbtui.cli.sources import Sources, choose_backend, hold_stdin, name_sources
from lbtui.core.analysis import Analysis, analyse
from lbtui.core.diagnostics import Diagnostic, Severity
from lbtui.core.editing.overlay import on_top
from lbtui.core.objects.resources import METALLB_NAMESPACE
from lbtui.ports import Snapshot, StoreError


@dataclass(frozen=True, slots=True)
class Reading:
    """Manifests or a cluster as read and what follows from them."""

    snapshot: Snapshot
    analysis: Analysis
    diagnostics: tuple[Diagnostic, ...]
    """Of reading and of judging, each with its place, in the order of files and lines."""

    @property
    def backend(self) -> str:
        """The back end by whose rules it was judged."""
        return self.analysis.config.backend

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that MetalLB would refuse or could never announce."""
        return any(d.is_error for d in self.diagnostics)

    @property
    def has_refusals(self) -> bool:
        """Whether anything is wrong that MetalLB refuses, on one node or in a whole set.

        A name that leads nowhere is an error as well, but stops nothing else.
        """
        from lbtui.core.lint import RULES

        accepted = {rule.code for rule in RULES}
        return not self.is_valid or any(
            d.is_error and d.code not in accepted for d in self.diagnostics
        )

    @property
    def is_valid(self) -> bool:
        """Whether MetalLB would accept the whole set."""
        is_readable = not any(d.is_error for d in self.snapshot.diagnostics)
        return is_readable and self.analysis.config.is_valid


def read(arguments: argparse.Namespace) -> Reading:
    """Load and analyse what the arguments name. Raises StoreError, UsageError."""
    snapshot = load(arguments.sources, arguments, arguments.context)
    return judge(snapshot, choose_backend(arguments, snapshot.setting))


def load(sources: Sequence[str], arguments: argparse.Namespace, context: str | None) -> Snapshot:
    """What these sources hold: manifests, a cluster, or a cluster with manifests on top.

    Raises StoreError, UsageError.
    """
    named = name_sources(sources, context)
    hold_stdin(named.files)
    return interrupts.run(_load(named, arguments.namespace))


async def read_one(source: str, namespace: str | None) -> Snapshot:
    """The same for one source that was named to the console. Raises PortError."""
    if source == "-":
        raise StoreError("standard input is not read while the console runs; name a file")
    return await _load(name_sources([os.path.expanduser(source)]), namespace)


async def _load(named: Sources, namespace: str | None) -> Snapshot:
    if named.context is None:
        return await FileStore(named.files, namespace or METALLB_NAMESPACE).load()
    from lbtui.cli.clusters import open_store

    async with open_store(named.context, namespace) as store:
        cluster = await store.load()
        if not named.files:
            return cluster
        manifests = await FileStore(named.files, store.installation.namespace).load()
    return replace(
        cluster,
        resources=on_top(cluster.resources, manifests.resources),
        diagnostics=(*manifests.diagnostics, *cluster.diagnostics),
        locate=manifests.locate,
    )


def judge(snapshot: Snapshot, backend: str) -> Reading:
    """Analyse what was loaded."""
    analysis = analyse(snapshot.resources, backend, snapshot.options)
    found = [*snapshot.diagnostics, *(placed(d, snapshot) for d in analysis.diagnostics)]
    return Reading(snapshot, analysis, tuple(sorted(found, key=_order)))


def placed(diagnostic: Diagnostic, snapshot: Snapshot) -> Diagnostic:
    """The diagnostic with the file and line of the field it is about."""
    if diagnostic.place or diagnostic.ref is None or diagnostic.ref not in snapshot.locate:
        return diagnostic
    return diagnostic.at(snapshot.locate[diagnostic.ref](diagnostic.path))


def _order(diagnostic: Diagnostic) -> tuple[str, int, int]:
    place = diagnostic.place
    rank = list(Severity).index(diagnostic.severity)
    return (place.file, place.line, rank) if place else ("", 0, rank)


def narrate_assumptions(reading: Reading) -> None:
    """Say what was taken for granted where the manifests are silent."""
    config = reading.analysis.config
    if config.is_node_assumed:
        narrate("No Node objects: one node named 'node' without labels stands for any node.")
    if config.assumed_endpoints:
        services = count_of(len(config.assumed_endpoints), "service")
        narrate(f"No EndpointSlices for {services}: one ready endpoint on every node is assumed.")


def narrate_diagnostics(reading: Reading) -> None:
    """Tell errors in full and the rest by number, beside data that is not about them."""
    for diagnostic in reading.diagnostics:
        if diagnostic.is_error:
            narrate(diagnostic_to_text(diagnostic))
    if reading.diagnostics:
        narrate(f"{summarise(reading.diagnostics)}; 'lbtui lint' explains each.")
