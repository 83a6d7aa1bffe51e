"""What an apply does, seen from two wanted states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lbtui.core.objects.meta import Hidden
from lbtui.core.routing.announcements import (
    AnnouncedNode,
    AnnouncedRoute,
    AnnouncedSession,
    Announcements,
)
from lbtui.core.routing.apply_plan import PeerRoutes, SessionReset, plan_apply

SESSION = AnnouncedSession(
    peer="tor",
    local_asn=64512,
    peer_asn=64513,
    dynamic_asn=None,
    address="192.0.2.1",
    port=179,
    source_address="192.0.2.11",
    hold_time=180.0,
    keepalive_time=60.0,
    connect_time=None,
    password=None,
    ebgp_multi_hop=False,
    families=("ipv4",),
    graceful_restart=False,
    route_set="rs",
)
WEB = AnnouncedRoute("198.51.100.1/32")
DNS = AnnouncedRoute("198.51.100.2/32")


def wanted(
    routes: Sequence[AnnouncedRoute] = (WEB,),
    session: AnnouncedSession = SESSION,
    nodes: Sequence[str] = ("a",),
    router_id: str | None = None,
) -> Announcements:
    return Announcements(
        nodes=tuple(AnnouncedNode(name, router_id, (session,)) for name in nodes),
        route_sets={"rs": tuple(routes)},
    )


def test_equal_states_are_an_empty_plan() -> None:
    plan = plan_apply(wanted(nodes="ab"), wanted(nodes="ab"))
    assert plan.is_empty
    assert plan.kept == 2


def test_first_apply_opens_every_session_and_adds_every_route() -> None:
    plan = plan_apply(None, wanted((WEB, DNS), nodes="ab"))
    assert plan.opened == (("a", "tor"), ("b", "tor"))
    assert plan.routes == (PeerRoutes("tor", (WEB.prefix, DNS.prefix), (), ()),)
    assert (plan.closed, plan.reset, plan.kept) == ((), (), 0)


def test_a_node_left_out_closes_its_session_and_withdraws_its_routes() -> None:
    plan = plan_apply(wanted(nodes="ab"), wanted(nodes="a"))
    assert plan.closed == (("b", "tor"),)
    assert plan.routes == (PeerRoutes("tor", (), (WEB.prefix,), ()),)
    assert plan.kept == 1


def test_routes_alone_reset_nothing() -> None:
    louder = replace(WEB, local_pref=200)
    plan = plan_apply(wanted((WEB, DNS)), wanted((louder,)))
    assert plan.reset == ()
    assert plan.kept == 1
    assert plan.routes == (PeerRoutes("tor", (), (DNS.prefix,), (WEB.prefix,)),)


def test_a_renamed_route_set_with_the_same_routes_is_no_change() -> None:
    renamed = Announcements(
        nodes=(AnnouncedNode("a", None, (replace(SESSION, route_set="other"),)),),
        route_sets={"other": (WEB,)},
    )
    assert plan_apply(wanted(), renamed).is_empty


@pytest.mark.parametrize(
    ("session", "router_id", "parameters"),
    [
        pytest.param(replace(SESSION, hold_time=90.0), None, ("hold_time",), id="hold-time"),
        pytest.param(
            replace(SESSION, peer_asn=None, dynamic_asn="external"),
            None,
            ("peer_asn", "dynamic_asn"),
            id="asn",
        ),
        pytest.param(replace(SESSION, password=Hidden("x")), None, ("password",), id="password"),
        pytest.param(SESSION, "192.0.2.9", ("router_id",), id="router-id"),
    ],
)
def test_changed_parameters_reset_the_session(
    session: AnnouncedSession, router_id: str | None, parameters: tuple[str, ...]
) -> None:
    plan = plan_apply(wanted(), wanted(session=session, router_id=router_id))
    assert plan.reset == (SessionReset("a", "tor", parameters),)
    assert (plan.kept, plan.routes) == (0, ())


def test_passwords_are_compared_by_presence_only() -> None:
    told = wanted(session=replace(SESSION, password=Hidden("***")))
    assert plan_apply(told, wanted(session=replace(SESSION, password=Hidden("s3cret")))).is_empty
