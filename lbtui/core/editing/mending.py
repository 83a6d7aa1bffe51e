"""Carry out the edits of many findings, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from lbtui.core.analysis import analyse
from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.edit import apply_repair
from lbtui.core.objects.repairs import AddResource
from lbtui.core.objects.resource_set import ResourceRef, ResourceSet
from lbtui.core.objects.respelling import Respelling

MAX_ROUNDS = 50
"""One edit a resource and round: no resource has so many mistakes; two rules could disagree."""


class Mended(NamedTuple):
    """A set after edits, and the findings that they were for."""

    resources: ResourceSet
    done: tuple[Diagnostic, ...]


def mend(
    resources: ResourceSet,
    found_reading: Sequence[Diagnostic],
    backend: str,
    is_wanted: Callable[[Diagnostic], bool],
) -> Mended:
    """Make the edits of all findings that are wanted, until no wanted one is left.

    A resource gets one edit before everything is judged anew: an edit can move the items of a
    list that the next one means, or make it needless.

    Args:
        resources: as read.
        found_reading: findings of reading them; their edits concern fields no resource holds.
        backend: MetalLB's back end.
        is_wanted: chooses among the findings that have an edit.
    """
    done: list[Diagnostic] = []
    for _ in range(MAX_ROUNDS):
        touched: set[ResourceRef] = set()
        for finding in (*found_reading, *analyse(resources, backend).diagnostics):
            edit = finding.edit
            if edit is None or not is_wanted(finding):
                continue
            ref = finding.ref if isinstance(edit, AddResource) else edit.ref
            if ref in touched and not isinstance(edit, Respelling):
                continue
            mended = apply_repair(resources, edit)
            if mended is not None and mended != resources:
                resources = mended
                done.append(finding)
                touched.update({ref} if ref is not None else ())
        found_reading = ()
        if not touched:
            break
    return Mended(resources, tuple(done))
