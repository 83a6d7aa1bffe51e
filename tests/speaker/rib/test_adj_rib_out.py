"""What a session is sent: differences, packing, markers, repetitions, listings."""

from __future__ import annotations

import pytest

from speaker.rib.adj_rib_out import AdjRibOut, Counts, RouteSet, parse_route
from tests.speaker.rib.wire import LOCAL6, Receiver, drain, encoding, hosts, routes


def joined(**changes: object) -> tuple[AdjRibOut, Receiver]:
    return AdjRibOut(encoding(**changes)), Receiver(encoding(**changes))


def prefixes(receiver: Receiver) -> list[str]:
    return [row.prefix for row in receiver.rows()]


def test_the_first_set_ends_with_end_of_rib_of_each_family() -> None:
    rib, receiver = joined()
    assert not rib.has_pending
    rib.desire(routes("192.0.2.0/24"))
    receiver.feed(drain(rib))
    assert receiver.events == ["+1 ipv4", "end-of-rib ipv4", "end-of-rib ipv6"]
    rib.desire(routes("198.51.100.0/24"))
    receiver.feed(drain(rib))
    assert receiver.events[3:] == ["+1 ipv4", "-1 ipv4"]


def test_end_of_rib_comes_without_routes_too_and_only_for_negotiated_families() -> None:
    rib, receiver = joined(families=("ipv6",))
    rib.desire(routes("192.0.2.0/24"))
    receiver.feed(drain(rib))
    assert receiver.events == ["end-of-rib ipv6"]
    assert rib.counts("ipv4") == Counts(desired=1, advertised=0, pending=0, unsendable=1)


def test_the_same_set_again_sends_nothing() -> None:
    rib, receiver = joined()
    rib.desire(hosts(100))
    receiver.feed(drain(rib))
    rib.desire(hosts(100))
    assert rib.next_chunk() is None
    assert rib.counts("ipv4") == Counts(100, 100, 0, 0)


def test_an_aggregate_is_announced_before_its_parts_go() -> None:
    rib, receiver = joined()
    rib.desire(routes("198.51.100.1/32", "198.51.100.2/32"))
    receiver.feed(drain(rib))
    rib.desire(routes("198.51.100.0/24"))
    receiver.feed(drain(rib))
    assert receiver.events[-2:] == ["+1 ipv4", "-2 ipv4"]


