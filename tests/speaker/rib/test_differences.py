"""Whatever sets are wanted one after another, the peer ends up with exactly the last one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from speaker.codec.families import FAMILIES, Family
from speaker.codec.prefix import parse_prefix, prefix_text
from speaker.rib.adj_rib_out import AdjRibOut, Chunk, RouteSet, WantedRoute, parse_route
from tests.speaker.rib.wire import LOCAL4, LOCAL6, Receiver, drain, encoding

PREFIXES = [
    *(f"198.51.100.{n}/32" for n in range(6)),
    "198.51.100.0/24",
    *(f"2001:db8:{n}::/48" for n in range(4)),
    "2001:db8::/32",
]
route = st.builds(
    parse_route,
    st.sampled_from(PREFIXES),
    st.sampled_from([None, LOCAL4, LOCAL6, "192.0.2.9"]),
    st.sampled_from([None, 0, 200]),
    st.sampled_from([(), ("64512:1",), ("64512:1", "64512:2")]),
    st.sampled_from([(), ("64512:1:1",)]),
)
wanted_set = st.lists(route, max_size=12)
family_set = st.sampled_from([("ipv4",), ("ipv6",), FAMILIES])
step = st.tuples(wanted_set, st.integers(0, 4), st.none() | st.sampled_from(FAMILIES))
"""Want this, let so many messages out, then perhaps ask for a refresh."""


def expected(wanted: list[WantedRoute], local: str, families: tuple[Family, ...]) -> set[str]:
    """Prefixes that can be sent, worked out the slow way."""
    last = {(each.family, each.nlri): each for each in wanted}
    local_is_ipv6 = ":" in local
    kept = set()
    for (family, _), each in last.items():
        hop = each.attributes.next_hop
        is_ipv6 = local_is_ipv6 if hop is None else len(hop) == 16
        if family in families and is_ipv6 == (family == "ipv6"):
            kept.add(prefix_text(family, each.nlri))
    return kept


@settings(max_examples=300, deadline=None)
@given(
    steps=st.lists(step, min_size=1, max_size=6),
    families=family_set,
    local=st.sampled_from([LOCAL4, LOCAL6]),
    is_ibgp=st.booleans(),
)
def test_the_receiver_ends_with_what_was_wanted_last(
    steps: list[tuple[list[WantedRoute], int, Family | None]],
    families: tuple[Family, ...],
    local: str,
    is_ibgp: bool,
) -> None:
    shape = encoding(families=families, local_address=local, is_ibgp=is_ibgp)
    rib, receiver = AdjRibOut(shape), Receiver(shape)
    for wanted, count, refreshed in steps:
        rib.desire(RouteSet(wanted))
        for _ in range(count):
            chunk: Chunk | None = rib.next_chunk(1)
            receiver.feed([] if chunk is None else [chunk])
        if refreshed is not None:
            rib.refresh(refreshed, enhanced=True)
    receiver.feed(drain(rib))
    last = steps[-1][0]
    assert receiver.rows() == rib.advertised(limit=10**9)
    assert {row.prefix for row in receiver.rows()} == expected(last, local, families)
    for family in FAMILIES:
        counts = rib.counts(family)
        assert counts.advertised == receiver.routes.count(family)
        assert counts.pending == 0
        assert counts.desired == counts.advertised + counts.unsendable


@settings(max_examples=100, deadline=None)
@given(first=wanted_set, second=wanted_set)
def test_what_stays_the_same_is_not_sent_again(
    first: list[WantedRoute], second: list[WantedRoute]
) -> None:
    rib, receiver = AdjRibOut(encoding()), Receiver(encoding())
    rib.desire(RouteSet(first))
    receiver.feed(drain(rib))
    sent = len(receiver.updates)
    rib.desire(RouteSet(second))
    receiver.feed(drain(rib))
    touched: list[tuple[Family, bytes]] = []
    for update in receiver.updates[sent:]:
        for reach in update.announced:
            touched += [(reach.family, nlri) for nlri in reach.prefixes]
        for unreach in update.withdrawn:
            touched += [(unreach.family, nlri) for nlri in unreach.prefixes]
    before = {(each.family, each.nlri): each.attributes for each in first}
    after = {(each.family, each.nlri): each.attributes for each in second}
    same = {key for key, attributes in after.items() if before.get(key) == attributes}
    assert same.isdisjoint(touched)
    assert len(set(touched)) == len(touched)


@settings(max_examples=200, deadline=None)
@given(
    first=wanted_set,
    changes=st.lists(st.tuples(wanted_set, st.lists(st.sampled_from(PREFIXES), max_size=4))),
    messages=st.integers(0, 3),
    families=family_set,
    local=st.sampled_from([LOCAL4, LOCAL6]),
)
def test_a_changed_set_is_the_set_made_from_the_whole(
    first: list[WantedRoute],
    changes: list[tuple[list[WantedRoute], list[str]]],
    messages: int,
    families: tuple[Family, ...],
    local: str,
) -> None:
    """What a change hands on (differences, what is sendable) is what would be worked out anew."""
    shape = encoding(families=families, local_address=local)
    rib, receiver = AdjRibOut(shape), Receiver(shape)
    current = RouteSet(first)
    whole = {(each.family, each.nlri): each for each in first}
    rib.desire(current)
    receiver.feed(drain(rib))
    for announced, texts in changes:
        withdrawn = [parse_prefix(text) for text in texts]
        whole |= {(each.family, each.nlri): each for each in announced}
        whole = {key: each for key, each in whole.items() if key not in withdrawn}
        # As a document may not name a prefix in both lists, what it withdraws is not announced.
        new = [each for each in announced if (each.family, each.nlri) not in withdrawn]
        current = current.changed(RouteSet(new), withdrawn)
        rib.desire(current)
        for _ in range(messages):
            chunk = rib.next_chunk(1)
            receiver.feed([] if chunk is None else [chunk])
    assert current.tables == RouteSet(whole.values()).tables
    receiver.feed(drain(rib))
    assert receiver.rows() == rib.advertised(limit=10**9)
    assert {row.prefix for row in receiver.rows()} == expected([*whole.values()], local, families)
    for family in FAMILIES:
        counts = rib.counts(family)
        assert (counts.advertised, counts.pending) == (receiver.routes.count(family), 0)
