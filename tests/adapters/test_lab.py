"""Lab routers are the exact other end of what a cluster announces."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lbtui.adapters.lab import mirror
from lbtui.core.objects.meta import Hidden
from lbtui.core.routing.announcements import (
    AnnouncedNode,
    AnnouncedRoute,
    AnnouncedSession,
    Announcements,
)

TOR = AnnouncedSession(
    peer="tor",
    local_asn=64512,
    peer_asn=64513,
    dynamic_asn=None,
    address="127.0.0.101",
    port=1790,
    source_address="127.0.0.11",
    hold_time=90.0,
    keepalive_time=30.0,
    connect_time=5.0,
    password=Hidden("s3cret"),
    ebgp_multi_hop=True,
    families=("ipv4", "ipv6"),
    graceful_restart=False,
    route_set="rs",
)
SPINE = replace(TOR, peer="spine", peer_asn=64512, address="2001:db8::101", password=None)


def announcements(*sessions: AnnouncedSession) -> Announcements:
    other = tuple(replace(session, source_address="127.0.0.12") for session in sessions)
    return Announcements(
        nodes=(AnnouncedNode("a", None, sessions), AnnouncedNode("b", None, other)),
        route_sets={"rs": (AnnouncedRoute("198.51.100.1/32"),)},
    )


def test_one_router_per_peer_with_a_session_per_node() -> None:
    document = mirror(announcements(TOR, SPINE))
    found = {speaker.name: [s.id for s in speaker.sessions] for speaker in document.speakers}
    assert found == {"spine": ["spine/a", "spine/b"], "tor": ["tor/a", "tor/b"]}


def test_a_session_is_mirrored_end_for_end() -> None:
    session = mirror(announcements(TOR)).speakers[0].sessions[1]
    assert (session.address, session.source_address) == ("127.0.0.12", "127.0.0.101")
    assert (session.local_asn, session.peer_asn) == (64513, 64512)
    assert (session.listen_port, session.passive, session.keep_received) == (1790, True, True)
    assert session.password == "s3cret"
    assert session.hold_time == 90.0


def test_routers_announce_nothing() -> None:
    document = mirror(announcements(TOR, SPINE))
    assert document.route_sets == {"none": ()}
    sets = {session.route_set for speaker in document.speakers for session in speaker.sessions}
    assert sets == {"none"}


def test_router_id_is_the_ipv4_address_of_the_peer_if_it_has_one() -> None:
    ids = {
        speaker.name: speaker.router_id for speaker in mirror(announcements(TOR, SPINE)).speakers
    }
    assert ids == {"tor": "127.0.0.101", "spine": None}


@pytest.mark.parametrize(("dynamic", "asn"), [("internal", 64496), ("external", 64497)])
def test_a_peer_of_any_as_gets_one_of_the_kind_expected(dynamic: str, asn: int) -> None:
    session = replace(TOR, local_asn=64496, peer_asn=None, dynamic_asn=dynamic)
    assert mirror(announcements(session)).speakers[0].sessions[0].local_asn == asn


def test_a_session_from_an_unknown_address_has_no_mirror() -> None:
    lone = Announcements(
        nodes=(AnnouncedNode("a", None, (replace(TOR, source_address=None), SPINE)),),
        route_sets={"rs": ()},
    )
    assert [speaker.name for speaker in mirror(lone).speakers] == ["spine"]
