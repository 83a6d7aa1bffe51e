"""`lbtui lint --fix`: make the edits that findings offer, in the files, or show them."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lbtui.adapters.file_store import FileStore
from lbtui.cli import interrupts, output
from lbtui.cli.exits import UsageError
from lbtui.cli.reading import Reading, judge
from lbtui.cli.sources import choose_backend, hold_stdin, name_sources
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.mending import mend
from lbtui.core.objects.cluster_resources import Secret
from lbtui.core.objects.meta import Hidden
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.objects.resources import METALLB_NAMESPACE, BGPPeer
from lbtui.ports import Snapshot

_PASSWORD = re.compile(r"""(password["']?\s*:\s*)([^\s,}][^,}]*)""", re.IGNORECASE)


class Fixed(NamedTuple):
    """What was done, and what is left."""

    done: tuple[Diagnostic, ...]
    """Findings whose edits were made, each with its place before."""
    files: tuple[str, ...]
    """Files that were written, or would be."""
    diff: str
    """Of all files, secrets masked; empty unless nothing was written."""
    left: Reading
    """Everything judged anew."""


def fix(arguments: argparse.Namespace) -> Fixed:
    """Carry out the edits; with --dry-run nothing is written. Raises StoreError, UsageError."""
    if "-" in arguments.sources and not arguments.dry_run:
        raise UsageError("standard input cannot be written back; add --dry-run, or name files")
    named = name_sources(arguments.sources, arguments.context)
    if named.context is not None:
        raise UsageError("--fix edits files; open the console on the cluster, where f makes edits")
    backend = choose_backend(arguments)
    store = FileStore(named.files, arguments.namespace or METALLB_NAMESPACE)
    hold_stdin(named.files)
    snapshot = interrupts.run(store.load())
    before = judge(snapshot, backend)
    codes = frozenset(arguments.only or ())

    def is_wanted(finding: Diagnostic) -> bool:
        return finding.code in codes if codes else not finding.needs_decision

    mended = mend(snapshot.resources, snapshot.diagnostics, backend, is_wanted)
    places = {(one.code, one.ref, one.path): one for one in before.diagnostics}
    done = tuple(places.get((one.code, one.ref, one.path), one) for one in mended.done)
    if arguments.dry_run:
        planned = interrupts.run(store.planned(mended.resources))
        diff = "".join(_diff(planned, tuple(_secrets(snapshot.resources))))
        left = judge(_without_respelled(snapshot, mended.resources), backend)
        return Fixed(done, tuple(planned), diff, left)
    report = interrupts.run(store.save(mended.resources))
    return Fixed(done, report.files, "", judge(report.snapshot, backend))


def narrate(fixed: Fixed, *, is_dry_run: bool) -> None:
    """Say what was done, edit by edit, and in which files."""
    for one in fixed.done:
        output.narrate(f"{one.place or one.ref}: {one.code}: {one.edit}")
    count = output.count_of(len(fixed.done), "edit")
    if not fixed.done:
        output.narrate("Nothing to fix that needs no decision.")
    elif is_dry_run:
        output.narrate(f"{count} would change {', '.join(fixed.files)}; nothing was written.")
    else:
        output.narrate(f"{count} made in {', '.join(fixed.files)}.")


def _without_respelled(snapshot: Snapshot, resources: ResourceSet) -> Snapshot:
    """The snapshot as it would be read after saving; places are those of the files now."""
    left = tuple(one for one in snapshot.diagnostics if one.edit not in resources.respelled)
    return Snapshot(resources, left, snapshot.locate)


def _diff(planned: Mapping[str, tuple[bytes, bytes]], secrets: tuple[str, ...]) -> Iterator[str]:
    """A unified diff that `patch -p0` and Git read, unless a secret had to be masked."""
    for name, (old, new) in planned.items():
        lines = difflib.unified_diff(
            old.decode(errors="replace").splitlines(keepends=True),
            new.decode(errors="replace").splitlines(keepends=True),
            name,
            name,
            n=2,
        )
        for line in lines:
            masked = _masked(line, secrets)
            yield masked if masked.endswith("\n") else f"{masked}\n"


def _masked(line: str, secrets: tuple[str, ...]) -> str:
    """The line without any password in it."""
    for secret in secrets:
        line = line.replace(secret, "***")
    return _PASSWORD.sub(r"\1***", line) if line[:1] in " +-" else line


def _secrets(resources: ResourceSet) -> Iterator[str]:
    """Every line of every secret value, longest first."""
    hidden: list[Hidden] = [p.spec.password for p in resources.all(BGPPeer) if p.spec.password]
    for secret in resources.all(Secret):
        hidden += [*secret.data.values(), *secret.string_data.values()]
    lines = {line.strip() for value in hidden for line in value.reveal().splitlines()}
    yield from sorted(filter(None, lines), key=len, reverse=True)