@pytest.mark.parametrize("count", [1, 810, 811, 10_000])
def test_updates_are_packed_to_the_limit(count: int) -> None:
    """4096 octets less 43 of header, lengths and attributes hold 810 prefixes of 5 octets."""
    rib, receiver = joined()
    rib.desire(hosts(count))
    chunks = drain(rib)
    receiver.feed(chunks)
    announcing = [each for each in receiver.updates if each.announced]
    assert len(announcing) == -(-count // 810)
    assert len(receiver.rows()) == count


def test_withdrawals_are_packed_to_the_limit() -> None:
    rib, receiver = joined()
    rib.desire(hosts(10_000))
    receiver.feed(drain(rib))
    rib.desire(RouteSet())
    receiver.feed(drain(rib))
    withdrawing = [each for each in receiver.updates if each.withdrawn]
    assert len(withdrawing) == -(-10_000 // 814)
    assert receiver.rows() == []


def test_updates_are_within_two_percent_of_the_least_possible_for_mixed_prefixes() -> None:
    rib, receiver = joined(local_address=LOCAL6)
    mixed = RouteSet(
        parse_route(f"2001:db8:{n:x}::/{48 + n % 17}" if n % 3 else f"2001:db8:{n:x}::1/128")
        for n in range(6000)
    )
    rib.desire(mixed)
    receiver.feed(drain(rib))
    octets = sum(len(nlri) for nlri in mixed.tables["ipv6"])
    room = 4096 - 23 - 4 - 21 - 4 - 9
    least = -(-octets // room)
    announcing = [each for each in receiver.updates if each.announced]
    assert least > 10
    assert len(announcing) <= least * 1.02
    assert len(receiver.rows()) == 6000


def test_chunks_are_about_as_large_as_asked_for_and_at_least_one_message() -> None:
    rib = AdjRibOut(encoding())
    rib.desire(hosts(10_000))
    chunks = drain(rib, max_octets=10_000)
    assert [chunk.updates for chunk in chunks[:-1]] == [3] * (len(chunks) - 1)
    assert len(chunks) > 3
    rib = AdjRibOut(encoding())
    rib.desire(hosts(10_000))
    assert {chunk.updates for chunk in drain(rib, max_octets=1)} == {1}


def test_counts_follow_what_is_handed_out() -> None:
    rib = AdjRibOut(encoding())
    rib.desire(hosts(2000))
    assert rib.counts("ipv4") == Counts(desired=2000, advertised=0, pending=2000, unsendable=0)
    rib.next_chunk(1)
    assert rib.counts("ipv4") == Counts(2000, 810, 1190, 0)
    drain(rib)
    assert rib.counts("ipv4") == Counts(2000, 2000, 0, 0)
    rib.desire(hosts(500, "64512:1"))
    assert rib.counts("ipv4") == Counts(500, 2000, 500 + 1500, 0)
    drain(rib)
    assert rib.counts("ipv4") == Counts(500, 500, 0, 0)


@pytest.mark.parametrize("messages", range(6))
def test_a_set_that_comes_in_the_middle_replaces_what_was_not_sent(messages: int) -> None:
    rib, receiver = joined()
    rib.desire(hosts(3000))
    for _ in range(messages):
        chunk = rib.next_chunk(1)
        assert chunk is not None
        receiver.feed([chunk])
    rib.desire(routes("10.0.0.0/32", "203.0.113.0/24"))
    receiver.feed(drain(rib))
    assert prefixes(receiver) == ["10.0.0.0/32", "203.0.113.0/24"]
    assert rib.counts("ipv4") == Counts(2, 2, 0, 0)
    announced = sum(int(event[1:].split()[0]) for event in receiver.events if event[0] == "+")
    assert announced <= 810 * messages + 2


def test_a_route_that_cannot_be_sent_any_more_is_withdrawn() -> None:
    rib, receiver = joined()
    rib.desire(routes("198.51.100.0/24", next_hop="192.0.2.9"))
    receiver.feed(drain(rib))
    rib.desire(routes("198.51.100.0/24", next_hop=LOCAL6))
    receiver.feed(drain(rib))
    assert receiver.rows() == []
    assert rib.counts("ipv4") == Counts(desired=1, advertised=0, pending=0, unsendable=1)
    assert rib.advertised() == []


@pytest.mark.parametrize("enhanced", [True, False])
def test_a_refresh_repeats_the_family_between_markers(enhanced: bool) -> None:
    rib, receiver = joined()
    rib.desire(hosts(1000))
    receiver.feed(drain(rib))
    receiver.events.clear()
    rib.refresh("ipv4", enhanced)
    assert rib.has_pending
    receiver.feed(drain(rib))
    repeated = ["+810 ipv4", "+190 ipv4"]
    assert receiver.events == (["begin ipv4", *repeated, "end ipv4"] if enhanced else repeated)
    assert rib.counts("ipv4") == Counts(1000, 1000, 0, 0)
    assert rib.next_chunk() is None


def test_a_refresh_of_an_empty_family_is_its_markers() -> None:
    rib, receiver = joined()
    rib.desire(RouteSet())
    receiver.feed(drain(rib))
    receiver.events.clear()
    rib.refresh("ipv6", enhanced=True)
    rib.refresh("ipv4", enhanced=False)
    receiver.feed(drain(rib))
    assert receiver.events == ["begin ipv6", "end ipv6"]


def test_a_new_set_in_the_middle_of_a_refresh_starts_it_again() -> None:
    rib, receiver = joined()
    rib.desire(hosts(1000))
    receiver.feed(drain(rib))
    rib.refresh("ipv4", enhanced=True)
    for _ in range(2):
        chunk = rib.next_chunk(1)
        assert chunk is not None
        receiver.feed([chunk])
    rib.desire(hosts(900))
    receiver.events.clear()
    receiver.feed(drain(rib))
    assert receiver.events == ["-100 ipv4", "begin ipv4", "+810 ipv4", "+90 ipv4", "end ipv4"]


def test_a_refresh_of_a_family_that_is_not_negotiated_does_nothing() -> None:
    rib = AdjRibOut(encoding(families=("ipv4",)))
    rib.refresh("ipv6", enhanced=True)
    assert rib.next_chunk() is None


@pytest.mark.parametrize(
    ("is_ibgp", "wanted", "sent"),
    [(True, 300, 300), (True, 0, 0), (True, None, 100), (False, 300, None), (False, None, None)],
)
def test_local_pref_goes_to_internal_peers_always_and_to_external_ones_never(
    is_ibgp: bool, wanted: int | None, sent: int | None
) -> None:
    rib, receiver = joined(is_ibgp=is_ibgp)
    rib.desire(RouteSet([parse_route("192.0.2.0/24", None, wanted)]))
    (row,) = rib.advertised()
    assert row.pending
    receiver.feed(drain(rib))
    (received,) = receiver.rows()
    assert received.local_pref == sent
    assert rib.advertised() == [received]


@pytest.mark.parametrize(("four", "asn"), [(False, 64512), (False, 4200000000), (True, 4200000000)])
def test_the_as_path_is_ours_alone_even_to_a_two_octet_peer(four: bool, asn: int) -> None:
    rib, receiver = joined(four_octet_as=four, local_asn=asn)
    rib.desire(routes("192.0.2.0/24"))
    receiver.feed(drain(rib))
    assert [row.as_path for row in receiver.rows()] == [(asn,)]


def test_the_next_hop_is_the_session_address_unless_the_route_names_one() -> None:
    rib, receiver = joined(local_address=LOCAL6)
    rib.desire(
        RouteSet(
            [
                parse_route("2001:db8:1::/48"),
                parse_route("2001:db8:2::/48", "2001:db8::9"),
                parse_route("192.0.2.0/24", "192.0.2.9"),
            ]
        )
    )
    receiver.feed(drain(rib))
    assert [row.next_hop for row in receiver.rows()] == ["192.0.2.9", LOCAL6, "2001:db8::9"]


def test_the_listing_is_sorted_and_paged() -> None:
    rib = AdjRibOut(encoding())
    texts = ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.3/32", "192.0.2.0/24", "2001:db8:1::/48"]
    rib.desire(
        RouteSet(
            parse_route(text, LOCAL6 if ":" in text else None) for text in (*texts[::-1], texts[0])
        )
    )
    drain(rib)
    assert [row.prefix for row in rib.advertised()] == texts
    pages, after = [], None
    while page := rib.advertised(after, 2):
        pages.append([row.prefix for row in page])
        after = page[-1].prefix
    assert pages == [texts[:2], texts[2:4], texts[4:]]
    assert [row.prefix for row in rib.advertised("10.0.0.1/32", 1)] == ["10.0.0.3/32"]
    with pytest.raises(ValueError, match="nonsense"):
        rib.advertised("nonsense")


def test_the_listing_marks_what_is_pending_and_withdrawing() -> None:
    rib = AdjRibOut(encoding())
    rib.desire(routes("192.0.2.0/24", "198.51.100.0/24"))
    drain(rib)
    rib.desire(routes("192.0.2.0/24", "203.0.113.0/24"))
    assert [(row.prefix, row.pending) for row in rib.advertised()] == [
        ("192.0.2.0/24", False),
        ("203.0.113.0/24", True),
    ]
    assert rib.withdrawing() == ["198.51.100.0/24"]
    drain(rib)
    assert [row.pending for row in rib.advertised()] == [False, False]
    assert rib.withdrawing() == []


def test_the_most_communities_that_are_accepted_fit_a_message() -> None:
    communities = tuple(f"64512:{n}" for n in range(600))
    large = tuple(f"64512:1:{n}" for n in range(120))
    wanted = RouteSet([parse_route("2001:db8::1/128", None, 7, communities, large)])
    for four in (True, False):
        rib, receiver = joined(
            local_address=LOCAL6, is_ibgp=True, four_octet_as=four, local_asn=4200000000
        )
        rib.desire(wanted)
        receiver.feed(drain(rib))
        (row,) = receiver.rows()
        assert (len(row.communities), len(row.large_communities)) == (600, 120)
