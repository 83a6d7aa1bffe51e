"""All that components of a cluster reported at one time, by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from lbtui.core.drift.frr_configuration import FRRConfiguration
from lbtui.core.drift.reports import (
    BGPSessionState,
    ConfigurationState,
    FRRNodeState,
    PoolReport,
    Report,
    ServiceBGPStatus,
)
from lbtui.core.drift.sides import LiveSession, Reported, Sides, live_sessions
from lbtui.core.routing.routes import RouteTables

R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True)
class Reports:
    """What was read of each kind; a kind that could not be read is not there."""

    by_kind: Mapping[str, Reported[Report]]
    problems: tuple[str, ...]
    """Kinds and objects that could not be read, and why."""

    def of(self, kind: type[R]) -> Reported[R] | None:
        """All of one kind; None if it is not known."""
        found = self.by_kind.get(kind.kind)
        if found is None:
            return None
        return Reported(tuple(one for one in found.facts if isinstance(one, kind)), found.stamp)

    def sides(self, tables: RouteTables, more: Iterable[Reported[LiveSession]] = ()) -> Sides:
        """These beside what is intended; `more` are sessions that others tell of."""
        states = self.of(BGPSessionState)
        live = list(more)
        if states is not None and states.facts:
            live.append(Reported(live_sessions(states.facts), states.stamp))
        return Sides(
            tables,
            services=self.of(ServiceBGPStatus),
            configurations=self.of(ConfigurationState),
            pools=self.of(PoolReport),
            frr_nodes=self.of(FRRNodeState),
            frr_configurations=self.of(FRRConfiguration),
            sessions=live,
        )
