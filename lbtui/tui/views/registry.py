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
    """One view: all that the rest of the console has to know about it."""

    name: str
    """The widget's id and the word for `:`; equals the class's `name_in_commands`."""
    key: str
    """The key that shows it, as Textual names keys; a digit makes a tab, too. Empty: no key."""
    label: str
    short: str
    """Label where there is little room."""
    module: str
    class_name: str
    help: str
    """What it shows, in a few words, for the commands and the help."""
    words: tuple[str, ...] = ()
    """Other words for `:`, those that kubectl and k9s users type first."""
    kind: str = ""
    """The kind whose resources are its rows, if there is one."""

    def make(self) -> View:
        """Import the class and make the view."""
        module = importlib.import_module(f"lbtui.tui.views.{self.module}")
        return cast("View", getattr(module, self.class_name)())


ENTRIES: tuple[Entry, ...] = (
    Entry(
        "overview", "0", "Overview", "Home", "overview", "OverviewView",
        "Health at a glance: findings, services by paths, sessions, pools by use",
        ("home", "health", "pulse"),
    ),
    Entry(
        "pools", "1", "Pools", "Pools", "resources", "PoolsView",
        "Address pools: what services may get", ("pool", "ipaddresspools"), "IPAddressPool",
    ),
    Entry(
        "peers", "2", "Peers", "Peers", "resources", "PeersView",
        "BGP peers: the routers and who has a session to them", ("peer", "bgppeers"), "BGPPeer",
    ),
    Entry(
        "advertisements", "3", "Advertisements", "Advs", "resources", "AdvertisementsView",
        "BGP advertisements: which pools go where, with which attributes",
        ("advs", "adv", "bgpadvertisements"), "BGPAdvertisement",
    ),
    Entry(
        "aliases", "4", "Aliases", "Alias", "resources", "AliasesView",
        "Community aliases and who uses them", ("alias", "communities"), "Community",
    ),
    Entry(
        "services", "5", "Services", "Svcs", "cluster", "ServicesView",
        "Services with addresses, and which nodes announce them", ("svc",), "Service",
    ),
    Entry(
        "nodes", "6", "Nodes", "Nodes", "cluster", "NodesView",
        "Nodes, their sessions and routes", ("no",), "Node",
    ),
    Entry(
        "routes", "7", "Routes", "Routes", "routes", "RoutesView",
        "Which route each peer gets from which node", ("rib",),
    ),
    Entry(
        "matrix", "m", "Matrix", "Matrix", "matrix", "MatrixView",
        "Nodes by peers: session and number of routes in each cell", ("grid",),
    ),
    Entry(
        "topology", "t", "Topology", "Topo", "topology", "TopologyView",
        "Racks, their nodes and peers, and the peers that racks share", ("fabric", "racks"),
    ),
    Entry(
        "sessions", "8", "Sessions", "Sess", "sessions", "SessionsView",
        "Sessions of lbtui's own speaker, as they are now", ("sess",),
    ),
    Entry(
        "facts", "T", "Facts", "Facts", "facts_view", "FactsView",
        "Intended, claimed and live of each peer of a cluster, side by side", ("drift", "live"),
    ),
    Entry(
        "log", "L", "Log", "Log", "log", "LogView",
        "What happens to lbtui's own speaker and its sessions, as it happens", ("events",),
    ),
    Entry(
        "findings", "9", "Findings", "Find", "findings_view", "FindingsView",
        "What is wrong or worth knowing, worst first", ("lint", "problems"),
    ),
    Entry(
        "changes", "=", "Changes", "Changes", "changes", "ChangesView",
        "What the edits do to manifests and routes", ("diff",),
    ),
    Entry(
        "explain", "", "Explain", "Explain", "explain", "ExplainView",
        "The last explanation; x explains the row under the cursor", ("explanation",),
    ),
    Entry(
        "whatif", "", "What if", "What if", "whatif", "WhatIfView",
        "What is lost without nodes, peers or services; single points of failure", ("what-if",),
    ),
    Entry(
        "comparison", "", "Comparison", "Compare", "compare", "CompareView",
        "What is sent against the saved state, another back end or a folder; :compare asks",
    ),
    Entry(
        "bfd", "", "BFD profiles", "BFD", "other_resources", "BFDProfilesView",
        "BFD profiles and the peers that use them", ("bfdprofiles",), "BFDProfile",
    ),
    Entry(
        "l2", "", "L2 advertisements", "L2", "other_resources", "L2AdvertisementsView",
        "L2 advertisements, which share pools with BGP", ("l2advertisements",), "L2Advertisement",
    ),
)  # fmt: skip
"""A new view is a row here and a class in its module; its tab, key, command and help follow."""

BY_NAME = {entry.name: entry for entry in ENTRIES}
TABS = tuple(Tab(e.key, e.name, e.label, e.short) for e in ENTRIES if e.key.isdigit())
NAME_OF_KIND = {entry.kind: entry.name for entry in ENTRIES if entry.kind}
"""Which view lists a kind."""
