"""Lab routers for the demo: a second speaker process that plays the routers at the other end.

`mirror` turns what a cluster's speakers announce into the configuration of the peers they expect:
passive sessions on the peers' own addresses that keep what they receive.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from lbtui.adapters.speaker_client import SpeakerClient
from lbtui.adapters.speaker_documents import encode_bfd, session_id
from lbtui.ports import SessionRow, SpeakerError, WireRoute
from speaker import api

if TYPE_CHECKING:
    from lbtui.core.routing.announcements import AnnouncedNode, AnnouncedSession, Announcements

NO_ROUTES = "none"
"""Name of the empty route set: a lab router announces nothing."""
CANNOT_LISTEN = "cannot listen"
"""What the speaker's word for it begins with."""
EXTERNAL_ASNS = (64496, 64497)
"""For a peer that accepts any other AS (dynamicASN external); the first that differs is used."""


def mirror(announcements: Announcements) -> api.ConfigDocument:
    """The routers that `announcements` wants at the other end.

    One lab speaker per peer, named after it; in it one passive session per node with the node's
    and the peer's side exchanged. A session without a source address has no mirror: nobody knows
    where it would come from. Nor has one in a VRF.
    """
    sessions: dict[str, list[api.SessionConfig]] = {}
    addresses: dict[str, str] = {}
    for node, session in _sessions(announcements):
        if session.source_address is not None and session.vrf is None:
            sessions.setdefault(session.peer, []).append(_mirrored(node, session))
            addresses.setdefault(session.peer, session.address)
    return api.ConfigDocument(
        generation=1,
        speakers=tuple(
            api.SpeakerConfig(
                name=peer, router_id=_router_id(addresses[peer]), sessions=tuple(sessions[peer])
            )
            for peer in sorted(sessions)
        ),
        route_sets={NO_ROUTES: ()},
    )


def _sessions(announcements: Announcements) -> Iterator[tuple[AnnouncedNode, AnnouncedSession]]:
    for node in announcements.nodes:
        for session in node.sessions:
            yield node, session


def _mirrored(node: AnnouncedNode, session: AnnouncedSession) -> api.SessionConfig:
    """The session as the router configures it."""
    return api.SessionConfig(
        id=session_id(session.peer, node.name),
        peer=node.name,
        local_asn=_peer_asn(session),
        peer_asn=session.local_asn,
        address=session.source_address or "",
        source_address=session.address,
        listen_port=session.port,
        passive=True,
        hold_time=session.hold_time,
        keepalive_time=session.keepalive_time,
        password=session.password.reveal() if session.password else None,
        ebgp_multi_hop=session.ebgp_multi_hop,
        graceful_restart=session.graceful_restart,
        families=session.families,  # type: ignore[arg-type]  # the server checks the words
        route_set=NO_ROUTES,
        bfd=encode_bfd(session.bfd),
        keep_received=True,
    )


def _peer_asn(session: AnnouncedSession) -> int:
    if session.peer_asn is not None:
        return session.peer_asn
    if session.dynamic_asn == "internal":
        return session.local_asn
    return next(asn for asn in EXTERNAL_ASNS if asn != session.local_asn)


def _router_id(address: str) -> str | None:
    """An IPv4 peer's own address, as routers usually do; else the speaker derives one."""
    return address if ip_address(address).version == 4 else None


class LabRouters(SpeakerClient):
    """The lab routers' process, seen from the cluster's side: named by the cluster's sessions."""

    def __init__(self, control: Path, state: Path, log: Path, *, exit_with: int) -> None:
        """Like `SpeakerClient`; the routers never outlive the demo's console `exit_with`."""
        super().__init__(control, state, log, exit_with=exit_with)

    async def apply(self, announcements: Announcements) -> int:
        """Configure the routers that these announcements expect.

        Raises SpeakerError, also when their addresses are taken: then no session would come up.
        """
        generation = await self.put(mirror(announcements))
        problems = [row.last_error for row in (await self.view()).sessions if is_deaf(row)]
        if problems:
            raise SpeakerError(
                f"the lab routers {problems[0]}; is another demo or router running there? "
                "End it, and try again"
            )
        return generation

    async def received(self, session_id: str) -> tuple[WireRoute, ...]:
        """What the router of the cluster's session `node/peer` got. Raises SpeakerError."""
        return await super().received(_other_end(session_id))


def is_deaf(row: SessionRow) -> bool:
    """Whether a router waits for a connection on an address that it could not get."""
    return row.state != "Established" and row.last_error.startswith(CANNOT_LISTEN)


def _other_end(cluster_session: str) -> str:
    """`node/peer` → `peer/node`."""
    node, _, peer = cluster_session.partition("/")
    return session_id(peer, node)
