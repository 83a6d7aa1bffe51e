"""`GET /metrics` of a real process: MetalLB's names, and the figures that the API tells."""

from __future__ import annotations

import re

from tests.speaker.conftest import Lab
from tests.speaker.exposition import Family, parse
from tests.speaker.running import Json, SpeakerProcess, document, session

ROUTES = [{"prefix": f"198.51.100.{number}/32"} for number in range(3)]
NATIVE = """\
# HELP metallb_bgp_announced_prefixes_total Number of prefixes currently being advertised on the BGP session
# TYPE metallb_bgp_announced_prefixes_total gauge
metallb_bgp_announced_prefixes_total{peer="PEER"} 3
# HELP metallb_bgp_pending_prefixes_total Number of prefixes that should be advertised on the BGP session
# TYPE metallb_bgp_pending_prefixes_total gauge
metallb_bgp_pending_prefixes_total{peer="PEER"} 3
# HELP metallb_bgp_session_up BGP session state (1 is up, 0 is down)
# TYPE metallb_bgp_session_up gauge
metallb_bgp_session_up{peer="PEER"} 1
# HELP metallb_bgp_updates_total Number of BGP UPDATE messages sent
# TYPE metallb_bgp_updates_total counter
"""  # noqa: E501
"""What MetalLB 0.16's native mode shows of such a session."""


async def page(speaker: SpeakerProcess) -> str:
    async with speaker.http.get("http://speaker/metrics") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return await response.text()


def values(families: dict[str, Family], **labels: str) -> dict[str, float]:
    """The sample with these labels of each family that has one."""
    key = frozenset(labels.items())
    return {name: found.samples[key] for name, found in families.items() if key in found.samples}


async def test_native_metrics_are_metallb_s_byte_for_byte(lab: Lab) -> None:
    await lab.connect(*ROUTES)
    found = await page(lab.speaker)
    lines = set(NATIVE.replace("PEER", f"127.0.51.2:{lab.port}").splitlines())
    assert len(lines) == 11
    assert lines <= set(found.splitlines())
    assert f'metallb_bgp_updates_total{{peer="127.0.51.2:{lab.port}"}} ' in found


async def test_figures_are_the_session_s_own(lab: Lab) -> None:
    await lab.connect(*ROUTES)
    # Numbers stand still between two keepalives; if one came just now, look again.
    while True:
        before: Json = await lab.speaker.session("node-a/tor")
        families = parse(await page(lab.speaker))
        after = await lab.speaker.session("node-a/tor")
        if (before["sent"], before["received"]) == (after["sent"], after["received"]):
            break
    told = values(families, peer=f"127.0.51.2:{lab.port}")
    expected = {
        "metallb_bgp_session_up": 1,
        "metallb_bgp_updates_total": before["sent"]["update"],
        "metallb_bgp_updates_total_received": before["received"]["update"],
        "metallb_bgp_opens_sent": 1,
        "metallb_bgp_opens_received": 1,
        "metallb_bgp_keepalives_sent": before["sent"]["keepalive"],
        "metallb_bgp_keepalives_received": before["received"]["keepalive"],
        "metallb_bgp_notifications_sent": before["sent"]["notification"],
        "metallb_bgp_route_refresh_sent": before["sent"]["routeRefresh"],
        "metallb_bgp_total_sent": before["sent"]["total"],
        "metallb_bgp_total_received": before["received"]["total"],
        "metallb_bgp_announced_prefixes_total": 3,
        "metallb_bgp_pending_prefixes_total": 3,
        "metallb_bgp_received_prefixes_total": 0,
        "lbtui_session_state": 6,
        "lbtui_session_established_total": 1,
        "lbtui_session_dropped_total": 0,
        "lbtui_session_sent_octets_total": before["sent"]["octets"],
        "lbtui_session_hold_time_seconds": 9,
        "lbtui_session_state_since_timestamp_seconds": before["since"],
        "lbtui_session_unsent_prefixes": 0,
    }
    assert {name: told[name] for name in expected} == expected
    assert expected["metallb_bgp_updates_total"] >= 1
    for name in told:
        is_gauge = name.startswith("metallb") and re.search(r"prefixes_total|session_up", name)
        if name.startswith("metallb"):
            assert families[name].kind == ("gauge" if is_gauge else "counter"), name


async def test_down_session_reads_zero_and_a_removed_one_is_gone(lab: Lab) -> None:
    await lab.connect(*ROUTES)
    await lab.speaker.call("POST", "/v1/sessions/node-a%2Ftor/disable")
    told = values(parse(await page(lab.speaker)), peer=f"127.0.51.2:{lab.port}")
    assert told["metallb_bgp_session_up"] == 0
    assert told["metallb_bgp_announced_prefixes_total"] == 0
    assert told["metallb_bgp_pending_prefixes_total"] == 3
    assert told["metallb_bgp_notifications_sent"] == 1
    assert told["lbtui_session_dropped_total"] == 1
    assert told["lbtui_session_enabled"] == 0
    await lab.speaker.put(document([]))
    assert "127.0.51.2" not in await page(lab.speaker)


async def test_speaker_s_own_figures_are_there(speaker: SpeakerProcess) -> None:
    await speaker.put(document([session("a/x", address="2001:db8::1")]))
    families = parse(await page(speaker))
    told = values(families)
    assert told["lbtui_speaker_generation_accepted"] == 1
    assert told["lbtui_speaker_open_fds"] > 5
    assert told["lbtui_speaker_resident_memory_bytes"] > 1_000_000
    assert told["lbtui_speaker_cpu_seconds_total"] > 0
    states = families["lbtui_speaker_sessions"].samples
    assert len(states) == 6 and sum(states.values()) == 1
    assert values(families, peer="[2001:db8::1]:179")["metallb_bgp_session_up"] == 0
    assert list(families) == sorted(families)


async def test_sessions_that_share_a_peer_are_told_apart(speaker: SpeakerProcess) -> None:
    """As several nodes at once, and with two sources on one of them."""
    odd = 'node "b"\\'
    wanted = document([session("a/x", address="127.0.51.8")])
    wanted["speakers"].append(
        {
            "name": odd,
            "sessions": [
                session("b/x", address="127.0.51.8", sourceAddress="127.0.51.3"),
                session("b/y", address="127.0.51.8", sourceAddress="127.0.51.4"),
                session("b/z", address="127.0.51.8", port=1790),
            ],
        }
    )
    await speaker.put(wanted)
    found = parse(await page(speaker))["metallb_bgp_session_up"].samples
    peer = ("peer", "127.0.51.8:179")
    assert set(found) == {
        frozenset({peer, ("node", "node-a")}),
        frozenset({peer, ("node", odd), ("session", "b/x")}),
        frozenset({peer, ("node", odd), ("session", "b/y")}),
        frozenset({("peer", "127.0.51.8:1790"), ("node", odd)}),
    }
