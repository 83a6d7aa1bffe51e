"""Everything the console shows, as one immutable value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lbtui.core.diagnostics import Diagnostic
from lbtui.core.editing.history import History
from lbtui.core.objects.resource_set import ResourceSet
from lbtui.core.routing.lab import NO_LAB, LabMapping
from lbtui.ports import Reading, Snapshot, SpeakerView

if TYPE_CHECKING:
    from lbtui.core.analysis import Analysis
    from lbtui.core.configuration.model import Options
    from lbtui.core.routing.diff import RouteDiff
    from lbtui.tui.facts import Facts
    from lbtui.tui.route_counts import RouteCounts
    from lbtui.tui.speaker_log import Event

NO_RESOURCES = ResourceSet()


@dataclass(frozen=True, slots=True)
class ServerSaid:
    """Findings of a dry run, about resources as they were then."""

    findings: tuple[Diagnostic, ...] = ()
    resources: ResourceSet = field(default_factory=lambda: NO_RESOURCES)

    def about(self, current: ResourceSet) -> Iterator[Diagnostic]:
        """Those about resources that are still the same."""
        for finding in self.findings:
            ref = finding.ref
            if ref is not None and self.resources.get(ref) is current.get(ref):
                yield finding


NOTHING_SAID = ServerSaid()


@dataclass(frozen=True, slots=True)
class ViewState:
    """What is known now; a new value for every change."""

    backend: str
    is_backend_chosen: bool = False
    """Whether the user named it; else what a cluster runs counts."""
    title: str = ""
    """The source: a folder, a context or "demo"."""
    is_production: bool = False
    """Whether the user calls it a place to be careful in."""
    read_only: str = ""
    """Why nothing can be saved; empty if it can."""
    snapshot: Snapshot | None = None
    """What the store held when it was read last; None until then."""
    reading: Reading | None = None
    """How far the first reading has come: `history` holds what was read, to be looked at only."""
    changed_outside: tuple[str, ...] = ()
    """What someone else changed since it was read: files, or objects of a cluster."""
    load_error: str = ""
    """Why the store could not be read."""
    history: History = field(default_factory=lambda: History.of(NO_RESOURCES))
    """The edits; `history.current` is the working set."""
    server_said: ServerSaid = NOTHING_SAID
    """What a cluster's server said of edits when they were tried last."""
    analysis: Analysis | None = None
    """Of the working set, or for a moment of the one before; None until the first is made."""
    saved_analysis: Analysis | None = None
    """Of the saved set."""
    route_diff: RouteDiff | None = None
    """From the saved set's routes to the working set's."""
    route_counts: RouteCounts | None = None
    """Of `analysis`; in a large cluster they are known a moment later, None until then."""
    facts: Facts | None = None
    """What a cluster's components said when they were asked last."""
    speaker: SpeakerView = field(default_factory=lambda: SpeakerView(is_running=False))
    events: tuple[Event, ...] = ()
    """What happened to the speaker and its sessions, the newest last."""
    following: str | None = None
    """What is said of edits that go to the speaker by themselves; None: they do not."""
    lab_mapping: LabMapping = NO_LAB
    """Where sessions go and come from instead, in a lab; empty: to the peers themselves."""
    lab: SpeakerView | None = None
    """The demo's lab routers; None outside the demo."""

    @property
    def options(self) -> Options | None:
        """How MetalLB was started, if the source tells."""
        return self.snapshot.options if self.snapshot is not None else None

    @property
    def is_current(self) -> bool:
        """Whether `analysis` belongs to the working set as it is now."""
        return self.analysis is not None and self.analysis.resources is self.history.current
