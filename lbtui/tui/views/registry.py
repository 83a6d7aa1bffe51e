"""The views there are, by name; each is imported when it is shown first."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lbtui.tui.widgets.bars import Tab

if TYPE_CHECKING:
    from lbtui.tui.view import View


@dataclass(frozen=True, slots=True)
class Entry:
    """One view: its name in commands, its key, its labels, and where its class is."""

    name: str
    number: str
    """The digit key; empty: by the palette only."""
    label: str
    short: str
    """Label where there is little room."""
    module: str
    class_name: str

    def make(self) -> View:
        """Import the class and make the view."""
        module = importlib.import_module(f"lbtui.tui.views.{self.module}")
        return cast("View", getattr(module, self.class_name)())


ENTRIES: tuple[Entry, ...] = (
    Entry("pools", "1", "Pools", "Pools", "resources", "PoolsView"),
    Entry("peers", "2", "Peers", "Peers", "resources", "PeersView"),
    Entry("advertisements", "3", "Advertisements", "Advs", "resources", "AdvertisementsView"),
    Entry("aliases", "4", "Aliases", "Alias", "resources", "AliasesView"),
    Entry("services", "5", "Services", "Svcs", "cluster", "ServicesView"),
    Entry("nodes", "6", "Nodes", "Nodes", "cluster", "NodesView"),
    Entry("routes", "7", "Routes", "Routes", "routes", "RoutesView"),
    Entry("sessions", "8", "Sessions", "Sess", "sessions", "SessionsView"),
    Entry("findings", "9", "Findings", "Find", "findings_view", "FindingsView"),
    Entry("changes", "", "Changes", "Changes", "changes", "ChangesView"),
    Entry("bfd", "", "BFD profiles", "BFD", "other_resources", "BFDProfilesView"),
    Entry("l2", "", "L2 advertisements", "L2", "other_resources", "L2AdvertisementsView"),
)
BY_NAME = {entry.name: entry for entry in ENTRIES}
TABS = tuple(Tab(e.number, e.name, e.label, e.short) for e in ENTRIES if e.number)
NAME_OF_KIND = {
    "IPAddressPool": "pools",
    "BGPPeer": "peers",
    "BGPAdvertisement": "advertisements",
    "Community": "aliases",
    "Service": "services",
    "Node": "nodes",
    "BFDProfile": "bfd",
    "L2Advertisement": "l2",
}
"""Which view lists a kind."""
