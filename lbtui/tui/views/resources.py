"""The views of pools, peers, advertisements and aliases."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from lbtui.core.objects.meta import LabelSelector
from lbtui.core.objects.resource_set import ResourceRef
from lbtui.core.objects.resources import (
    BGPAdvertisement,
    BGPPeer,
    Community,
    IPAddressPool,
)
from lbtui.tui.symbols import SYMBOLS
from lbtui.tui.text import Cell, Span
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.resource_view import STATE, ResourceView, state_cell, state_rank
from lbtui.tui.widgets.rows import Column, ItemRows, Rows

NAME = Column("name", "Name", maximum=32)
ROUTES = Column("routes", "Routes", priority=3, align="right")


def route_count(state: ViewState, ref: ResourceRef) -> int:
    """Number of routes that a resource has a part in; -1 before they were counted."""
    return state.route_counts.of(ref).routes if state.route_counts is not None else -1


def count_cell(count: int) -> Cell:
    """A number; zero stands out, as it means that nothing is announced."""
    if count < 0:
        return Span("", "muted")
    return Span("0", "warning") if not count else str(count)


def ref_of(resource: Any) -> ResourceRef:
    """The reference of the first resource of that name."""
    return ResourceRef(resource.kind, resource.metadata.namespace, resource.metadata.name)


def selectors_text(selectors: Iterable[LabelSelector]) -> str:
    """Selectors in short, alternatives joined by "or"."""
    from lbtui.core.values.selector_text import selector_to_text

    return " or ".join(selector_to_text(selector) or "all" for selector in selectors)


def names_cell(names: Sequence[str], selectors: Iterable[LabelSelector] = ()) -> Cell:
    """Names and selectors; none of them means all."""
    text = ", ".join(filter(None, (", ".join(names), selectors_text(selectors))))
    return text or Span("all", "muted")


class PoolsView(ResourceView):
    """Address pools."""

    name_in_commands = "pools"
    title = "Address pools"
    kind = IPAddressPool
    can_mark = True
    kind_name = "IPAddressPool"
    noun = "address pool"
    columns = (
        NAME,
        Column("addresses", "Addresses", is_flexible=True, minimum=18),
        Column("auto", "Auto-assign", priority=4),
        ROUTES,
        STATE,
    )
    help_text = (
        "The addresses that services may get. A pool that no advertisement covers gives out "
        "addresses that nobody announces: its number of routes is 0.\n\n"
        "The panel shows the routes that come from the pool's addresses, by peer."
    )

    def cells(self, resource: IPAddressPool, state: ViewState) -> Sequence[Cell]:
        """Name, addresses, whether they are given out unasked, number of routes."""
        spec = resource.spec
        return (
            resource.name,
            ", ".join(spec.addresses),
            "yes" if spec.auto_assign else "on request",
            count_cell(route_count(state, ref_of(resource))),
        )

    def sort_values(self, state: ViewState) -> Mapping[str, Any]:
        """Routes by number."""
        return {"routes": lambda item: route_count(state, item[0])}


class PeersView(ResourceView):
    """BGP peers."""

    name_in_commands = "peers"
    title = "BGP peers"
    kind = BGPPeer
    can_mark = True
    kind_name = "BGPPeer"
    noun = "BGP peer"
    columns = (
        NAME,
        Column("address", "Address", maximum=39),
        Column("asn", "AS", priority=2),
        Column("nodes", "Nodes", priority=3, is_flexible=True, minimum=10),
        Column("routes", "Routes", priority=2, align="right"),
        STATE,
    )
    help_text = (
        "The routers that nodes open a session to. AS shows the nodes' AS, then the router's; "
        "iBGP means that both are the same, and only then LOCAL_PREF is sent.\n\n"
        "The panel shows the routes that the router gets, with the nodes that send each."
    )

    def cells(self, resource: BGPPeer, state: ViewState) -> Sequence[Cell]:
        """Name, address, AS numbers, nodes, number of routes."""
        spec = resource.spec
        asn = str(spec.peer_asn) if spec.peer_asn else spec.dynamic_asn or "?"
        is_ibgp = spec.peer_asn == spec.my_asn or spec.dynamic_asn == "internal"
        port = f":{spec.peer_port}" if spec.peer_port != 179 else ""
        address = spec.peer_address or spec.interface
        return (
            resource.name,
            f"[{address}]{port}" if port and ":" in address else f"{address}{port}",
            f"{spec.my_asn} {SYMBOLS.arrow} {asn} {'iBGP' if is_ibgp else 'eBGP'}",
            self._nodes_cell(resource, state),
            count_cell(route_count(state, ref_of(resource))),
        )

    def _nodes_cell(self, resource: BGPPeer, state: ViewState) -> Cell:
        if state.analysis is None or resource.name not in state.analysis.tables.peers:
            return names_cell((), resource.spec.node_selectors)
        tables = state.analysis.tables
        nodes = tables.session_nodes.get(resource.name, 0)
        text = tables.nodes.describe(nodes)
        return text if nodes else Span(text, "warning")

    def sort_values(self, state: ViewState) -> Mapping[str, Any]:
        """Routes by number."""
        return {"routes": lambda item: route_count(state, item[0])}


class AdvertisementsView(ResourceView):
    """BGP advertisements."""

    name_in_commands = "advertisements"
    title = "BGP advertisements"
    kind = BGPAdvertisement
    can_mark = True
    kind_name = "BGPAdvertisement"
    noun = "BGP advertisement"
    columns = (
        NAME,
        Column("pools", "Pools", is_flexible=True, minimum=8),
        Column("peers", "Peers", priority=2, is_flexible=True, minimum=10),
        Column("nodes", "Nodes", priority=4, is_flexible=True, minimum=8),
        Column("local-pref", "LocalPref", priority=2, align="right"),
        Column("communities", "Communities", priority=3, is_flexible=True, minimum=11),
        Column("aggregation", "Length", priority=4),
        ROUTES,
        STATE,
    )
    help_text = (
        "Which pools are announced, by which nodes, to which peers, with which attributes. "
        "Where nothing is named, all are meant: no peers means every peer.\n\n"
        "Length is the prefix length announced, IPv4/IPv6. The panel shows the routes, and while "
        "you edit, what changes in them."
    )

    def cells(self, resource: BGPAdvertisement, state: ViewState) -> Sequence[Cell]:
        """Name, pools, peers, nodes, attributes, aggregation, number of routes."""
        spec = resource.spec
        return (
            resource.name,
            names_cell(spec.ip_address_pools, spec.ip_address_pool_selectors),
            names_cell(spec.peers),
            names_cell((), spec.node_selectors),
            str(spec.local_pref) if spec.local_pref else Span("-", "muted"),
            ", ".join(spec.communities) or Span("-", "muted"),
            f"/{spec.aggregation_length} /{spec.aggregation_length_v6}",
            count_cell(route_count(state, ref_of(resource))),
        )

    def sort_values(self, state: ViewState) -> Mapping[str, Any]:
        """Numbers by number."""
        return {
            "routes": lambda item: route_count(state, item[0]),
            "local-pref": lambda item: item[1].spec.local_pref,
        }


class AliasesView(ResourceView):
    """Community aliases, one row each; the objects that hold them play no part in their names."""

    name_in_commands = "aliases"
    title = "Community aliases"
    kind = Community
    kind_name = "Community"
    noun = "community alias"
    columns = (
        Column("alias", "Alias", maximum=32),
        Column("value", "Value", maximum=36),
        Column("object", "Object", priority=3, maximum=30),
        Column("used", "Used by", priority=2, is_flexible=True, minimum=10),
        STATE,
    )
    help_text = (
        "Names for community values. Advertisements use the alias, never the name of the "
        "Community object that holds it. e edits the whole object."
    )

    def rows(self, state: ViewState) -> Rows:
        """One row for each alias; an object without aliases has one, too."""
        current, saved = state.history.current, state.history.saved
        refs = [ref for ref, _ in current.items(Community)]
        refs += [ref for ref, _ in saved.items(Community) if ref not in current]
        items = [
            (ref, *alias)
            for ref in refs
            for alias in _aliases_of(current.get(ref) or saved.get(ref))
        ]
        users = _alias_users(state)
        findings = self._findings.of(state)

        def cells(item: tuple[ResourceRef, str, str]) -> Sequence[Cell]:
            ref, alias, value = item
            used = ", ".join(users.get(alias, ()))
            return (
                alias or Span("no alias", "muted"),
                value,
                Span(ref.name, "muted"),
                used or Span("nobody", "muted"),
                state_cell(ref, state, findings),
            )

        return ItemRows(
            columns=self.columns,
            items=items,
            key_of=lambda item: (item[0], item[1]),
            cells_of=cells,
            sort_values={"state": lambda item: state_rank(item[0], state, findings)},
        )

    def select(self, key: Hashable) -> bool:
        """Put the cursor on an alias, or on the first one of an object."""
        keys = (self.table.rows.key(index) for index in self.table.order)
        found = (one for one in keys if isinstance(one, tuple) and one[0] == key)
        return super().select(next(found, key))

    @property
    def selected_ref(self) -> ResourceRef | None:
        """The object that holds the alias."""
        key = self.selected_key
        return key[0] if isinstance(key, tuple) and isinstance(key[0], ResourceRef) else None


def _aliases_of(resource: Any) -> Iterable[tuple[str, str]]:
    return [(a.name, a.value) for a in resource.spec.communities] or [("", "")]


def _alias_users(state: ViewState) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for advertisement in state.history.current.all(BGPAdvertisement):
        for community in advertisement.spec.communities:
            users.setdefault(community, []).append(advertisement.name)
    return users
