"""What a cluster's components say of themselves, as it changes, beside what is intended."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lbtui.core.drift import Drift, LiveSession, Reported
    from lbtui.core.drift.beside import PeerFacts
    from lbtui.core.drift.gathered import Reports
    from lbtui.core.routing.routes import RouteTables
    from lbtui.ports import LiveStore, SpeakerView
    from lbtui.tui.app import LbtuiApp

LOOK_SECONDS = 10.0
"""Between two looks if nobody reports anything new."""
LEAST_IDLE = 50
"""How many times as long as comparing takes the console waits at least before the next look."""
BUNDLED = "lbtui's own speaker"


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found at one look."""

    reports: Reports
    peers: tuple[PeerFacts, ...]
    drift: tuple[Drift, ...]
    """The very same while nothing but its age is another."""
    sources: tuple[tuple[str, float], ...]
    """Each source that told anything, and when it was last heard."""

    @property
    def sessions(self) -> tuple[int, int] | None:
        """How many are Established, and how many are intended; None: nobody tells."""
        if not any(one.is_live_known for one in self.peers):
            return None
        intended = sum(one.intended.bit_count() for one in self.peers)
        return sum((one.up & one.intended).bit_count() for one in self.peers), intended


class FactFinding:
    """Compares with the saved state: what is only edited cannot have happened."""

    def __init__(self, app: LbtuiApp, store: LiveStore) -> None:
        """Ask the store of one app."""
        self._app, self._store = app, store

    async def run(self) -> None:
        """Look for ever, first as soon as there is something to compare with."""
        await self._app.analysed.wait()
        while True:
            reports = await self._store.reports()
            begun = time.monotonic()
            await self._compare(reports)
            taken = time.monotonic() - begun
            await asyncio.sleep(taken * LEAST_IDLE)
            await self._store.reported(LOOK_SECONDS)

    async def _compare(self, reports: Reports) -> None:
        saved = self._app.state.saved_analysis
        if saved is None:
            return
        before, view = self._app.state.facts, self._app.state.speaker
        facts = await asyncio.to_thread(find_facts, reports, saved.tables, view, time.time())
        if before is not None and _said(before) == _said(facts):
            facts = replace(facts, drift=before.drift)
        self._app.change(replace(self._app.state, facts=facts))


def find_facts(reports: Reports, tables: RouteTables, speaker: SpeakerView, now: float) -> Facts:
    """Compare; takes as long as it takes, so not in the loop."""
    from lbtui.core.drift import find_drift
    from lbtui.core.drift.beside import facts_of_peers

    sides = reports.sides(tables, own_sessions(speaker, now))
    sources = {one.stamp.source: one.stamp.heard for one in reports.by_kind.values() if one.facts}
    sources |= {one.stamp.source: one.stamp.heard for one in sides.sessions}
    drift = find_drift(sides, now)
    return Facts(reports, facts_of_peers(sides), drift, tuple(sorted(sources.items())))


def own_sessions(speaker: SpeakerView, now: float) -> tuple[Reported[LiveSession], ...]:
    """The sessions of lbtui's own speaker as a source beside the others, if it runs."""
    from lbtui.core.drift import LiveSession, Reported
    from lbtui.core.drift.sides import Stamp

    if not speaker.is_running or not speaker.sessions:
        return ()
    found = tuple(
        LiveSession(
            one.node, one.address, str(one.detail.get("vrf") or ""), one.state, "", one.last_error
        )
        for one in speaker.sessions
    )
    return (Reported(found, Stamp(BUNDLED, now)),)


def _said(facts: Facts) -> list[tuple[object, str]]:
    return [(one.diagnostic, one.source) for one in facts.drift]
