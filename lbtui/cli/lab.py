"""`--lab`: sessions to lab routers in place of the peers, and what is said of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lbtui.cli import output
from lbtui.cli.exits import UsageError

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import Announcements
    from lbtui.core.routing.lab import LabMapping
    from lbtui.ports import SessionRow


def add_lab(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument(
        "--lab",
        metavar="peer/P=ADDRESS[:PORT]|node/N=ADDRESS|off",
        action="append",
        default=[],
        help="a lab router that plays a peer, or an address of this host that plays a node; "
        "several times for several; off: none (default: [lab] of the settings)",
    )


def relocated(announced: Announcements, entries: Sequence[str]) -> Announcements:
    """The announcements with sessions to the lab, which is told. Raises UsageError."""
    mapping = mapping_of(entries)
    if mapping.problems:
        raise UsageError(" ".join(mapping.problems))
    wanted = mapping.relocated(announced)
    left_out = mapping.misfits(announced)
    peers = {session.peer for node in announced.nodes for session in node.sessions}
    for peer in sorted(peers & mapping.peers.keys() - {*left_out}):
        output.narrate(f"LAB: sessions to {peer} go to {mapping.peers[peer]}.")
    for node in announced.nodes:
        if (address := mapping.nodes.get(node.name)) is not None:
            output.narrate(f"LAB: sessions of {node.name} come from {address}.")
    for peer in left_out:
        output.narrate(f"Left out: {peer}. Its lab router has an address of the other family.")
    return wanted


def at_lab_routers(rows: Iterable[SessionRow], mapping: LabMapping) -> frozenset[str]:
    """The sessions, by id, that go to the lab router that the mapping names for their peer."""
    there = {peer: str(endpoint.address) for peer, endpoint in mapping.peers.items()}
    return frozenset(row.id for row in rows if there.get(row.peer) == row.address)


def mapping_of(entries: Sequence[str]) -> LabMapping:
    """What the argument says, else the settings; what is wrong is in its problems."""
    from lbtui.adapters.settings import load_settings
    from lbtui.core.routing.lab import NO_LAB, read_entries

    if not entries:
        return load_settings().settings.lab
    return NO_LAB if list(entries) == ["off"] else read_entries(" ".join(entries))
