"""The views of the kinds that are edited more rarely: BFD profiles, L2 advertisements."""

from __future__ import annotations

from collections.abc import Sequence

from lbtui.core.objects.resources import BFDProfile, BGPPeer, L2Advertisement
from lbtui.tui.text import Cell, Span
from lbtui.tui.view_state import ViewState
from lbtui.tui.views.resource_view import STATE, ResourceView
from lbtui.tui.views.resources import NAME, names_cell
from lbtui.tui.widgets.rows import Column


class BFDProfilesView(ResourceView):
    """BFD profiles."""

    name_in_commands = "bfd"
    title = "BFD profiles"
    kind = BFDProfile
    can_mark = True
    kind_name = "BFDProfile"
    noun = "BFD profile"
    columns = (
        NAME,
        Column("receive", "Receive ms", align="right"),
        Column("transmit", "Transmit ms", align="right"),
        Column("multiplier", "Multiplier", priority=2, align="right"),
        Column("modes", "Modes", priority=3),
        Column("used", "Used by", priority=2, is_flexible=True, minimum=10),
        STATE,
    )
    help_text = "Settings of BFD sessions. What is empty is left to FRR's own defaults."

    def cells(self, resource: BFDProfile, state: ViewState) -> Sequence[Cell]:
        """Name, intervals, multiplier, modes, peers that use it."""
        spec = resource.spec
        modes = [w for w, on in (("echo", spec.echo_mode), ("passive", spec.passive_mode)) if on]
        peers = state.history.current.all(BGPPeer)
        used = ", ".join(peer.name for peer in peers if peer.spec.bfd_profile == resource.name)
        return (
            resource.name,
            *map(_or_default, (spec.receive_interval, spec.transmit_interval)),
            _or_default(spec.detect_multiplier),
            ", ".join(modes) or Span("-", "muted"),
            used or Span("nobody", "muted"),
        )


def _or_default(value: int | None) -> Cell:
    return Span("default", "muted") if value is None else str(value)


class L2AdvertisementsView(ResourceView):
    """Layer 2 advertisements."""

    name_in_commands = "l2"
    title = "L2 advertisements"
    kind = L2Advertisement
    can_mark = True
    kind_name = "L2Advertisement"
    noun = "L2 advertisement"
    columns = (
        NAME,
        Column("pools", "Pools", is_flexible=True, minimum=8),
        Column("nodes", "Nodes", priority=2, is_flexible=True, minimum=8),
        Column("interfaces", "Interfaces", priority=3, is_flexible=True, minimum=8),
        STATE,
    )
    help_text = "Pools announced by ARP and NDP. They cause no BGP route."

    def cells(self, resource: L2Advertisement, state: ViewState) -> Sequence[Cell]:
        """Name, pools, nodes, interfaces."""
        spec = resource.spec
        return (
            resource.name,
            names_cell(spec.ip_address_pools, spec.ip_address_pool_selectors),
            names_cell((), spec.node_selectors),
            names_cell(spec.interfaces),
        )
