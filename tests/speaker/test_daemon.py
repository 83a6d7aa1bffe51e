"""A document is brought into force with the least disturbance; real processes, real TCP."""

from __future__ import annotations

from typing import Any

from tests.speaker.conftest import Lab
from tests.speaker.running import Json, SpeakerProcess, document, session, until
from tests.support.ports import free_port

ONE = {"prefix": "198.51.100.1/32", "communities": ["64512:1"]}
TWO = {"prefix": "198.51.100.2/32"}
THREE = {"prefix": "2001:db8::3/128", "nextHop": "2001:db8::1"}


async def both(lab: Lab, *routes: Json, **fields: Any) -> None:
    """The usual session and a second one, from another address, with the same routes."""
    second = {"address": "127.0.51.2", "sourceAddress": "127.0.51.3", "port": lab.port}
    sessions = [lab.session(**fields), session("node-b/tor", **second)]
    await lab.speaker.put(document(sessions, {"rs": routes}))


async def two_sessions(lab: Lab, *routes: Json) -> None:
    ends = {"sourceAddress": "127.0.51.2", "listenPort": lab.port}
    other = session(
        "tor/node-b",
        address="127.0.51.3",
        passive=True,
        localAsn=64513,
        peerAsn=64512,
        keepReceived=True,
        **ends,
    )
    await lab.tor.put(document([lab.tor_session(), other], name="tor", router_id="192.0.2.2"))
    await both(lab, *routes)
    for session_id in ("tor/node-a", "tor/node-b"):
        await lab.tor.received(session_id, len(routes))


async def test_equal_document_touches_nothing(lab: Lab) -> None:
    before = await lab.connect(ONE, TWO)
    status = await lab.speaker.put(document([lab.session()], {"rs": [ONE, TWO]}))
    assert status["generationAccepted"] == status["generationReached"] == 2
    after = await lab.speaker.session("node-a/tor")
    assert after["since"] == before["since"]
    assert after["history"] == before["history"]
    assert after["sent"]["open"] == 1
    routes = await lab.tor.session("tor/node-a")
    again = await lab.speaker.put(document([lab.session()], {"rs": [TWO, ONE]}))
    assert again["generationReached"] == 3
    later = await lab.tor.session("tor/node-a")
    assert later["received"]["update"] == routes["received"]["update"]


async def test_change_of_routes_sends_only_the_difference(lab: Lab) -> None:
    many: list[Json] = [{"prefix": f"198.51.100.{number}/32"} for number in range(200)]
    before = await lab.connect(*many)
    updates = (await lab.tor.session("tor/node-a"))["received"]["update"]
    changed = {**many[5], "communities": ["64512:9"]}
    wanted = [*many[:5], changed, *many[6:199], THREE]
    await lab.speaker.put(document([lab.session()], {"rs": wanted}))

    async def look() -> bool:
        routes = await lab.tor.received("tor/node-a", 200)
        return any(route["communities"] == ["64512:9"] for route in routes)

    await until(look, "the changed route", explain=lambda: lab.speaker.log)
    prefixes = {route["prefix"] for route in await lab.tor.received("tor/node-a", 200)}
    assert prefixes == {route["prefix"] for route in wanted}
    found = await lab.tor.session("tor/node-a")
    # One UPDATE each for the change, the withdrawal and the IPv6 route.
    assert found["received"]["update"] - updates == 3
    after = await lab.speaker.session("node-a/tor")
    assert (after["since"], after["droppedCount"]) == (
        before["since"],
        0,
    )


async def test_parameter_change_resets_that_session_alone(lab: Lab) -> None:
    await two_sessions(lab, ONE)
    quiet = await lab.speaker.established("node-b/tor")
    await both(lab, ONE, holdTime=30)
    found = await lab.speaker.until_session(
        "node-a/tor", lambda found: found["establishedCount"] == 2
    )
    assert found["configuredHoldTime"] == 30
    assert "parameters changed: holdTime" in [step["reason"] for step in found["history"]]
    assert (await lab.speaker.session("node-b/tor"))["history"] == quiet["history"]
    seen = await lab.tor.session("tor/node-a")
    assert seen["lastError"]["name"] == "Cease: Other Configuration Change"
    await lab.tor.received("tor/node-a", 1)


async def test_change_of_the_peer_s_name_or_route_set_resets_nothing(lab: Lab) -> None:
    before = await lab.connect(ONE)
    renamed = lab.session(peer="tor-1", routeSet="other")
    await lab.speaker.put(document([renamed], {"other": [ONE, TWO]}))
    await lab.tor.received("tor/node-a", 2)
    after = await lab.speaker.session("node-a/tor")
    assert (after["peer"], after["routeSet"]) == ("tor-1", "other")
    assert after["history"] == before["history"]


