"""Route text, route sets, and what changes between two."""

from __future__ import annotations

from weakref import ref

import pytest

from speaker.codec.prefix import parse_prefix
from speaker.rib.routes import RouteAttributes, RouteSet, parse_route
from tests.speaker.rib.wire import hosts, routes


def test_a_route_is_parsed() -> None:
    route = parse_route(
        "192.0.2.0/24",
        "192.0.2.9",
        300,
        ("64512:2", "64512:1", "64512:2"),
        ("64512:1:10", "64512:1:9"),
    )
    assert (route.family, route.nlri.hex()) == ("ipv4", "18c00002")
    assert route.attributes == RouteAttributes(
        bytes((192, 0, 2, 9)),
        300,
        (64512 << 16 | 1, 64512 << 16 | 2),
        ((64512, 1, 9), (64512, 1, 10)),
    )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"prefix": "192.0.2.1/24"}, "192.0.2.1/24"),
        ({"prefix": "nonsense"}, "nonsense"),
        ({"next_hop": "192.0.2.256"}, "192.0.2.256"),
        ({"communities": ("64512",)}, "64512"),
        ({"communities": ("65536:1",)}, "65536:1"),
        ({"communities": ("-1:1",)}, "-1:1"),
        ({"communities": ("1:²",)}, "²"),
        ({"large_communities": ("1:2",)}, "1:2"),
        ({"large_communities": ("4294967296:1:1",)}, "4294967296"),
        ({"communities": tuple(f"1:{n}" for n in range(961))}, "961 communities"),
    ],
)
def test_text_that_is_no_route_is_refused_by_name(changes: dict[str, object], word: str) -> None:
    settings: dict[str, object] = {"prefix": "192.0.2.0/24", **changes}
    with pytest.raises(ValueError, match=word):
        parse_route(**settings)  # type: ignore[arg-type]


def test_of_two_routes_with_one_prefix_the_later_wins() -> None:
    both = RouteSet([parse_route("192.0.2.0/24", None, 1), parse_route("192.0.2.0/24", None, 2)])
    assert both.count("ipv4") == 1
    (attributes,) = both.tables["ipv4"].values()
    assert attributes.local_pref == 2


def test_equal_attributes_are_one_object_for_all_prefixes() -> None:
    assert len({id(each) for each in hosts(1000, "64512:1").tables["ipv4"].values()}) == 1


def test_a_difference_is_announcements_then_withdrawals() -> None:
    before = routes("192.0.2.0/24", "198.51.100.0/24", "2001:db8:1::/48")
    after = RouteSet(
        [
            parse_route("192.0.2.0/24"),
            parse_route("198.51.100.0/24", None, 7),
            parse_route("203.0.113.0/24", None, 7),
        ]
    )
    announced, withdrawn = after.since(before)
    assert announced.attributes is not None
    assert announced.prefixes == tuple(
        parse_prefix(text)[1] for text in ("203.0.113.0/24", "198.51.100.0/24")
    )
    assert announced.fresh == 1
    assert (withdrawn.family, withdrawn.attributes) == ("ipv6", None)


def test_a_difference_is_worked_out_once_and_forgotten_with_its_origin() -> None:
    before, after = hosts(10), hosts(20)
    assert after.since(before) is after.since(before)
    seen = ref(before)
    del before
    assert seen() is None


def test_equal_sets_differ_in_nothing() -> None:
    assert hosts(100, "64512:1").since(hosts(100, "64512:1")) == ()


def test_what_a_session_cannot_carry_is_left_out() -> None:
    mixed = RouteSet(
        [
            parse_route("192.0.2.0/24"),
            parse_route("198.51.100.0/24", "2001:db8::9"),
            parse_route("2001:db8:1::/48"),
            parse_route("2001:db8:2::/48", "2001:db8::9"),
        ]
    )
    over_ipv4 = mixed.sendable(("ipv4", "ipv6"), "ipv4")
    assert (over_ipv4.count("ipv4"), over_ipv4.count("ipv6")) == (1, 1)
    over_ipv6 = mixed.sendable(("ipv4", "ipv6"), "ipv6")
    assert (over_ipv6.count("ipv4"), over_ipv6.count("ipv6")) == (0, 2)
    assert mixed.sendable(("ipv4", "ipv6"), "ipv4") is over_ipv4
    whole = routes("192.0.2.0/24")
    assert whole.sendable(("ipv4",), "ipv4") is whole