async def test_removed_session_is_told_and_gone(lab: Lab) -> None:
    await two_sessions(lab, ONE)
    await lab.speaker.put(document([lab.session()], {"rs": [ONE]}))
    await lab.tor.until_session("tor/node-b", lambda found: found["droppedCount"] == 1)
    seen = await lab.tor.session("tor/node-b")
    assert seen["lastError"]["name"] == "Cease: Peer De-configured"
    assert (await lab.speaker.call("GET", "/v1/sessions/node-b/tor")).status == 404
    assert (await lab.speaker.session("node-a/tor"))["state"] == "Established"


async def test_reset_carries_the_reason_to_the_peer(lab: Lab) -> None:
    await lab.connect(ONE)
    reason = "rack 4 → rack 5"
    answer = await lab.speaker.call("POST", "/v1/sessions/node-a/tor/reset", {"reason": reason})
    assert answer.status == 200
    await lab.speaker.until_session("node-a/tor", lambda found: found["establishedCount"] == 2)
    seen = await lab.tor.session("tor/node-a")
    assert seen["lastError"]["direction"] == "received"
    assert seen["lastError"]["name"] == "Cease: Administrative Reset"
    assert seen["lastError"]["text"] == reason
    await lab.tor.received("tor/node-a", 1)


async def test_disabled_session_stays_down_over_documents_and_restarts(lab: Lab) -> None:
    await lab.connect(ONE)
    body = {"reason": "maintenance"}
    answer = await lab.speaker.call("POST", "/v1/sessions/node-a/tor/disable", body)
    assert (answer.status, answer.body["enabled"], answer.body["state"]) == (200, False, "Idle")
    seen = await lab.tor.until_session("tor/node-a", lambda found: found["droppedCount"] == 1)
    assert seen["lastError"]["text"] == "maintenance"

    await lab.speaker.put(document([lab.session(holdTime=12)], {"rs": [ONE, TWO]}))
    assert (await lab.speaker.session("node-a/tor"))["enabled"] is False
    answer = await lab.speaker.call("POST", "/v1/sessions/node-a/tor/reset")
    assert (answer.status, answer.body["error"]["code"]) == (409, "wrong-state")
    await lab.speaker.stop()
    await lab.speaker.start()
    assert (await lab.speaker.session("node-a/tor"))["enabled"] is False

    answer = await lab.speaker.call("POST", "/v1/sessions/node-a/tor/enable")
    assert answer.body["enabled"] is True
    await lab.speaker.established("node-a/tor")
    await lab.tor.received("tor/node-a", 2)


async def test_routes_without_a_next_hop_of_their_family_are_counted(lab: Lab) -> None:
    await lab.connect(ONE)
    bare = {"prefix": "2001:db8::9/128"}
    await lab.speaker.put(document([lab.session()], {"rs": [ONE, bare]}))
    found = await lab.speaker.session("node-a/tor")
    assert found["prefixes"]["ipv6"] == {
        "desired": 1,
        "advertised": 0,
        "pending": 0,
        "received": 0,
        "unsendable": 1,
    }


async def test_source_address_the_host_lacks_is_left_to_the_kernel(speaker: SpeakerProcess) -> None:
    port = free_port("127.0.51.2")
    sessions = [
        session("a/x", address="127.0.51.2", port=port, sourceAddress="192.0.2.77"),
        session(
            "x/a",
            address="127.0.0.1",
            sourceAddress="127.0.51.2",
            listenPort=port,
            passive=True,
            localAsn=64513,
            peerAsn=64512,
        ),
    ]
    wanted = document(sessions[:1])
    wanted["speakers"] += document(sessions[1:], name="x", router_id="192.0.2.2")["speakers"]
    await speaker.put(wanted)
    found = await speaker.established("a/x")
    assert found["configuredSourceAddress"] == "192.0.2.77"
    assert found["localAddress"] == "127.0.0.1"


async def test_unreachable_peer_is_logged_once(speaker: SpeakerProcess) -> None:
    fields = {"port": free_port("127.0.51.2"), "connectTime": 0.2}
    await speaker.put(document([session("a/x", address="127.0.51.2", **fields)]))

    def has_dialled_often(found: Json) -> bool:
        refused = [step for step in found["history"] if "refused" in step["reason"]]
        return len(refused) >= 4

    await speaker.until_session("a/x", has_dialled_often)
    assert speaker.log.count("connection refused") == 1


async def test_port_in_use_is_told_and_tried_again(lab: Lab) -> None:
    await lab.connect(ONE)
    taken = {"address": "127.0.51.9", "sourceAddress": "127.0.51.2", "listenPort": lab.port}
    await lab.speaker.put(document([session("a/x", passive=True, **taken)]))
    found = await lab.speaker.until_session("a/x", lambda found: bool(found["lastError"]))
    assert found["lastError"]["direction"] == "local"
    assert "address already in use" in found["lastError"]["text"]
    await lab.tor.stop()
    await lab.speaker.until_session("a/x", lambda found: found["lastError"] is None)
